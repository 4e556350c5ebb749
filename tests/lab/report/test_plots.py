"""Plots, in a terminal and as SVG."""

import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence

import pytest

from alignscope.lab.report.plots import svg, terminal
from alignscope.lab.report.plots.describe import (
    Axis,
    Dots,
    Histogram,
    Intervals,
    Line,
    Plot,
    Profile,
    Spread,
    Strip,
    axis,
    histogram,
    spread,
)  # fmt: skip
from alignscope.measure.bounds import Bounds
from alignscope.text.clean import cell_width
from tests.sessions.recorded import NASTY
from tests.ui.app.test_signs import SAFE

PERCENT = Axis(0, 1, "{:.0%}".format)
INTERVALS = Intervals(
    "ended by itself", PERCENT,
    (
        Spread("base", "base", Bounds(0.25, 0.25), Bounds(0.1, 0.4), "25% [10%, 40%]", "40 prompts"),
        Spread("chat", "instruct", Bounds(0.5, 0.75), Bounds(0.45, 1), "50% to 75%"),
        Spread("other", "third", Bounds(1, 1), None, "100%", "too few prompts"),
    ),
)  # fmt: skip
HISTOGRAM = histogram("length", [("base", "base", [1, 2, 2, 3, 50]), ("chat", "instruct", [4, 4, 4])], "{:g}".format)
STRIP = Strip(
    "length, prompt by prompt", Axis(0, 10),
    (
        Dots("p1", (("base", "base", (0, 10)), ("chat", "instruct", (5,)))),
        Dots("p2", (("base", "base", (3,)), ("chat", "instruct", (3,)))),
    ),
    left_out=7,
)  # fmt: skip
PROFILE = Profile(
    "entropy", Axis(0, 4), ("first third", "last third"),
    (
        Line("base", "base", (Bounds(1, 2), None), (30, 0)),
        Line("chat", "instruct", (Bounds(1, 1), Bounds(0, 0)), (9, 9)),
    ),
)  # fmt: skip
PLOTS: list[Plot] = [INTERVALS, HISTOGRAM, STRIP, PROFILE]
KINDS = [type(plot).__name__ for plot in PLOTS]


@pytest.mark.parametrize("plot", PLOTS, ids=KINDS)
@pytest.mark.parametrize("width", [40, 80, 81, 120, 200])
def test_rows_fit_and_have_safe_signs_only(plot: Plot, width: int) -> None:
    rows = terminal.draw(plot, width)
    assert max(map(cell_width, rows)) <= width
    assert set("".join(rows)) <= SAFE
    assert not any(row != row.rstrip() for row in rows)


def test_intervals_stand_where_they_are() -> None:
    rows = terminal.draw(INTERVALS, 8 + 100)  # labels have seven cells, so that a cell is a percent
    base, chat, other = (row[8:] for row in rows[1:6:2])
    assert (base.index("├"), base.index("●"), base.index("┤")) == (10, 25, 40)
    assert (chat.index("├"), chat.index("═"), chat.rindex("═"), chat.index("┤")) == (45, 50, 75, 99)
    assert other.strip() == "●" and other.index("●") == 99
    assert rows[2].strip() == "25% [10%, 40%]"


def test_zero_is_seen_between_less_and_more() -> None:
    plot = Intervals("difference", Axis(-1, 1), (Spread("a", "base", Bounds(0.5, 0.5), Bounds(0.2, 0.8)),))
    assert terminal.draw(plot, 104)[1][4:].index("│") == 50


def test_whole_numbers_have_bins_of_equal_width() -> None:
    assert HISTOGRAM.axis.hi - HISTOGRAM.axis.lo == HISTOGRAM.bins * 3
    base, chat = HISTOGRAM.panes
    assert (sum(base.counts), sum(chat.counts)) == (5, 3)
    assert (base.counts[0], base.counts[1], chat.counts[1]) == (3, 1, 3)


def test_a_lone_value_is_seen() -> None:
    plot = histogram("length", [("base", "base", [1] * 999 + [90])], "{:g}".format)
    below = terminal.draw(plot, 80)[2]
    assert "█" in below and "▁" in below


def test_dots_of_several_panes_in_a_cell_are_told() -> None:
    rows = terminal.draw(STRIP, 80)
    assert rows[1] == "≈ base · ◆ chat · • several"
    assert (rows[2].count("≈"), rows[2].count("◆"), rows[3].count("•")) == (2, 1, 1)
    assert rows[-1] == "7 more prompts are not drawn"


@pytest.mark.parametrize(
    ("values", "ends"),
    [
        ([], (0, 1)), ([5], (4, 10)), ([0, 0], (0, 1)), ([0.2, 0.9], (0.2, 1)), ([-7, 33], (-10, 40)),
        ([1e-9], (1e-9, 2e-9)),
    ],
)  # fmt: skip
def test_an_axis_has_room_for_its_values(values: Sequence[float], ends: tuple[float, float]) -> None:
    along = axis(values)
    assert (along.lo, along.hi) == pytest.approx(ends)
    ticks = along.ticks()
    assert 2 <= len(ticks) <= 6 and min(ticks) >= along.lo - 1e-9 and max(ticks) <= along.hi + 1e-9
    assert along.place(along.lo - 5) == 0 and along.place(along.hi + 5) == 1


def test_infinite_values_have_no_place_on_an_axis() -> None:
    assert axis([1, float("inf"), 3]).hi == 3
    assert spread(Bounds(1, float("inf")), "{:g}".format) == "at least 1"
    assert spread(None, "{:g}".format) == "–"


@pytest.mark.parametrize("plot", PLOTS, ids=KINDS)
def test_svg_has_words_for_those_who_cant_see_it(plot: Plot) -> None:
    root = ElementTree.fromstring(svg.draw(plot, "one"))
    assert root.attrib["role"] == "img"
    named = {element.attrib["id"]: element for element in root if "id" in element.attrib}
    assert root.attrib["aria-labelledby"].split() == list(named)
    assert named["one-title"].text == plot.title
    assert named["one-words"].text == plot.description()


def test_words_say_what_is_drawn() -> None:
    assert INTERVALS.description().startswith("base: 25% [10%, 40%] · 40 prompts; chat: 50% to 75%;")
    assert (
        HISTOGRAM.description() == "base: 5 values, 60% of them from 0 to 3; chat: 3 values, 100% of them from 3 to 6."
    )
    assert (
        STRIP.description()
        == "base: means of 2 prompts from 3 to 5; chat: means of 2 prompts from 3 to 5. 7 more prompts are not drawn."
    )
    assert PROFILE.description().startswith("base: first third 1–2 (30 values), last third – (0 values);")


def test_a_hostile_name_ends_no_element() -> None:
    hostile = f"</text><script>alert(1)</script>\u202e{NASTY}"
    plot = Intervals(hostile, PERCENT, (Spread(hostile, "base", Bounds(0, 1), None, hostile, hostile),))
    drawn = svg.draw(plot, "one")
    assert {element.tag for element in ElementTree.fromstring(drawn).iter()} <= {
        "svg",
        "title",
        "desc",
        "g",
        "text",
        "line",
    }
    assert not {"\x1b", "\u202e", "\x07"} & set(drawn)
    assert not {"\x1b", "\u202e", "\x07"} & set("".join(terminal.draw(plot, 80)))


def test_empty_plots_are_drawn() -> None:
    for plot in (
        Intervals("", PERCENT, ()),
        Histogram("", PERCENT, ()),
        Strip("", PERCENT, ()),
        Profile("", PERCENT, (), ()),
    ):
        assert terminal.draw(plot, 80)
        ElementTree.fromstring(svg.draw(plot, "one"))
