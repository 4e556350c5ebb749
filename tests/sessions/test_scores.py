"""What another model thinks of a reply is kept with it: while it comes, after a crash, and in every form."""

import json
import math
from pathlib import Path

import msgspec
import pytest

from alignscope.model.events import Alternative, Started, Token
from alignscope.model.origin import Kind, Origin
from alignscope.model.score import Frame, Missing, Position, Score, ScoreKey, Tokenizers
from alignscope.model.turn import Turn
from alignscope.sessions.format import file, jsonl
from alignscope.sessions.library.store import Store
from alignscope.sessions.recording.recorder import Recorder
from tests.sessions.making import events_of, session_of, shape, turn_of
from tests.sessions.recording.telling import begun, played, tell, until

KEY = ScoreKey("instruct", 1, "base", Frame.QA)
TEXTS = ("a", "b", "\u2028\ud800")


def scored(*texts: str, whole: bool = True, key: ScoreKey = KEY) -> Score:
    """A score of these tokens, of which the first is after another prompt."""
    listed = (Alternative("\uffff", -0.5), Alternative("", -2.0))
    rest = [Position(index=at, token=text, logprob=-0.5, alternatives=listed) for at, text in enumerate(texts[1:], 1)]
    first = Position(index=0, token=texts[0], missing=Missing.START)
    return Score(key, 20, [first, *rest], whole, 3, 7, Tokenizers.UNKNOWN)


def grown(turn: Turn, score: Score) -> Score:
    """The turn's own score, as far as this one goes."""
    return turn.add_scored(score.part(len(turn.scores[score.key].positions) if score.key in turn.scores else 0))


def test_a_score_that_comes_later_is_added_part_by_part(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path)
    turn = played(recorder, words=TEXTS)
    for count in (1, 3):
        recorder.scored(turn, grown(turn, scored(*TEXTS[:count], whole=count == 3)))
    assert recorder.close() == ""
    [path] = tmp_path.iterdir()
    written = path.read_text()
    assert written.count("\nscores:\n- turn: 1\n") == 2 and "  first: 1\n" in written
    assert file.read(path).session.turns[0].scores == turn.scores == {KEY: scored(*TEXTS)}
    outline = file.read(path, outline=True).session
    assert outline.turns[0].scores[KEY].positions == [] and not outline.warnings


def test_one_that_is_asked_for_while_its_reply_comes_is_in_the_journal_and_then_in_the_turn(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path)
    turn = begun(recorder)
    tell(recorder, turn, events_of("instruct", TEXTS)[:3])
    recorder.scored(turn, grown(turn, scored(*TEXTS[:2], whole=False)))
    recorder.flush().result()
    dead = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.suffix != ".lock"}
    assert len(dead) == 2 and any(b'"event":"scored"' in each for each in dead.values())
    recorder.scored(turn, grown(turn, scored(*TEXTS)))
    recorder.end(turn)
    recorder.close()
    assert Store(tmp_path).open(recorder.session.path or tmp_path).turns[0].scores == {KEY: scored(*TEXTS)}
    other = tmp_path / "died"
    other.mkdir()
    for name, content in dead.items():
        (other / name).write_bytes(content)
    assert len(Store(other).recover()) == 1
    [found] = other.iterdir()
    assert file.read(found).session.turns[0].scores == {KEY: scored(*TEXTS[:2], whole=False)}


def test_a_pane_that_is_asked_again_loses_the_scores_of_its_old_reply_only(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path)
    turn = played(recorder, words=TEXTS)
    back = ScoreKey("base", 1, "instruct", Frame.CHAT)
    recorder.scored(turn, grown(turn, scored(*TEXTS)))
    recorder.scored(turn, grown(turn, scored(*TEXTS[:1], key=back, whole=False)))
    turn.forget("instruct")
    recorder.play(turn, "instruct")
    assert list(turn.scores) == [back]
    recorder.scored(turn, grown(turn, scored(*TEXTS, key=back)))
    tell(recorder, turn, events_of("instruct", TEXTS))
    recorder.scored(turn, grown(turn, scored(*TEXTS[:2], whole=False)))
    recorder.end(turn)
    recorder.scored(turn, grown(turn, scored(*TEXTS)))
    recorder.close()
    assert recorder.session.path is not None
    read = file.read(recorder.session.path).session.turns[0]
    assert read.scores == {back: scored(*TEXTS, key=back), KEY: scored(*TEXTS)}


def test_a_further_replys_score_that_came_with_it_is_kept_with_it(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path)
    turn = played(recorder, words=TEXTS)
    key = ScoreKey("instruct", 2, "base", Frame.QA)
    recorder.play(turn, further=("instruct", 2))
    origin = Origin(kind=Kind.REROLL, pane="instruct", sample=1, position=0, kept=0)
    for event in events_of("instruct", TEXTS):
        event = msgspec.structs.replace(event, sample=2)
        tell(recorder, turn, [msgspec.structs.replace(event, origin=origin) if isinstance(event, Started) else event])
        if isinstance(event, Token) and event.text == TEXTS[1]:
            recorder.scored(turn, grown(turn, scored(*TEXTS[:2], key=key, whole=False)))
    recorder.end(turn)
    recorder.close()
    assert recorder.session.path is not None
    read = file.read(recorder.session.path).session.turns[0]
    assert read.text("instruct", 2) and read.replies["instruct", 2].origin == origin
    assert read.scores == {key: scored(*TEXTS[:2], key=key, whole=False)}


def test_a_session_that_is_gone_on_with_goes_on_with_its_scores(tmp_path: Path) -> None:
    turn = turn_of(1, texts=TEXTS)
    grown(turn, scored(*TEXTS[:2], whole=False))
    store = Store(tmp_path)
    recorder = Recorder(tmp_path, session_of(turn))
    recorder.begin(turn_of(2))
    recorder.finish()
    recorder.scored(turn, grown(turn, scored(*TEXTS)))
    until(lambda: not recorder.unsaved)
    recorder.close()
    assert recorder.session.path is not None
    opened = store.open(recorder.session.path)
    assert opened.turns[0].scores == {KEY: scored(*TEXTS)}
    fork = opened.fork(1)
    fork.turns[0].scores[KEY].positions.clear()
    assert opened.turns[0].scores[KEY].positions, "a fork has its own"


def test_it_comes_back_from_json_lines_which_have_a_row_a_position() -> None:
    turn = turn_of(1, texts=TEXTS)
    grown(turn, scored(*TEXTS))
    lines = list(jsonl.write(session_of(turn)))
    assert len(json.loads(lines[1])["scores"][0]["positions"]) == 3
    assert shape(jsonl.read(lines, "x")) == shape(file.parse(file.dump(session_of(turn)), "x").session)


@pytest.mark.parametrize(
    ("old", "new", "left", "said"),
    [
        ("by: base", "by: nobody", None, "names no pane of the lineup: ‘nobody’"),
        ("frame: qa", "frame: sideways", None, "‘sideways’ is unknown"),
        ("alternatives: 20", "alternatives: -1", None, "scores[1].alternatives should be from 0"),
        ('    ["b"', '    ["b",1,2,3,4,5,6]\n    ["b"', 1, "kept up to there: line 2 is no position"),
        ('    ["b"', '    ["b"],["b"', 1, "kept up to there: line 2 is no position"),
        ('    ["b",-0.5', '    ["b",1e999', 1, "kept up to there: line 2"),
        ('    ["b"', "    [[[[[", 1, "kept up to there: line 2"),
    ],
)
def test_a_damaged_score_costs_its_own_positions_and_never_the_session(
    old: str, new: str, left: int | None, said: str
) -> None:
    turn = turn_of(1, texts=TEXTS)
    grown(turn, scored(*TEXTS))
    written = file.dump(session_of(turn)).decode()
    assert written.count(old) >= 1
    head, tail = written.split("\nscores:\n")
    session = file.parse(f"{head}\nscores:\n{tail.replace(old, new, 1)}".encode(), "x").session
    [read] = session.turns
    assert shape(read.replies["base", 1]) == shape(
        file.parse(written.encode(), "x").session.turns[0].replies["base", 1]
    )
    found = read.scores.get(KEY)
    assert (None if found is None else len(found.positions), found is not None and found.whole) == (left, False)
    assert len(session.warnings) == 1 and said in session.warnings[0]


def test_what_yaml_or_json_cannot_hold_is_hidden_or_left_out() -> None:
    turn = turn_of(1, texts=TEXTS)
    score = scored(*TEXTS)
    score.positions[1] = Position(
        index=1, token="b", logprob=math.nan, alternatives=(Alternative("x", -math.inf), Alternative("\ud83d", -1.0))
    )
    grown(turn, score)
    read = file.parse(file.dump(session_of(turn)), "x").session.turns[0].scores[KEY]
    assert read.positions[1] == Position(index=1, token="b", alternatives=(Alternative("\ud83d", -1.0),))
    assert read.positions[2] == score.positions[2]


def test_positions_that_are_not_the_replys_are_found() -> None:
    assert scored(*TEXTS).fits(TEXTS) == 3
    assert scored(*TEXTS).fits(("a", "c", "d")) == 1
    end = scored(*TEXTS)
    end.positions.append(Position(index=3, token="", end=True, missing=Missing.ENDS))
    assert (end.fits(TEXTS), end.fits(TEXTS[:2])) == (4, 2)
