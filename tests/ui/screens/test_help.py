"""The help screen: the keys of the place one came from, and every parameter of the table."""

from typing import Any

import pytest
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widgets import Static, TextArea

from alignscope.model.sampling import PARAMETERS
from alignscope.ui.screens.help.screen import HelpScreen, key_groups, sections
from alignscope.ui.widgets.sampling.panel import SamplingPanel
from tests.ui.screens.host import Host, save_picture, screen_text


class Place(Screen[None]):
    """A screen with an editor and a panel."""

    BINDING_GROUP_TITLE = "Explorer"
    BINDINGS = [
        Binding("f1,question_mark", "help", "Help", id="place.help", tooltip="Keys and words"),
        Binding("z", "zoom", "Zoom", id="place.zoom", tooltip="Zoom in"),
        Binding("f9", "nothing", "Untold"),
        Binding("ctrl+k", "odd", "Odd", id="place.odd", tooltip="[/red] odd \x1b words"),
    ]

    def compose(self) -> ComposeResult:
        yield TextArea()
        yield SamplingPanel()

    def action_help(self) -> None:
        self.app.push_screen(HelpScreen(self))


async def test_keys_are_grouped_by_place_and_only_told_ones_are_shown() -> None:
    app = Host(screen=Place)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        groups = key_groups(app.screen)
        assert next(iter(groups)) == "Explorer" and {"Everywhere", "Sampling"} <= set(groups)
        told = {help: keys for keys, help in groups["Explorer"]}
        assert told["Keys and words"] == "f1, ?"
        assert "Untold" not in told
        assert told["Zoom in"] == "z", "a letter is listed though the editor would type it"
        assert "The next preset" in {help for _, help in groups["Sampling"]}


@pytest.mark.parametrize("size", [(80, 24), (200, 60), (40, 12)])
async def test_it_shows_what_to_try_and_scrolls_to_the_end(size: tuple[int, int]) -> None:
    app = Host(screen=Place)
    async with app.run_test(size=size) as pilot:
        await pilot.press("f1")
        await pilot.pause()
        save_picture(app, f"help-{size[0]}x{size[1]}")
        assert "What to try first" in screen_text(app)
        await pilot.press("end")
        await pilot.pause()
        save_picture(app, f"help-end-{size[0]}x{size[1]}")
        assert "wild" in screen_text(app)


async def test_keys_that_a_person_gave_are_the_ones_shown() -> None:
    app = Host(screen=Place)
    async with app.run_test(size=(80, 24)) as pilot:
        app.set_keymap({"place.help": "f12"})
        await pilot.pause()
        groups = key_groups(app.screen)
        assert {help: keys for keys, help in groups["Explorer"]}["Keys and words"] == "f12"


async def test_what_to_try_names_the_explorers_keys_as_they_are_now() -> None:
    app = Host(screen=Place)
    async with app.run_test(size=(120, 40)) as pilot:
        app.set_keymap({"explorer.experiments": "ctrl+x"})
        await pilot.press("f1")
        await pilot.pause()
        text = " ".join(screen_text(app).split())
        assert "Open the experiments (^x) for more" in text
        assert "(esc), J sends the next one" in text
        assert "(^g, then F5)" in text or "(ctrl+g, then F5)" in text
        assert "{" not in text


async def test_tab_goes_from_part_to_part() -> None:
    app = Host(screen=Place)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f1")
        for section in sections()[1:]:
            await pilot.press("tab")
            await pilot.pause()
            assert screen_text(app).splitlines()[1].strip() == section.title
        await pilot.press("shift+tab")
        await pilot.pause()
        assert screen_text(app).splitlines()[1].strip() == sections()[-2].title


@pytest.mark.parametrize("key", ["escape", "q", "f1", "question_mark"])
async def test_it_goes_back_the_way_it_came(key: str) -> None:
    app = Host(screen=Place)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f1")
        assert isinstance(app.screen, HelpScreen)
        await pilot.press("down", "space", "up", key)
        assert isinstance(app.screen, Place)


async def test_every_parameter_is_explained_from_the_table_and_nothing_can_do_harm() -> None:
    app = Host(screen=Place)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f1")
        text = "\n".join(str(part.content) for part in all_parts(app))
        for parameter in PARAMETERS.values():
            assert parameter.help in text
        assert "[/red] odd ␛ words" in text and "\x1b" not in text


def all_parts(app: Host) -> list[Static]:
    return list(app.screen.query_one(VerticalScroll).query(Static).results())


def test_the_words_of_the_help_are_short_and_about_what_was_promised() -> None:
    parts: dict[str, Any] = {section.title: section for section in sections()}
    terms = parts["Words"].terms
    assert {"base model", "SFT", "chat template"} <= set(terms)
    assert all(len(text) < 300 for text in terms.values())
