"""Keeping a session while it happens: the journal, the recorder, and what is left when either is interrupted."""

import os
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alignscope.model.events import End, Event, Finished, Token
from alignscope.model.lineup.pane import Mode, Pane
from alignscope.model.session import Session
from alignscope.model.turn import Turn, TurnSettings
from alignscope.run.exploration import Exploration
from alignscope.run.servers import Servers
from alignscope.sessions.format import file
from alignscope.sessions.library.store import Store
from alignscope.sessions.names import journal_of
from alignscope.sessions.recording import journal
from alignscope.sessions.recording.journal import Again, Journal
from alignscope.sessions.recording.lock import Lock
from alignscope.sessions.recording.recorder import Recorder, title_for
from alignscope.sessions.recording.writer import Writer
from tests.sessions.making import events_of, lineups, session_of, shape, texts, tokens, turn_of, turns
from tests.standin import Ollama, Script


def until(condition: Callable[[], object], seconds: float = 20) -> None:
    """Wait for the recorder's thread; the time is only there so that a test can't hang."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def begun(recorder: Recorder, number: int = 1, prompt: str = "Once") -> Turn:
    """A turn of which nothing has come yet."""
    turn = turn_of(number, prompt)
    turn.replies.clear()
    recorder.begin(turn)
    recorder.play(turn)
    return turn


def tell(recorder: Recorder, turn: Turn, events: list[Event]) -> None:
    for event in events:
        turn.apply(event)
        recorder.event(turn, event)


def played(recorder: Recorder, number: int = 1, prompt: str = "Once", words: tuple[str, ...] = ("a", "b")) -> Turn:
    """A whole turn."""
    turn = begun(recorder, number, prompt)
    for pane in turn.lineup:
        tell(recorder, turn, events_of(pane.name, words))
    recorder.end(turn)
    return turn


@contextmanager
def disk_full(left: int = 0) -> Iterator[None]:
    """No file may grow beyond so many bytes: to whoever writes, the same as a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (left, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


# The journal


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


# The recorder


def test_turns_are_kept_and_the_journal_goes(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path)
    turns_played = [played(recorder, 1, "First prompt\nwith lines"), played(recorder, 2)]
    assert recorder.close() == ""
    session = Store(tmp_path).open(recorder.session.path or "")
    assert session.title == "First prompt"
    assert [shape(turn) for turn in session.turns] == [shape(turn) for turn in turns_played]
    assert [path.suffix for path in tmp_path.iterdir()] == [".yaml"]


def test_nothing_is_written_before_the_first_turn(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "own")
    recorder.set_title("named early")
    assert recorder.close() == ""
    assert not (tmp_path / "own").exists()


def test_while_a_turn_runs_its_tokens_are_in_the_journal(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path)
    turn = begun(recorder)
    tell(recorder, turn, events_of("base", ["one", " two\ud800"])[:-1])
    until(lambda: any(b"two" in path.read_bytes() for path in tmp_path.glob("*.journal")))
    # Another one that starts now leaves it alone.
    assert Store(tmp_path).recover() == ()
    [path] = tmp_path.glob("*.journal")
    copy = tmp_path / "elsewhere"
    copy.mkdir()
    (copy / path.name).write_bytes(path.read_bytes())
    [words] = Store(copy).recover()
    assert "‘Once’ was interrupted in turn 1, and kept as far as it had come: 2 tokens." in words
    [entry] = Store(copy).list()
    [found] = Store(copy).open(entry.path).turns
    assert found.text("base") == "one two\ud800"
    assert found.replies["base", 1].end is End.CUT
    recorder.close()


def test_closing_in_the_middle_keeps_the_turn_as_cancelled(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path)
    turn = begun(recorder)
    tell(recorder, turn, events_of("base", ["one"])[:-1])
    assert recorder.close() == ""
    recorder.end(turn)
    [kept] = Store(tmp_path).open(recorder.session.path or "").turns
    assert kept.text("base") == "one"
    assert kept.replies["base", 1].end is End.CANCELLED


@pytest.mark.parametrize("died", ["before", "after", "torn"])
def test_killed_around_the_append_a_turn_is_there_once(tmp_path: Path, died: str) -> None:
    store = Store(tmp_path)
    session = session_of(turn_of(1))
    with Writer.create(store.directory, session) as writer:
        second = turn_of(2, "second")
        written = Journal(session, second)
        events = [event for pane in ("base", "instruct") for event in events_of(pane, ["upon", " a", " time"])]
        written.write(events)
        written.close(remove=False)
        if died != "before":
            writer.append_turn(second)
    if died == "torn":
        writer.path.write_bytes(writer.path.read_bytes()[:-30])
    assert len(store.recover()) == (died != "after")
    [first, found] = store.open(writer.path).turns
    assert shape(first) == shape(turn_of(1) if first.records == () else first)
    assert found.text("base") == "upon a time"
    assert not list(tmp_path.glob("*.journal"))
    assert store.recover() == ()


def test_a_pane_asked_again_replaces_its_reply(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path)
    turn = played(recorder)
    turn.forget("base")
    recorder.play(turn, "base")
    tell(recorder, turn, events_of("base", ["anew"]))
    recorder.end(turn)
    assert recorder.close() == ""
    [kept] = Store(tmp_path).open(recorder.session.path or "").turns
    assert kept.text("base") == "anew"
    assert kept.text("instruct") == "ab"


def test_a_pane_asked_again_while_the_other_goes_on(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path)
    turn = begun(recorder)
    tell(recorder, turn, events_of("base", ["old"]))
    tell(recorder, turn, events_of("instruct", ["goes"])[:-1])
    turn.forget("base")
    recorder.play(turn, "base")
    tell(recorder, turn, events_of("base", ["new"])[:2])
    until(lambda: any(b"new" in path.read_bytes() for path in tmp_path.glob("*.journal")))
    [path] = tmp_path.glob("*.journal")
    assert journal.read(path).turns[0].text("base") == "new"
    recorder.end(turn)
    recorder.end(turn)
    recorder.close()
    [kept] = Store(tmp_path).open(recorder.session.path or "").turns
    assert (kept.text("base"), kept.text("instruct")) == ("new", "goes")


def test_title_note_and_verdict_are_kept(tmp_path: Path) -> None:
    from alignscope.model.turn import Verdict

    recorder = Recorder(tmp_path)
    turn = played(recorder)
    recorder.set_title("Named")
    recorder.set_note(turn, "remarkable")
    recorder.set_verdict(turn, Verdict((("base", 1), ("instruct", 1))))
    recorder.close()
    session = Store(tmp_path).open(recorder.session.path or "")
    assert session.title == "Named"
    assert session.turns[0].note == "remarkable"
    assert session.turns[0].verdict == Verdict((("base", 1), ("instruct", 1)))


# Trouble


def test_a_full_disk_is_told_and_what_waited_is_written_later(tmp_path: Path) -> None:
    told: list[str] = []
    recorder = Recorder(tmp_path, on_problem=told.append)
    played(recorder, 1)
    recorder.flush().result(20)
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
    assert "Not a directory" in told[0]
    with pytest.raises(NotADirectoryError):
        recorder.save_as(tmp_path / "file" / "sub" / "x.yaml").result(20)
    path = recorder.save_as(tmp_path / "good" / "mine.yaml").result(20)
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


def test_a_turn_that_only_its_journal_has_comes_with_the_next_start(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path)
    played(recorder, 1, words=("long ",) * 2_000)
    recorder.flush().result(20)
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
    recorder.flush().result(20)
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


@settings(max_examples=50)
@given(texts)
def test_any_prompt_makes_a_title(prompt: str) -> None:
    assert len(title_for(prompt)) <= 60
    assert "\n" not in title_for(prompt)


# With the exploration


async def test_the_exploration_keeps_what_it_streams(tmp_path: Path, ollama: Ollama) -> None:
    async with Servers(ollama.url) as servers:
        exploration = Exploration(servers)
        exploration.lineup = (
            Pane("base", "mistral:text", ollama.url, Mode.COMPLETION),
            Pane("instruct", "mistral:instruct", ollama.url, Mode.CHAT),
        )
        exploration.settings = TurnSettings(samples=2, context="carry", logprobs=1, one_after_other=True)
        exploration.record(tmp_path)
        for prompt in ("one", "two"):
            turn = await exploration.begin(prompt)
            async for _ in exploration.play(turn):
                pass
        async for _ in exploration.play(turn, "base"):
            pass
        ollama.default = Script(rate=50, endless=True)
        turn = await exploration.begin("three")
        stream = exploration.play(turn)
        while len(turn.text("base")) < 5:
            await anext(stream)
        await stream.aclose()
        assert await exploration.close() == ""
    session = Store(tmp_path).open(exploration.session.path or "")
    file.check(session)
    assert len(session.turns) == 3
    for kept, live in zip(session.turns, exploration.turns, strict=True):
        assert kept.settings == live.settings == exploration.settings
        assert kept.replies.keys() == live.replies.keys()
        for key, reply in live.replies.items():
            assert tokens(kept.replies[key]) == tokens(reply)
            assert kept.replies[key].logprobs == reply.logprobs
            assert (kept.replies[key].end, kept.replies[key].stats) == (reply.end, reply.stats)
    assert session.turns[0].replies["base", 1].logprobs, "log-probabilities were asked for"
    ends = {reply.end: reply.message for reply in session.turns[2].replies.values()}
    assert ends == {End.CANCELLED: ""}
