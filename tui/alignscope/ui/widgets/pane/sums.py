"""Sums of turns' samples, as lines under panes."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from alignscope.model.reply import Reply
from alignscope.model.turn import Turn
from alignscope.text.clean import clean_line

if TYPE_CHECKING:
    from alignscope.run.samples import Stats


class Sums:
    """The lines of turns, which panes share: replies of all panes are cut to one length, so each needs the others'."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[list[Reply], Mapping[str, tuple[str, ...]]]] = {}

    def of(self, turn: Turn, pane: str) -> tuple[str, ...]:
        """Return the line under a pane's samples, the longest form first; none before all samples have ended."""
        if turn.settings.samples < 2:
            return ()
        from alignscope.run.samples import of_turn  # reads the tables of words, which the first frame doesn't need

        replies = [*turn.replies.values()]
        before, lines = self._known.get(turn.number, ([], {}))
        if len(before) != len(replies) or any(a is not b for a, b in zip(before, replies, strict=True)):
            lines = {name: _forms(found) for name, found in of_turn(turn).items()}
            if lines:  # else a reply may go on
                self._known[turn.number] = replies, lines
        return lines.get(pane, ())


def _forms(found: "Stats") -> tuple[str, ...]:
    """Return it at length, and in short with fewer and fewer figures."""
    parts = found.short_parts()
    shorter = [" · ".join(parts[:count]) for count in range(len(parts), 0, -1)]
    return tuple(map(clean_line, [found.describe(), *shorter]))
