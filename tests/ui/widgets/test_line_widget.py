"""Widgets that draw their own rows."""

import gc
import weakref
from collections.abc import Iterator
from typing import Any

import pytest
from rich.segment import Segment
from rich.style import Style
from textual.app import App
from textual.filter import LineFilter, Monochrome
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from alignscope.model.lineup.pane import Mode, Pane
from alignscope.model.reply import Reply
from alignscope.ui.screens.tokens.inspector import Inspector
from alignscope.ui.screens.tokens.legend import Legend, Words
from alignscope.ui.screens.tokens.reply_tokens import ReplyTokens
from alignscope.ui.screens.tokens.token_strip import TokenStrip
from alignscope.ui.screens.tokens.token_text import TokenText
from alignscope.ui.widgets.keybar import KeyBar
from alignscope.ui.widgets.pane.bars import PaneHeader, RowBar
from alignscope.ui.widgets.pane.footer import PaneFooter
from alignscope.ui.widgets.pane.view import PaneView
from alignscope.ui.widgets.prompt import PromptLine
from alignscope.ui.widgets.split import Split
from alignscope.ui.widgets.timeline import Timeline
from alignscope.ui.widgets.transcript.line_widget import KeptScrollBar, LineWidget, frames
from alignscope.ui.widgets.transcript.transcript import Transcript
from tests.ui.widgets.host import Host
from tests.waiting import settled


class Filtered(Host):
    """An application whose filters a test sets."""

    def __init__(self) -> None:
        super().__init__()
        self.filters: list[LineFilter] = []

    def get_line_filters(self) -> list[LineFilter]:
        return self.filters


class Counting(LineWidget, Widget):
    """Two red rows that tell how often they were drawn."""

    DEFAULT_CSS = "Counting { height: 2; }"

    def __init__(self) -> None:
        super().__init__()
        self.times = [0, 0]

    def row(self, y: int) -> Strip:
        self.times[y] += 1
        return Strip([Segment(f"row {y} drawn {self.times[y]}".ljust(self.outer_size.width), Style.parse("red"))])


MADE: list[Widget] = [
    RowBar(),
    PaneHeader("≈", classes="-base"),
    PaneFooter(lambda: 0.0, lambda _: 0),
    Transcript(),
    Split([PaneView(Pane("base", "model", "", Mode.COMPLETION))]),
    PromptLine(),
    KeyBar(),
    Timeline(),
    TokenText(ReplyTokens(Reply("base")), classes="-base"),
    TokenStrip(ReplyTokens(Reply("base"))),
    Legend(),
    Inspector(),
    Words(),
]


def kinds(kind: type[LineWidget]) -> Iterator[type[LineWidget]]:
    """Every class of alignscope that draws its own rows."""
    for each in kind.__subclasses__():
        if each.__module__.startswith("alignscope."):
            yield each
        yield from kinds(each)


def test_every_widget_that_draws_its_own_rows_is_tried_here() -> None:
    assert {type(widget) for widget in MADE} == {*kinds(LineWidget)} - {KeptScrollBar}, "that goes with what it scrolls"


@pytest.mark.parametrize("widget", MADE, ids=lambda widget: type(widget).__name__)
async def test_a_widget_that_was_removed_can_be_drawn_once_more(widget: Widget) -> None:
    host = Host()
    async with host.run_test(size=(40, 10)):
        await host.mount(widget)
        assert widget.render_lines(Region(0, 0, widget.size.width, 1))
        await widget.remove()
        assert [strip.text for strip in widget.render_lines(Region(0, 0, 20, 3))] == [" " * 20] * 3
        assert not widget.render_line(0).text.strip()


async def test_a_row_is_drawn_again_only_after_a_refresh() -> None:
    host, widget = Host(), Counting()
    async with host.run_test(size=(40, 10)) as pilot:
        await host.mount(widget)
        await pilot.pause()
        first, second = widget.times
        host.begin_turn(1, "another widget changes")
        host.say(3)
        await pilot.pause()
        assert "line 2" in host.text
        assert widget.times == [first, second]
        widget.refresh()
        await pilot.pause()
        assert f"row 0 drawn {first + 1}" in host.text and f"row 1 drawn {second + 1}" in host.text
        widget.refresh(Region(0, 1, 10, 1))
        await pilot.pause()
        assert f"row 0 drawn {first + 1}" in host.text and f"row 1 drawn {second + 2}" in host.text
        assert widget.times == [first + 1, second + 2]


async def test_other_filters_have_a_row_drawn_again() -> None:
    host, widget = Filtered(), Counting()
    async with host.run_test(size=(40, 10)):
        await host.mount(widget)
        row = Region(0, 0, widget.size.width, 1)
        (coloured,) = widget.render_lines(row)
        host.filters = [Monochrome()]
        (grey,) = widget.render_lines(row)
        host.filters = []
        (again,) = widget.render_lines(row)
    colours = [next(iter(strip)).style for strip in (coloured, grey, again)]
    assert colours[0] == colours[2] == Style.parse("red")
    assert colours[1] != colours[0]


async def test_a_change_of_sizes_has_the_screen_laid_out_once() -> None:
    host = Host()
    async with host.run_test(size=(40, 10)) as pilot:
        host.view.mount_transcript()
        await pilot.pause()
        layouts: list[Screen[object]] = []
        host.screen.screen_layout_refresh_signal.subscribe(host, layouts.append, immediate=True)
        host.begin_turn(1, "shows transcript, scroll bar and footer")
        await settled()
        assert "shows transcript" in host.text
        assert len(layouts) == 1


async def test_the_scroll_bar_moves_the_view_by_the_mouse() -> None:
    host = Host()
    async with host.run_test(size=(40, 10)) as pilot:
        host.begin_turn(1, "long")
        host.say(50)
        await pilot.pause()
        bar = host.view.transcript.vertical_scrollbar.region
        assert bar.x == 39
        assert host.view.transcript.scroll_offset.y == 0
        await pilot.click(offset=(bar.x, bar.bottom - 1))
        await pilot.pause()
        assert host.view.transcript.scroll_offset.y > 0
        await pilot.click(offset=(bar.x, bar.y))
        await pilot.pause()
        assert host.view.transcript.scroll_offset.y == 0


def test_a_clock_of_frames_does_not_keep_its_application() -> None:
    host: App[Any] = Host()
    frames(host)
    left = weakref.ref(host)
    del host
    gc.collect()
    assert left() is None
