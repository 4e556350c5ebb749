"""Positions of a reply, each with what its own model would write there."""

from alignscope.model.events import End
from alignscope.model.reply import Reply
from alignscope.model.score import Missing, Position


def own_positions(reply: Reply) -> list[Position]:
    """Return a reply's positions with the lists that it came with; its end is one if it ended by itself.

    Thinking is left out: the other model wouldn't have it before it.
    """
    found: list[Position] = []
    for place, text in enumerate(reply.texts):
        if place in reply.thoughts:
            continue
        logprob, alternatives = reply.logprobs.get(place, (None, ()))
        missing = None if alternatives else Missing.NO_LIST
        found.append(
            Position(index=len(found), token=text, logprob=logprob, alternatives=alternatives, missing=missing)
        )
    if reply.end is End.STOP:
        found.append(Position(index=len(found), token="", end=True, missing=Missing.ENDS))
    return found
