"""Keeping a session while it happens."""

from pathlib import Path

import pytest
from hypothesis import given, settings

from alignscope.model.events import End
from alignscope.model.lineup.pane import Mode, Pane
from alignscope.model.turn import TurnSettings
from alignscope.run.exploration import Exploration
from alignscope.run.servers import Servers
from alignscope.sessions.format import file
from alignscope.sessions.library.store import Store
from alignscope.sessions.recording import journal
from alignscope.sessions.recording.journal import Journal
from alignscope.sessions.recording.recorder import Recorder, title_for
from alignscope.sessions.recording.writer import Writer
from tests.sessions.making import events_of, session_of, shape, texts, tokens, turn_of
from tests.sessions.recording.telling import begun, played, tell, until
from tests.standin import Ollama, Script


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


@settings(max_examples=50)
@given(texts)
def test_any_prompt_makes_a_title(prompt: str) -> None:
    assert len(title_for(prompt)) <= 60
    assert "\n" not in title_for(prompt)


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
