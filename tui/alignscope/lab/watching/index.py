"""Index of the rows in a file that grows: a few bytes a row, while the rows stay on the disk."""

from array import array
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from alignscope.files.whole import open_regular
from alignscope.lab.folder import SAMPLES
from alignscope.lab.row import MAX_LINE, Row, decode
from alignscope.lab.summary.rows import Arm, identity
from alignscope.model.events import End

_CHUNK: Final = 2**20
_KEPT: Final = 256
"""Rows that were read last, which are kept in memory."""


class _Head(msgspec.Struct, frozen=True):
    entry: str
    frame: str
    sampling: str
    end: End


class _Said(msgspec.Struct, frozen=True):
    """The fields of a row that are searched."""

    prompt_id: str
    prompt: str
    text: str = ""
    error: str = ""


_heads: Final = msgspec.json.Decoder(_Head)
_said: Final = msgspec.json.Decoder(_Said)


class Index:
    """The rows of a folder in the order in which they were written."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / SAMPLES
        self.arms: list[Arm] = []
        """Those of the rows so far, in the order in which they came."""
        self._words: tuple[str, ...] = ()
        self.begun = 0
        """How often the rows were read from the first one on: again where the file is another one."""
        self._begin()

    def _begin(self) -> None:
        self.begun += 1
        self._at = 0
        self._identity = identity(self._path)
        self._offsets = array("Q")
        self._arms = array("H")
        self.arms = []
        self.failed = 0
        """Number of rows that failed."""
        self._only: int | None = None
        self._chosen = array("L")
        """Numbers of the rows that are shown, where not all are."""
        self._chosen_of = 0
        """Number of rows that were looked at for that."""
        self._kept: OrderedDict[int, Row] = OrderedDict()

    def look(self) -> bool:
        """Find more rows, about a megabyte of them; return whether there may be more. Raises OSError."""
        now = identity(self._path)
        if now is None:
            if self._offsets:
                self._begin()
            return False
        if self._identity is None or now[0] != self._identity[0] or now[1] < self._at:
            only = self.only
            self._begin()
            self._identity = now
            self.choose(only)
        if now[1] == self._at:
            return self._choose_further()
        with open_regular(self._path) as file:
            file.seek(self._at)
            content = file.read(_CHUNK)
            if b"\n" not in content:  # a very long row, or one that is being written
                content += file.readline(MAX_LINE)
        start, end = 0, content.rfind(b"\n") + 1
        while start < end:
            after = content.index(b"\n", start) + 1
            self._add(content[start:after], self._at + start)
            start = after
        self._at += end
        return self._choose_further() or end > 0

    def _add(self, line: bytes, offset: int) -> None:
        try:
            head = _heads.decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return
        arm = Arm(head.entry, head.frame, head.sampling)
        if arm not in self.arms:
            self.arms.append(arm)
        self._offsets.append(offset)
        self._arms.append(self.arms.index(arm))
        self.failed += head.end.failed or head.end is End.CANCELLED

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self._offsets)

    @property
    def kept(self) -> int:
        """Number of rows in memory."""
        return len(self._kept)

    @property
    def only(self) -> Arm | None:
        """The arm whose rows are shown; None for all."""
        return None if self._only is None else self.arms[self._only]

    def choose(self, arm: Arm | None) -> None:
        """Show the rows of one arm, or of all."""
        self._only = self.arms.index(arm) if arm in self.arms else None
        self._choose_anew()

    @property
    def words(self) -> str:
        """The words that rows are searched for."""
        return " ".join(self._words)

    @property
    def searched(self) -> int:
        """Number of rows that were searched so far."""
        return self._chosen_of

    def search(self, words: str) -> None:
        """Show rows in whose prompt, reply or error all these words are; `look` finds them, a megabyte at a time."""
        self._words = tuple(words.casefold().split())
        self._choose_anew()

    def _choose_anew(self) -> None:
        self._chosen, self._chosen_of = array("L"), 0
        if not self._words:
            self._choose_further()

    def _choose_further(self) -> bool:
        """Look at further rows for whether they are shown; return whether there may be more. Raises OSError."""
        start, count = self._chosen_of, len(self._offsets)
        if start == count or (self._only is None and not self._words):
            return False
        self._chosen_of = count
        if not self._words:
            self._chosen.extend(at for at in range(start, count) if self._arms[at] == self._only)
            return False
        with open_regular(self._path) as file:
            for at in range(start, count):
                if self._offsets[at] - self._offsets[start] > _CHUNK:
                    self._chosen_of = at
                    return True
                if self._only in (None, self._arms[at]):
                    file.seek(self._offsets[at])
                    if self._has_words(file.readline(MAX_LINE)):
                        self._chosen.append(at)
        return False

    def _has_words(self, line: bytes) -> bool:
        try:
            row = _said.decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return False
        text = "\n".join((row.prompt_id, row.prompt, row.text, row.error)).casefold()
        return all(word in text for word in self._words)

    @property
    def shown(self) -> Sequence[int]:
        """Numbers of the rows that are shown, from 0."""
        return range(len(self._offsets)) if self._only is None and not self._words else self._chosen

    def row(self, number: int) -> Row | None:
        """Return a row by its number; None if it can't be read any more."""
        if (row := self._kept.get(number)) is not None:
            self._kept.move_to_end(number)
            return row
        with suppress(OSError, IndexError, msgspec.MsgspecError, UnicodeDecodeError):
            with open_regular(self._path) as file:
                file.seek(self._offsets[number])
                row = self._kept[number] = decode(file.readline(MAX_LINE))
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
            return row
        return None
