"""What the explorer keeps, and the keys by which a person gets at it."""

from dataclasses import replace
from pathlib import Path

import pytest

from alignscope.files.locations import data_dir
from alignscope.model.events import End, Token
from alignscope.model.launch import Launch
from alignscope.model.lineup.pane import PaneRequest
from alignscope.model.session import Session
from alignscope.model.turn import TurnSettings
from alignscope.sessions.library.store import Store
from alignscope.sessions.recording.recorder import Recorder
from alignscope.sessions.recording.writer import Writer
from alignscope.ui.screens.library.library import LibraryScreen
from alignscope.ui.screens.replay.screen import ReplayScreen
from tests.sessions.recorded import AT, two_turns
from tests.standin.ollama import Ollama
from tests.standin.replies.script import Script
from tests.ui.explorer.desk import explore
from tests.ui.explorer.sessions.keeping import into_pane, kept, sent
from tests.waiting import HANGS


async def test_every_turn_is_kept_without_being_asked(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url)) as desk:
        await sent(desk, "first prompt", "second")
        replies = {key: reply.text for key, reply in desk.exploration.turns[1].replies.items()}
        while_it_runs = kept()
    (session,) = kept()
    assert [turn.prompt for turn in while_it_runs[0].turns] == ["first prompt", "second"]
    assert [turn.prompt for turn in session.turns] == ["first prompt", "second"]
    assert {key: reply.text for key, reply in session.turns[1].replies.items()} == replies
    assert session.title == "first prompt"
    assert all(record.server.lower().startswith("ollama") for record in session.lineup), "the header says which server"
    assert all(record.digest for record in session.lineup), "and which files"


async def test_leaving_while_it_runs_keeps_what_has_come(ollama: Ollama) -> None:
    ollama.default = Script(pieces=("word ",) * 50, rate=50, endless=True)
    async with explore(Launch(host=ollama.url)) as desk:
        desk.without_limit()
        await desk.send("x")
        await desk.until(lambda: len(desk.pane("base").reply_text()) > 20)
    (session,) = kept()
    assert session.turns[0].replies["base", 1].end is End.CANCELLED
    assert len(session.turns[0].text("base")) > 20


async def test_a_directory_that_cannot_be_written_is_told_and_nothing_is_lost(ollama: Ollama, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a directory")
    async with explore(Launch(host=ollama.url, sessions=blocked / "sessions")) as desk:
        await sent(desk, "x")
        await desk.until_shown("can't be kept at the moment", "not kept")
        assert desk.pane("base").reply_text(), "the stream goes on"
        await into_pane(desk)
        await desk.press("W")
        await desk.press("ctrl+u")
        await desk.type(str(tmp_path / "else" / "where.yaml"))
        (tmp_path / "else").mkdir()
        await desk.press("enter")
        await desk.until_shown("is kept in")
        await desk.until(lambda: "not kept" not in desk.screen)
    assert Store(tmp_path).open(tmp_path / "else" / "where.yaml").turns[0].prompt == "x"


async def test_naming_a_note_and_a_verdict(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url)) as desk:
        await sent(desk, "x")
        await into_pane(desk)
        await desk.press("D", *["backspace"] * 3, *"named", "enter")
        await desk.until_shown("is called ‘named’")
        await desk.press("d", *"noted", "enter")
        await desk.until_shown("The note is kept")
        await desk.press("V", "down", "space", "enter")
        await desk.until_shown("Kept: instruct, then base")
    (session,) = kept()
    verdict = session.turns[0].verdict
    assert (session.title, session.turns[0].note) == ("named", "noted")
    assert verdict is not None and verdict.order == (("instruct", 1), ("base", 1))


async def test_a_note_and_a_verdict_stand_below_their_prompt_in_every_pane(ollama: Ollama) -> None:
    ollama.default = Script(pieces=("Short", " and good."))
    async with explore(Launch(host=ollama.url)) as desk:
        await sent(desk, "first", "second")
        await into_pane(desk)
        await desk.press("d", *"seen", "enter")
        await desk.until_shown("note: seen")
        await desk.press("V", "2")
        await desk.until_shown("verdict: instruct > base")
        for view in desk.explorer.split.views:
            rows = [
                row[view.region.x : view.region.right].rstrip(" ▁▂▃▄▅▆▇█▔▎▍▌▋▊▉▐") for row in desk.screen.split("\n")
            ]
            prompt = next(index for index, row in enumerate(rows) if row == "› second")
            assert [row.strip() for row in rows[prompt + 1 : prompt + 3]] == ["verdict: instruct > base", "note: seen"]
        await desk.press("d", *["backspace"] * 4, "enter")
        await desk.until(lambda: "note: seen" not in desk.screen)
        assert "verdict: instruct > base" in desk.screen, "taking one away leaves the other"
        await desk.press("f12")
        await desk.until(lambda: isinstance(desk.app.screen, ReplayScreen))
        await desk.press("end")
        await desk.until_shown("› second", "verdict: instruct > base")


async def test_one_key_judges_the_row_under_the_cursor(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url)) as desk:
        await sent(desk, "first", "second")
        await into_pane(desk)
        await desk.press("F")
        await desk.until_shown("go on from any of them")
        orders = []
        for _ in range(4):
            await desk.press("ctrl+r")
            await desk.pilot.pause()
            verdict = desk.exploration.turns[1].verdict
            orders.append([name for name, _ in verdict.order] if verdict else [])
        assert orders == [["base", "instruct"], ["instruct", "base"], [], ["base", "instruct"]]
        await desk.press("up", "ctrl+r", "ctrl+r", "ctrl+n", *"so", "enter")
        await desk.until_shown("note  instruct > base", "verdict: instruct > base")
        assert "go on from any of them" in desk.screen, "the list stays, for the next row"
        await desk.press("escape")
    (session,) = kept()
    first, second = session.turns
    assert first.note == "so" and first.verdict is not None and first.verdict.order[0][0] == "instruct"
    assert second.verdict is not None and second.verdict.order[0][0] == "base"


async def test_more_than_two_replies_are_ranked_by_their_numbers(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url)) as desk:
        await into_pane(desk)
        await desk.press("escape", "escape", "plus")
        await desk.until(lambda: desk.exploration.settings.samples == 2)
        await sent(desk, "x")
        await into_pane(desk)
        await desk.press("F", "ctrl+r")
        await desk.until_shown("Which reply is better?")
        await desk.press("3", "9", "1", "2")
        await desk.until_shown("verdict: instruct 1 > base 1 > base 2 > instruct 2")


async def test_a_password_in_a_url_is_neither_shown_nor_kept(ollama: Ollama) -> None:
    secret = ollama.url.replace("http://", "http://me:secret@")
    panes = (
        PaneRequest("a", "mistral:text", secret),
        PaneRequest("b", "mistral:latest", "http://me:secret@127.0.0.1:1"),
    )
    async with explore(Launch(panes=panes, servers={"here": secret})) as desk:
        await sent(desk, "x")
        await desk.until_shown("here", "127.0.0.1:1")
        assert "secret" not in desk.screen
        await into_pane(desk)
        await desk.press("f4")
        await desk.until_shown("Model for", "loaded here")
        assert "secret" not in desk.screen
        await desk.press("escape")
    (path,) = (data_dir() / "sessions").glob("*.yaml")
    assert "secret" not in path.read_text()
    assert {seen.headers["authorization"][:6] for seen in ollama.requests} == {"Basic "}


async def test_the_sample_in_view_is_the_first_that_a_busy_server_writes_again(ollama: Ollama) -> None:
    ollama.default = Script(pieces=("word ",) * 4)
    async with explore(Launch(host=ollama.url, settings=TurnSettings(samples=4))) as desk:
        await sent(desk, "x")
        await into_pane(desk)
        await desk.press("n", "n")
        await desk.until_shown("showing 3 of 4")
        ollama.default = Script(pieces=("again ",), rate=50, endless=True)
        desk.without_limit()
        await desk.press("R")
        turn = desk.exploration.turns[0]
        await desk.until(lambda: "again" in turn.text("base", 3))
        assert not any(turn.text("base", sample) for sample in (1, 2, 4)), "the server has one slot"
        await desk.press("escape")


async def test_a_new_session_and_back_to_the_one_before(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url)) as desk:
        await sent(desk, "first")
        await into_pane(desk)
        await desk.press("B")
        await desk.until_shown("A new session")
        assert desk.exploration.turns == [] and not desk.pane("base").turns
        await sent(desk, "other")
        assert len(kept()) == 2
        await desk.press("f9")
        await desk.until(lambda: isinstance(desk.app.screen, LibraryScreen))
        await desk.until_shown("newest first", "other", "first")
        await desk.press("down")
        await desk.press("enter")
        await desk.until_shown("Going on with ‘first’")
        assert desk.pane("base").turns[0].prompt == "first" and "first" in desk.screen
        await sent(desk, "more")
    assert [[turn.prompt for turn in session.turns] for session in kept()] == [["other"], ["first", "more"]]


async def test_a_session_that_another_alignscope_writes_is_gone_on_with_elsewhere(ollama: Ollama) -> None:
    store = Store(data_dir() / "sessions")
    with Writer.create(store.directory, Session("Theirs", AT, turns=two_turns())):
        async with explore(Launch(host=ollama.url)) as desk:
            await desk.press("f9")
            await desk.type("Theirs")
            await desk.until_shown("1 session, newest first", "Theirs")
            await desk.press("enter")
            await desk.until_shown("Here it can only be read", "session that begins with its turns")
            await sent(desk, "mine")
    mine, theirs = kept()
    assert [turn.prompt for turn in theirs.turns] == ["こんにちは", "Go on"]
    assert [turn.prompt for turn in mine.turns] == ["こんにちは", "Go on", "mine"]
    assert mine.parent is not None and (mine.parent.name, mine.parent.turn) == (theirs.name, 2)


@pytest.mark.parametrize(("key", "prompts"), [("enter", ["one"]), ("ctrl+e", [])])
async def test_forking_at_a_turn(ollama: Ollama, key: str, prompts: list[str]) -> None:
    async with explore(Launch(host=ollama.url)) as desk:
        await sent(desk, "one", "two")
        await into_pane(desk)
        await desk.press("F")
        await desk.until_shown("go on from any of them")
        await desk.press("up", key)
        await desk.until(lambda: [turn.prompt for turn in desk.exploration.turns] == prompts)
        await desk.until(lambda: desk.explorer.prompt.value == ("one" if key == "ctrl+e" else ""))
        await desk.press("end")
        await sent(desk, "!")
    fork, before = kept()
    assert [turn.prompt for turn in before.turns] == ["one", "two"]
    assert [turn.prompt for turn in fork.turns] == [*prompts, "one!" if key == "ctrl+e" else "!"]
    assert fork.parent is not None and fork.parent.name == before.name


async def test_a_session_that_died_is_folded_in_and_said(ollama: Ollama) -> None:
    recorder = Recorder(data_dir() / "sessions")
    (turn, _) = two_turns()
    dying = replace(turn, replies={})
    recorder.begin(dying)
    recorder.play(dying)
    recorder.event(dying, Token("base", 1, 5.0, "so far"))
    recorder.flush().result(HANGS)
    journal = next((data_dir() / "sessions").glob("*.journal"))
    lines = journal.read_bytes()
    recorder.close()
    # As a kill leaves it: a journal, and no turn.
    for path in (data_dir() / "sessions").glob("*.yaml"):
        path.write_bytes(path.read_bytes().split(b"---\n")[0])
    journal.write_bytes(lines)
    async with explore(Launch(host=ollama.url)) as desk:
        await desk.until_shown("was interrupted in turn 1")
    (session,) = kept()
    assert session.turns[0].text("base") == "so far" and session.turns[0].replies["base", 1].end is End.CUT


async def test_a_turn_that_was_left_before_anything_came_is_not_waited_for(ollama: Ollama) -> None:
    one, two = two_turns()
    left = Session("left", AT, turns=[one, replace(two, replies={})])
    async with explore(Launch(host=ollama.url)) as desk:
        await desk.explorer.resume(left)
        await desk.until(lambda: "stopped" in desk.screen)
        assert not any(view.running for view in desk.explorer.split.views)
        assert "waiting" not in desk.screen
        await desk.send("go on")
        await desk.until_done(3)
