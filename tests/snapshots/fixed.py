"""A recording that never changes, and what else the pictures show: nothing in it knows the day or the machine."""

import math
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from alignscope.backends.base import Pulling
from alignscope.lab.summary.opening import open_run
from alignscope.lab.summary.tally import Tally
from alignscope.lab.votes.index import Index
from alignscope.model.events import Alternative, End, Event, Finished, Started, Stats, Token
from alignscope.model.lineup.pane import EMBEDDED, Lineup, Mode, Pane
from alignscope.model.origin import Kind, Origin, Way
from alignscope.model.reply import Reply
from alignscope.model.sampling import PRESETS, Sampling
from alignscope.model.score import Frame, Missing, Position, Score, ScoreKey, Tokenizers
from alignscope.model.session import Session
from alignscope.model.turn import PaneRecord, Turn, TurnSettings, Verdict
from alignscope.run.catalog import Listing
from alignscope.sessions.library.store import Store
from tests.lab import runs

AT = datetime(2020, 2, 1, 9, 30, tzinfo=UTC)
"""Long ago, so that no list ever shows it as today or this year."""
LINEUP: Lineup = (
    Pane("base", "twin:text", EMBEDDED, Mode.COMPLETION),
    Pane("instruct", "twin:latest", EMBEDDED, Mode.CHAT),
)
SAMPLING = Sampling({**PRESETS["even"].sampling, "num_predict": 200})

_QUIZ = "Animal quiz\n\n1. How many legs does a spider have?\n2. What sound does a cow make?"
_MORE = "\n3. What is a baby dog called?\n4. Which animal gives us wool?\n5. How many legs does an ant have?"
RUN = (
    ("How many legs does a spider have?", " What about an ant?\n\n- six\n- eight\n- ten", "A spider has eight legs."),
    ("Why is the sky blue?", " It is a question that children ask, and one that few books answer well. " * 9,
     "Air scatters blue light more than red light."),
)  # fmt: skip
MANIFEST = "format: 1\nname: first-look\nlineup: []\nprompts: 20\nrows: 80\n"
"""Of a run that was stopped."""
_ANSWER = "1. A spider has eight legs.\n2. A cow says moo."


def _reply(pane: str, text: str, end: End, *, sample: int = 1, first: float = 400.0, step: float = 80.0) -> list[Event]:
    pieces = [piece if n == 0 else f" {piece}" for n, piece in enumerate(text.split(" "))]
    told: list[Event] = [Started(pane, sample, 0.0, "embedded/v1/completions", {})]
    told += [Token(pane, sample, first + n * step, piece) for n, piece in enumerate(pieces)]
    last = first + len(pieces) * step
    stats = Stats(first_token_ms=first, duration_ms=last, tokens=len(pieces), tokens_per_second=1000 / step)
    return [*told, Finished(pane, sample, last, end, "", stats)]


def _turn(number: int, prompt: str, *replies: list[Event], samples: int = 1) -> Turn:
    made = Turn(number, AT + timedelta(minutes=number), prompt, LINEUP, TurnSettings(SAMPLING, samples))
    made.records = tuple(PaneRecord(pane, f"sha256:{'0' * 64}", "embedded llama.cpp") for pane in LINEUP)
    for reply in replies:
        for event in reply:
            made.apply(event)
    return made


def turns() -> list[Turn]:
    """Two turns: a greeting in Japanese, and a quiz with a note and a verdict on it."""
    greeting = _turn(
        1,
        "こんにちは",
        _reply("base", "、みなさん。 今日は 新しい 本の 話を します。", End.LENGTH),
        _reply("instruct", "こんにちは！ 何を お手伝い しましょうか。", End.STOP, step=60),
    )
    quiz = _turn(2, _QUIZ, _reply("base", _MORE, End.STOP), _reply("instruct", _ANSWER, End.STOP, step=60))
    quiz.note = "Who answers, and who asks?"
    quiz.verdict = Verdict((("instruct", 1), ("base", 1)))
    return [greeting, quiz]


def sampled() -> Turn:
    """A turn with three samples a pane."""
    found = ("nothing but dust.", "a letter with her name on it.", "a door that had not been there before.")
    replies = [
        _reply(pane, text if pane == "base" else f"Mara found {text}", End.STOP, sample=number)
        for pane in ("base", "instruct")
        for number, text in enumerate(found, 1)
    ]
    return _turn(3, "At the top of the stairs she found", *replies, samples=3)


def listed() -> Turn:
    """A turn with the likeliest tokens at each place, the same before both panes' second words."""
    said = ("The", 0.62, " Moon", 0.44, " is", 0.91, " made", 0.08, " of", 0.97, " rock", 0.27, ".", 0.75)
    others = (" A", " It", " sky", " Sun", " was", " night", "\n", "!", "")
    turn = _turn(3, "What is the Moon made of?")
    for pane, sure in (("base", 0.8), ("instruct", 1.0)):
        for place, (text, chance) in enumerate(zip(said[::2], said[1::2], strict=True)):
            own = float(chance) * sure
            ranked = [(str(text), own), *((each, (1 - own) * 0.5 ** (n + 1)) for n, each in enumerate(others))]
            ranked.sort(key=lambda each: -each[1])
            likely = tuple(Alternative(each, math.log(p)) for each, p in ranked)
            turn.apply(Token(pane, 1, 80.0 * place, str(text), False, math.log(own), likely))
        turn.apply(Finished(pane, 1, 600.0, End.STOP, "", Stats(duration_ms=600.0, tokens=7)))
    return turn


def gone_on() -> Turn:
    """The listed turn, with a reply that took another token, and one of the twin that went on after that."""
    turn = listed()
    _, listing = turn.replies["base", 1].logprobs[1]
    sun = next(each for each in listing if each.text == " Sun")
    origins = (
        Origin(kind=Kind.ALTERNATIVE, pane="base", sample=1, position=1, kept=2, taken=" Sun"),
        Origin(kind=Kind.GRAFT, pane="base", sample=2, position=2, kept=2, way=Way.PREFILL),
    )
    for pane, origin in zip(("base", "instruct"), origins, strict=True):
        turn.apply(Started(pane, 2, 0.0, "embedded", {}, origin=origin))
        turn.apply(Token(pane, 2, 0.0, "The"))
        turn.apply(Token(pane, 2, 0.0, " Sun", False, *((sun.logprob, listing) if pane == "base" else ())))
        for index in range(2, 7):
            turn.apply(msgspec.structs.replace(turn.replies[pane, 1].token(index), sample=2))
        turn.apply(Finished(pane, 2, 600.0, End.STOP, "", Stats(duration_ms=600.0, tokens=5)))
    return turn


def asked() -> Turn:
    """A turn with its requests: a special token in the prompt, and one parameter that is the second pane's own."""
    turn = _turn(3, "What does <|end|> do?")
    own = Sampling({**SAMPLING, "temperature": 0.2})
    turn.lineup = (LINEUP[0], msgspec.structs.replace(LINEUP[1], sampling=own, system="Answer in one sentence."))
    turn.records = tuple(PaneRecord(pane, f"sha256:{'0' * 64}", "embedded llama.cpp") for pane in turn.lineup)
    said = "What does < |end|> do?"
    system = {"role": "system", "content": "Answer in one sentence."}
    bodies: tuple[dict[str, Any], ...] = (
        {"model": "twin:text", "prompt": said, "stream": True, **SAMPLING},
        {"model": "twin:latest", "messages": [system, {"role": "user", "content": said}], "stream": True, **own},
    )
    for pane, body in zip(turn.lineup, bodies, strict=True):
        turn.apply(Started(pane.name, 1, 0.0, "embedded/v1/completions", body))
        turn.apply(Finished(pane.name, 1, 600.0, End.STOP, "", Stats(duration_ms=600.0, tokens=7, prompt_tokens=13)))
    return turn


def scored() -> Turn:
    """The same with what the base model would have written along the twin's reply."""
    turn = listed()
    theirs: tuple[tuple[tuple[str, float], ...], ...] = (
        (("The", 0.5), ("A", 0.2), ("It", 0.1)), ((" moon", 0.5), (" Sun", 0.2), (" Earth", 0.1), (" Moon", 0.08)),
        ((" is", 0.9), (" was", 0.05), (" has", 0.02)), ((" not", 0.4), (" the", 0.3), (" a", 0.2)),
        ((" of", 0.97), (" from", 0.01), (" by", 0.01)), ((" cheese", 0.5), (" rock", 0.3), (" dust", 0.1)),
        ((".", 0.4), ("?", 0.3), ("\n", 0.2)),
    )  # fmt: skip
    positions = [
        Position(index=at, token=token, alternatives=tuple(Alternative(text, math.log(p)) for text, p in each))
        for at, (token, each) in enumerate(zip(turn.replies["instruct", 1].texts, theirs, strict=True))
    ]
    positions.append(Position(index=7, token="", end=True, missing=Missing.ENDS))
    key = ScoreKey("instruct", 1, "base", Frame.CHAT)
    turn.scores[key] = Score(key, 20, positions, True, 4, 11, Tokenizers.ALIKE)
    return turn


def session(*more: Turn) -> Session:
    """The recording."""
    kept = [*turns(), *more]
    return Session("A greeting and a quiz", AT, kept[0].records, kept)


def store(directory: Path) -> Store:
    """Three sessions of a person's own, and a bundled one."""
    writing = Store(directory / "own")
    titles = ("A story, three times", "A quiz without answers", "Two capitals")
    for number, title in enumerate(titles):
        made = session()
        made.title, made.created = title, AT + timedelta(days=number)
        writing.save(made, directory / "own" / f"{made.created:%Y%m%d-%H%M%S}-{number}.yaml")
    first = session()
    first.title = "A greeting in Japanese"
    writing.save(first, directory / "bundled" / "greeting.yaml")
    return Store(directory / "own", directory / "bundled")


async def ask_server(url: str) -> Listing:
    """What one more server has."""
    return Listing(url, url)


async def pull(_model: str) -> AsyncIterator[Pulling]:
    """A download that nobody starts."""
    yield Pulling("pulling manifest")


async def again() -> AsyncIterator[tuple[Event, Reply]]:
    """The quiz run again: the base goes elsewhere, the instruct says the same."""
    turn = _turn(2, _QUIZ)
    base = _reply("base", _MORE.replace("wool", "milk"), End.STOP)
    for event in (*base, *_reply("instruct", _ANSWER, End.STOP, step=60)):
        yield event, turn.apply(event)


def run(place: Path) -> Tally:
    """A run of the lab: two prompts to a base model and to its twin."""
    rows = []
    for number, (prompt, base, chat) in enumerate(RUN):
        shared = {"prompt_id": f"p{number}", "prompt": prompt}
        rows += [runs.row(**shared, text=base), runs.chat(**shared, text=chat)]
    return open_run(runs.folder(place, rows), ())


def ranked(place: Path) -> Index:
    """The same with a third model."""
    rows = []
    for number, (prompt, base, chat) in enumerate(RUN):
        shared = {"prompt_id": f"p{number}", "prompt": prompt}
        middle = runs.chat(**shared, entry="sft", role="other", text=chat.split(".")[0] + ".")
        rows += [runs.row(**shared, text=base), middle, runs.chat(**shared, text=chat)]
    return Index(runs.folder(place, rows))
