"""A session as an asciinema recording, version 2: the panes side by side, every token at its own time or at a pace.

https://docs.asciinema.org/manual/asciicast/v2/
"""

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, assert_never

from alignscope.export import Options
from alignscope.export.palette import Palette, rgb
from alignscope.model.events import Event, Finished, Started, Token, Waiting
from alignscope.model.lineup.pane import Lineup, Pane
from alignscope.model.lineup.tones import MARKS, Tone, tones
from alignscope.model.reply import Reply
from alignscope.model.session import Session
from alignscope.model.turn import Turn
from alignscope.sessions.playback.recording import Recording
from alignscope.text.clean import Wrapper, clean, fit, render
from alignscope.text.wording import describe_pane, reply_facts

_NARROWEST: Final = 16
"""Cells of a pane."""
_BETWEEN: Final = " │ "
_LOWEST: Final = 6
_RESET: Final = "\x1b[0m"
_FRAME: Final = 1 / 60
"""Seconds from one drawing to the next: players show no more, and what comes between is drawn with the last of it."""


def write(session: Session, options: Options) -> Iterator[str]:
    """Yield the header, then a line for each event."""
    recording = Recording(session.turns, options.pace)
    most = max((len(turn.lineup) for turn in session.turns), default=1)
    columns = max(options.columns, most * _NARROWEST + (most - 1) * len(_BETWEEN))
    screen = _Screen(columns, max(options.rows, _LOWEST), options.palette)
    yield _line(_header(session, screen, options, recording))
    time = due = 0.0  # when the last event happened, and when the next frame may be drawn
    for step, ms in zip(recording.steps(0, len(recording)), recording.times, strict=True):
        before, time = time, round(ms / 1000, 6)
        if (step.event is None or time >= due) and (drawn := screen.draw()):
            yield _line([before, "o", drawn])
        if step.event is None:
            yield _line([time, "m", f"turn {step.turn.number}"])
            yield _line([time, "o", screen.begin(step.turn)])
        else:
            screen.apply(step.event, step.turn)
        if time >= due:
            due = time + _FRAME
            if drawn := screen.draw():
                yield _line([time, "o", drawn])
    if drawn := screen.draw():
        yield _line([time, "o", drawn])
    end = round(recording.times[-1] / 1000, 6) if recording.times else 0
    yield _line([end, "o", f"\x1b[{screen.rows};{columns}H\x1b[?25h"])


def _header(session: Session, screen: "_Screen", options: Options, recording: Recording) -> dict[str, object]:
    palette = options.palette
    base, instruct, third, fourth = palette.tones.values()
    colors = [palette.background, palette.error, fourth, palette.accent, instruct, third, base, palette.foreground]
    header: dict[str, object] = {
        "version": 2,
        "width": screen.columns,
        "height": screen.rows,
        "timestamp": int(session.created.timestamp()),
        "title": clean(session.title).replace("\n", " "),
        "env": {"TERM": "xterm-256color"},
        "theme": {"fg": palette.foreground, "bg": palette.background, "palette": ":".join(colors)},
    }
    if recording.times:
        header["duration"] = round(recording.times[-1] / 1000, 6)
    if options.idle_limit_ms is not None:
        header["idle_time_limit"] = options.idle_limit_ms / 1000
    return header


_encode: Final = json.JSONEncoder(ensure_ascii=False).encode


def _line(value: object) -> str:
    return _encode(value) + "\n"


class _Screen:
    """The terminal's state, and the escape sequences from one event to the next."""

    def __init__(self, columns: int, rows: int, palette: Palette) -> None:
        self.columns, self.rows = columns, rows
        self._palette = palette
        self._lineup: Lineup | None = None
        self._columns: dict[str, _Column] = {}
        self._changed: set[str] = set()  # panes of which something is to be drawn

    def begin(self, turn: Turn) -> str:
        """Return the drawing of a prompt in every pane; a changed lineup clears the screen."""
        drawn = ""
        if turn.lineup != self._lineup:
            self._lineup = turn.lineup
            drawn = "\x1b[?25l\x1b[0m\x1b[2J" + self._lay_out(turn.lineup)
        return drawn + "".join(column.begin(turn) for column in self._columns.values())

    def apply(self, event: Event, turn: Turn) -> None:
        """Take in an event of a reply, to be drawn with the next frame."""
        if column := self._columns.get(event.pane):
            column.apply(event, turn.replies[event.pane, event.sample])
            self._changed.add(event.pane)

    def draw(self) -> str:
        """Draw what has changed since the last time."""
        changed, self._changed = self._changed, set()
        return "".join(column.draw() for name, column in self._columns.items() if name in changed)

    def _lay_out(self, lineup: Lineup) -> str:
        count = max(1, len(lineup))
        width = (self.columns - (count - 1) * len(_BETWEEN)) // count
        self._columns = {}
        drawn, left = "", 1
        for place, (pane, tone) in enumerate(zip(lineup, tones(lineup), strict=True)):
            if place:
                bar = _color(self._palette.line) + _BETWEEN.rstrip()
                drawn += "".join(f"\x1b[{row};{left}H{bar}" for row in range(1, self.rows + 1)) + _RESET
                left += len(_BETWEEN)
            column = self._columns[pane.name] = _Column(pane, tone, left, width, self.rows, self._palette)
            drawn += column.heading()
            left += width
        return drawn


class _Column:
    """One pane: a heading, rows that end at the bottom, and a line with the state."""

    def __init__(self, pane: Pane, tone: Tone, left: int, width: int, rows: int, palette: Palette) -> None:
        self._pane, self._left, self._width, self._rows = pane, left, width, rows
        self._height = rows - 3  # without heading, footer, and the blank row above that
        self._sign = MARKS[tone]
        self._styles = {
            "heading": "\x1b[1m" + _color(palette.tones[tone]),
            "prompt": _color(palette.accent),
            "text": "",
            "thinking": "\x1b[3m" + _color(palette.muted),
            "facts": _color(palette.muted),
            "failed": _color(palette.error),
        }
        self._before: list[tuple[str, str]] = []  # rows of finished turns and of the prompt
        self._blocks: dict[int, _Block] = {}
        self._ended: dict[int, Reply] = {}
        self._samples = 1
        self._drawn = [("", "")] * self._height
        self._footer = ("", "")
        # Each row is drawn once more for every row that comes below it, until it has gone.
        self._look = lru_cache(maxsize=4 * rows)(self._draw_row)

    def heading(self) -> str:
        """Return the drawing of the pane's name, model and mode."""
        return self._row(1, ("heading", fit(f"{self._sign} {describe_pane(self._pane)}", self._width)))

    def begin(self, turn: Turn) -> str:
        """Return the drawing of a prompt below the turns before."""
        for _, block in sorted(self._blocks.items()):
            self._before += block.rows
        del self._before[: -self._height]
        block = _Block(self._width, "› ")
        block.append("prompt", turn.prompt)
        self._before += [("", ""), *block.rows, ("", "")] if self._before else [*block.rows, ("", "")]
        self._blocks, self._ended, self._samples = {}, {}, turn.samples_of(self._pane.name)
        return self.draw()

    def apply(self, event: Event, reply: Reply) -> None:
        """Take in an event of a reply, which is given as it was at its end."""
        block = self._blocks.get(event.sample)
        if block is None:
            block = self._blocks[event.sample] = _Block(self._width)
            if self._samples > 1:
                block.append("facts", f"sample {event.sample} of {self._samples}")
        match event:
            case Token():
                block.append("thinking" if event.thinking else "text", event.text)
            case Finished():
                self._ended[event.sample] = reply
                if event.message:
                    block.append("failed", event.message)
                if self._samples > 1:
                    block.append("facts", " · ".join(reply_facts(reply)))
                    block.append("facts", "\n")
            case Started() | Waiting():
                pass
            case _:
                assert_never(event)

    def draw(self) -> str:
        """Draw the rows that have changed, and the footer."""
        rows: list[tuple[str, str]] = []
        for _, block in sorted(self._blocks.items(), reverse=True):
            rows[:0] = block.rows[-self._height :]
            if len(rows) >= self._height:
                break
        rows = (self._before + rows)[-self._height :]
        rows += [("", "")] * (self._height - len(rows))
        both = enumerate(zip(rows, self._drawn, strict=True), 2)
        drawn = "".join([self._row(row, new) for row, (new, old) in both if new is not old and new != old])
        self._drawn = rows
        footer = self._state()
        if footer != self._footer:
            self._footer = footer
            drawn += self._row(self._rows, (footer[0], fit(footer[1], self._width)))
        return drawn

    def _state(self) -> tuple[str, str]:
        if len(self._blocks) > 1:
            running = len(self._blocks) - len(self._ended)
            return "facts", f"{running} of {len(self._blocks)} writing" if running else "all ended"
        for reply in self._ended.values():
            return "failed" if reply.failed else "facts", " · ".join(reply_facts(reply))
        for block in self._blocks.values():
            return "facts", "writing" if block.rows else "waiting"
        return "", ""

    def _row(self, row: int, content: tuple[str, str]) -> str:
        return f"\x1b[{row};{self._left}H{self._look(content)}"

    def _draw_row(self, content: tuple[str, str]) -> str:
        style, text = content
        drawn, cells = render(text)
        if cells > self._width:
            drawn, cells = render(text.rstrip(" \t"))  # blanks may hang over a row's edge
        code = self._styles.get(style, "")
        return f"{code}{drawn}{_RESET if code else ''}{' ' * (self._width - cells)}"


class _Block:
    """Text that grows at its end, as rows with their styles."""

    def __init__(self, width: int, indent: str = "") -> None:
        self.rows: list[tuple[str, str]] = []
        self._wrapper = Wrapper(width)
        self._begin = indent

    def append(self, style: str, text: str) -> None:
        """Continue in the same row, or in a new one for another style."""
        lines = clean(text).split("\n")
        for index, line in enumerate(lines):
            if index or not self.rows or self.rows[-1][0] != style:
                self.rows.append((style, ""))
            last = self.rows.pop()[1] or self._begin
            self._begin = ""
            self.rows += [(style, row) for row in self._wrapper.rows(last + line)]


def _color(color: str) -> str:
    red, green, blue = rgb(color)
    return f"\x1b[38;2;{red};{green};{blue}m"
