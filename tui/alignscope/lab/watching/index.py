"""Where each row of a run's file is, kept up while the file grows: a few bytes a row, the rows stay on the disk."""

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


_heads: Final = msgspec.json.Decoder(_Head)


class Index:
    """The rows of a folder in the order in which they were written."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / SAMPLES
        self.arms: list[Arm] = []
        """Those of the rows so far, in the order in which they came."""
        self._begin()

    def _begin(self) -> None:
        self._at = 0
        self._identity = identity(self._path)
        self._offsets = array("Q")
        self._arms = array("H")
        self.arms = []
        self.failed = 0
        """Number of rows that failed."""
        self._only: int | None = None
        self._chosen = array("L")
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
            return False
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
        return end > 0

    def _add(self, line: bytes, offset: int) -> None:
        try:
            head = _heads.decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return
        arm = Arm(head.entry, head.frame, head.sampling)
        if arm not in self.arms:
            self.arms.append(arm)
        number = self.arms.index(arm)
        if self._only == number:
            self._chosen.append(len(self._offsets))
        self._offsets.append(offset)
        self._arms.append(number)
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
        self._chosen = array("L", (at for at, number in enumerate(self._arms) if number == self._only))

    @property
    def shown(self) -> Sequence[int]:
        """Numbers of the rows that are shown, from 0."""
        return range(len(self._offsets)) if self._only is None else self._chosen

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
