"""A reply, folded from its events: live and replayed ones alike."""

import sys
from array import array
from collections.abc import Iterator
from itertools import groupby
from typing import Any, Final, assert_never

from alignscope.model.events import Alternative, End, Event, Finished, Phase, Started, Stats, Token, Waiting
from alignscope.model.origin import Origin

_ENDINGS: Final = {
    End.STOP: "ended by itself",
    End.LENGTH: "reached the limit",
    End.CANCELLED: "stopped",
    End.LOOP: "given up as a loop",
    End.CUT: "broken off",
    End.ERROR: "failed",
}
_RATE_TOKENS: Final = 10
_RATE_SECONDS: Final = 0.1
_SERVER_SECONDS: Final = 0.01
"""A speed of fewer tokens, or over less time, is chance: two tokens of one packet come at millions a second. A server's
own clock doesn't wait for packets, so it needs less time."""


def own_rate(tokens: int, seconds: float) -> float | None:
    """Return tokens a second from the seconds between the first token and the last; None if there are too few."""
    return (tokens - 1) / seconds if tokens >= _RATE_TOKENS and seconds >= _RATE_SECONDS else None


class Reply:
    """A pane's reply to a prompt, folded from its events.

    Tokens are kept as columns, since a reply may have a hundred thousand: texts are shared between equal tokens, times
    are doubles, and log-probabilities use memory only if they were requested.
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
        self.origin: Origin | None = None
        """The reply that it goes on from; None for a reply of its own."""
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
        """Fold one event in. The caller makes sure that it belongs to this reply."""
        match event:
            case Token():
                self.texts.append(sys.intern(event.text))
                self.times.append(event.ms)
                if event.thinking:
                    self.thoughts.add(len(self.texts) - 1)
                if event.logprob is not None:
                    self.logprobs[len(self.texts) - 1] = (event.logprob, event.alternatives)
            case Waiting():
                self.phase, self.phase_since_ms = event.phase, event.ms
            case Started():
                self.url, self.request, self.limit, self.sent_ms = event.url, event.request, event.limit, event.ms
                self.origin = event.origin
            case Finished():
                self.end, self.message, self.stats, self.ended_ms = event.end, event.message, event.stats, event.ms
            case _:
                assert_never(event)

    @property
    def text(self) -> str:
        """The reply's text without the thinking."""
        if not self.thoughts:
            return "".join(self.texts)
        return "".join(text for i, text in enumerate(self.texts) if i not in self.thoughts)

    @property
    def silent_since_ms(self) -> float:
        """The time of the last token, else the time at which the present phase of waiting began."""
        return self.times[-1] if self.times else self.phase_since_ms

    @property
    def failed(self) -> bool:
        """Whether it failed, so that trying again makes sense."""
        return self.end is not None and self.end.failed

    @property
    def ending(self) -> str:
        """The reason why it stopped, with the limit if that is known; "" before it has."""
        if self.end is End.LENGTH and self.limit is not None:
            return "reached num_predict" if self.token_count >= self.limit else "context used up"
        return _ENDINGS[self.end] if self.end is not None else ""

    @property
    def kept(self) -> int:
        """Number of tokens at its beginning that another reply had, and this one didn't generate."""
        return self.origin.kept if self.origin is not None else 0

    @property
    def token_count(self) -> int:
        """Number of generated tokens so far: the server's count if known, else the pieces received."""
        return self.stats.tokens or max(0, len(self.texts) - self.kept)

    @property
    def first_ms(self) -> float | None:
        """Milliseconds from this reply's request to its first token."""
        if self.stats.first_token_ms is not None:
            return self.stats.first_token_ms
        return self.times[self.kept] - self.sent_ms if len(self.times) > self.kept else None

    @property
    def rate(self) -> float | None:
        """Tokens a second, by the server's clock or else by ours; None if there are too few tokens."""
        rate = self.stats.tokens_per_second
        if not rate:
            count = len(self.times) - self.kept
            return own_rate(count, (self.times[-1] - self.times[self.kept]) / 1000) if count > 0 else None
        count = self.token_count
        return rate if count >= _RATE_TOKENS and count / rate >= _SERVER_SECONDS else None

    @property
    def thinking(self) -> str:
        """The text that a reasoning model wrote before its reply."""
        return "".join(self.texts[i] for i in sorted(self.thoughts))

    def slice(self, start: int, stop: int) -> Iterator[tuple[bool, str]]:
        """Yield the text of the tokens from `start` to before `stop`, and whether it is thinking, in few pieces."""
        for thinking, indexes in groupby(range(start, stop), self.thoughts.__contains__):
            yield thinking, "".join(map(self.texts.__getitem__, indexes))

    def token(self, index: int) -> Token:
        """Return a token as an event."""
        logprob, alternatives = self.logprobs.get(index, (None, ()))
        thinking = index in self.thoughts
        return Token(self.pane, self.sample, self.times[index], self.texts[index], thinking, logprob, alternatives)
