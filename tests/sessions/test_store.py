"""The directory of sessions: keeping, finding, changing, losing nothing."""

import fcntl
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing, nullcontext
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from alignscope.model.session import Session, SessionError
from alignscope.model.turn import Turn, Verdict
from alignscope.model.vote import Vote
from alignscope.sessions.format import documents, file
from alignscope.sessions.library.index import text_of
from alignscope.sessions.library.store import Store
from alignscope.sessions.names import lock_of
from alignscope.sessions.recording.lock import Lock, LockedError
from alignscope.sessions.recording.writer import ChangedError, Writer
from alignscope.text.clean import cell_width, clean
from tests.sessions.making import AT, session_of, shape, turn_of


@pytest.fixture
def store(tmp_path: Path) -> Store:
    bundled = tmp_path / "bundled"
    bundled.mkdir()
    (bundled / "greeting.yaml").write_bytes(file.dump(session_of(turn_of(1, "Hello there"), title="A greeting")))
    return Store(tmp_path / "own", bundled)


def kept(store: Store, *turns: Turn, title: str = "Greeting") -> Session:
    """A session of the store, closed."""
    session = session_of(*(turns or (turn_of(1),)), title=title)
    Writer.create(store.directory, session).close()
    return session


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


def test_appending_never_touches_what_is_written(store: Store) -> None:
    session = session_of(turn_of(1))
    with Writer.create(store.directory, session) as writer:
        before = writer.path.read_bytes()
        writer.append_turn(turn_of(2))
        after = writer.path.read_bytes()
    assert after.startswith(before)
    assert len(after) - len(before) < len(before)


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


def test_the_list_is_newest_first_and_names_what_a_reader_needs(store: Store) -> None:
    for day in (3, 1, 2):
        session = session_of(turn_of(1, "Why?"), turn_of(2), title=f"day {day}")
        session.created = AT.replace(month=12, day=day)
        Writer.create(store.directory, session).close()
    for _ in range(2):  # without the index, and with it
        entries = list(store.list())
        assert [entry.title for entry in entries] == ["day 3", "day 2", "day 1", "A greeting"]
        assert entries[0].prompt == "Why?"
        assert entries[0].turns == 2
        assert [pane.model for pane in entries[0].panes] == ["mistral:text", "mistral:latest"]
        assert entries[-1].bundled
        assert entries[0].path.is_file()


def test_the_list_leaves_out_only_what_a_replay_needs(store: Store) -> None:
    """What looks like a field of a reply is text where it stands in a text."""
    text = "timeline: |\n    a\nstats: b\n  request: c\n    timeline: d\n"
    session = kept(store, turn_of(1, text, [text]), title=text)
    session.lineup = tuple(
        msgspec.structs.replace(record, pane=msgspec.structs.replace(record.pane, system=text))
        for record in session.lineup
    )
    assert session.path
    session.path.write_bytes(file.dump(session))
    [entry] = [entry for entry in store.list() if not entry.bundled]
    assert (entry.title, entry.prompt, entry.turns, len(entry.panes)) == (text, text, 1, 2)
    outline, whole = file.read(session.path, outline=True).session, store.open(session.path)
    assert text_of(outline) == text_of(whole)
    assert outline.lineup == whole.lineup


def test_the_list_follows_the_files(store: Store) -> None:
    session = kept(store)
    list(store.list())
    store.rename(session.name, "Renamed")
    assert [entry.title for entry in store.list() if not entry.bundled] == ["Renamed"]
    assert session.path
    session.path.write_text("format: nothing\n")
    [entry] = [entry for entry in store.list() if not entry.bundled]
    assert "no session file" in entry.problem
    session.path.unlink()
    assert [entry.name for entry in store.list()] == ["greeting"]


def test_what_lies_elsewhere_now_is_not_opened_where_it_was(store: Store, tmp_path: Path) -> None:
    before = [entry.path for entry in store.list()]
    shutil.copytree(tmp_path / "bundled", tmp_path / "upgraded")
    again = [entry.path for entry in Store(tmp_path / "own", tmp_path / "upgraded").list()]
    assert (before, again) == ([tmp_path / "bundled" / "greeting.yaml"], [tmp_path / "upgraded" / "greeting.yaml"])


def test_a_lost_or_damaged_index_is_made_again(store: Store) -> None:
    kept(store, title="one")
    first = list(store.list())
    [index] = Path(os.environ["XDG_STATE_HOME"]).rglob("*.sqlite")
    index.write_bytes(b"not a database" * 1000)
    assert list(store.list()) == first
    index.unlink(missing_ok=True)
    assert list(store.list()) == first
    assert [entry.title for entry in store.search("ONE")] == ["one"]


def test_search_finds_words_in_titles_prompts_replies_and_notes(store: Store) -> None:
    kept(store, replace(turn_of(1, "a Prompt", ["some", " Straße"]), note="remember"), title="Alpha")
    kept(store, turn_of(1, "other", ["nothing"]), title="Beta")

    def found(text: str) -> list[str]:
        return [entry.title for entry in store.search(text)]

    assert found("strasse") == ["Alpha"]
    assert found("PROMPT alpha") == ["Alpha"]
    assert found("beta prompt") == []
    assert found("hello") == ["A greeting"]
    assert len(found("")) == 3
    assert found("remember") == ["Alpha"]
    [entry] = store.search("strasse")
    [place] = store.places(entry, "strasse")
    assert (place.turn, place.kind, place.text) == (1, "reply", "some Straße")
    assert place.text[slice(*place.words[0])] == "Straße"


@pytest.mark.parametrize("width", [20, 40, 81])
def test_a_place_is_cut_around_what_was_found(store: Store, width: int) -> None:
    long = "寿司 " * 300 + "the\tMoon" + " and more\x1b" * 300
    kept(store, turn_of(1, f"nothing here\n{long}\nmoon again"), title="one")
    [entry] = store.search("moon the")
    [place] = store.places(entry, "moon the", width)
    assert cell_width(clean(place.text)) <= width
    assert place.text.startswith("…") and place.text.endswith("…")
    assert [place.text[start:end] for start, end in place.words] == ["the", "Moon"]


@pytest.mark.parametrize("before", [0, 9_997, 9_998, 25_000, 400_000])
def test_a_place_in_a_long_line_is_found_wherever_it_is(store: Store, before: int) -> None:
    kept(store, turn_of(1, "a" * before + "needle" + "b" * 30_000), title="one")
    [entry] = store.search("Needle")
    [place] = store.places(entry, "Needle", 40)
    assert [place.text[start:end] for start, end in place.words] == ["needle"]
    assert cell_width(place.text) <= 40
    assert place.text.startswith("…") is (before > 0) and place.text.endswith("…")


def test_found_by_path_name_title_or_beginning(store: Store) -> None:
    one = kept(store, title="One")
    kept(store, title="Two")
    for name in (one.path or "", str(one.path), one.name, "one", f"{one.name[:-1]}"):
        assert store.open(name).title == "One"
    assert store.open("greeting").bundled
    assert store.open("a greeting").bundled
    with pytest.raises(SessionError, match="several"):
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


def test_search_finds_an_accent_however_it_is_written(store: Store) -> None:
    kept(store, turn_of(1, "un cafe\u0301 noir"), title="one")
    kept(store, turn_of(1, "un caf\u00e9 noir"), title="other")
    for text in ("caf\u00e9", "cafe\u0301"):
        found = list(store.search(text))
        assert sorted(entry.title for entry in found) == ["one", "other"]
        places = [place for entry in found for place in store.places(entry, text)]
        assert [place.text for place in places] == ["un caf\u00e9 noir"] * 2
        assert all(place.words == [(3, 7)] for place in places)


@pytest.mark.parametrize("value", ["x'7b226e616d65223a22ff227d'", "'text'", "NULL", "x'ff'"])
def test_an_index_with_bytes_of_its_own_costs_only_reading_again(store: Store, value: str) -> None:
    kept(store, title="one")
    before = list(store.list())
    [index] = Path(os.environ["XDG_STATE_HOME"]).rglob("*.sqlite")
    for column in ("entry", "created"):
        with closing(sqlite3.connect(index)) as database:
            database.execute(f"UPDATE entries SET {column} = {value}")
            database.commit()
        assert list(store.list()) == before


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


def test_torn_at_any_byte_everything_before_it_opens(store: Store) -> None:
    whole = file.dump(session_of(turn_of(1), turn_of(2, "zwei\u2028"), turn_of(3)))
    ends = [place + 5 for place in range(len(whole)) if whole.startswith(b"\n...\n", place)]
    for cut in range(ends[0], len(whole), 7):
        read = file.parse(whole[:cut], "x").session
        assert len(read.turns) == sum(end <= cut + 1 for end in ends) - 1
        file.check(read)


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


def test_names_and_passwords_in_urls_are_not_written(store: Store) -> None:
    session = session_of(turn_of(1))
    secret = "http://me:secret@host:11434"
    session.lineup = tuple(
        msgspec.structs.replace(record, pane=msgspec.structs.replace(record.pane, server=secret))
        for record in session.lineup
    )
    for reply in session.turns[0].replies.values():
        reply.url = f"{secret}/api/chat"
    written = file.dump(session)
    assert b"secret" not in written
    assert b"http://host:11434/api/chat" in written


def test_a_directory_that_cannot_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(NotADirectoryError):
        Writer.create(tmp_path / "file" / "own", session_of(turn_of(1)))
    assert list(Store(tmp_path / "file" / "own").list()) == []


def test_unknown_fields_and_documents_are_kept_and_written_back() -> None:
    written = file.dump(session_of(turn_of(1))).decode()
    written = written.replace("title: Greeting\n", 'title: Greeting\nmood: {good: [1, 2.5, null, "2026-11-20"]}\n')
    written = written.replace(
        "sampling: {temperature: 0.8, seed: 7}", "sampling: {temperature: 0.8, seed: 7, dry: 0.5}"
    )
    written = written.replace("  sample: 1\n", "  sample: 1\n  colour: blue\n", 1)
    written = written.replace("tokens: 3}", "tokens: 3, joules: 12}", 1)
    written += "---\nbookmark: {turn: 1, ms: 200}\n...\n"
    session = file.parse(written.encode(), "x").session
    again = file.parse(file.dump(session), "x").session
    assert shape(again) == shape(session)
    for part in (
        b"mood: {good: [1, 2.5, null,",
        b"dry: 0.5",
        b"colour: blue",
        b"joules: 12",
        b"bookmark: {turn: 1, ms: 200}",
    ):
        assert part in file.dump(session)


def test_written_by_hand_a_session_needs_little(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "hand.yaml"
    path.write_text(
        "# a remark\n"
        "format: alignscope-session/1\n"
        "title: By hand\n"
        "created: 2026-11-20 21:03:11+09:00\n"
        "lineup:\n"
        "  - name: base\n"
        "    model: m\n"
        "    url: embedded\n"
        "    mode: completion\n"
        "---\n"
        "turn: 1\n"
        "at: 2026-11-20\n"
        "prompt: |\n"
        "  Hello\n"
        "replies:\n"
        "  - {pane: base, end: stop, text: Hi there}"
    )
    session = store.open(path)
    [turn] = session.turns
    assert turn.prompt == "Hello\n"
    assert turn.replies["base", 1].texts == ["Hi there"]
    with Writer.open(session) as writer:
        writer.append(documents.title("Still by hand"))
    assert store.open(path).title == "Still by hand"
