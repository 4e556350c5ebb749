"""Turns as they are after they were streamed, made up for tests."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from alignscope.export import FORMATS, Options
from alignscope.model.events import Alternative, End, Event, Finished, Started, Stats, Token
from alignscope.model.lineup.pane import Mode, Pane
from alignscope.model.sampling import Sampling
from alignscope.model.session import Session
from alignscope.model.turn import PaneRecord, Turn, TurnSettings

AT = datetime(2026, 11, 20, 21, 3, 15, tzinfo=UTC)
LINEUP = (
    Pane("base", "mistral:text", "http://localhost:11434", Mode.COMPLETION),
    Pane("instruct", "mistral:instruct", "http://localhost:11434", Mode.CHAT),
)
Piece = tuple[float, str]
"""Milliseconds since the prompt was sent, and text."""


def events(
    pane: str,
    pieces: Sequence[Piece],
    end: End | None = End.STOP,
    *,
    sample: int = 1,
    ended_ms: float | None = None,
    limit: int | None = None,
) -> list[Event]:
    """A reply's events, from its start to its end."""
    told: list[Event] = [Started(pane, sample, 0.0, f"http://localhost:11434/{pane}", {"model": pane}, limit)]
    told += [Token(pane, sample, ms, text) for ms, text in pieces]
    if end is not None:
        last = pieces[-1][0] if pieces else 0.0
        ms = last if ended_ms is None else ended_ms
        first = pieces[0][0] if pieces else None
        message = "the server is gone; start it again" if end.failed else ""
        stats = Stats(first_token_ms=first, duration_ms=ms, tokens=len(pieces), tokens_per_second=50.0)
        told.append(Finished(pane, sample, ms, end, message, stats))
    return told


def turn(number: int, prompt: str, *replies: Sequence[Event], samples: int = 1) -> Turn:
    """A turn from its replies' events."""
    at = AT + timedelta(minutes=number)
    sampling = Sampling({"temperature": 0.8, "seed": 7})
    made = Turn(number, at, prompt, LINEUP, TurnSettings(sampling, samples))
    for reply in replies:
        for event in reply:
            made.apply(event)
    return made


def two_turns() -> list[Turn]:
    """A base that writes on and an instruct that finishes first; then one that breaks off. Times are easy to add."""
    first = turn(
        1,
        "こんにちは",
        events("base", [(100, "One"), (300, " two"), (500, " three"), (900, " Four")], End.LENGTH, ended_ms=1000),
        events("instruct", [(200, "Hello"), (300, "!"), (400, "\n")], ended_ms=450),
    )
    second = turn(
        2,
        "Go on",
        events("base", [(100, "on"), (5100, " and on")], End.CUT),
        events("instruct", [(200, "Hello again")], ended_ms=250),
    )
    return [first, second]


TWO_TURNS_END = [
    "≈ base · mistral:text · com… │ ◆ instruct · mistral:instru…",
    "› こんにちは                 │ › こんにちは",
    "                             │",
    "One two three Four           │ Hello!",
    "                             │",
    "› Go on                      │",
    "                             │ › Go on",
    "on and on                    │",
    "the server is gone; start it │ Hello again",
    "again                        │",
    *["                             │"] * 5,
    "broken off · 2 tokens · fir… │ ended by itself · 1 token ·…",
]
"""The last screen of a recording of these two turns for asciinema, 60 columns wide and 16 rows high."""


def with_logprobs() -> Turn:
    """One that was asked for log-probabilities, by a model that thinks first."""
    thinking = Token("instruct", 1, 5.0, "hm", thinking=True, logprob=-0.5)
    said = Token("instruct", 1, 9.5, "Yes", False, -0.25, (Alternative("No", -1.5), Alternative("", -9.0)))
    return turn(1, "Well?", [thinking, said, Finished("instruct", 1, 10.0, End.STOP, stats=Stats(duration_ms=10.0))])


NASTY = (
    "a | b\n\n<script>alert(1)</script> `` ``` *x* _y_ [z](http://w) &amp; \x1b[31m\x07\r\n  two\u2028\u202e \\| end "
)


def session(*turns: Turn, title: str = "Greeting") -> Session:
    """A session of these turns."""
    return Session(title, AT, tuple(PaneRecord(pane) for pane in LINEUP), list(turns))


def nasty() -> Session:
    """One whose every text is meant to break out of where it stands."""
    made = turn(1, NASTY, events("base", [(10, NASTY)]), events("instruct", [(20, "=1+1")], End.ERROR))
    made.note = made.replies["instruct", 1].message = NASTY
    return session(made, title=NASTY)


def written(name: str, kept: Session, **options: Any) -> str:
    """The whole export."""
    return "".join(FORMATS[name].write(kept, Options(**options)))
