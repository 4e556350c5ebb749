"""What a session is made of: turns, and the replies to them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from alignscope.events import Event, Reply
from alignscope.lineup import Lineup
from alignscope.sampling import Sampling

FRESH = "fresh"
CARRY = "carry"


@dataclass(slots=True)
class Turn:
    """A prompt, what it was sent with, and the replies to it."""

    number: int
    """From 1."""
    at: datetime
    prompt: str
    lineup: Lineup
    sampling: Sampling
    samples: int = 1
    context: str = FRESH
    """`fresh` or `carry`."""
    scaffold: str = "bare"
    replies: dict[tuple[str, int], Reply] = field(default_factory=dict)
    """By pane and sample."""

    def apply(self, event: Event) -> Reply:
        """Fold an event into the reply it belongs to, and give that back."""
        key = (event.pane, event.sample)
        reply = self.replies.get(key)
        if reply is None:
            reply = self.replies[key] = Reply(event.pane, event.sample)
        reply.apply(event)
        return reply

    def forget(self, pane: str) -> None:
        """Drop a pane's replies, because it is asked again."""
        for key in [key for key in self.replies if key[0] == pane]:
            del self.replies[key]

    def text(self, pane: str, sample: int = 1) -> str:
        """One reply's text; empty when there is none."""
        reply = self.replies.get((pane, sample))
        return reply.text if reply else ""


def exchanges(turns: Sequence[Turn], pane: str) -> list[tuple[str, str]]:
    """What `carry` sends along: every prompt so far with the pane's first reply to it, oldest first.

    A turn whose reply never began is left out: there is nothing in it to carry.
    """
    return [(turn.prompt, text) for turn in turns if (text := turn.text(pane))]
