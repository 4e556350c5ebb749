"""Positions of a reply, each with what a model would write there."""

from enum import StrEnum

import msgspec

from alignscope.model.events import Alternative, End
from alignscope.model.reply import Reply


class Missing(StrEnum):
    """Why there is no distribution at a position."""

    NO_LIST = "no list"
    """The server was asked for log-probabilities, and gave none."""
    ENDS = "ends"
    """The model would end here, and the server shows no list with that."""
    RESPLIT = "resplit"
    """The text up to here is split into other tokens when it is read than when it was written."""
    START = "start"
    """The first token after another prompt than the writer's: whether it begins with a blank is the prompt's doing."""


class Position(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A place in a reply, before one of its tokens, and a model's list of the likeliest tokens there."""

    index: int
    """From 0."""
    token: str
    """What the reply has there; "" at its end."""
    end: bool = False
    """Whether it is the place at which the reply ended by itself."""
    logprob: float | None = None
    """Natural logarithm of the token's probability, where the server tells it."""
    alternatives: tuple[Alternative, ...] = ()
    """The likeliest first."""
    missing: Missing | None = None


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
