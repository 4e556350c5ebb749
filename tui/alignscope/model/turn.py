"""A turn: a prompt, its settings, and the replies to it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

import msgspec

from alignscope.model.events import End, Event, Finished, Started, Stats
from alignscope.model.lineup.pane import Lineup, Mode, Pane
from alignscope.model.reply import Reply
from alignscope.model.sampling import DEFAULT_PRESET, PRESETS, Sampling
from alignscope.model.scaffold import BARE
from alignscope.model.score import Score, Scored, ScoreKey
from alignscope.model.vote import Vote

FRESH = "fresh"
CARRY = "carry"
MAX_SAMPLES: Final = 16
"""Maximum number of replies per pane for one prompt: more than a person reads."""
MAX_STORED_SAMPLES: Final = 64
"""Maximum number of replies of a pane to one prompt in a file; more than can be asked for at once."""
ReplyKey = tuple[str, int]
"""A pane's name, and the number of a sample, from 1."""
Extra = dict[str, Any]
"""Fields that this version doesn't know, as plain data, which are written back."""

MAX_ALTERNATIVES: Final = 20
"""Maximum number of alternatives of a token, as in Ollama."""
_LOGPROBS: Final[Mapping[str, int | None]] = {"off": None, "token": 0}
"""What log-probabilities are asked for, by the words for it."""


def read_logprobs(text: str) -> int | None:
    """Return `TurnSettings.logprobs` for `off`, `token` or a number of alternatives. Raises ValueError for others."""
    if text in _LOGPROBS:
        return _LOGPROBS[text]
    if not text.isascii() or not text.isdigit() or int(text[:9]) > MAX_ALTERNATIVES:
        words = ", ".join(_LOGPROBS)
        raise ValueError(f"must be {words} or a number of alternatives up to {MAX_ALTERNATIVES}, not {text:.40}")
    return int(text)


class PaneRecord(msgspec.Struct, frozen=True):
    """A pane, with what its server reports of itself and of the model."""

    pane: Pane
    digest: str = ""
    """The model file's hash as the server reports it, such as `sha256:…`; empty if it doesn't."""
    server: str = ""
    """The server's own name and version, such as `ollama 0.32.15`."""
    extra: Extra = {}

    @property
    def name(self) -> str:
        """The pane's name."""
        return self.pane.name


class Verdict(msgspec.Struct, frozen=True):
    """A person's ranking of a turn's replies."""

    order: tuple[ReplyKey, ...]
    """Best first, without the replies that weren't judged."""
    extra: Extra = {}


Two = tuple[ReplyKey, ReplyKey]
"""Two replies, in the order of their keys."""


class Voted(msgspec.Struct, frozen=True):
    """A person's blind vote on two replies."""

    vote: Vote
    """Of the two in the order of their keys."""
    extra: Extra = {}


class TurnSettings(msgspec.Struct, frozen=True):
    """The settings that a turn is sent with, besides its prompt and its lineup.

    A further one needs a field here, a line in `text.wording.describe_settings`, and one in
    `sessions.format.reading`.
    """

    sampling: Sampling = PRESETS[DEFAULT_PRESET].sampling
    """The lineup's; a pane's own has precedence."""
    samples: int = 1
    """Replies per pane, requested at once."""
    context: str = FRESH
    """`fresh` or `carry`."""
    scaffold: str = BARE
    """A name in SCAFFOLDS; for completions."""
    think: bool = False
    """Whether models that can think are asked to."""
    logprobs: int | None = None
    """Requested alternatives of each token with log-probabilities; 0 for the token's own alone, None for none."""
    one_after_other: bool = False
    """Ask one pane after the other, for machines that can't load all models at once."""


@dataclass(slots=True)
class Turn:
    """A prompt, its settings, and the replies to it."""

    number: int
    """From 1."""
    at: datetime
    prompt: str
    lineup: Lineup
    settings: TurnSettings
    replies: dict[ReplyKey, Reply] = field(default_factory=dict)
    """By pane and sample."""
    records: tuple[PaneRecord, ...] = ()
    """The lineup's records; empty if nothing is known beyond the lineup."""
    note: str = ""
    verdict: Verdict | None = None
    extra: Extra = field(default_factory=dict)
    experiment: str = ""
    """Id of the experiment whose settings it was sent with; empty for the person's own."""
    further: dict[str, int] = field(default_factory=dict)
    """The last sample of each pane that has replies which go on from others, also where they haven't begun to play."""
    scores: dict[ScoreKey, Score] = field(default_factory=dict)
    """What other panes' models would have written at the positions of its replies."""
    votes: dict[Two, Voted] = field(default_factory=dict)

    @property
    def panes(self) -> tuple[PaneRecord, ...]:
        """The lineup, with what is known of each pane."""
        return self.records or tuple(PaneRecord(pane) for pane in self.lineup)

    @property
    def samples(self) -> int:
        """Largest number of samples of a pane, with those that go on from others."""
        return max([self.settings.samples, *self.further.values()])

    def samples_of(self, pane: str) -> int:
        """Return the number of a pane's samples, with those that go on from others."""
        return max(self.settings.samples, self.further.get(pane, 0))

    def count_further(self, pane: str, sample: int) -> None:
        """Count a sample that goes on from another."""
        self.further[pane] = max(sample, self.further.get(pane, 0))

    @property
    def ended(self) -> bool:
        """Whether every reply that began has ended."""
        return all(reply.end for reply in self.replies.values())

    def pane(self, name: str) -> Pane:
        """Return the lineup's pane of that name. Raises KeyError if there is none."""
        return {pane.name: pane for pane in self.lineup}[name]

    def next_sample(self, pane: str) -> int | None:
        """Return the number of a further sample of a pane; None if there are as many as a file holds."""
        number = max([self.samples_of(pane), *self.replies_of(pane)]) + 1
        return number if number <= MAX_STORED_SAMPLES else None

    def copy(self) -> "Turn":
        """Return a copy with replies and scores of its own; a reply that has ended doesn't change any more."""
        scores = {key: score.copy() for key, score in self.scores.items()}
        return replace(
            self, replies=dict(self.replies), scores=scores, further=dict(self.further), votes=dict(self.votes)
        )

    def has(self, pane: str) -> bool:
        """Return whether a pane of that name is in the lineup."""
        return any(each.name == pane for each in self.lineup)

    def apply(self, event: Event) -> Reply:
        """Fold an event into its reply, and return the reply."""
        key = (event.pane, event.sample)
        reply = self.replies.get(key)
        if reply is None:
            reply = self.replies[key] = Reply(event.pane, event.sample)
        reply.apply(event)
        if isinstance(event, Started) and event.origin is not None:
            self.count_further(*key)
        return reply

    def add_scored(self, part: Scored) -> Score:
        """Take in a part of a score, and return the score."""
        score = self.scores.get(part.key)
        if score is None:
            score = self.scores[part.key] = Score(part.key, part.alternatives)
        score.apply(part)
        return score

    def by_pane(self) -> Iterator[tuple[int, Pane, list[Reply]]]:
        """Yield each pane with its place and its replies by sample; panes outside the lineup come last."""
        names = [pane.name for pane in self.lineup]
        others = dict.fromkeys(name for name, _ in self.replies if name not in names)
        for place, pane in enumerate([*self.lineup, *(Pane(name, "", "", Mode.CHAT) for name in others)]):
            yield place, pane, [reply for _, reply in sorted(self.replies_of(pane.name).items())]

    @property
    def keys(self) -> list[ReplyKey]:
        """The replies' keys, by pane in the lineup's order and by sample."""
        return [(reply.pane, reply.sample) for _, _, replies in self.by_pane() for reply in replies]

    def replies_of(self, pane: str) -> dict[int, Reply]:
        """Return a pane's replies, by sample."""
        return {sample: reply for (name, sample), reply in self.replies.items() if name == pane}

    def put_vote(self, first: ReplyKey, second: ReplyKey, vote: Vote | None, extra: Extra | None = None) -> None:
        """Keep what was said of two replies; None takes it back."""
        straight = first < second
        two = (first, second) if straight else (second, first)
        if vote is None:
            self.votes.pop(two, None)
        else:
            self.votes[two] = Voted(vote if straight else vote.swapped, extra or {})

    def forget(self, pane: str) -> None:
        """Drop a pane's replies, what others thought of them, and votes on them."""
        self.votes = {two: voted for two, voted in self.votes.items() if pane not in (two[0][0], two[1][0])}
        self.further.pop(pane, None)
        for key in [key for key in self.replies if key[0] == pane]:
            del self.replies[key]
        for scored in [key for key in self.scores if key.pane == pane]:
            del self.scores[scored]

    def stop(
        self, end: End, *, ms: float | None = None, message: str = "", keys: Collection[ReplyKey] | None = None
    ) -> list[Finished]:
        """End the running replies with these keys, or all. Return the events that end them.

        Args:
            ms: when, since the prompt was sent; the last token's time unless given.
        """
        events = []
        for key, reply in self.replies.items():
            if reply.end is None and (keys is None or key in keys):
                last = reply.times[-1] if reply.times else reply.sent_ms
                now = last if ms is None else ms
                stats = Stats(first_token_ms=reply.first_ms, duration_ms=now - reply.sent_ms, tokens=reply.token_count)
                events.append(Finished(reply.pane, reply.sample, now, end, message, stats))
                reply.apply(events[-1])
        return events

    def text(self, pane: str, sample: int = 1) -> str:
        """Return a reply's text; empty without a reply."""
        reply = self.replies.get((pane, sample))
        return reply.text if reply else ""


def exchanges(turns: Sequence[Turn], pane: str) -> list[tuple[str, str]]:
    """Return the prompts so far with a pane's first reply to each, oldest first; not those without a reply."""
    return [(turn.prompt, text) for turn in turns if (text := turn.text(pane))]
