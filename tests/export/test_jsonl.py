"""JSON Lines: everything goes out, comes back, and nothing that a stranger sends does harm."""

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alignscope.model.events import Alternative, End, Finished, Started, Stats, Token
from alignscope.model.lineup.pane import Mode, Pane
from alignscope.model.sampling import Sampling
from alignscope.model.session import Parent, Session, SessionError
from alignscope.model.turn import Turn, TurnSettings, Verdict
from alignscope.model.vote import Vote
from alignscope.sessions.format import documents, jsonl
from alignscope.sessions.format.timeline import StoredReply
from tests.sessions.recorded import AT, events, session, turn, two_turns, with_logprobs, written


def everything(kept: Session) -> list[Any]:
    """All of a session that can be compared."""
    replies = [
        (reply.texts, reply.times.tolist(), reply.thoughts, reply.logprobs)
        for each in kept.turns
        for reply in each.replies.values()
    ]
    return [list(documents.session(kept)), replies]


_TEXT = st.text(max_size=12) | st.text(
    st.sampled_from("\x00\x1b\ud800\udc80\uffff\u2028\u0085\ufeff\n\r\t 日a"), max_size=6
)
_NAMES = st.sampled_from(["base", "instruct", "日本", "x y"])
_PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=6,
)
_EXTRA = st.dictionaries(_TEXT.map("x-{}".format), _PLAIN, max_size=2)
_TIMES = st.integers(0, 10**10).map(lambda microseconds: microseconds / 1000)
_NUMBERS = st.floats(-1e6, 0)
_ALTERNATIVES = st.lists(st.builds(Alternative, _TEXT, _NUMBERS), max_size=2).map(tuple)
_PIECES = st.lists(st.tuples(_TIMES, _TEXT, st.booleans(), st.none() | _NUMBERS, _ALTERNATIVES), max_size=5).map(
    lambda pieces: sorted(pieces, key=lambda piece: piece[0])
)


@st.composite
def _turns(draw: st.DrawFn, number: int) -> Turn:
    panes = tuple(
        Pane(name, draw(_TEXT), "http://h:1", draw(st.sampled_from(Mode)), draw(_TEXT))
        for name in draw(st.lists(_NAMES, min_size=1, max_size=3, unique=True))
    )
    samples = draw(st.integers(1, 2))
    sampling = Sampling({"stop": ["x"], "seed": draw(st.integers(0, 9))})
    sent = TurnSettings(sampling, samples, draw(st.sampled_from(["fresh", "carry"])), think=draw(st.booleans()))
    made = Turn(number, AT, draw(_TEXT), panes, sent)
    made.extra, made.note = draw(_EXTRA), draw(_TEXT)
    for pane in panes:
        for sample in range(1, samples + 1):
            made.apply(Started(pane.name, sample, draw(_TIMES), "http://h:1/api", draw(_EXTRA)))
            for ms, text, thinking, logprob, alternatives in draw(_PIECES):
                told = () if logprob is None else alternatives
                made.apply(Token(pane.name, sample, ms, text, thinking, logprob, told))
            stats = Stats(tokens=draw(st.integers(0, 9)), duration_ms=draw(_TIMES))
            made.apply(Finished(pane.name, sample, draw(_TIMES), draw(st.sampled_from(End)), draw(_TEXT), stats))
    order = draw(st.permutations(list(made.replies)))
    made.verdict = draw(st.none() | st.just(Verdict(tuple(order), draw(_EXTRA))))
    if len(order) > 1:
        made.put_vote(order[0], order[1], draw(st.none() | st.sampled_from(Vote)), draw(_EXTRA))
    return made


@settings(max_examples=60)
@given(st.data())
def test_json_lines_lose_nothing(data: st.DataObject) -> None:
    turns = [data.draw(_turns(number)) for number in range(1, data.draw(st.integers(0, 2)) + 1)]
    parent = data.draw(st.none() | st.builds(Parent, _TEXT, st.integers(0, 9), st.none() | _TIMES, _EXTRA))
    lineup = turns[0].panes if turns else ()
    others = data.draw(st.lists(st.dictionaries(_TEXT.map("x-{}".format), _PLAIN, min_size=1, max_size=2), max_size=1))
    kept = Session(data.draw(_TEXT), AT, lineup, turns, parent, extra=data.draw(_EXTRA), others=others)
    text = written("jsonl", kept)
    lines = text.encode().decode().removesuffix("\n").split("\n")
    assert len(lines) == 1 + len(turns) + len(others)
    back = jsonl.read(lines, "it")
    assert everything(back) == everything(kept)
    assert written("jsonl", back) == text, "and again the same"


def test_json_lines_are_made_for_other_programs() -> None:
    head, first, _ = [json.loads(line) for line in written("jsonl", session(*two_turns())).splitlines()]
    assert head["format"] == "alignscope-session/1"
    assert first["prompt"] == "こんにちは"
    assert first["replies"][1]["text"] == "Hello!\n"
    assert first["replies"][1]["timeline"] == [[200, "Hello"], [100, "!"], [100, "\n"]]
    [_, logged] = [json.loads(line) for line in written("jsonl", session(with_logprobs())).splitlines()]
    assert logged["replies"][0]["timeline"][1] == [4.5, "Yes", -0.25, [["No", -1.5], ["", -9.0]]]


_HEAD = '{"format": "alignscope-session/1", "title": "", "created": "2026-11-20T21:03:11Z", "lineup": []}'


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ([], "it: the file is empty"),
        (["{"], "it: line 1: it is no JSON: "),
        (["[]"], "it: line 1: this is no session file"),
        (['{"format": "alignscope-session/2"}'], "it: line 1: format: the file has version 2 of the format"),
        ([_HEAD, "7"], "it: line 2: should be a mapping"),
        ([_HEAD, "", '{"turn": 1}'], "it: line 3: at: "),
        ([_HEAD, "[" * 100_000], "it: line 2: it is nested too deep"),
        ([_HEAD, '{"x": ' + "[" * 50 + "]" * 50 + "}"], "it: line 2: it holds more, or is nested deeper"),
        ([_HEAD, '{"x": [' + "1," * 60_000 + "1]}"], "it: line 2: it holds more, or is nested deeper"),
        ([_HEAD, '{"x": 1' + "0" * 400 + "}"], "it: line 2: a number is too large"),
        ([_HEAD, '{"x": 1' + "0" * 5000 + "}"], "it: line 2: "),
        ([_HEAD, '{"' + "x" * 500 + '": 1}'], "it: line 2: a field's name is too long"),
    ],
)
def test_json_lines_that_are_none(lines: list[str], problem: str) -> None:
    with pytest.raises(SessionError, match=re.escape(problem)):
        jsonl.read(lines, "it")


@pytest.mark.parametrize("line", ["[1,", '[1,"a"],[2,"b"]', "[" * 3000, '[1,"\\ud800"]'], ids=range(4))
def test_a_damaged_timeline_is_told(line: str) -> None:
    whole = session(turn(1, "x", events("base", [(1, "a")])))
    whole.turns[0].replies["base", 1] = StoredReply("base", 1, "a", line, "here")
    whole.turns[0].replies["base", 1].end = End.STOP
    with pytest.raises(SessionError, match=r"turn 1, pane base, sample 1: the timeline is damaged"):
        written("jsonl", whole)


@pytest.mark.parametrize("timeline", ["[[1]]", "[7]", '[[-5, "a"]]', '[[0, "b"]]', '"x"', '[[1e13, "a"]]', "{}"])
def test_json_lines_with_a_wrong_timeline(timeline: str) -> None:
    line = json.loads(written("jsonl", session(turn(1, "x", events("base", [(1, "a")])))).splitlines()[1])
    line["replies"][0]["timeline"] = json.loads(timeline)
    line["lineup"] = [{"name": "base", "model": "m", "url": "embedded", "mode": "completion"}]
    with pytest.raises(SessionError, match=r"it: line 2.*timeline"):
        jsonl.read([_HEAD, json.dumps(line)], "it")
