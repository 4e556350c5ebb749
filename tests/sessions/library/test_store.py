"""The directory of sessions: names, finding one, deleting it, what is only read."""

import os
import shutil
from contextlib import nullcontext
from pathlib import Path

import pytest

from alignscope.model.session import SessionError
from alignscope.sessions.format import file
from alignscope.sessions.library.store import Store
from alignscope.sessions.recording.writer import Writer
from tests.sessions.library.keeping import kept
from tests.sessions.making import session_of, turn_of


def test_names_are_made_of_time_and_title_and_never_taken_twice(store: Store) -> None:
    names = [
        kept(store, title=title).name for title in ("Hello, World!", "Hello world", "../../etc/passwd", "", "日本語 ☃")
    ]
    assert names == [
        "20261120-210311-hello-world",
        "20261120-210311-hello-world-2",
        "20261120-210311-etc-passwd",
        "20261120-210311",
        "20261120-210311-日本語",
    ]
    # Endings, numbers and a lock's dot come on top, and some file systems take 143 bytes.
    assert len(kept(store, title="月" * 60).name.encode()) == 100
    assert kept(store, title="a" + "月" * 60).name == "20261120-210311-a" + "月" * 27, "no character is cut in two"


def test_a_session_is_written_into_a_file_of_its_own(store: Store, tmp_path: Path) -> None:
    session = session_of(turn_of(1))
    for name in ("mine.yaml", "mine-2.yaml"):
        assert store.save(session, tmp_path / "mine.yaml") == tmp_path / name
        assert file.read(tmp_path / name).session.turns[0].prompt == session.turns[0].prompt
    with pytest.raises(SessionError, match=r"^there is nothing in this session yet$"):
        store.save(session_of(), tmp_path / "empty.yaml")
    assert not (tmp_path / "empty.yaml").exists()


def test_found_by_path_name_title_or_beginning(store: Store) -> None:
    one = kept(store, title="One")
    kept(store, title="Two")
    for name in (one.path or "", str(one.path), one.name, "one", f"{one.name[:-1]}"):
        assert store.open(name).title == "One"
    assert store.open("greeting").bundled
    assert store.open("a greeting").bundled
    names = ", ".join(entry.name for entry in store.list() if not entry.bundled)
    with pytest.raises(SessionError, match=f"several sessions are called ‘2026’: {names}. Say which"):
        store.open("2026")
    with pytest.raises(SessionError, match=r"no session is called ‘nothing’.*sessions list"):
        store.open("nothing")
    shutil.copy(one.path or "", store.directory / ".hidden.yaml")
    with pytest.raises(SessionError, match=r"no session is called ‘\.hidden’"):
        store.open(".hidden")


def test_bundled_sessions_are_only_read(store: Store) -> None:
    with pytest.raises(SessionError, match="duplicate it"):
        store.rename("greeting", "mine")
    with pytest.raises(SessionError, match="duplicate it"):
        store.delete("greeting")
    copy = store.open(store.duplicate("greeting"))
    assert not copy.bundled
    assert copy.title == "A greeting (copy)"
    assert copy.parent is not None
    assert (copy.parent.name, copy.parent.turn) == ("greeting", 1)


def test_deleting_can_be_undone(store: Store) -> None:
    session = kept(store)
    assert session.path
    before = session.path.read_bytes()
    token = store.delete(session.name)
    assert not session.path.exists()
    assert [entry.name for entry in store.list()] == ["greeting"]
    assert store.recover() == ()
    assert store.undelete(token).read_bytes() == before
    with pytest.raises(SessionError, match="brought back"):
        store.undelete(token)
    store.undelete(store.delete(session.name))
    assert session.path.read_bytes() == before


def test_what_took_the_name_meanwhile_is_left_alone(store: Store) -> None:
    session = kept(store, title="x")
    token = store.delete(session.name)
    assert kept(store, title="x").name == session.name
    assert store.undelete(token).stem == f"{session.name}-2"


@pytest.mark.parametrize(("days", "gone"), [(6.9, False), (7.1, True)])
def test_a_week_after_it_was_deleted_a_session_is_gone(store: Store, days: float, gone: bool) -> None:
    token = store.delete(kept(store).name)
    bin_ = store.directory / ".deleted"
    (bin_ / "a.yaml").mkdir()
    old = bin_ / f"{token}.yaml"
    os.utime(old, (at := old.stat().st_mtime - days * 24 * 3600, at))
    store.recover()
    assert old.exists() is not gone
    with pytest.raises(SessionError, match="brought back") if gone else nullcontext():
        store.undelete(token)


def test_a_name_that_is_not_utf8_can_be_listed_searched_opened_and_deleted(store: Store) -> None:
    for name in (b"caf\xe9", b"caf\xe8"):
        path = Path(os.fsdecode(os.fsencode(store.directory) + b"/" + name + b".yaml"))
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(file.dump(session_of(turn_of(1), title=name.decode("latin-1"))))
    for _ in range(2):  # without the index, and with it
        entries = [entry for entry in store.list() if not entry.bundled]
        assert sorted(entry.title for entry in entries) == ["cafè", "café"]
        assert len({entry.name.encode() for entry in entries}) == 2
        assert [store.open(entry.path).title for entry in entries] == [entry.title for entry in entries]
        assert [entry.title for entry in store.search("café")] == ["café"]
    with pytest.raises(SessionError, match="several"):
        store.open("caf")
    assert store.undelete(store.delete(os.fsdecode(b"caf\xe9"))).exists()


def test_forks_name_their_parent_and_leave_it_alone(store: Store) -> None:
    session = kept(store, turn_of(1), turn_of(2), turn_of(3))
    assert session.path
    fork = store.open(session.path).fork(2, ms=1234.5)
    fork.title = "another way"
    with Writer.create(store.directory, fork) as writer:
        writer.append_turn(turn_of(3, "else"))
    read = store.open(writer.path)
    assert read.parent is not None
    assert (read.parent.name, read.parent.turn, read.parent.ms) == (session.name, 2, 1234.5)
    assert [turn.prompt for turn in read.turns] == ["Once", "Once", "else"]
    assert len(store.open(session.path).turns) == 3


def test_a_directory_that_cannot_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(NotADirectoryError):
        Writer.create(tmp_path / "file" / "own", session_of(turn_of(1)))
    assert list(Store(tmp_path / "file" / "own").list()) == []
