"""Lays out long texts in steps, from their end upwards, so that the screen stays responsive."""

import time
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from alignscope.text.clean import clean
from alignscope.ui.widgets.transcript.layout import Block, Rows

_SLICE: Final = 8_192
"""Characters laid out between two checks of the deadline."""


@dataclass
class _Above:
    """Text that belongs above the rows of a block."""

    block: Block
    text: str
    done: int = 0
    rows: Block = field(init=False)
    """Rows of the first `done` characters."""

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Begin again for another width."""
        self.done, self.rows = 0, Block(self.block.kind, self.block.sample)


class Filler:
    """Queue of texts to lay out above the rows of their blocks."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._above: list[_Above] = []

    @property
    def pending(self) -> bool:
        """Whether text hasn't been laid out yet."""
        return bool(self._above)

    def put(self, block: Block, text: str, tail: int) -> None:
        """Write a text into an empty block: its last `tail` characters at once, and the rest later."""
        cut = len(text) - tail
        if cut < tail:  # too little for a later step
            cut = 0
        if cut > 0:
            self._above.append(_Above(block, text[:cut]))
        if cut < len(text):
            self._rows.append(block, clean(text[cut:]))

    def drop(self, blocks: Collection[Block]) -> None:
        """Forget the texts of these blocks."""
        self._above = [above for above in self._above if above.block not in blocks]

    def lay_out(self, seconds: float) -> bool:
        """Lay out text for about `seconds`, the last block first. Returns whether a block was completed."""
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
