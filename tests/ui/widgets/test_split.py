"""Panes sharing the room."""

import pytest
from textual.app import App, ComposeResult

from alignscope.model.lineup.pane import Mode, Pane
from alignscope.model.lineup.tones import TONES
from alignscope.ui.widgets.pane.view import PaneView
from alignscope.ui.widgets.split import Split


def view(name: str) -> PaneView:
    return PaneView(Pane(name, "model", "http://127.0.0.1:1", Mode.CHAT))


class Host(App[None]):
    """A split of so many panes."""

    def __init__(self, panes: int = 2) -> None:
        super().__init__()
        self.panes = panes

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return {f"{tone}-tone": "#888888" for tone in TONES}

    def compose(self) -> ComposeResult:
        yield Split([view(f"p{n}") for n in range(self.panes)])

    @property
    def split(self) -> Split:
        return self.query_one(Split)

    @property
    def widths(self) -> list[int]:
        return [view.size.width for view in self.split.views]


@pytest.mark.parametrize(("panes", "width"), [(1, 80), (2, 80), (3, 120), (4, 300)])
async def test_panes_share_the_room_evenly(panes: int, width: int) -> None:
    app = Host(panes)
    async with app.run_test(size=(width, 24)):
        assert sum(app.widths) + panes - 1 == width
        assert max(app.widths) - min(app.widths) <= 1


async def test_dividers_move_by_mouse_and_never_close_a_pane() -> None:
    app = Host()
    async with app.run_test(size=(81, 24)) as pilot:
        await pilot.mouse_down(offset=(40, 5))
        await pilot.hover(offset=(50, 5))
        await pilot.pause()
        assert app.widths == [50, 30]
        await pilot.mouse_up(offset=(50, 5))
        await pilot.hover(offset=(20, 5))
        await pilot.pause()
        assert app.widths == [50, 30]
        app.split.move_divider(0, 5)
        await pilot.pause()
        assert app.widths[1] >= 8
        app.split.even_out()
        await pilot.pause()
        assert app.widths == [40, 40]


def column(app: App[None], x: int) -> list[tuple[str, object]]:
    """What stands in a column, with its colour."""
    return [
        (segment.text, segment.style and segment.style.color)
        for strip in app.screen._compositor.render_strips(app.size)
        for segment in strip.crop(x, x + 1)
    ]


@pytest.mark.parametrize("stacked", [False, True])
async def test_a_divider_is_drawn_in_another_colour_while_the_mouse_is_on_it(stacked: bool) -> None:
    app = Host()
    async with app.run_test(size=(41, 41)) as pilot:
        app.split.stacked = stacked
        await pilot.pause()
        plain = column(app, 20)
        assert [text for text, _ in plain].count("─" if stacked else "│") == (1 if stacked else 41)
        await pilot.hover(offset=(20, 20))
        await pilot.pause()
        marked = column(app, 20)
        assert [text for text, _ in marked] == [text for text, _ in plain]
        assert marked[20] != plain[20]
        await pilot.hover(offset=(5, 5))
        await pilot.pause()
        assert column(app, 20) == plain


async def test_stacked_panes_have_the_whole_width() -> None:
    app = Host()
    async with app.run_test(size=(80, 25)) as pilot:
        app.split.stacked = True
        await pilot.pause()
        assert app.widths == [80, 80]
        assert [view.size.height for view in app.split.views] == [12, 12]


async def test_zoom_gives_one_pane_everything_and_gives_it_back() -> None:
    app = Host(3)
    async with app.run_test(size=(80, 24)) as pilot:
        before = app.widths
        app.split.zoomed = "p1"
        await pilot.pause()
        assert app.split.views[1].size.width == 80
        assert not app.split.views[0].display
        app.split.zoomed = ""
        await pilot.pause()
        assert app.widths == before


async def test_panes_come_and_go() -> None:
    app = Host()
    async with app.run_test(size=(120, 24)) as pilot:
        await app.split.add(view("new"))
        await pilot.pause()
        assert len(app.split.views) == 3
        assert sum(app.widths) + 2 == 120
        await app.split.remove_pane(app.split.views[1])
        await pilot.pause()
        assert [each.pane.name for each in app.split.views] == ["p0", "new"]
        assert sum(app.widths) + 1 == 120
        await app.split.remove_pane(app.split.views[0])
        await pilot.pause()
        assert app.widths == [120]
