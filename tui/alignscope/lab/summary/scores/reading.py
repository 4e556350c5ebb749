"""Read the scores of a run, each when it is needed."""

import math
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from alignscope.files.lines import damaged_lines, unreadable
from alignscope.files.whole import open_regular
from alignscope.lab import row as rows
from alignscope.lab.row import Likelihoods, PassageBits, Row, Scored, ShiftScore
from alignscope.lab.run.scores import SCORES
from alignscope.lab.summary.rows import PromptKey, identity
from alignscope.measure.task.choices import Useless, useless

_DAMAGED: Final = (msgspec.MsgspecError, UnicodeDecodeError)


class _Place(NamedTuple):
    """The place of choices: the prompt's set and id, the entry and the frame."""

    set: str
    prompt_id: str
    entry: str
    frame: str


class Came(NamedTuple):
    """The prompts and rows that further scores are about."""

    lines: int
    """How many came."""
    prompts: set[PromptKey]
    """Prompts whose choices are in them, or are known to be of use by them."""
    rows: set[str]
    """Keys of the rows whose replies are in them."""


class Scores:
    """The scores in a run's folder, of which only the places are kept in memory, and the few passages."""

    def __init__(self, folder: Path) -> None:
        """Find every score; a folder without any has none."""
        self._path = folder / SCORES
        self.damaged = 0
        """Number of lines that are no scores."""
        self._problem = ""
        """Why the file can't be read, in a sentence."""
        self.passages: list[PassageBits] = []
        """Every passage, by every entry in every frame."""
        self.useless: dict[tuple[str, str], Useless] = {}
        """Entries, with their frames, whose likelihoods say nothing, and why."""
        self._choices: dict[_Place, int] = {}
        self._shifts: dict[str, int] = {}
        self._in_doubt: dict[tuple[str, str], list[list[float]]] = {}
        """The likelihoods of entries of which none says anything so far."""
        self._of_use: set[tuple[str, str]] = set()
        self._read = 0
        """Bytes that were looked at."""
        self._identity = identity(self._path)
        self.look()

    @property
    def unread(self) -> str:
        """Lines of the scores that can't be read, or the file itself, in a sentence; "" for none."""
        return self._problem or damaged_lines(self._path, self.damaged)

    def look(self, most: float = math.inf) -> Came:
        """Find scores that came since the last look, about so many bytes of them."""
        came = Came(0, set(), set())
        if self._identity is None:
            self._identity = identity(self._path)
        start, further = self._read, dict[tuple[str, str], None]()
        for offset, scored in self._lines(self._read):
            match scored:
                case PassageBits():
                    self.passages.append(scored)
                case Likelihoods():
                    self._choices[_Place(scored.set, scored.prompt_id, scored.entry, scored.frame)] = offset
                    came.prompts.add((scored.set, scored.prompt_id))
                    if (arm := (scored.entry, scored.frame)) not in self._of_use:
                        self._in_doubt.setdefault(arm, []).append(_known(scored))
                        further[arm] = None
                case ShiftScore():
                    self._shifts[scored.row] = offset
                    came.rows.add(scored.row)
            came = came._replace(lines=came.lines + 1)
            if self._read - start >= most:
                break
        for arm in further:
            if (why := useless(self._in_doubt[arm])) is not None:
                self.useless[arm] = why
            else:
                del self._in_doubt[arm]
                self._of_use.add(arm)
                if self.useless.pop(arm, None):  # now those from before count, too
                    came.prompts.update((place.set, place.prompt_id) for place in self._choices)
        return came

    @property
    def replaced(self) -> bool:
        """Whether the file is another one, or shorter than it was: then all begins anew."""
        if self._identity is None:
            return False
        now = identity(self._path)
        return now is None or now[0] != self._identity[0] or now[1] < self._read

    def __len__(self) -> int:
        """Return the number of scores."""
        return len(self.passages) + len(self._choices) + len(self._shifts)

    def likelihoods(self, row: Row) -> Likelihoods | None:
        """Return how likely a row's entry finds the choices of its prompt; None where that says nothing, too."""
        if (row.entry, row.frame) in self.useless:
            return None
        offset = self._choices.get(_Place(row.set, row.prompt_id, row.entry, row.frame))
        found = self._at(offset) if offset is not None else None
        same = isinstance(found, Likelihoods) and (found.digest, found.choices) == (row.digest, row.choices)
        return found if same and isinstance(found, Likelihoods) else None

    def shift(self, row: Row) -> ShiftScore | None:
        """Return how a row's reply stands in another entry's lists."""
        offset = self._shifts.get(row.key)
        found = self._at(offset) if offset is not None else None
        return found if isinstance(found, ShiftScore) else None

    def _at(self, offset: int) -> Scored | None:
        with suppress(OSError, *_DAMAGED), open_regular(self._path) as file:
            file.seek(offset)
            return rows.decode_scored(file.readline(rows.MAX_LINE))
        return None

    def _lines(self, start: int) -> Iterator[tuple[int, Scored]]:
        try:
            file = open_regular(self._path)
        except OSError as error:
            self._problem = "" if isinstance(error, FileNotFoundError) else unreadable(self._path, error)
            return
        self._problem = ""
        with file:
            file.seek(offset := start)
            while line := file.readline(rows.MAX_LINE):
                if not line.endswith(b"\n") and len(line) < rows.MAX_LINE:
                    return  # it is being written
                self._read = offset + len(line)
                try:
                    scored = rows.decode_scored(line)
                except _DAMAGED:
                    self.damaged += 1
                else:
                    if _fits(scored):
                        yield offset, scored
                    else:
                        self.damaged += 1
                offset += len(line)


def _fits(scored: Scored) -> bool:
    """Return whether the parts of a line belong together: somebody may have written it by hand."""
    match scored:
        case Likelihoods():
            return len(scored.choices) == len(scored.sums) == len(scored.sizes) == len(scored.tokens)
        case ShiftScore():
            return len(scored.thirds) == len(scored.js_thirds) and len(scored.thirds) in (0, 3)
        case PassageBits():
            return scored.size > 0


def _known(scored: Likelihoods) -> list[float]:
    """Return likelihoods as far as they are known: an unlisted choice is as likely as it can be at most."""
    return [0.0 if hi is None else hi for _, hi in scored.sums]
