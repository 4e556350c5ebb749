"""Events of one stream, which are folded into a `reply.Reply`.

Live and replayed replies are the same events, so that a replay has everything a live stream has.
All times are milliseconds since the prompt was sent.
"""

from enum import StrEnum
from typing import Annotated, Any, Final

import msgspec

from alignscope.model.origin import Origin

MAX_LIMIT: Final = 10**12
"""Maximum number of tokens in a file's limits and figures."""


class End(StrEnum):
    """The reason why a reply stopped."""

    STOP = "stop"
    """The model ended by itself, or met a stop string: servers don't distinguish the two."""
    LENGTH = "length"
    """`num_predict` or the context was used up."""
    CANCELLED = "cancelled"
    """The person stopped it."""
    LOOP = "loop"
    """The server gave up on a model that repeated itself."""
    CUT = "cut"
    """The stream broke off."""
    ERROR = "error"
    """The server refused, or could not be reached."""

    @property
    def failed(self) -> bool:
        """Whether the reply failed: it broke off, or ended in an error."""
        return self in (End.CUT, End.ERROR)


class Phase(StrEnum):
    """The phase of waiting before a reply's first token."""

    WAITING = "waiting"
    LOADING = "loading"
    QUEUED = "queued"


class Alternative(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """Another token that the model might have generated."""

    text: str
    logprob: float
    """Natural logarithm of the probability, before temperature and truncation."""


class Stats(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Figures of one reply; None for what the server doesn't report."""

    first_token_ms: float | None = None
    """From sending the prompt to the first token's arrival."""
    duration_ms: float = 0.0
    """From sending the prompt to the end."""
    tokens: int = 0
    """Number of generated tokens by the server's count, or else of pieces received."""
    prompt_tokens: int | None = None
    load_ms: float | None = None
    """How long the server took to load the model (with queueing)."""
    tokens_per_second: float | None = None
    """Generation speed by the server's clock, or else by ours."""


class Started(msgspec.Struct, frozen=True, tag_field="event", tag="started", omit_defaults=True):
    """The sending of one reply's request."""

    pane: str
    sample: int
    ms: float
    url: str
    request: dict[str, Any]
    """The JSON body, exactly as sent."""
    limit: Annotated[int, msgspec.Meta(ge=0, le=MAX_LIMIT)] | None = None
    """The most tokens that it asks for; None for no limit."""
    origin: Origin | None = None
    """The reply that this one goes on from, whose kept tokens are its first; None for a reply of its own."""


class Waiting(msgspec.Struct, frozen=True, tag_field="event", tag="waiting"):
    """The reason why no token has come yet. Not recorded."""

    pane: str
    sample: int
    ms: float
    phase: Phase


class Token(msgspec.Struct, frozen=True, gc=False, tag_field="event", tag="token", omit_defaults=True):
    """A piece of a reply as it arrived."""

    pane: str
    sample: int
    ms: float
    text: str
    thinking: bool = False
    logprob: float | None = None
    alternatives: tuple[Alternative, ...] = ()


class Finished(msgspec.Struct, frozen=True, tag_field="event", tag="finished"):
    """The end of a reply. Every reply that was started finishes exactly once."""

    pane: str
    sample: int
    ms: float
    end: End
    message: str = ""
    """What happened and what to do next, for the person; empty if nothing is wrong."""
    stats: Stats = Stats()


Event = Started | Waiting | Token | Finished
