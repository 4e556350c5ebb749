"""Lays out long texts in steps, from what is in view outwards, so that the screen stays responsive."""

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


@dataclass
class _Below:
    """Text that belongs below the rows of a block."""

    text: str
    done: int = 0
    """Number of characters laid out."""


class Filler:
    """Texts to lay out above and below the rows of their blocks."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._above: list[_Above] = []
        self._below: dict[Block, _Below] = {}

    @property
    def pending(self) -> bool:
        """Whether text hasn't been laid out yet."""
        return bool(self._above or self._below)

    def put_end(self, block: Block, text: str, shown: int) -> None:
        """Write a text into an empty block: its last `shown` characters at once, and the rest later."""
        cut = len(text) - shown
        if cut < shown:  # too little for a later step
            cut = 0
        if cut > 0:
            self._above.append(_Above(block, text[:cut]))
        if cut < len(text):
            self._rows.append(block, clean(text[cut:]))

    def put_beginning(self, block: Block, text: str, shown: int) -> None:
        """Write a text into an empty block: its first `shown` characters at once, and the rest later."""
        cut = shown if len(text) > 2 * shown else len(text)
        if cut < len(text):
            self._below[block] = _Below(text, cut)
        if cut:
            self._rows.append(block, clean(text[:cut]))

    def queue(self, block: Block, text: str) -> bool:
        """Put text behind what is still to be laid out below a block's rows. Returns whether there is any."""
        if block not in self._below:
            return False
        self._below[block].text += text
        return True

    def grows_below(self, block: Block) -> bool:
        """Return whether the block's text is laid out from its beginning."""
        return block in self._below

    def drop(self, blocks: Collection[Block]) -> None:
        """Forget the texts of these blocks."""
        self._above = [above for above in self._above if above.block not in blocks]
        self._below = {block: below for block, below in self._below.items() if block not in blocks}

    def lay_out(self, seconds: float) -> bool:
        """Lay out text for about `seconds`, the nearest to the view first. Returns whether visible rows may differ."""
        deadline = time.perf_counter() + seconds
        changed = False
        while self._below and time.perf_counter() < deadline:
            block, below = next(iter(self._below.items()))
            self._rows.append(block, clean(below.text[below.done : below.done + _SLICE]))
            below.done += _SLICE
            if below.done >= len(below.text):
                del self._below[block]
            changed = True
        while self._above and time.perf_counter() < deadline:
            above = self._above[-1]
            wrapper = self._rows.wrapper(above.block.kind)
            if above.done and above.rows.width != wrapper.width:
                above.restart()
            above.rows.append(clean(above.text[above.done : above.done + _SLICE]), wrapper)
            above.done += _SLICE
            if above.done >= len(above.text):
                self._rows.prepend(self._above.pop().block, above.rows)
                changed = True
        return changed
