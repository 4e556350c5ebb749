"""The events of one stream, of which `reply.Reply` is folded.

Live and replayed replies are the same events, so whatever can be seen live can be seen again.
All times are milliseconds since the prompt was sent.
"""

from enum import StrEnum
from typing import Annotated, Any, Final

import msgspec

MAX_LIMIT: Final = 10**12
"""The highest limit of tokens that is read from a file."""


class End(StrEnum):
    """Why a reply stopped."""

    STOP = "stop"
    """The model ended by itself, or met a stop string: servers don't tell the two apart."""
    LENGTH = "length"
    """`num_predict` or the context was used up."""
    CANCELLED = "cancelled"
    """The person stopped it."""
    LOOP = "loop"
    """The server gave up on a model that repeated itself."""
    CUT = "cut"
    """The stream broke off."""
    ERROR = "error"
    """The server said no, or could not be reached."""

    @property
    def failed(self) -> bool:
        """Whether something went wrong that neither the model nor the person did."""
        return self in (End.CUT, End.ERROR)


class Phase(StrEnum):
    """What a reply waits for before its first token."""

    WAITING = "waiting"
    LOADING = "loading"
    QUEUED = "queued"


class Alternative(msgspec.Struct, frozen=True, array_like=True):
    """A token the model might have written instead."""

    text: str
    logprob: float
    """Natural logarithm of the probability, before temperature and truncation."""


class Stats(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Figures of one reply; what a server doesn't tell is None."""

    first_token_ms: float | None = None
    """From sending the prompt to the first token's arrival."""
    duration_ms: float = 0.0
    """From sending the prompt to the end."""
    tokens: int = 0
    """Tokens generated: the server's count where it tells one, else pieces that arrived."""
    prompt_tokens: int | None = None
    load_ms: float | None = None
    """How long the server took to load the model (with queueing)."""
    tokens_per_second: float | None = None
    """Generation speed by the server's clock where it tells, else by ours."""


class Started(msgspec.Struct, frozen=True, tag_field="event", tag="started", omit_defaults=True):
    """The request of one reply is on its way."""

    pane: str
    sample: int
    ms: float
    url: str
    request: dict[str, Any]
    """The JSON body, exactly as sent."""
    limit: Annotated[int, msgspec.Meta(ge=0, le=MAX_LIMIT)] | None = None
    """The most tokens that it asks for; None when there is no limit."""


class Waiting(msgspec.Struct, frozen=True, tag_field="event", tag="waiting"):
    """Nothing has come yet, and this is why. Shown while it lasts, kept nowhere."""

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
    """A reply has ended. Every reply that was started finishes exactly once."""

    pane: str
    sample: int
    ms: float
    end: End
    message: str = ""
    """For the person: what happened and what to do next. Empty when nothing is wrong."""
    stats: Stats = Stats()


Event = Started | Waiting | Token | Finished
