"""A reply, folded from its events: the one fold that live and replayed replies share."""

import sys
from array import array
from typing import Any, Final, assert_never

from alignscope.model.events import Alternative, End, Event, Finished, Phase, Started, Stats, Token, Waiting

_RATE_TOKENS: Final = 10
_RATE_SECONDS: Final = 0.1
_TOLD_SECONDS: Final = 0.01
"""A speed of fewer tokens, or over less time, is chance: two tokens of one packet come at millions a second. A server's
own clock doesn't wait for packets, so it needs less time."""


def own_rate(tokens: int, seconds: float) -> float | None:
    """Return tokens a second by our clock, None where that would mean nothing.

    Args:
        seconds: from the first token's arrival to the last one's.
    """
    return (tokens - 1) / seconds if tokens >= _RATE_TOKENS and seconds >= _RATE_SECONDS else None


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
        self.limit: int | None = None
        """The most tokens that the request asked for; None when it set no limit."""
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
                self.url, self.request, self.limit, self.sent_ms = event.url, event.request, event.limit, event.ms
            case Finished():
                self.end, self.message, self.stats, self.ended_ms = event.end, event.message, event.stats, event.ms
            case _:
                assert_never(event)

    @property
    def text(self) -> str:
        """The reply as it came, without the thinking."""
        if not self.thoughts:
            return "".join(self.texts)
        return "".join(text for i, text in enumerate(self.texts) if i not in self.thoughts)

    @property
    def silent_since_ms(self) -> float:
        """When the last token came, else when the present phase of waiting began."""
        return self.times[-1] if self.times else self.phase_since_ms

    @property
    def failed(self) -> bool:
        """Whether it ended for a reason for which it can be tried again."""
        return self.end is not None and self.end.failed

    @property
    def ending(self) -> str:
        """Why it stopped, in words, with the limit that was reached where that can be told; "" before it has."""
        if self.end is End.LENGTH and self.limit is not None:
            return "reached num_predict" if self.token_count >= self.limit else "context used up"
        return self.end.words if self.end is not None else ""

    @property
    def token_count(self) -> int:
        """Tokens so far: the server's count once it is known, before that the pieces that came."""
        return self.stats.tokens or len(self.texts)

    @property
    def first_ms(self) -> float | None:
        """Milliseconds from this reply's request to its first token."""
        if self.stats.first_token_ms is not None:
            return self.stats.first_token_ms
        return self.times[0] - self.sent_ms if self.times else None

    @property
    def rate(self) -> float | None:
        """Tokens a second: by the server's clock where it told, else by ours; None where it would mean nothing."""
        told = self.stats.tokens_per_second
        if not told:
            return own_rate(len(self.times), (self.times[-1] - self.times[0]) / 1000) if self.times else None
        count = self.token_count
        return told if count >= _RATE_TOKENS and count / told >= _TOLD_SECONDS else None

    @property
    def thinking(self) -> str:
        """What a reasoning model wrote before its reply."""
        return "".join(self.texts[i] for i in sorted(self.thoughts))

    def token(self, index: int) -> Token:
        """Return a token as the event that it came as."""
        logprob, alternatives = self.logprobs.get(index, (None, ()))
        thinking = index in self.thoughts
        return Token(self.pane, self.sample, self.times[index], self.texts[index], thinking, logprob, alternatives)
