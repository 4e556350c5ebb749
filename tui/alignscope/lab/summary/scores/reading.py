"""What a run had scored beside its replies, read when it is needed."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from alignscope.files.whole import open_regular
from alignscope.lab import row as rows
from alignscope.lab.row import Likelihoods, PassageBits, Row, Scored, ShiftScore
from alignscope.lab.run.scores import SCORES
from alignscope.measure.task.choices import Likelihood, Useless, useless

_DAMAGED: Final = (msgspec.MsgspecError, UnicodeDecodeError)


class _Place(NamedTuple):
    """Whose choices they are: the prompt's set and id, the entry and the frame."""

    set: str
    prompt_id: str
    entry: str
    frame: str


class Scores:
    """The scores in a run's folder, of which only the places are kept in memory, and the few passages."""

    def __init__(self, folder: Path) -> None:
        """Find every score; a folder without any has none."""
        self._path = folder / SCORES
        self.damaged = 0
        """Number of lines that are no scores."""
        self.passages: list[PassageBits] = []
        """Every passage, by every entry in every frame."""
        self.useless: dict[tuple[str, str], Useless] = {}
        """Entries, with their frames, whose likelihoods say nothing, and why."""
        self._choices: dict[_Place, int] = {}
        self._shifts: dict[str, int] = {}
        totals: dict[tuple[str, str], list[list[Likelihood]]] = {}
        for offset, scored in self._lines():
            match scored:
                case PassageBits():
                    self.passages.append(scored)
                case Likelihoods():
                    self._choices[_Place(scored.set, scored.prompt_id, scored.entry, scored.frame)] = offset
                    totals.setdefault((scored.entry, scored.frame), []).append(_known(scored))
                case ShiftScore():
                    self._shifts[scored.row] = offset
        for arm, items in totals.items():
            if (why := useless(items)) is not None:
                self.useless[arm] = why

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

    def _lines(self) -> Iterator[tuple[int, Scored]]:
        try:
            file = open_regular(self._path)
        except OSError:
            return
        with file:
            offset = 0
            while line := file.readline(rows.MAX_LINE):
                if line.endswith(b"\n"):
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


def _known(scored: Likelihoods) -> list[Likelihood]:
    """Return likelihoods as far as they are known: an unlisted choice is as likely as it can be at most."""
    highs = (hi if hi is not None else 0.0 for _, hi in scored.sums)
    return [Likelihood(high, size) for high, size in zip(highs, scored.sizes, strict=True)]
