"""The journal: what was written comes back, and what can't be is left alone."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alignscope.model.events import End, Event, Finished
from alignscope.model.session import Session
from alignscope.model.turn import Turn
from alignscope.sessions.library.store import Store
from alignscope.sessions.names import journal_of
from alignscope.sessions.recording import journal
from alignscope.sessions.recording.journal import Again, Journal
from alignscope.sessions.recording.lock import Lock
from alignscope.sessions.recording.writer import Writer
from tests.sessions.making import lineups, session_of, tokens, turn_of, turns


@settings(max_examples=60)
@given(lineups().flatmap(lambda line: turns(1, line)), st.data())
def test_a_journal_gives_back_what_was_written(tmp_path: Path, turn: Turn, data: st.DataObject) -> None:
    session = Session("t", turn.at, turn.panes, path=tmp_path / "x.yaml")
    written = Journal(session, turn)
    said: list[Event | Again] = []
    for reply in turn.replies.values():
        said += tokens(reply)
        said.append(Finished(reply.pane, reply.sample, 5.0, reply.end or End.CUT, reply.message, reply.stats))
    written.write(said)
    written.close(remove=False)
    [left] = journal.read(journal_of(tmp_path / "x.yaml")).turns
    for key, reply in turn.replies.items():
        assert tokens(left.replies[key]) == tokens(reply)
        assert left.replies[key].message == reply.message
    assert left.prompt == turn.prompt
    assert left.panes == turn.panes
    # Cut anywhere behind its first line, it gives what stood before.
    whole = written.path.read_bytes()
    written.path.write_bytes(whole[: data.draw(st.integers(whole.index(b"\n") + 1, len(whole)))])
    for key, reply in journal.read(written.path).turns[0].replies.items():
        assert turn.replies[key].texts[: len(reply.texts)] == reply.texts
        assert reply.end is not None


@pytest.mark.parametrize(("told", "limit"), [("", 7), (',"limit":9', 9), (',"limit":-1', None)])
def test_a_limit_is_read_from_the_request_where_the_journal_tells_none(
    tmp_path: Path, told: str, limit: int | None
) -> None:
    turn = turn_of(1)
    turn.replies.clear()
    session = session_of(turn)
    session.path = tmp_path / "x.yaml"
    written = Journal(session, turn)
    written.close(remove=False)
    line = f'{{"event":"started","pane":"base","sample":1,"ms":1,"url":"u","request":{{"max_tokens":7}}{told}}}\n'
    with written.path.open("a") as file:
        file.write(line)
    replies = journal.read(written.path).turns[0].replies
    assert (replies["base", 1].limit if replies else None) == limit


def test_a_journal_that_is_not_whole_in_its_first_line_held_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path)
    journal_of(tmp_path / "x.yaml").write_bytes(b'{"journal":1,"session":"form')
    (tmp_path / "x.yaml").touch()
    assert store.recover() == ()
    assert list(tmp_path.iterdir()) == []


def beside(tmp_path: Path, event: str) -> Path:
    """A good session, and beside it a journal of another turn with such an event behind a good one."""
    session = session_of(turn_of(1))
    with Writer.create(tmp_path, session) as writer:
        Journal(session, turn_of(2)).close(remove=False)
    with journal_of(writer.path).open("a") as written:
        written.write('{"event":"token","pane":"base","sample":1,"ms":1,"text":"good"}\n' + event + "\n")
    return writer.path


@pytest.mark.parametrize(
    ("where", "value"),
    [("ms", "1e308"), ("ms", "1e999"), ("ms", "-1"), ("sample", "0"), ("sample", "65"), ("text", "[" * 100_000)],
    ids=str,
)
def test_an_event_that_cannot_be_ends_a_journal(tmp_path: Path, where: str, value: str) -> None:
    fields = {"event": '"token"', "pane": '"base"', "sample": "1", "ms": "5", "text": '"bad"'} | {where: value}
    path = beside(tmp_path, "{" + ",".join(f'"{name}":{each}' for name, each in fields.items()) + "}")
    [words] = Store(tmp_path).recover()
    assert "kept as far as it had come: 1 token." in words
    assert [turn.text("base") for turn in Store(tmp_path).open(path).turns] == ["upon a time", "good"]


def test_a_turn_whose_number_another_bears_by_now_comes_last(tmp_path: Path) -> None:
    lost = turn_of(2)
    lost.at += timedelta(hours=1)
    session = session_of(turn_of(1), turn_of(2))
    with Writer.create(tmp_path, session) as writer:
        Journal(session, lost).close(remove=False)
    with journal_of(writer.path).open("a") as written:
        written.write('{"event":"token","pane":"base","sample":1,"ms":1,"text":"good"}\n')
    [words] = Store(tmp_path).recover()
    assert "kept as far as it had come: 1 token." in words
    found = [(turn.number, turn.text("base")) for turn in Store(tmp_path).open(writer.path).turns]
    assert found == [(1, "upon a time"), (2, "upon a time"), (3, "good")]


def test_what_could_not_be_read_again_is_not_folded_in(tmp_path: Path) -> None:
    stats = '"stats":{"duration_ms":1e300}'
    path = beside(tmp_path, f'{{"event":"finished","pane":"base","sample":1,"ms":5,"end":"stop",{stats}}}')
    before = path.read_bytes()
    [words] = Store(tmp_path).recover()
    assert "can't be folded in" in words
    assert path.read_bytes() == before
    assert journal_of(path).exists()


def test_what_stands_in_the_way_of_recovery_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "precious").write_bytes(b"precious")
    (tmp_path / "diary.journal").write_bytes(b"Dear diary")
    os.mkfifo(tmp_path / "pipe.journal")
    os.mkfifo(tmp_path / "torn.yaml")
    session = session_of(turn_of(1))
    session.path = tmp_path / "x.yaml"
    (tmp_path / "x.journal").symlink_to("precious")
    Journal(session, turn_of(1)).close(remove=False)
    (tmp_path / "torn.journal").write_bytes((tmp_path / "x.journal").read_bytes())
    (tmp_path / ".x.yaml.new").symlink_to("precious")
    (tmp_path / "x.yaml").symlink_to("precious")
    told = Store(tmp_path).recover()
    assert [words.split(" left behind")[0] for words in told if "can't" in words] == [
        "What diary", "What pipe", "What torn",
    ]  # fmt: skip
    assert (tmp_path / "precious").read_bytes() == b"precious"
    assert (tmp_path / "diary.journal").read_bytes() == b"Dear diary"
    assert len(Store(tmp_path).open("x").turns) == 1


def test_a_locked_journal_belongs_to_the_living(tmp_path: Path) -> None:
    session = session_of(turn_of(1))
    store = Store(tmp_path)
    Writer.create(store.directory, session).close()
    assert session.path
    Journal(session, turn_of(2)).close(remove=False)
    lock = Lock(session.path)
    assert store.recover() == ()
    lock.release()
    assert len(store.recover()) == 1
