"""Text above what blocks show already, laid out bit by bit so that the screen never stands still."""

import time
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from alignscope.text.clean import clean
from alignscope.ui.widgets.transcript.layout import Block, Rows

_SLICE: Final = 8_192
"""Characters laid out between two looks at the clock."""


@dataclass
class _Above:
    """Text that belongs before what a block shows already."""

    block: Block
    text: str
    done: int = 0
    rows: Block = field(init=False)
    """The part of the text that is laid out."""

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Begin again, for another width."""
        self.done, self.rows = 0, Block(self.block.kind, self.block.sample)


class Filler:
    """Lays out long texts from their end upwards, for as long at a time as it is given."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._above: list[_Above] = []

    @property
    def pending(self) -> bool:
        """Whether something is still to be laid out."""
        return bool(self._above)

    def put(self, block: Block, text: str, tail: int) -> None:
        """Write a text into an empty block: so many characters at its end at once, and the rest later."""
        cut = len(text) - tail
        if 0 < cut < tail:  # not worth a second look
            cut = 0
        if cut > 0:
            self._above.append(_Above(block, text[:cut]))
        if cut < len(text):
            self._rows.append(block, clean(text[max(0, cut) :]))

    def drop(self, blocks: Collection[Block]) -> None:
        """Forget the texts of these blocks."""
        self._above = [above for above in self._above if above.block not in blocks]

    def lay_out(self, seconds: float) -> bool:
        """Lay out text for about so long, the nearest to the end first. Returns whether a block got all of its own."""
        deadline = time.perf_counter() + seconds
        complete = False
        while self._above and time.perf_counter() < deadline:
            above = self._above[-1]
            wrapper = self._rows.wrapper(above.block.kind)
            if above.done and above.rows.width != wrapper.width:
                above.restart()
            above.rows.append(clean(above.text[above.done : above.done + _SLICE]), wrapper)
            above.done += _SLICE
            if above.done >= len(above.text):
                self._rows.prepend(self._above.pop().block, above.rows)
                complete = True
        return complete
