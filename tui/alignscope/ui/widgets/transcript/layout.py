"""The rows of a transcript: what stands in which row at which width. Knows text and widths, and no screen."""

from bisect import bisect_right
from collections.abc import Collection, Iterator
from enum import StrEnum
from itertools import accumulate
from typing import Final

from alignscope.text.clean import Wrapper, offsets


class BlockKind(StrEnum):
    """What a block of rows is; also the last part of the name of its style."""

    SEPARATOR = "separator"
    """A rule with the turn's number, before a prompt."""
    PROMPT = "prompt"
    SAMPLE = "sample"
    """A rule with the number of a sample, before its reply, where several are shown."""
    LABEL = "label"
    """A word that says what the block below is."""
    THINKING = "thinking"
    REPLY = "reply"
    END = "end"
    """How a reply ended, at the right, below it."""
    ERROR = "error"


GUTTERS: Final = {BlockKind.PROMPT: "› ", BlockKind.THINKING: "┊ ", BlockKind.REPLY: "▎ ", BlockKind.ERROR: "▌ "}
"""What stands at the left of every row of a block, apart from its text."""
TEXT: Final = frozenset({BlockKind.PROMPT, BlockKind.THINKING, BlockKind.REPLY, BlockKind.ERROR})
"""The blocks whose text is wrapped and can be copied; the others are one row of chrome each."""
EVERY_SAMPLE: Final = 0
_END: Final = 1 << 30


class Block:
    """Rows of one kind, growing at the end.

    Rows are kept as the wrapped text itself: all but the last never change while the width stays, so a token costs
    the same after a hundred thousand others. Joined again where no line begins, they are the text.
    """

    __slots__ = ("begins", "kind", "rows", "sample", "samples", "width")

    def __init__(self, kind: BlockKind, sample: int = EVERY_SAMPLE, samples: int = 1) -> None:
        self.kind = kind
        self.sample = sample
        self.samples = samples
        """How many there are in its turn."""
        self.rows: list[str] = [""]
        self.begins = bytearray(b"\1")
        """For each row, whether a logical line begins with it."""
        self.width = 0

    def append(self, text: str, wrapper: Wrapper) -> None:
        """Add cleaned text at the end; only the last row is wrapped again."""
        rows, begins = self.rows, self.begins
        self.width = wrapper.width
        if self.kind not in TEXT:
            rows[-1] += text
            return
        first, *lines = (rows.pop() + text).split("\n")
        wrapped = wrapper.rows(first)
        rows.extend(wrapped)
        if len(wrapped) > 1:
            begins.extend(bytes(len(wrapped) - 1))
        for line in lines:
            wrapped = wrapper.rows(line)
            rows.extend(wrapped)
            begins.append(1)
            begins.extend(bytes(len(wrapped) - 1))

    def rewrap(self, wrapper: Wrapper) -> None:
        """Break the text for another width."""
        if self.width == wrapper.width:
            return
        if self.kind in TEXT and self.width:
            text = self.text
            self.rows, self.begins = [""], bytearray(b"\1")
            self.append(text, wrapper)
        self.width = wrapper.width

    @property
    def text(self) -> str:
        """The cleaned text, without breaks that are not its own."""
        return "".join(self._parts(0, len(self.rows)))

    def _parts(self, start: int, stop: int) -> Iterator[str]:
        for index in range(start, stop):
            if index > start and self.begins[index]:
                yield "\n"
            yield self.rows[index]

    def between(self, start: tuple[int, int], end: tuple[int, int]) -> str:
        """The text from one (row, drawn character) to another, without breaks that are not its own."""
        (first, left), (last, right) = start, end
        parts = list(self._parts(first, last + 1))
        parts[-1] = parts[-1][: _place(self.rows[last], right)]
        parts[0] = parts[0][_place(self.rows[first], left) :]
        return "".join(parts)

    @property
    def length(self) -> int:
        """Characters of the text."""
        return sum(map(len, self.rows)) + self.begins.count(1, 1)

    def position(self, row: int) -> int:
        """Characters before a row, by which it can be found again at another width."""
        return sum(map(len, self.rows[:row])) + self.begins.count(1, 1, row + 1)

    def row_at(self, position: int) -> int:
        """The row that holds the character at a position: the last that begins at or before it."""
        start = 0
        for index, row in enumerate(self.rows):
            start += index > 0 and self.begins[index]
            if start > position:
                return index - 1
            start += len(row)
        return len(self.rows) - 1


def _place(row: str, drawn: int) -> int:
    places = offsets(row)
    return places[min(drawn, len(places) - 1)]


class Rows:
    """Blocks one below another, those of one sample or of all, and which row stands where."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.shown: list[Block] = []
        self._tops: list[int] = []
        self._wrappers: dict[int, Wrapper] = {}
        self.width = 80
        self.sample: int | None = None
        """The sample shown, or a turn's last if it has fewer; None shows all."""
        self.samples = 1
        """How many the turn has whose blocks are added."""

    @property
    def height(self) -> int:
        """Rows in all."""
        return self._tops[-1] + len(self.shown[-1].rows) if self.shown else 0

    def wrapper(self, kind: BlockKind) -> Wrapper:
        """What wraps a block of this kind at the present width."""
        width = max(1, self.width - len(GUTTERS.get(kind, "")))
        if width not in self._wrappers:
            self._wrappers[width] = Wrapper(width)
        return self._wrappers[width]

    def add(self, kind: BlockKind, text: str = "", sample: int = EVERY_SAMPLE, *, before: Block | None = None) -> Block:
        """A new block, at the end or before another."""
        block = Block(kind, sample, self.samples)
        block.append(text, self.wrapper(kind))
        if before is None:
            self.blocks.append(block)
            if self._is_shown(block):
                self._tops.append(self.height)
                self.shown.append(block)
        else:
            self.blocks.insert(self.blocks.index(before), block)
            self._arrange()
        return block

    def append(self, block: Block, text: str) -> int | None:
        """Add text to a block; the first row that changed, or None if the block isn't shown."""
        wrapper = self.wrapper(block.kind)
        block.rewrap(wrapper)  # a block that isn't shown may still have an earlier width
        before = len(block.rows)
        block.append(text, wrapper)
        if not self._is_shown(block):
            return None
        index = len(self.shown) - 1 if self.shown[-1] is block else self.shown.index(block)
        grown = len(block.rows) - before
        if grown:
            for later in range(index + 1, len(self._tops)):
                self._tops[later] += grown
        return self._tops[index] + before - 1

    def empty(self, block: Block) -> Block:
        """Take a block's text out."""
        block.rows, block.begins = [""], bytearray(b"\1")
        self._arrange()
        return block

    def prepend(self, block: Block, above: Block) -> None:
        """Put rows that were laid out apart before those of a block."""
        wrapper = self.wrapper(block.kind)
        block.rewrap(wrapper)  # one that isn't shown may still have an earlier width
        above.append(block.text, wrapper)
        block.rows, block.begins, block.width = above.rows, above.begins, wrapper.width
        self._arrange()

    def drop(self, blocks: Collection[Block]) -> None:
        """Take blocks out."""
        self.blocks = [block for block in self.blocks if block not in blocks]
        self._arrange()

    def top(self, block: Block) -> int:
        """The first row of a block that is shown."""
        return self._tops[self.shown.index(block)]

    def locate(self, y: int) -> tuple[Block, int] | None:
        """The block at a row and which of its rows that is."""
        if not 0 <= y < self.height:
            return None
        index = bisect_right(self._tops, y) - 1
        return self.shown[index], y - self._tops[index]

    def show(self, sample: int | None) -> None:
        """Show one sample's blocks, or all."""
        self.sample = sample
        self._arrange()

    def resize(self, width: int) -> None:
        """Break everything shown for another width."""
        self.width = max(1, width)
        self._wrappers.clear()
        self._arrange()

    def selected(self, start: tuple[int, int], end: tuple[int, int]) -> str:
        """The text between two places, each a row and a character as drawn; a character past the end is the end."""
        pieces = []
        for top, block in zip(self._tops, self.shown, strict=True):
            bottom = top + len(block.rows) - 1
            if bottom < start[0] or top > end[0] or block.kind not in TEXT:
                continue
            first = (start[0] - top, start[1]) if start[0] >= top else (0, 0)
            last = (end[0] - top, end[1]) if end[0] <= bottom else (bottom - top, _END)
            pieces.append(block.between(first, last))
        return "\n".join(pieces)

    def _is_shown(self, block: Block) -> bool:
        return self.sample is None or block.sample in (EVERY_SAMPLE, min(self.sample, block.samples))

    def _arrange(self) -> None:
        self.shown = [block for block in self.blocks if self._is_shown(block)]
        for block in self.shown:
            block.rewrap(self.wrapper(block.kind))
        self._tops = list(accumulate((len(block.rows) for block in self.shown), initial=0))[:-1]
