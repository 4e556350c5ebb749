"""A disk that is full, and a file that somebody else changed: what is told, and what is lost of it."""

from pathlib import Path

import pytest

from alignscope.model.events import Token
from alignscope.sessions.library.store import Store
from alignscope.sessions.names import journal_of
from alignscope.sessions.recording import journal
from alignscope.sessions.recording.recorder import Recorder
from tests.sessions.making import events_of, shape
from tests.sessions.recording.telling import begun, disk_full, played, tell, until
from tests.waiting import HANGS


def test_a_full_disk_is_told_and_what_waited_is_written_later(tmp_path: Path) -> None:
    told: list[str] = []
    recorder = Recorder(tmp_path, on_problem=told.append)
    played(recorder, 1)
    recorder.flush().result(HANGS)
    with disk_full():
        second = begun(recorder, 2, "second")
        tell(recorder, second, events_of("base", ["kept in memory"]))
        recorder.end(second)
        until(lambda: recorder.unsaved)
    assert "can't be kept at the moment: File too large" in told[0]
    assert len(Store(tmp_path).open(recorder.session.path or "").turns) == 1
    recorder.set_note(second, "said meanwhile")
    third = played(recorder, 3, "third")
    assert recorder.close() == ""
    assert "Everything is kept again" in told[-1]
    session = Store(tmp_path).open(recorder.session.path or "")
    assert [turn.prompt for turn in session.turns] == ["Once", "second", third.prompt]
    assert session.turns[1].note == "said meanwhile"
    assert not session.warnings


def test_a_disk_that_fills_in_the_middle_loses_nothing_of_the_journal(tmp_path: Path) -> None:
    told: list[str] = []
    recorder = Recorder(tmp_path, on_problem=told.append)
    turn = begun(recorder)
    tell(recorder, turn, events_of("base", ["first"])[:-1])
    until(lambda: any(b"first" in path.read_bytes() for path in tmp_path.glob("*.journal")))
    [path] = tmp_path.glob("*.journal")
    with disk_full(path.stat().st_size + 20):
        tell(recorder, turn, [Token("base", 1, 300.0, " second" * 20)])
        until(lambda: told)
    tell(recorder, turn, [Token("base", 1, 310.0, " third")])
    until(lambda: b"third" in path.read_bytes())
    assert journal.read(path).turns[0].text("base") == "first" + " second" * 20 + " third"
    recorder.end(turn)
    assert recorder.close() == ""


def test_what_cannot_be_kept_anywhere_can_be_saved_elsewhere(tmp_path: Path) -> None:
    told: list[str] = []
    (tmp_path / "file").touch()
    recorder = Recorder(tmp_path / "file" / "own", on_problem=told.append)
    turn = played(recorder, 1)
    running = begun(recorder, 2, "second")
    tell(recorder, running, events_of("base", ["still coming"])[:-1])
    until(lambda: recorder.unsaved == (1,))
    assert "Not a directory" in told[0] and recorder.has_problem
    with pytest.raises(NotADirectoryError):
        recorder.save_as(tmp_path / "file" / "sub" / "x.yaml").result(HANGS)
    path = recorder.save_as(tmp_path / "good" / "mine.yaml").result(HANGS)
    assert path == tmp_path / "good" / "mine.yaml"
    assert [shape(each) for each in Store(path.parent).open(path).turns] == [shape(turn)]
    until(lambda: b"still coming" in journal_of(path).read_bytes())
    recorder.end(running)
    assert recorder.close() == ""
    assert [each.prompt for each in Store(path.parent).open(path).turns] == ["Once", "second"]


def test_what_could_not_be_kept_is_said_at_the_end(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    recorder = Recorder(tmp_path / "file" / "own")
    played(recorder)
    assert "One turn could not be kept" in recorder.close()


def test_what_waited_is_tried_once_more_at_the_end(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path)
    played(recorder, 1)
    recorder.flush().result(HANGS)
    with disk_full():
        turn = begun(recorder, 2, "second")
        tell(recorder, turn, events_of("base", ["kept in memory"]))
        recorder.end(turn)
        until(lambda: recorder.unsaved)
    assert recorder.close() == ""
    assert [each.text("base") for each in Store(tmp_path).open(recorder.session.path or "").turns][1:] == [
        "kept in memory"
    ]


def test_a_turn_that_only_its_journal_has_comes_with_the_next_start(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path)
    played(recorder, 1, words=("long ",) * 2_000)
    recorder.flush().result(HANGS)
    path = Path(recorder.session.path or "")
    second = begun(recorder, 2, "second")
    with disk_full(path.stat().st_size):
        tell(recorder, second, events_of("base", ["only in the journal"]))
        recorder.end(second)
        assert "One turn could not be kept" in recorder.close()
    assert len(Store(tmp_path).recover()) == 1
    assert [turn.text("base") for turn in Store(tmp_path).open(path).turns][1:] == ["only in the journal"]


@pytest.mark.parametrize("how", ["written", "replaced", "gone"])
def test_a_file_changed_underneath_is_left_alone_and_the_session_goes_on(tmp_path: Path, how: str) -> None:
    told: list[str] = []
    recorder = Recorder(tmp_path, on_problem=told.append)
    first = played(recorder, 1)
    recorder.flush().result(HANGS)
    path = recorder.session.path
    assert path is not None
    if how == "gone":
        path.unlink()
    else:
        changed = path.read_bytes() + b"# mine\n" if how == "written" else b"something else"
        new = tmp_path / "new"
        new.write_bytes(changed)
        if how == "written":
            path.write_bytes(changed)
        else:
            new.replace(path)
    second = played(recorder, 2, "second")
    assert recorder.close() == ""
    assert "this session goes on, complete" in told[0]
    if how != "gone":
        assert path.read_bytes() == changed
        assert recorder.session.path != path
    session = Store(tmp_path).open(recorder.session.path or "")
    assert [shape(turn) for turn in session.turns] == [shape(first), shape(second)]
