"""Nothing moves or blinks by itself, and where one is can always be seen."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from textual.app import App
from textual.widgets import OptionList

from alignscope.model.launch import Launch
from alignscope.ui.app import AlignscopeApp
from alignscope.ui.screens.help.screen import HelpScreen
from alignscope.ui.screens.lab.blind import BlindScreen
from alignscope.ui.screens.replay.screen import ReplayScreen
from alignscope.ui.screens.sent.screen import SentScreen
from alignscope.ui.screens.tokens.screen import TokensScreen
from alignscope.ui.screens.votes.rank import RankScreen
from alignscope.ui.screens.votes.screen import VotesScreen
from alignscope.ui.widgets.text_field import TextField
from tests.snapshots import fixed
from tests.snapshots.test_pictures import SCENES, Scene

Drawn = list[list[tuple[str, object]]]


def drawn(app: App[Any]) -> Drawn:
    """Every cell of the screen with its style."""
    strips = app.screen._compositor.render_strips(app.size)
    return [[(char, style) for text, style, _ in strip for char in text] for strip in strips]


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__.strip("_"))
async def test_a_screen_stands_still_and_shows_where_one_is(
    scene: Callable[[Scene], Awaitable[None]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Without colour, which is a filter over what is drawn: what differs here differs in colour too.
    monkeypatch.setenv("NO_COLOR", "1")
    app = AlignscopeApp(Launch(embedded=True, theme="lamp"))
    async with app.run_test(size=(100, 30)) as pilot:
        set_ = Scene(pilot, tmp_path)
        await set_.show(scene)

        before = drawn(app)
        assert not any(getattr(style, "blink", None) for row in before for _, style in row)
        if isinstance(app.screen.focused, TextField):
            assert not app.screen.focused.cursor_blink
        await pilot.pause(0.6)  # a cursor that blinks is gone for half a second
        assert drawn(app) == before

        if (focused := app.screen.focused) is not None:
            app.screen.set_focus(None)
            await set_.drawn()
            assert drawn(app) != before, f"{focused} looks the same without the focus"
        else:  # then all keys are the screen's, and what they act on is marked
            marked = [list_.highlighted for list_ in app.screen.query(OptionList)]
            voting = BlindScreen | RankScreen | VotesScreen
            others = voting | HelpScreen | ReplayScreen | SentScreen | TokensScreen
            assert (marked and None not in marked) or isinstance(app.screen, others)


async def test_the_find_field_of_a_replay_does_not_blink_either(tmp_path: Path) -> None:
    app = AlignscopeApp(Launch(embedded=True))
    async with app.run_test() as pilot:
        set_ = Scene(pilot, tmp_path)
        await set_.opened()
        await app.push_screen(ReplayScreen(fixed.session()))
        await set_.drawn()
        await set_.press("slash")
        await set_.until(lambda: isinstance(app.screen.focused, TextField))
        assert isinstance(app.screen.focused, TextField)
        assert not app.screen.focused.cursor_blink
