"""The line at the bottom of a replay: its position, its length, beginnings of turns and ends of replies."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import ClassVar, Final

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from alignscope.model.lineup.tones import TONES
from alignscope.text.clean import cell_width, fit
from alignscope.ui.widgets.transcript.line_widget import LineWidget, tone_css

_EDGE: Final = 1
"""Blank cells at either end."""


@dataclass(frozen=True, slots=True)
class TimeMark:
    """Beginning of a turn, or end of a reply, on the timeline."""

    ms: float
    label: str
    """Mark of one cell for a reply, number of a turn."""
    tone: str = ""
    """Tone of a reply's pane, or `failed`; empty for a turn."""


def clock(ms: float, whole_ms: float = 0.0) -> str:
    """Return a time as `0:07.3` or `1:02:03`, with tenths if the whole is shorter than ten minutes."""
    tenths = int(max(ms, 0) // 100)
    seconds = tenths // 10
    hours, minutes = seconds // 3600, seconds // 60 % 60
    short = f"{hours}:{minutes:02}:{seconds % 60:02}" if hours else f"{minutes}:{seconds % 60:02}"
    return f"{short}.{tenths % 10}" if max(whole_ms, ms) < 600_000 else short


class Timeline(LineWidget, Widget):
    """Three rows: captions, the line with its turns, and the ends of replies."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"timeline--{name}" for name in ("played", "rest", "head", "turn", "caption", "failed", *TONES)
    }
    DEFAULT_CSS = """
    Timeline {
        height: 3;
        background: $surface;
        color: $text-muted;
        & > .timeline--played { color: $accent; }
        & > .timeline--rest { color: $scrollbar; }
        & > .timeline--head { color: $accent; text-style: bold; }
        & > .timeline--turn { color: $text; }
        & > .timeline--caption { color: $text; }
        & > .timeline--failed { color: $text-error; }
    }
    """ + tone_css("Timeline > .timeline--{tone}")

    @dataclass
    class Sought(Message):
        """The person pointed at a place, a share of the length from 0 to 1."""

        share: float

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._ms = self._length = 0.0
        self._marks: tuple[TimeMark, ...] = ()
        self._captions: tuple[str, str] = ("", "")
        self._drawn: object = None
        self._dragged = False

    def set_marks(self, length_ms: float, marks: Sequence[TimeMark]) -> None:
        """Set the length and the marks."""
        self._length, self._marks = length_ms, tuple(marks)
        self._redraw()

    def set_position(self, ms: float, left: str, right: str) -> None:
        """Set the position and the captions; the right one is shown if there is room."""
        self._ms, self._captions = ms, (left, right)
        self._redraw()

    def _redraw(self) -> None:
        drawn = (self._captions, self._place(self._ms), self._length, self._marks, self.size)
        if drawn != self._drawn:
            self._drawn = drawn
            self.refresh()

    def on_resize(self) -> None:
        self._redraw()

    @property
    def _room(self) -> int:
        return max(1, self.size.width - 2 * _EDGE)

    def _place(self, ms: float) -> int:
        """Return the cell of a time."""
        share = ms / self._length if self._length > 0 else 0.0
        return round(min(max(share, 0.0), 1.0) * (self._room - 1))

    def row(self, y: int) -> Strip:
        row = (self._row_captions, self._row_line, self._row_ends)[min(y, 2)]()
        plain = self.rich_style
        return Strip([Segment(" " * _EDGE, plain), *row]).adjust_cell_length(self.outer_size.width, plain)

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"timeline--{name}")

    def _row_captions(self) -> list[Segment]:
        left, right = self._captions
        left = fit(left, self._room)
        gap = self._room - cell_width(left)
        right = fit(right, gap - 2) if gap > 10 else ""
        return [
            Segment(left, self._style("caption")),
            Segment(" " * (gap - cell_width(right)), self.rich_style),
            Segment(right, self.rich_style),
        ]

    def _row_line(self) -> list[Segment]:
        here = self._place(self._ms)
        cells = ["━"] * here + ["●"] + ["─"] * (self._room - 1 - here)
        looks = ["played"] * here + ["head"] + ["rest"] * (self._room - 1 - here)
        for mark in self._marks:
            if not mark.tone and (place := self._place(mark.ms)) != here:
                cells[place], looks[place] = "┃" if place < here else "│", "turn"
        return self._joined(cells, looks)

    def _row_ends(self) -> list[Segment]:
        """Return turns' numbers and panes' marks; the marks cover numbers."""
        cells, looks = [" "] * self._room, [""] * self._room
        for ends in (False, True):
            free = 0
            for mark in sorted((mark for mark in self._marks if bool(mark.tone) is ends), key=lambda mark: mark.ms):
                place = self._place(mark.ms)
                if ends and looks[place] and looks[place] != "turn":
                    # Two replies that end together stand beside each other.
                    place = next((near for near in (place - 1, place + 1) if 0 <= near < self._room), place)
                if not ends and place < free:
                    continue
                for index, char in enumerate(mark.label):
                    if place + index < self._room:
                        cells[place + index], looks[place + index] = char, mark.tone or "turn"
                free = place + len(mark.label) + 1
        return self._joined(cells, looks)

    def _joined(self, cells: Sequence[str], looks: Sequence[str]) -> list[Segment]:
        runs = groupby(zip(looks, cells, strict=True), key=itemgetter(0))
        return [
            Segment("".join(cell for _, cell in run), self._style(look) if look else self.rich_style)
            for look, run in runs
        ]

    # The mouse

    def _seek(self, event: events.MouseEvent) -> None:
        share = (event.x - _EDGE) / max(1, self._room - 1)
        self.post_message(self.Sought(min(max(share, 0.0), 1.0)))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        if event.y:
            self._dragged = True
            self.capture_mouse()
            self._seek(event)
        event.stop()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._dragged:
            self._seek(event)

    def on_mouse_up(self) -> None:
        self._dragged = False
        self.release_mouse()
