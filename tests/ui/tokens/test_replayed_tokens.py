"""The token view over what was kept: a turn of a replay as far as it is shown, and a session that is gone on with."""

from alignscope.model.launch import Launch, Playback
from alignscope.model.session import Session
from alignscope.sessions.format import file
from alignscope.ui.screens.replay.screen import ReplayScreen
from alignscope.ui.screens.tokens.screen import TokensScreen
from tests.sessions.recorded import AT, session
from tests.ui.explorer.desk import explore
from tests.ui.screens.host import Host, screen_text
from tests.ui.tokens.replies import PARIS, events, turn
from tests.waiting import until


def kept() -> Session:
    """A session with lists as it is after its file was read."""
    made = session(turn(events("base", PARIS), events("instruct", PARIS[:3])))
    return file.parse(file.dump(made), "kept.yaml").session


async def test_a_replay_shows_the_turn_as_far_as_it_is_played() -> None:
    screen = ReplayScreen(kept(), Playback())
    screen.player.playing = False
    app = Host(screen=lambda: screen)
    async with app.run_test(size=(120, 30)) as pilot:
        await until(lambda: "0:00.0" in screen_text(app))
        await pilot.press("home", "x")
        await until(lambda: "token 1 of 1" in screen_text(app))
        await pilot.press("escape")
        screen.player.seek(25)
        screen.transport.moved()
        await pilot.press("x")
        await until(lambda: "token 1 of 3, 'The', 90 percent, rank 1" in screen_text(app))
        assert isinstance(app.screen, TokensScreen) and " Paris" not in screen_text(app)
        await pilot.press("escape", "end", "x")
        await until(lambda: "token 1 of 5" in screen_text(app))
        await pilot.press("n")
        await until(lambda: "' is', 25 percent" in screen_text(app))
        await pilot.press("escape")
        assert screen.is_current and not screen.player.playing


async def test_it_stands_still_while_its_tokens_are_looked_at() -> None:
    screen = ReplayScreen(kept(), Playback(speed=0.25))
    app = Host(screen=lambda: screen)
    async with app.run_test(size=(120, 30)) as pilot:
        await until(lambda: screen.player.count > 2)
        await pilot.press("x")
        await until(lambda: "token 1 of" in screen_text(app))
        assert not screen.player.playing


async def test_a_session_that_is_gone_on_with_has_its_lists() -> None:
    async with explore(Launch(embedded=True)) as desk:
        await desk.explorer.resume(kept())
        await desk.press("escape", "x")
        await desk.until_shown("token 1 of 5, 'The', 90 percent, rank 1")
        assert isinstance(desk.app.screen, TokensScreen)


async def test_a_replay_without_a_turn_says_so() -> None:
    screen = ReplayScreen(Session("Empty", AT), Playback())
    app = Host(screen=lambda: screen)
    async with app.run_test(size=(120, 30)) as pilot:
        await until(lambda: "nothing in this session" in screen_text(app))
        await pilot.press("x")
        await until(lambda: "Nothing has been played yet" in screen_text(app))
