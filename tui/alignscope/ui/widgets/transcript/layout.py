"""The rows of a transcript at a width, without drawing."""

from bisect import bisect_right
from collections.abc import Collection, Iterator
from enum import StrEnum
from itertools import accumulate
from typing import Final

from alignscope.text.clean import Wrapper, offsets


class BlockKind(StrEnum):
    """Kind of a block, and the last part of its style's name."""

    SEPARATOR = "separator"
    """Rule with the turn's number, before a prompt."""
    PROMPT = "prompt"
    REMARK = "remark"
    """What a person says of the turn: its verdict and note."""
    SAMPLE = "sample"
    """Rule with a sample's number, before its reply."""
    LABEL = "label"
    """Name of the block below."""
    THINKING = "thinking"
    REPLY = "reply"
    END = "end"
    """Summary at the right below a reply."""
    ERROR = "error"
    SUM = "sum"
    """What the samples of a turn come to: lines that say it at length and shorter, of which the first that fits is
    drawn."""


GUTTERS: Final = {
    BlockKind.PROMPT: "› ",
    BlockKind.REMARK: "  ",
    BlockKind.THINKING: "┊ ",
    BlockKind.REPLY: "▎ ",
    BlockKind.ERROR: "▌ ",
}
"""Decoration at the left of every row of a block."""
TEXT: Final = frozenset(GUTTERS)
"""Kinds of blocks whose text is wrapped and can be copied; the others are one row of decoration each."""
EVERY_SAMPLE: Final = 0
_END: Final = 1 << 30


class Block:
    """Rows of one kind, growing at the end.

    Rows are the wrapped text itself. All but the last are constant at a given width, so that a token costs the same
    after a hundred thousand others.
    """

    __slots__ = ("begins", "kind", "rows", "sample", "samples", "width")

    def __init__(self, kind: BlockKind, sample: int = EVERY_SAMPLE, samples: int = 1) -> None:
        self.kind = kind
        self.sample = sample
        self.samples = samples
        """Number of samples in the block's turn."""
        self.rows = [""]
        self.begins = bytearray(b"\1")
        """For each row, whether a line of the text begins in it."""
        self.width = 0

    def append(self, text: str, wrapper: Wrapper) -> None:
        """Append cleaned text; only the last row is wrapped again."""
        rows, begins = self.rows, self.begins
        self.width = wrapper.width
        if self.kind not in TEXT:
            rows[-1] += text
            return
        begin = begins.pop()
        for line in (rows.pop() + text).split("\n"):
            wrapped = wrapper.rows(line)
            rows.extend(wrapped)
            begins.append(begin)
            if len(wrapped) > 1:
                begins.extend(bytes(len(wrapped) - 1))
            begin = 1

    def rewrap(self, wrapper: Wrapper) -> None:
        """Wrap the text for another width."""
        if self.kind in TEXT and self.width not in (0, wrapper.width):
            text = self.text
            self.empty()
            self.append(text, wrapper)
        self.width = wrapper.width

    def empty(self) -> None:
        """Remove the text."""
        self.rows, self.begins = [""], bytearray(b"\1")

    @property
    def text(self) -> str:
        """The cleaned text, unwrapped."""
        return "".join(self._parts(0, len(self.rows)))

    def _parts(self, start: int, stop: int) -> Iterator[str]:
        for index in range(start, stop):
            if index > start and self.begins[index]:
                yield "\n"
            yield self.rows[index]

    def between(self, start: tuple[int, int], end: tuple[int, int]) -> str:
        """Return the unwrapped text from one (row, drawn character) to another."""
        (first, left), (last, right) = start, end
        parts = list(self._parts(first, last + 1))
        parts[-1] = parts[-1][: _place(self.rows[last], right)]
        parts[0] = parts[0][_place(self.rows[first], left) :]
        return "".join(parts)

    @property
    def length(self) -> int:
        """Number of characters in the text."""
        return sum(map(len, self.rows)) + self.begins.count(1, 1)

    def position(self, row: int) -> int:
        """Return the number of characters before a row."""
        return sum(map(len, self.rows[:row])) + self.begins.count(1, 1, row + 1)

    def row_at(self, position: int) -> int:
        """Return the row of the character at a position: the last row that begins at or before it."""
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
    """Stack of blocks, of one sample or of all, and the row numbers of those that are visible."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.visible: list[Block] = []
        self._tops: list[int] = []
        self._wrappers: dict[int, Wrapper] = {}
        self.width = 80
        self.sample: int | None = None
        """Visible sample, or the last of turns with fewer samples; None for all."""
        self.samples = 1
        """Number of samples in the last turn."""

    @property
    def height(self) -> int:
        """Number of rows."""
        return self._tops[-1] + len(self.visible[-1].rows) if self.visible else 0

    def wrapper(self, kind: BlockKind) -> Wrapper:
        """Return the wrapper for a kind of block at the current width."""
        width = max(1, self.width - len(GUTTERS.get(kind, "")))
        if width not in self._wrappers:
            self._wrappers[width] = Wrapper(width)
        return self._wrappers[width]

    def add(self, kind: BlockKind, text: str = "", sample: int = EVERY_SAMPLE, *, before: Block | None = None) -> Block:
        """Add a block at the end, or before another, and return it."""
        block = Block(kind, sample, self.samples)
        block.append(text, self.wrapper(kind))
        if before is None:
            self.blocks.append(block)
            if self._is_visible(block):
                self._tops.append(self.height)
                self.visible.append(block)
        else:
            self.blocks.insert(self.blocks.index(before), block)
            self._arrange()
        return block

    def append(self, block: Block, text: str) -> int | None:
        """Append text to a block. Returns the first row that changed, or None if the block isn't visible."""
        wrapper = self.wrapper(block.kind)
        block.rewrap(wrapper)  # an invisible block may have an earlier width
        before = len(block.rows)
        block.append(text, wrapper)
        if not self._is_visible(block):
            return None
        index = len(self.visible) - 1 if self.visible[-1] is block else self.visible.index(block)
        if grown := len(block.rows) - before:
            for later in range(index + 1, len(self._tops)):
                self._tops[later] += grown
        return self._tops[index] + before - 1

    def prepend(self, block: Block, above: Block) -> None:
        """Put the rows of another block before those of a block."""
        wrapper = self.wrapper(block.kind)
        above.append(block.text, wrapper)
        block.rows, block.begins, block.width = above.rows, above.begins, wrapper.width
        self._arrange()

    def drop(self, blocks: Collection[Block]) -> None:
        """Remove blocks."""
        self.blocks = [block for block in self.blocks if block not in blocks]
        self._arrange()

    def top(self, block: Block) -> int:
        """Return the first row of a visible block. It is looked for from the end, where most are asked for."""
        for index in range(len(self.visible) - 1, -1, -1):
            if self.visible[index] is block:
                return self._tops[index]
        raise ValueError("the block isn't visible")

    def tops(self, kind: BlockKind) -> list[int]:
        """Return the first row of each visible block of a kind."""
        return [top for block, top in zip(self.visible, self._tops, strict=True) if block.kind is kind]

    def locate(self, y: int) -> tuple[Block, int] | None:
        """Return the block at a row and the index of the row in the block, or None outside."""
        if not 0 <= y < self.height:
            return None
        index = bisect_right(self._tops, y) - 1
        return self.visible[index], y - self._tops[index]

    def show(self, sample: int | None) -> None:
        """Make one sample's blocks visible, or with None all."""
        self.sample = sample
        self._arrange()

    def resize(self, width: int) -> None:
        """Wrap visible blocks for another width."""
        self.width = max(1, width)
        self._wrappers.clear()
        self._arrange()

    def selected(self, start: tuple[int, int], end: tuple[int, int]) -> str:
        """Return the text between two places (row, drawn character); characters past the end count as the end."""
        pieces = []
        for top, block in zip(self._tops, self.visible, strict=True):
            bottom = top + len(block.rows) - 1
            if bottom < start[0] or top > end[0] or block.kind not in TEXT:
                continue
            first = (start[0] - top, start[1]) if start[0] >= top else (0, 0)
            last = (end[0] - top, end[1]) if end[0] <= bottom else (bottom - top, _END)
            pieces.append(block.between(first, last))
        return "\n".join(pieces)

    def _is_visible(self, block: Block) -> bool:
        return self.sample is None or block.sample in (EVERY_SAMPLE, min(self.sample, block.samples))

    def _arrange(self) -> None:
        self.visible = [block for block in self.blocks if self._is_visible(block)]
        for block in self.visible:
            block.rewrap(self.wrapper(block.kind))
        self._tops = list(accumulate((len(block.rows) for block in self.visible), initial=0))[:-1]
