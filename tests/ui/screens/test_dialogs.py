"""What dialogs and lists have in common, and what each keeps in sight where there is little room."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from textual.color import Color
from textual.content import Content
from textual.pilot import Pilot
from textual.screen import ModalScreen

from alignscope.model.launch import Launch
from alignscope.model.lineup.pane import Mode, Pane
from alignscope.run.catalog import Listing
from alignscope.sessions.library.index import Entry, EntryPane
from alignscope.ui.app import AlignscopeApp
from alignscope.ui.screens.base.chooser import Choices, Chooser
from alignscope.ui.screens.base.labels import hanging
from alignscope.ui.screens.dialogs.text import TextScreen
from alignscope.ui.screens.explorer.experiments.chooser import ExperimentsScreen
from alignscope.ui.screens.library.rows import row
from alignscope.ui.screens.library.turns import TurnsScreen
from alignscope.ui.screens.models.picker import PickerScreen
from alignscope.ui.screens.models.pull import PullScreen
from alignscope.ui.widgets.keybar import KeyBar
from alignscope.ui.widgets.sampling.parameter_list import SELECTED
from alignscope.ui.widgets.text_field import TextField
from tests.snapshots import fixed
from tests.snapshots.test_pictures import OFFERS, SCENES, Scene
from tests.ui.screens.host import Host, screen_text, type_in
from tests.ui.screens.listings import LISTINGS, OLLAMA, listings

PANES = (Pane("base", "mistral:text", OLLAMA, Mode.COMPLETION), Pane("instruct", "mistral:latest", OLLAMA, Mode.CHAT))


async def opened(pilot: Pilot[Any], place: Path) -> Scene:
    scene = Scene(pilot, place)
    await scene.opened()
    return scene


def drawn(app: Any, x: int, y: int) -> tuple[str, Color, Color]:
    """The sign in a cell of the uppermost screen, its colour and its ground."""
    column = 0
    for text, style, _ in app.screen._compositor.render_strips(app.size)[y]:
        for char in text:
            if column == x:
                return char, Color.from_rich_color(style.color), Color.from_rich_color(style.bgcolor)
            column += cell_len(char)
    raise AssertionError((x, y))


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__.strip("_"))
async def test_a_dialog_has_one_ground_a_line_to_type_on_and_a_mark_at_the_selected_row(
    scene: Callable[[Scene], Awaitable[None]], tmp_path: Path
) -> None:
    app = AlignscopeApp(Launch(embedded=True, theme="lamp"))
    async with app.run_test(size=(100, 30)) as pilot:
        set_ = await opened(pilot, tmp_path)
        await scene(set_)
        await set_.drawn()
        colors = app.get_css_variables()
        surface, ground, accent = (Color.parse(colors[name]) for name in ("surface", "background", "accent"))
        for bar in (bar for bar in app.screen.query(KeyBar) if bar.display):
            expected = surface if isinstance(app.screen, ModalScreen) else ground
            assert drawn(app, bar.region.right - 20, bar.region.y)[2] == expected
        if isinstance(app.screen, Chooser):
            line = app.screen.query_one(TextField).region
            assert drawn(app, line.x - 2, line.y) == ("❯", accent, ground)
        if not isinstance(app.screen, Chooser | PullScreen):
            return
        choices = app.screen.query_one(Choices)
        marks = [
            y for y in range(choices.region.height) if drawn(app, choices.region.x, choices.region.y + y)[0] == SELECTED
        ]
        assert marks
        assert drawn(app, choices.region.x, choices.region.y + marks[0])[1] == accent


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_what_a_theme_is_tried_on_stands_whole_beside_the_list(size: tuple[int, int], tmp_path: Path) -> None:
    app = AlignscopeApp(Launch(embedded=True, theme="lamp"))
    async with app.run_test(size=size) as pilot:
        scene = await opened(pilot, tmp_path)
        await scene.press("f10")
        panel = app.screen.query_one(".-dialog").region
        views = scene.explorer.split.views
        assert panel.right == size[0]
        assert views[-1].region.right <= panel.x
        assert abs(views[0].region.width - views[1].region.width) <= 1
        first = " ".join(line[: views[0].region.right] for line in screen_text(app).splitlines())
        assert "doesn't know that you are asking it anything." in " ".join(first.split())
        await type_in(pilot, "textual-dark")
        await scene.drawn()
        found = next(line for line in screen_text(app).splitlines() if "textual-dark" in line and "▎" in line)
        assert "≈ ◆ ▲ ●" in " ".join(found.split()), "a theme that names no tones wears the usual ones"
        await scene.press("escape")
        assert views[-1].region.right == size[0]


async def test_an_error_of_a_server_is_told_to_its_end_in_a_narrow_terminal() -> None:
    told = "Nobody answers at 127.0.0.1:11434. Start Ollama with `ollama serve`, or say where it is with --host."

    async def down() -> AsyncIterator[Listing]:
        yield Listing(OLLAMA, "Ollama", error=told)

    app = Host(screen=lambda: PickerScreen(PANES[0], down, fixed.ask_server, PANES))
    async with app.run_test(size=(60, 24)) as pilot:
        await pilot.pause()
        assert told in " ".join(screen_text(app).split())


async def test_a_models_figures_stand_near_its_name_and_the_title_has_the_panes_sign() -> None:
    app = Host(screen=lambda: PickerScreen(PANES[1], listings, fixed.ask_server, PANES))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        text = screen_text(app)
        longest = max((model.name for listing in LISTINGS for model in listing.models), key=len)
        line = next(line for line in text.splitlines() if longest in line)
        gap = line.partition(longest)[2]
        assert len(gap) - len(gap.lstrip()) <= 8
        assert "Model for ◆ instruct" in text


@pytest.mark.parametrize("width", range(30, 140, 7))
def test_a_sessions_row_breaks_no_models_name_and_says_what_it_counts(width: int) -> None:
    at = datetime(2020, 2, 3, tzinfo=UTC)
    panes = tuple(EntryPane(pane.name, pane.model, pane.mode) for pane in PANES)
    entry = Entry(path=Path("a"), name="a", title="Two capitals", created=at, turns=2, panes=panes)
    plain = row(entry, width, "").plain
    assert cell_len(plain) <= width
    assert "2 turns" in plain and "2020-02-03" in plain
    assert plain.partition("turns")[2].split() in ([], ["mistral:text"], ["mistral:text,", "mistral:latest"])


@pytest.mark.parametrize(("width", "beside"), [(80, False), (120, True)])
async def test_a_turns_marks_stand_at_the_right_and_its_replies_where_there_is_room(width: int, beside: bool) -> None:
    turns = fixed.turns()
    turns[1].prompt = "a long prompt " * 30
    app = Host(screen=lambda: TurnsScreen(turns, {}))
    async with app.run_test(size=(width, 24)) as pilot:
        await pilot.pause()
        await pilot.pause()
        lines = screen_text(app).splitlines()
        selected = next(line for line in lines if SELECTED in line)
        assert "…  note  instruct > base" in selected
        assert any("1  こんにちは" in line and "a long prompt" in line for line in lines) is beside
        assert any(line.rstrip().endswith("1. A spider has eight legs.") for line in lines)


async def test_the_command_palette_tells_keys_the_persons_own_too(tmp_path: Path) -> None:
    app = AlignscopeApp(Launch(embedded=True, keys={"explorer.replay": "ctrl+y"}))
    async with app.run_test(size=(200, 50)) as pilot:
        scene = await opened(pilot, tmp_path)
        told = {command.title: command.help for command in app.get_system_commands(scene.explorer)}
        assert told["Replay"].startswith("^y · ")
        assert told["Sampling"].startswith("f2 · ")
        await scene.press("escape", "colon")
        await type_in(pilot, "sampling")
        await scene.searched()
        shown = [line for line in screen_text(app).splitlines() if "f2 · " in line]
        assert len(shown) == 1
        assert shown[0].index("f2") >= 50, "it stands in the middle and is no wider than can be read"


async def test_no_room_is_kept_for_a_download_before_there_is_one() -> None:
    app = Host(screen=lambda: PullScreen("Why.", OFFERS, fixed.pull, has=[]))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        text = screen_text(app)
        assert "Get models" in text
        for offer in OFFERS:
            assert all(name in text for name in offer.models)
        below = screen_text(app).partition(OFFERS[-1].models[-1])[2].splitlines()
        assert "Pull" in below[2], "one blank row, then the keys"


async def test_experiments_stand_under_headings_in_which_nothing_can_be_chosen() -> None:
    app = Host(screen=ExperimentsScreen)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        text = screen_text(app)
        assert text.index("Four to begin with") < text.index(SELECTED) < text.index("Greetings and identity")
        for title in ("The truth of the universe", "The truth, as Q and A", "A terminal", "A file that was never"):
            await pilot.press("down")
            assert f"▎ {title}" in screen_text(app)
        await pilot.press("down", "down", "down", "up", "down")
        assert "▎ A greeting in Spanish" in screen_text(app), "the first of the next group"


def test_a_text_beside_a_head_keeps_its_lines_and_tells_what_is_left_out() -> None:
    head = Content("◆ instruct  ")
    assert hanging(head, "\n1. One\n2. Two", 40).plain == "◆ instruct  1. One\n            2. Two"
    assert hanging(head, "", 40).plain == "◆ instruct  "
    assert hanging(head, "one two three", 20, 1).plain == "◆ instruct  one two…"
    assert hanging(head, "a\nb\nc", 40, 2).plain == "◆ instruct  a\n            b …"
    assert "\x1b" not in hanging(head, "\x1b[31m", 40).plain
    long = hanging(head, "word " * 5_000, 30, 4).plain.split("\n")
    assert len(long) == 4
    assert all(cell_len(line) <= 30 for line in long)


async def test_a_screen_is_left_once_by_keys_that_come_together() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        below, above = ExperimentsScreen(), TextScreen("Title", "as it is in lists", "old")
        for screen in (below, above):
            app.push_screen(screen, app.returned.append)
            await pilot.pause()
        above.dismiss("new")
        above.dismiss(None)
        await pilot.pause()
        assert (app.screen, app.returned) == (below, ["new"])


@pytest.mark.parametrize("height", range(2, 9))
async def test_a_list_without_room_is_gone_through_by_pages_too(height: int) -> None:
    app = Host(screen=ExperimentsScreen)
    async with app.run_test(size=(20, height)) as pilot:
        for key in ("pagedown", "pageup", "ctrl+j", "space", "b"):
            await pilot.press(key)
        app.screen.query_one(Choices).clear_options()
        await pilot.press("space", "b")
        assert isinstance(app.screen, ExperimentsScreen)
