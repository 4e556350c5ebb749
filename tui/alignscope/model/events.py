"""What a reply is made of: the events of one stream, and the one fold that turns them into a reply.

Live and replayed replies are the same events and go through the same fold, so whatever can be seen live can be
seen again. All times are milliseconds since the prompt was sent.
"""

import sys
from array import array
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

import msgspec


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
    def words(self) -> str:
        """As a person says it, in panes and in print alike."""
        return _WORDS[self]

    @property
    def failed(self) -> bool:
        """Whether something went wrong that neither the model nor the person did."""
        return self in (End.CUT, End.ERROR)


_WORDS: Final = {
    End.STOP: "ended by itself",
    End.LENGTH: "reached the limit",
    End.CANCELLED: "stopped",
    End.LOOP: "given up as a loop",
    End.CUT: "broken off",
    End.ERROR: "failed",
}


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


class Started(msgspec.Struct, frozen=True, tag_field="event", tag="started"):
    """The request of one reply is on its way."""

    pane: str
    sample: int
    ms: float
    url: str
    request: dict[str, Any]
    """The JSON body, exactly as sent."""


class Waiting(msgspec.Struct, frozen=True, tag_field="event", tag="waiting"):
    """Nothing has come yet, and this is why. Shown while it lasts, kept nowhere."""

    pane: str
    sample: int
    ms: float
    phase: Phase


class Token(msgspec.Struct, frozen=True, tag_field="event", tag="token", omit_defaults=True):
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


class Reply:
    """What one pane gave back for one prompt, folded from its events.

    Tokens are kept as columns, since a reply may hold a hundred thousand of them: texts are shared between equal
    tokens, times are doubles, and log-probabilities take room only when they were asked for.
    """

    def __init__(self, pane: str, sample: int = 1) -> None:
        self.pane = pane
        self.sample = sample
        self.phase = Phase.WAITING
        self.phase_since_ms = 0.0
        self.url = ""
        self.request: dict[str, Any] = {}
        self.end: End | None = None
        self.message = ""
        self.stats = Stats()
        self.sent_ms = 0.0
        """When this reply's own request went out."""
        self.ended_ms: float | None = None
        self.texts: list[str] = []
        self.times = array("d")
        """Arrival of each token, milliseconds since the prompt was sent."""
        self.thoughts: set[int] = set()
        """Which tokens, by index, were thinking and not reply."""
        self.logprobs: dict[int, tuple[float, tuple[Alternative, ...]]] = {}

    def apply(self, event: Event) -> None:
        """Fold one event in. Events of other replies are the caller's mistake and are not looked for."""
        match event:
            case Token(ms=ms, text=text):
                index = len(self.texts)
                self.texts.append(sys.intern(text))
                self.times.append(ms)
                if event.thinking:
                    self.thoughts.add(index)
                if event.logprob is not None:
                    self.logprobs[index] = (event.logprob, event.alternatives)
            case Waiting(ms=ms, phase=phase):
                self.phase, self.phase_since_ms = phase, ms
            case Started():
                self.url, self.request, self.sent_ms = event.url, event.request, event.ms
            case Finished():
                self.end, self.message, self.stats, self.ended_ms = event.end, event.message, event.stats, event.ms

    @property
    def text(self) -> str:
        """The reply as it came, without the thinking."""
        if not self.thoughts:
            return "".join(self.texts)
        return "".join(text for i, text in enumerate(self.texts) if i not in self.thoughts)

    @property
    def failed(self) -> bool:
        """Whether it ended for a reason for which it can be tried again."""
        return self.end is not None and self.end.failed

    @property
    def ending(self) -> str:
        """Why it stopped, in words, with the limit that was reached where that can be told; "" before it has."""
        if self.end is End.LENGTH and (limit := _limit(self.request)) is not None:
            return "reached num_predict" if (self.stats.tokens or len(self.texts)) >= limit else "context used up"
        return self.end.words if self.end is not None else ""

    @property
    def thinking(self) -> str:
        """What a reasoning model wrote before its reply."""
        return "".join(self.texts[i] for i in sorted(self.thoughts))

    @property
    def tokens(self) -> list[Token]:
        """The tokens as events again, made anew at each call."""
        return [
            Token(
                self.pane,
                self.sample,
                self.times[i],
                text,
                i in self.thoughts,
                *self.logprobs.get(i, (None, ())),
            )
            for i, text in enumerate(self.texts)
        ]


def _limit(request: Mapping[str, object]) -> int | None:
    """The most tokens that a request asked for, in whichever dialect."""
    options = request.get("options")
    named = [options.get("num_predict")] if isinstance(options, Mapping) else []
    named += [request.get(name) for name in ("max_tokens", "num_predict", "n_predict")]
    return next((limit for limit in named if isinstance(limit, int) and limit >= 0), None)
