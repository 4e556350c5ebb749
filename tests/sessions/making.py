"""Sessions to test with: small ones by hand, and any whatever by hypothesis."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from itertools import combinations
from typing import Any

from hypothesis import strategies as st

from alignscope.model.events import MAX_LIMIT, Alternative, End, Event, Finished, Started, Stats, Token
from alignscope.model.lineup.pane import Mode, Pane
from alignscope.model.origin import MAX_POSITION, Kind, Origin, Way
from alignscope.model.reply import Reply
from alignscope.model.sampling import Sampling
from alignscope.model.scaffold import SCAFFOLDS
from alignscope.model.score import Frame, Missing, Position, Scored, Tokenizers
from alignscope.model.session import Parent, Session
from alignscope.model.turn import CARRY, FRESH, PaneRecord, Turn, TurnSettings, Verdict
from alignscope.model.vote import Vote

AT = datetime(2026, 11, 20, 21, 3, 11, tzinfo=UTC)
BASE = Pane("base", "mistral:text", "http://localhost:11434", Mode.COMPLETION)
INSTRUCT = Pane("instruct", "mistral:latest", "http://localhost:11434", Mode.CHAT, "Be brief.")
LINEUP = (BASE, INSTRUCT)


def events_of(
    pane: str, texts: Sequence[str], *, sample: int = 1, end: End = End.STOP, step: float = 25.0
) -> list[Event]:
    """What a reply of these tokens is told by."""
    times = [round(200 + step * place, 3) for place in range(len(texts))]
    last = times[-1] if times else 200.0
    return [
        Started(pane, sample, 0.5, "http://localhost:11434/api/generate", {"prompt": "x", "raw": True}),
        *(Token(pane, sample, time, text) for time, text in zip(times, texts, strict=True)),
        Finished(pane, sample, last + 1, end, "", Stats(first_token_ms=200, duration_ms=last, tokens=len(texts))),
    ]


def tokens(reply: Reply) -> list[Token]:
    """A reply's tokens, as events."""
    return [reply.token(index) for index in range(len(reply.texts))]


SETTINGS = TurnSettings(Sampling({"temperature": 0.8, "seed": 7}))


def turn_of(number: int, prompt: str = "Once", texts: Sequence[str] = ("upon", " a", " time")) -> Turn:
    """A turn with a reply of every pane of LINEUP."""
    turn = Turn(number, AT + timedelta(minutes=number), prompt, LINEUP, SETTINGS)
    for pane in LINEUP:
        for event in events_of(pane.name, texts):
            turn.apply(event)
    return turn


def session_of(*turns: Turn, title: str = "Greeting") -> Session:
    """A session of these turns."""
    return Session(title, AT, tuple(PaneRecord(pane) for pane in LINEUP), list(turns))


def shape(value: Session | Turn | Reply) -> Any:
    """What has to be equal when a session has been written and read."""
    match value:
        case Reply():
            columns = (value.texts, list(value.times), value.thoughts, value.logprobs)
            asked = (value.url, value.request, value.limit, value.sent_ms, value.origin)
            told = (value.end, value.message, value.stats, *asked, value.ended_ms)
            return (value.pane, value.sample, value.text, value.thinking, columns, told, getattr(value, "extra", {}))
        case Turn():
            sent = (value.at, value.prompt, value.lineup, value.settings)
            said = (value.panes, value.experiment, value.note, value.verdict, value.votes, value.extra)
            return (value.number, sent, said, value.scores, {key: shape(reply) for key, reply in value.replies.items()})
        case Session():
            header = (value.title, value.created, value.lineup, value.parent, value.extra, value.others)
            return (header, [shape(turn) for turn in value.turns])


# Any whatever

NASTY = "\n\t \r\x00\x1b\x7f\x85\xa0\u2028\u2029\ufeff\ufffe\uffff\ud800\udfff\U0001f600ab0d#:-?|>&*!%@`\"'\\{}[],~"
texts = st.text(st.characters(exclude_categories=()), max_size=30) | st.text(st.sampled_from(NASTY), max_size=30)
microseconds = st.integers(0, 10**9).map(lambda each: each / 1000)
figures = st.none() | microseconds
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts
plain = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3), max_leaves=6
)
requests = st.dictionaries(texts, plain, max_size=3)
unknown = st.sampled_from(["mood", "x-y", "später", "\ud800", "a b"])
extras = st.dictionaries(unknown, plain, max_size=2)
_zones = st.sampled_from([UTC, timezone(timedelta(hours=9))])
times = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=_zones)
samplings = st.fixed_dictionaries(
    {},
    optional={
        "temperature": st.floats(0, 5),
        "seed": st.integers(0, 2**31 - 1),
        "num_predict": st.sampled_from([-1, 1, 512]),
        "stop": st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=3),
        "keep_alive": st.just("5m"),
    },
).map(Sampling)
alternatives = st.lists(st.builds(Alternative, texts, st.floats(-50, 0)), max_size=3).map(tuple)
pane_names = st.sampled_from(["base", "instruct", "SFT 2", "дпо"])


limits = st.none() | st.sampled_from([0, 1, 512, MAX_LIMIT])


counts = st.integers(0, 4) | st.just(MAX_POSITION)
origins = st.builds(
    Origin, kind=st.sampled_from(list(Kind)), pane=pane_names, sample=st.integers(1, 64), position=counts, kept=counts,
    taken=texts, way=st.sampled_from(list(Way)), resplit=st.booleans(),
    places=st.sets(counts, max_size=4).map(sorted).map(tuple), percent=st.integers(0, 100),
    by=st.just(""), frame=st.just(""),
)  # fmt: skip
origins |= st.builds(
    Origin, kind=st.just(Kind.BUDGET), pane=pane_names, sample=st.integers(1, 64), position=counts, kept=counts,
    by=pane_names, frame=st.sampled_from([frame.value for frame in Frame]), percent=st.integers(1, 100),
)  # fmt: skip


@st.composite
def replies(draw: st.DrawFn, pane: str, sample: int) -> Reply:
    """Any reply that has ended."""
    reply = Reply(pane, sample)
    asked = (draw(texts).replace("@", ""), draw(requests), draw(limits), draw(st.none() | origins))
    reply.apply(Started(pane, sample, draw(microseconds), *asked))
    now = 0.0
    for _ in range(draw(st.integers(0, 6))):
        now = round(now + draw(microseconds), 3)
        logprob = draw(st.none() | st.floats(-50, 0))
        others = draw(alternatives) if logprob is not None else ()
        reply.apply(Token(pane, sample, now, draw(texts), draw(st.booleans()), logprob, others))
    stats = Stats(
        first_token_ms=draw(figures),
        duration_ms=draw(microseconds),
        tokens=draw(st.integers(0, 10**6)),
        prompt_tokens=draw(st.none() | st.integers(0, 10**6)),
        tokens_per_second=draw(figures),
    )
    reply.apply(Finished(pane, sample, draw(microseconds), draw(st.sampled_from(list(End))), draw(texts), stats))
    return reply


@st.composite
def scored(draw: st.DrawFn, pane: str, sample: int, by: str) -> Scored:
    """A first part of a score."""
    positions = tuple(
        Position(
            index=index, token=draw(texts), end=draw(st.booleans()), logprob=draw(st.none() | st.floats(-50, 0)),
            alternatives=draw(alternatives), missing=draw(st.none() | st.sampled_from(Missing)),
        )
        for index in range(draw(st.integers(0, 4)))
    )  # fmt: skip
    asked = draw(st.integers(0, 20)), draw(st.integers(0, 10**6)), draw(st.integers(0, 10**6))
    return Scored(
        pane=pane, sample=sample, by=by, frame=draw(st.sampled_from(Frame)), alternatives=asked[0], first=0,
        positions=positions, whole=draw(st.booleans()), requests=asked[1], tokens=asked[2],
        tokenizers=draw(st.none() | st.sampled_from(Tokenizers)),
    )  # fmt: skip


@st.composite
def lineups(draw: st.DrawFn) -> tuple[PaneRecord, ...]:
    """Any lineup."""
    return tuple(
        PaneRecord(
            Pane(name, draw(texts), draw(texts).replace("@", ""), draw(st.sampled_from(list(Mode))), draw(texts),
                 draw(st.none() | samplings)),
            draw(texts),
            draw(texts),
            draw(extras),
        )
        for name in draw(st.lists(pane_names, min_size=1, max_size=3, unique=True))
    )  # fmt: skip


@st.composite
def turns(draw: st.DrawFn, number: int, records: tuple[PaneRecord, ...]) -> Turn:
    """Any turn."""
    lineup = tuple(record.pane for record in records)
    samples = draw(st.integers(1, 2))
    keys = [(pane.name, sample + 1) for pane in lineup for sample in range(samples)]
    made = Turn(
        number,
        draw(times),
        draw(texts),
        lineup,
        TurnSettings(
            draw(samplings),
            samples,
            draw(st.sampled_from([FRESH, CARRY])),
            draw(st.sampled_from(list(SCAFFOLDS))),
            draw(st.booleans()),
            draw(st.none() | st.integers(0, 20)),
            draw(st.booleans()),
        ),
        {key: draw(replies(*key)) for key in keys if draw(st.booleans())},
        records,
        draw(texts),
        draw(st.none() | st.permutations(keys).map(lambda order: Verdict(tuple(order)))),
        draw(extras),
        draw(texts),
    )
    for key in made.replies:
        if draw(st.booleans()):
            made.add_scored(draw(scored(*key, draw(st.sampled_from([pane.name for pane in lineup])))))
    for one, other in combinations(keys, 2):
        if draw(st.booleans()):
            made.put_vote(one, other, draw(st.sampled_from(Vote)), draw(extras))
    return made


@st.composite
def sessions(draw: st.DrawFn) -> Session:
    """Any session."""
    header = draw(lineups())
    parent = draw(st.none() | st.builds(Parent, texts, st.integers(0, 99), figures, extras))
    lines = [draw(st.just(header) | lineups()) for _ in range(draw(st.integers(0, 3)))]
    all_turns = [draw(turns(number, line)) for number, line in enumerate(lines, 1)]
    others = draw(st.lists(st.dictionaries(unknown, plain, min_size=1, max_size=2), max_size=2))
    return Session(draw(texts), draw(times), header, all_turns, parent, extra=draw(extras), others=others)
