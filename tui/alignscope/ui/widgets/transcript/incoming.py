"""Text that was appended and isn't laid out yet."""

import time
from collections import defaultdict
from typing import Final

from alignscope.text.clean import clean
from alignscope.ui.widgets.transcript.filler import Filler
from alignscope.ui.widgets.transcript.layout import Rows
from alignscope.ui.widgets.transcript.turns import Turns

_SLICE: Final = 16_384
"""Characters laid out between two checks of the deadline."""


class Incoming:
    """Collects text by sample, and lays it out in slices."""

    def __init__(self, rows: Rows, turns: Turns, filler: Filler) -> None:
        self._rows = rows
        self._turns = turns
        self._filler = filler
        self._parts: defaultdict[tuple[int, bool], list[str]] = defaultdict(list)  # by sample and thinking

    @property
    def pending(self) -> bool:
        """Whether there is any."""
        return bool(self._parts)

    def add(self, text: str, thinking: bool, sample: int) -> None:
        """Add text to a sample's reply or its thinking."""
        self._parts[sample, thinking].append(text)

    def clear(self) -> None:
        """Drop all of it."""
        self._parts.clear()

    def lay_out(self, deadline: float) -> list[int]:
        """Lay out at least one slice, and more until the deadline. Return rows from which on others differ.

        Args:
            deadline: a time of `time.perf_counter`.
        """
        changed: list[int] = []
        while self._parts:
            key, parts = next(iter(self._parts.items()))
            sample, thinking = key
            text = "".join(parts)
            blocks = len(self._rows.blocks)
            block = self._turns.thinking(sample) if thinking else self._turns.reply(sample)
            if len(self._rows.blocks) > blocks:
                changed.append(0)
            if self._filler.queue(block, text):
                del self._parts[key]
                continue
            done = 0
            while done < len(text) and (not done or time.perf_counter() <= deadline):
                row = self._rows.append(block, clean(text[done : done + _SLICE]))
                if row is not None:
                    changed.append(row)
                done += _SLICE
            if done < len(text):
                self._parts[key] = [text[done:]]
                break
            del self._parts[key]
            if time.perf_counter() > deadline:
                break
        return changed
