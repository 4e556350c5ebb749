"""Make a film for the README from a recording: an asciinema `.cast` becomes one animated SVG.

    .venv/bin/alignscope sessions export sessions/questions.yaml -f cast --pace 12 --columns 96 --rows 32 |
        .venv/bin/python docs/movie.py > docs/images/movie.svg

The SVG holds no script and asks for nothing outside itself, so it also plays as an image in a page. It loops, with the
end held for a while. Where motion isn't wanted or can't be shown, it stands still at its last frame.

What the recording writes is drawn by pyte, a terminal emulator that knows more than our export writes (it comes with
`pip install -e '.[dev]'`): so cells are where a terminal has them, and the export is seen through eyes other than ours.
Text, colours, bold and italics become a picture; that is all the export uses.

The form of recordings: https://docs.asciinema.org/manual/asciicast/v2/
"""

import argparse
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, Final, NamedTuple

import pyte

from alignscope.text.clean import cell_width, clean

CELL: Final = (12, 23)
"""Width and height of a terminal's cell, in units of the picture."""
FONT_SIZE: Final = 20
"""Most monospaced fonts are 0.6 as wide as high, which is a cell's width then; what differs is stretched."""
BASELINE: Final = 18
"""From a cell's top to the line that letters stand on; so high that rules of `│` have no gaps."""
FONTS: Final = "ui-monospace,'SF Mono',Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace"
MARGIN: Final = 18
TITLE_HEIGHT: Final = 46
READ_PROMPT_S: Final = 2.0
"""How long a prompt stands alone at least; the recorded reply may begin after some milliseconds."""
HOLD_END_S: Final = 4.0
_COLOR: Final = re.compile("#[0-9a-fA-F]{6}")
_NOT_IN_XML: Final = re.compile(r"[\ufffe\uffff]")
"""What `clean` leaves, as a terminal may draw it, and XML can't hold."""


class RecordingError(Exception):
    """The input is no recording that can be filmed; the message says where and why."""


class Look(NamedTuple):
    """How text is drawn."""

    color: str
    bold: bool
    italic: bool


class Run(NamedTuple):
    """Text in one row that is drawn in one piece: of one look, each character as many cells wide."""

    row: int
    column: int
    cells: int
    text: str
    look: Look


Span = tuple[float, float]
"""Seconds of the film from which and before which something is seen."""


@dataclass(frozen=True, slots=True)
class Film:
    """Everything that is seen in a recording, and when."""

    title: str
    columns: int
    rows: int
    theme: Mapping[str, str]
    seconds: float
    spans: Mapping[Run, Sequence[Span]]


def read(lines: Iterable[str]) -> Film:
    """Play a recording on an emulated terminal.

    Raises:
        RecordingError: a line isn't what the format says.
    """
    told = _told(lines)
    head = next(told, None)
    if not isinstance(head, dict) or head.get("version") != 2:
        raise RecordingError("line 1: no header of an asciinema recording, version 2; `-f cast` exports one")
    try:
        screen = pyte.Screen(int(head["width"]), int(head["height"]))
        theme = {name: str(head["theme"][name]) for name in ("fg", "bg")}
    except (KeyError, TypeError, ValueError) as error:
        raise RecordingError(f"line 1: the header lacks width, height or theme ({error})") from error
    if not all(map(_COLOR.fullmatch, theme.values())):
        raise RecordingError("line 1: a colour of the theme isn't written as #rrggbb")
    terminal = pyte.Stream(screen)
    frames: dict[float, dict[int, list[Run]]] = {}  # rows that changed, by time
    time = 0.0
    for time, data in _film_times(told, head.get("idle_time_limit")):
        terminal.feed(data)
        rows = frames.setdefault(time, {})
        for row in sorted(screen.dirty):
            rows[row] = list(_runs(screen, row, theme))
        screen.dirty.clear()
    seconds = time + HOLD_END_S
    title = _fit_for_xml(str(head.get("title", "")))
    return Film(title, screen.columns, screen.lines, theme, seconds, _spans(frames, seconds))


def _told(lines: Iterable[str]) -> Iterator[Any]:
    for number, line in enumerate(lines, 1):
        try:
            yield json.loads(line)
        except ValueError as error:
            raise RecordingError(f"line {number}: not JSON ({error})") from error


def _film_times(told: Iterable[Any], idle_limit: float | None) -> Iterator[tuple[float, str]]:
    """Yield what is written and when, with long pauses shortened and time to read each prompt."""
    film = before = 0.0
    marked: float | None = None  # when the turn began of which no reply was seen yet
    for number, event in enumerate(told, 2):
        try:
            time, kind, data = event
            pause = time - before
            data = str(data)
        except (TypeError, ValueError) as error:
            raise RecordingError(f"line {number}: no event of a recording ({error})") from error
        before = time
        film += pause if idle_limit is None else min(pause, idle_limit)
        if kind == "m":
            marked = film
        elif kind == "o":
            if marked is not None and film > marked:
                film = max(film, marked + READ_PROMPT_S)
                marked = None
            yield round(film, 3), data


def _runs(screen: pyte.Screen, row: int, theme: Mapping[str, str]) -> Iterator[Run]:
    """Yield what stands in a row. Two blanks, a change of look or of the characters' width end a run."""
    text, start, each, cells, look = "", 0, 1, 0, Look("", False, False)
    line = screen.buffer[row]
    for column in range(screen.columns + 1):
        char = line[column] if column < screen.columns else screen.default_char
        if not char.data:
            continue  # the right half of a wide character
        is_look = Look(_color(char.fg, theme), char.bold, char.italics)
        width = max(1, cell_width(char.data))
        blank = char.data == " "
        goes_on = text and is_look == look and width == each and not (blank and text.endswith(" "))
        if not goes_on or column == screen.columns:
            if kept := text.rstrip(" "):
                yield Run(row, start, cells - (len(text) - len(kept)), _fit_for_xml(kept), look)
            text, start, each, cells, look = "", column, width, 0, is_look
            if blank:
                continue
        text += char.data
        cells += width


def _color(name: str, theme: Mapping[str, str]) -> str:
    """Return a colour as the export writes it, by its red, green and blue; any other is the theme's text colour."""
    color = f"#{name}"
    return color if _COLOR.fullmatch(color) else theme["fg"]


def _fit_for_xml(text: str) -> str:
    return _NOT_IN_XML.sub("\ufffd", clean(text))


def _spans(frames: Mapping[float, Mapping[int, Sequence[Run]]], seconds: float) -> dict[Run, list[Span]]:
    """Return when each run is seen: one span for as long as it stands there, however often its row is drawn."""
    spans: dict[Run, list[Span]] = {}
    seen: dict[int, dict[Run, float]] = {}
    for time, rows in sorted(frames.items()):
        for row, runs in rows.items():
            old = seen.get(row, {})
            seen[row] = {run: old.get(run, time) for run in runs}
            for run, since in old.items():
                if run not in seen[row] and since < time:
                    spans.setdefault(run, []).append((since, time))
    for row_seen in seen.values():
        for run, since in row_seen.items():
            spans.setdefault(run, []).append((since, seconds))
    return spans


def svg(film: Film) -> Iterator[str]:
    """Yield the picture's lines. Runs that are seen at the same times share one animation."""
    width, height = film.columns * CELL[0] + 2 * MARGIN, film.rows * CELL[1] + TITLE_HEIGHT + MARGIN
    groups: dict[tuple[Span, ...], list[Run]] = {}
    for run, spans in film.spans.items():
        groups.setdefault(tuple(spans), []).append(run)
    looks = {look: f"l{number}" for number, look in enumerate(sorted({run.look for run in film.spans}))}
    ends = {spans for spans in groups if spans[-1][1] == film.seconds}
    title = escape(film.title)

    yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">'
    yield f"<title>{title}</title>"
    yield "<style>"
    yield f"text{{font:{FONT_SIZE}px {FONTS};fill:{film.theme['fg']}}}"
    for look, name in looks.items():
        bold, italic = "font-weight:bold;" * look.bold, "font-style:italic;" * look.italic
        yield f".{name}{{{bold}{italic}fill:{look.color}}}"
    yield ".gone{visibility:hidden}"
    animated = {spans: f"a{number}" for number, spans in enumerate(groups) if spans != ((0.0, film.seconds),)}
    yield f"[id]{{animation:{film.seconds:g}s step-end infinite}}"
    for spans, name in animated.items():
        yield f"#{name}{{animation-name:{name}}}@keyframes {name}{{{_keyframes(spans, film.seconds)}}}"
    yield "@media(prefers-reduced-motion:reduce){[id]{animation:none!important}}"
    yield "</style>"
    yield f'<rect width="{width}" height="{height}" rx="9" fill="{film.theme["bg"]}"/>'
    for place, color in enumerate(("#ff5f57", "#febc2e", "#28c840")):
        yield f'<circle cx="{MARGIN + 8 + 22 * place}" cy="22" r="7" fill="{color}"/>'
    yield f'<text x="{width // 2}" y="29" text-anchor="middle" font-weight="bold">{title}</text>'
    yield f'<g transform="translate({MARGIN} {TITLE_HEIGHT})">'
    for spans, runs in groups.items():
        name = f' id="{animated[spans]}"' if spans in animated else ""
        gone = "" if spans in ends else ' class="gone"'
        yield f"<g{name}{gone}>"
        for run in runs:
            yield _text(run, looks[run.look])
        yield "</g>"
    yield "</g>"
    yield "</svg>"


def _keyframes(spans: Sequence[Span], seconds: float) -> str:
    """Return the moments at which something comes and goes; between them it stays as it is."""
    moments = {0.0: "hidden"}
    for begin, end in spans:
        moments[begin] = "visible"
        if end < seconds:
            moments[end] = "hidden"
    return "".join(f"{100 * at / seconds:.6g}%{{visibility:{what}}}" for at, what in moments.items())


def _text(run: Run, look: str) -> str:
    x, y = run.column * CELL[0], run.row * CELL[1] + BASELINE
    return f'<text class="{look}" x="{x}" y="{y}" textLength="{run.cells * CELL[0]}">{escape(run.text)}</text>'


def main() -> int:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description="Make an animated SVG from an asciinema recording.")
    parser.add_argument("cast", metavar="FILE", nargs="?", default="-", help="the recording (default: standard input)")
    arguments = parser.parse_args()
    try:
        with sys.stdin if arguments.cast == "-" else Path(arguments.cast).open(encoding="utf-8") as lines:
            film = read(lines)
    except (OSError, RecordingError) as error:
        parser.error(f"{'standard input' if arguments.cast == '-' else arguments.cast}: {error}")
    sys.stdout.buffer.writelines(f"{line}\n".encode() for line in svg(film))
    return 0


if __name__ == "__main__":
    sys.exit(main())
