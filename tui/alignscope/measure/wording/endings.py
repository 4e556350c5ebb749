"""Ends and lengths of replies."""

import math
import statistics
from collections.abc import Sequence
from typing import NamedTuple

from alignscope.measure.bounds import Bounds
from alignscope.model.events import End
from alignscope.model.reply import Reply


class Endings(NamedTuple):
    """The ends of several replies."""

    by_themselves: int
    not_by_themselves: int
    """They reached a limit, or went on in circles."""
    undetermined: int
    """They were stopped, broken off, or failed before it showed; or they still go on."""

    @property
    def replies(self) -> int:
        """Number of replies, to be shown beside the others."""
        return sum(self)

    @property
    def bounds(self) -> Bounds | None:
        """The share that ended by themselves: if no undetermined one would have, and if all would; None without any."""
        if not self.replies:
            return None
        return Bounds(self.by_themselves / self.replies, (self.by_themselves + self.undetermined) / self.replies)


def endings(replies: Sequence[Reply]) -> Endings:
    """Count how replies ended. A stop string counts as the model's own end: servers don't tell them apart."""
    own = sum(reply.end is End.STOP for reply in replies)
    made = sum(reply.end in (End.LENGTH, End.LOOP) for reply in replies)
    return Endings(own, made, len(replies) - own - made)


def length(reply: Reply) -> Bounds:
    """Return the tokens that a reply has, or would have had: only one that ended by itself has an upper bound."""
    tokens = float(reply.token_count)
    return Bounds(tokens, tokens if reply.end is End.STOP else math.inf)


def median_length(replies: Sequence[Reply]) -> Bounds | None:
    """Return the bounds of the median length in tokens; None without any reply.

    A median can be known where a mean can't: replies that reached the limit are longer than the others, and it doesn't
    matter by how much as long as they are fewer than half.
    """
    if not replies:
        return None
    every = [length(reply) for reply in replies]
    return Bounds(statistics.median(each.lo for each in every), statistics.median(each.hi for each in every))
