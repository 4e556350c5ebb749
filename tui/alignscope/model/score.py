"""A reply's score: what another model would have written at each of its positions."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

import msgspec

from alignscope.model.events import Alternative, End
from alignscope.model.reply import Reply


class Frame(StrEnum):
    """The text before a reply when another model is asked about it."""

    CHAT = "chat"
    """The very text that the reply's own model read: a chat as its template renders it, or a completion's prompt."""
    QA = "qa"
    """The prompt as a question in a list of questions and answers."""
    BARE = "bare"
    """The prompt alone."""


class Tokenizers(StrEnum):
    """Whether two models read a text in the same tokens; only then can their lists be compared everywhere."""

    ALIKE = "alike"
    """On this text."""
    DIFFERENT = "different"
    UNKNOWN = "unknown"
    """A server doesn't tell."""


class Missing(StrEnum):
    """The reason why there is no distribution at a position."""

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


class ScoreKey(NamedTuple):
    """The key of a score: the reply, the pane whose model scores it, and the frame."""

    pane: str
    sample: int
    by: str
    frame: Frame


class Scored(msgspec.Struct, frozen=True, kw_only=True, tag_field="event", tag="scored"):
    """A part of a score, as it is kept: positions from one on, and how far the whole has come with them."""

    pane: str
    sample: int
    by: str
    """Name of the pane whose model was asked."""
    frame: Frame
    alternatives: int
    """Alternatives that were asked for."""
    first: int
    """The first of these positions; those that were known from there on no longer count."""
    positions: tuple[Position, ...]
    whole: bool
    """Whether the reply's last position is among them or before them."""
    requests: int
    """Requests so far, for all positions."""
    tokens: int
    """Tokens that were written for them."""
    tokenizers: Tokenizers | None = None
    """None before it was looked for."""

    @property
    def key(self) -> ScoreKey:
        """The key of the score that it is a part of."""
        return ScoreKey(self.pane, self.sample, self.by, self.frame)


@dataclass(slots=True)
class Score:
    """The distributions of one pane's model along another pane's reply, as far as they were asked for."""

    key: ScoreKey
    alternatives: int
    """Alternatives that were asked for."""
    positions: list[Position] = field(default_factory=list)
    """From the reply's first token on, without gaps."""
    whole: bool = False
    """Whether every position is there, the reply's end among them if it ended by itself."""
    requests: int = 0
    tokens: int = 0
    """Tokens that were written for it."""
    tokenizers: Tokenizers | None = None

    def part(self, first: int) -> Scored:
        """Return what is there from a position on."""
        return Scored(
            **self.key._asdict(), alternatives=self.alternatives, first=first,
            positions=tuple(self.positions[first:]), whole=self.whole, requests=self.requests, tokens=self.tokens,
            tokenizers=self.tokenizers,
        )  # fmt: skip

    def apply(self, part: Scored) -> None:
        """Take in a part; one that begins behind what is there leaves a gap, and is left out."""
        if part.first > len(self.positions):
            return
        self.positions[part.first :] = part.positions
        self.alternatives, self.whole = part.alternatives, part.whole
        self.requests, self.tokens, self.tokenizers = part.requests, part.tokens, part.tokenizers

    def copy(self) -> "Score":
        """Return a copy with a list of its own."""
        return Score(
            self.key, self.alternatives, list(self.positions), self.whole, self.requests, self.tokens, self.tokenizers
        )

    def fits(self, texts: Sequence[str]) -> int:
        """Return how many positions are those of a reply's tokens, from the first on."""
        for place, position in enumerate(self.positions):
            if position.token != (texts[place] if place < len(texts) else ""):
                return place
        return len(self.positions)


def own_positions(reply: Reply) -> list[Position]:
    """Return a reply's positions with the lists that it came with; its end is one if it ended by itself.

    Thinking is left out: the other model wouldn't have it before it.
    """
    found: list[Position] = []
    for place, text in enumerate(reply.texts):
        if place in reply.thoughts:
            continue
        logprob, alternatives = reply.logprobs.get(place, (None, ()))
        if logprob is not None and math.isnan(logprob):  # a list without the token's own
            logprob = None
        missing = None if alternatives else Missing.NO_LIST
        found.append(
            Position(index=len(found), token=text, logprob=logprob, alternatives=alternatives, missing=missing)
        )
    if reply.end is End.STOP:
        found.append(Position(index=len(found), token="", end=True, missing=Missing.ENDS))
    return found
