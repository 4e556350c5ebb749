"""Appending to a session's file, and who may: nothing written is touched, nobody else's is overwritten."""

import fcntl
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from alignscope.model.turn import Verdict
from alignscope.model.vote import Vote
from alignscope.sessions.format import documents
from alignscope.sessions.library.store import Store
from alignscope.sessions.names import lock_of
from alignscope.sessions.recording.lock import Lock, LockedError
from alignscope.sessions.recording.writer import ChangedError, Writer
from tests.sessions.library.keeping import kept
from tests.sessions.making import session_of, shape, turn_of


def test_what_is_appended_is_there(store: Store) -> None:
    session = session_of()
    with Writer.create(store.directory, session) as writer:
        for number in (1, 2, 3):
            session.turns.append(turn_of(number, f"prompt {number}"))
            writer.append_turn(session.turns[-1])
        writer.append(documents.title("Another title"))
        writer.append(documents.note(2, "a note\u2028with\nlines"))
        writer.append(documents.note(3, "wrong"))
        writer.append(documents.note(3, ""))
        writer.append(documents.verdict(2, Verdict((("instruct", 1), ("base", 1)))))
        for vote in (Vote.TIE, Vote.FIRST):  # the second one as of the two turned round
            writer.append(documents.vote(2, (("instruct", 1), ("base", 1)), vote))
        writer.append(documents.vote(3, (("base", 1), ("instruct", 1)), Vote.BOTH_BAD))
        writer.append(documents.vote(3, (("instruct", 1), ("base", 1)), None))
    assert session.path is not None
    read = store.open(session.path)
    session.title = "Another title"
    session.turns[1].note, session.turns[1].verdict = "a note\u2028with\nlines", Verdict((("instruct", 1), ("base", 1)))
    session.turns[1].put_vote(("base", 1), ("instruct", 1), Vote.SECOND)
    for turn in session.turns:
        turn.records = session.lineup
    assert shape(read) == shape(session)


@pytest.mark.skipif(not Path("/dev/fd").is_dir(), reason="where a process's open files can be listed")
def test_a_file_is_the_persons_alone_and_left_closed(store: Store) -> None:
    before = set(Path("/dev/fd").iterdir())
    writer = Writer.create(store.directory, session_of(turn_of(1)))
    assert writer.path.stat().st_mode & 0o777 == 0o600
    writer.close()
    assert set(Path("/dev/fd").iterdir()) == before


def test_appending_never_touches_what_is_written(store: Store) -> None:
    session = session_of(turn_of(1))
    with Writer.create(store.directory, session) as writer:
        before = writer.path.read_bytes()
        writer.append_turn(turn_of(2))
        after = writer.path.read_bytes()
    assert after.startswith(before)
    assert len(after) - len(before) < len(before)
    with Writer.open(store.open(writer.path)):
        pass
    assert writer.path.read_bytes() == after


def test_a_turn_again_replaces_only_its_panes_replies(store: Store) -> None:
    with Writer.create(store.directory, session_of(turn_of(1, texts=["old"]))) as writer:
        again = turn_of(1, texts=["new"])
        writer.append_turn(again, {key: reply for key, reply in again.replies.items() if key[0] == "base"})
    [turn] = store.open(writer.path).turns
    assert turn.text("base") == "new"
    assert turn.text("instruct") == "old"


def test_a_session_without_turns_leaves_no_file(store: Store) -> None:
    writer = Writer.create(store.directory, session_of())
    assert list(store.list()) == [entry for entry in store.list() if entry.bundled]
    writer.close()
    assert list(store.directory.iterdir()) == []


def test_the_second_writer_learns_who_the_first_is(store: Store) -> None:
    with Writer.create(store.directory, session_of(turn_of(1))) as writer:
        with pytest.raises(LockedError, match="in this alignscope already"):
            Writer.open(store.open(writer.path))
        with pytest.raises(LockedError):
            store.delete(writer.path.stem)
        ask = f"import pathlib; from {Lock.__module__} import Lock; Lock(pathlib.Path({str(writer.path)!r}))"
        other = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=False)
        assert f"open in another alignscope (process {os.getpid()}, since" in other.stderr
    Writer.open(store.open(writer.path)).close()


@pytest.mark.parametrize(
    ("holder", "told"),
    [
        ("4194305 1700000000", "another alignscope (process 4194305, since "),
        ("4194305 soon", "another alignscope (process 4194305). "),
        ("somebody 1700000000", "another alignscope. "),
    ],
)
def test_what_a_lock_says_of_its_holder_is_told_as_far_as_it_is_plain(tmp_path: Path, holder: str, told: str) -> None:
    with lock_of(tmp_path / "x.yaml").open("w") as held:
        print(holder, end="", file=held, flush=True)
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with pytest.raises(LockedError, match=re.escape(told)):
            Lock(tmp_path / "x.yaml")


def test_a_lock_ends_with_its_process(store: Store, tmp_path: Path) -> None:
    code = (
        "import os; from alignscope.sessions.recording.lock import Lock; from pathlib import Path; "
        f"Lock(Path({str(tmp_path)!r}) / 'x.yaml'); os.kill(os.getpid(), 9)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -9
    assert (tmp_path / ".x.lock").exists()
    Lock(tmp_path / "x.yaml").release()
    assert not (tmp_path / ".x.lock").exists()


def test_a_file_changed_underneath_is_not_written_to(store: Store) -> None:
    with Writer.create(store.directory, session_of(turn_of(1))) as writer:
        with writer.path.open("ab") as other:
            other.write(b"# a remark\n")
        before = writer.path.read_bytes()
        with pytest.raises(ChangedError, match="changed by something else"):
            writer.append_turn(turn_of(2))
        assert writer.path.read_bytes() == before
        writer.path.unlink()
        with pytest.raises(ChangedError, match="taken away"):
            writer.append_turn(turn_of(2))


def test_a_file_that_was_only_touched_is_written_to(store: Store) -> None:
    with Writer.create(store.directory, session_of(turn_of(1))) as writer:
        os.utime(writer.path, (1, 1))
        writer.append_turn(turn_of(2))
    assert len(store.open(writer.path).turns) == 2


def test_what_somebody_else_put_into_an_empty_session_is_left_alone(store: Store) -> None:
    writer = Writer.create(store.directory, session_of())
    writer.path.write_text("mine")
    with pytest.raises(ChangedError):
        writer.append_turn(turn_of(1))
    writer.close()
    assert writer.path.read_text() == "mine"


def test_a_session_written_to_since_it_was_read_has_to_be_read_again(store: Store) -> None:
    session = kept(store)
    assert session.path
    old = store.open(session.path)
    with Writer.open(store.open(session.path)) as writer:
        writer.append_turn(turn_of(2))
    with pytest.raises(ChangedError, match="open it again"):
        Writer.open(old)


def test_a_torn_end_is_set_aside_before_anything_is_appended(store: Store) -> None:
    session = kept(store, turn_of(1), turn_of(2))
    assert session.path
    whole = session.path.read_bytes()
    session.path.write_bytes(whole[:-20])
    read = store.open(session.path)
    assert len(read.turns) == 1
    assert "document 3: was not written to its end; it is set aside" in read.warnings[0]
    with Writer.open(read) as writer:
        writer.append_turn(turn_of(2))
    assert len(store.open(session.path).turns) == 2
    [aside] = store.directory.glob("*.damaged-1.txt")
    assert whole.endswith(aside.read_bytes() + whole[-20:])
