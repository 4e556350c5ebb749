"""Replays of what the explorer kept, and the way back to live from them."""

from alignscope.files.locations import data_dir
from alignscope.model.launch import Launch, Playback
from alignscope.model.session import Session
from alignscope.sessions.library.store import Store
from alignscope.ui.app import AlignscopeApp
from alignscope.ui.screens.replay.compare import CompareScreen
from alignscope.ui.screens.replay.screen import ReplayScreen
from tests.sessions.recorded import AT, LINEUP, two_turns
from tests.standin.ollama import Ollama
from tests.standin.replies.script import Script
from tests.ui.explorer.desk import explore
from tests.ui.explorer.sessions.keeping import explore_playback, into_pane, kept, sent
from tests.ui.screens.host import save_picture
from tests.waiting import until


async def test_replaying_the_session_and_running_a_turn_again(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url)) as desk:
        await sent(desk, "x")
        await desk.press("f12")
        await desk.until(lambda: isinstance(desk.app.screen, ReplayScreen))
        await desk.press("end")
        ollama.default = Script(pieces=("Something", " else"))
        await desk.press("c")
        await desk.until(lambda: isinstance(desk.app.screen, CompareScreen))
        await desk.until_shown("They part", "no promise", "The new replies are kept")
        save_picture(desk.app, "compare-120x40")
        await desk.press("escape", "escape")
        await desk.until(lambda: desk.app.screen is desk.explorer)
    again, first = kept()
    assert again.parent is not None and (again.parent.name, again.parent.turn) == (first.name, 1)
    assert again.turns[0].text("base") == "Something else"
    assert len(first.turns) == 1


async def test_the_same_again_is_said_to_be_the_same(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url)) as desk:
        await sent(desk, "x")
        await desk.press("f12", "end", "enter")
        await desk.until_shown("The same to the end.")


async def test_a_replay_from_the_command_line_asks_no_server() -> None:
    path = Store(data_dir() / "sessions").save(
        Session("Kept", AT, turns=two_turns()), data_dir() / "sessions" / "k.yaml"
    )
    app = AlignscopeApp(Launch(host="http://127.0.0.1:1", playback=Playback(name=str(path), speed=float("inf"))))
    async with app.run_test(size=(100, 30)) as pilot:
        await until(lambda: isinstance(app.screen, ReplayScreen) and app.screen.player.ended)
        await pilot.press("q")
        await until(lambda: app.return_value is not None)
    assert app.return_value == 0


async def test_the_pace_of_the_explorer_is_that_of_its_replays(ollama: Ollama) -> None:
    ollama.default = Script(pieces=("word ",) * 40)
    async with explore(Launch(host=ollama.url, pace=40)) as desk:
        await sent(desk, "x")
        await desk.press("f12")
        await desk.until_shown("paced 40/s")
        await desk.press("q", "escape")
        await desk.until(lambda: not desk.explorer.pacing.undrawn)
        await into_pane(desk)
        await desk.press("P", "f12")
        await desk.until_shown("paced 20/s")
        await desk.press("q")


async def test_going_live_from_a_replay_makes_a_session_that_names_it(ollama: Ollama) -> None:
    turns = two_turns()
    lineup = tuple(pane.__class__(pane.name, model, ollama.url, pane.mode)
                   for pane, model in zip(LINEUP, ("mistral:text", "mistral:latest"), strict=True))  # fmt: skip
    for turn in turns:
        turn.lineup = lineup
    Store(data_dir() / "sessions").save(Session("Kept", AT, turns=turns), data_dir() / "sessions" / "kept.yaml")
    async with explore_playback(ollama, "kept") as desk:
        behind = desk.explorer._compositor.render_strips(desk.app.size)
        assert not "".join(segment.text for strip in behind for segment in strip).strip(), "no other screen was first"
        await desk.press("end", "l")
        await desk.until_shown("Live again", "Type a prompt")
        await desk.until(lambda: desk.explorer.prompt.has_focus)
        await sent(desk, "now")
    live = next(session for session in kept() if session.parent is not None)
    assert live.parent is not None and (live.parent.name, live.parent.turn) == ("kept", 2)
    assert [turn.prompt for turn in live.turns] == ["こんにちは", "Go on", "now"]
