"""The experiments screen, driven by keys."""

import pytest
from textual.events import Key

from alignscope.files.experiments import Experiment, experiments
from alignscope.ui.screens.explorer.experiments.chooser import ExperimentsScreen
from tests.ui.screens.host import Host, save_picture, screen_text, type_in
from tests.waiting import until

SIZES = [(80, 24), (200, 60), (60, 20)]


@pytest.mark.parametrize("size", SIZES)
async def test_it_shows_the_list_and_what_the_first_is_about(size: tuple[int, int]) -> None:
    app = Host(screen=ExperimentsScreen)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        save_picture(app, f"experiments-{size[0]}x{size[1]}")
        text = screen_text(app)
        first = experiments()[0]
        assert first.title in text and "こんにちは" in text
        assert "Look for:" in text and "Edit first" in text


async def test_enter_sends_the_selected_one() -> None:
    app = Host(screen=ExperimentsScreen)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("down", "down", "up", "enter")
        assert app.returned == [(experiments()[1], "send")]


@pytest.mark.parametrize("key", ["tab", "ctrl+e"])
async def test_tab_puts_it_into_the_editor(key: str) -> None:
    app = Host(screen=ExperimentsScreen)
    async with app.run_test(size=(80, 24)) as pilot:
        await type_in(pilot, "terminal")
        await pilot.press(key)
        assert [(experiment.id, action) for experiment, action in app.returned] == [("terminal", "edit")]


async def test_enter_sends_what_was_typed_right_before_it() -> None:
    app = Host(screen=ExperimentsScreen)
    async with app.run_test(size=(80, 24)) as pilot:
        for letter in "terminal":
            app.post_message(Key(letter, letter))
        app.post_message(Key("enter", "\r"))
        await pilot.press("right")
        assert [(experiment.id, action) for experiment, action in app.returned] == [("terminal", "send")]


async def test_typing_filters_and_escape_goes_back() -> None:
    app = Host(screen=ExperimentsScreen)
    async with app.run_test(size=(80, 24)) as pilot:
        await type_in(pilot, "json request")
        text = screen_text(app)
        assert "JSON on request" in text and "greeting" not in text
        await type_in(pilot, " zebra")
        await until(lambda: "No experiment has all of these" in screen_text(app))
        await pilot.press("enter", "tab")
        assert app.returned == []
        await pilot.press("escape")
        assert app.returned == [None]


async def test_the_selection_stays_where_it_was_when_the_filter_still_has_it() -> None:
    app = Host(screen=ExperimentsScreen)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*"poem", "down", *["backspace"] * 4, "enter")
        assert app.returned[0][0].id == "poem"


async def test_a_filter_selects_the_best_first_and_headings_are_gone() -> None:
    app = Host(screen=ExperimentsScreen)
    async with app.run_test(size=(120, 40)) as pilot:
        assert "Four to begin with" in screen_text(app)
        await pilot.press(*"stor")
        await pilot.press("y")
        text = screen_text(app)
        assert text.index("▎ An unfinished story") < text.index("A story on request")
        assert "Stories" not in text and "Four to begin with" not in text
        await pilot.press("ctrl+u", *"json")
        text = screen_text(app)
        assert text.index("▎ JSON on request") < text.index("Data in, data out"), "though that comes first"
        await pilot.press("enter")
        assert app.returned[0][0].id == "json-request"


async def test_the_list_opens_at_the_last_one_used_and_a_filter_finds_others() -> None:
    app = Host(screen=lambda: ExperimentsScreen(last="poem"))
    async with app.run_test(size=(80, 24)) as pilot:
        assert "▎ A poem's first line" in screen_text(app)
        await pilot.press(*"json")
        assert "▎ JSON on request" in screen_text(app)
        await pilot.press(*["backspace"] * 4)
        assert "▎ A poem's first line" in screen_text(app)
        await pilot.press("down", "enter")
        assert app.returned == [(experiments()[[each.id for each in experiments()].index("poem") + 1], "send")]


async def test_two_clicks_send_and_one_only_selects() -> None:
    app = Host(screen=ExperimentsScreen)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.click("Choices", offset=(3, 3))
        assert app.returned == [] and experiments()[2].look_for.split()[0] in screen_text(app)
        await pilot.double_click("Choices", offset=(3, 4))
        assert app.returned == [(experiments()[3], "send")]


async def test_text_of_a_strangers_library_cannot_do_anything() -> None:
    hostile = Experiment(
        id="bad",
        title="[red]a[/foo]\x1b]0;x\x07",
        prompt="\x1b[31m[@click=app.quit]b[/]",
        why="[/]",
        look_for="\u202ec",
    )
    app = Host(screen=lambda: ExperimentsScreen([hostile]))
    async with app.run_test(size=(80, 24)):
        text = screen_text(app)
        assert "\x1b" not in text and "\u202e" not in text and "[@click=app.quit]b[/]" in text
