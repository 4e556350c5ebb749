"""The README's film, seen as a browser would show it at any second."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from alignscope.cli import main
from alignscope.text.clean import cell_width
from tests.sessions.recorded import TWO_TURNS_END, session, two_turns, written
from tests.waiting import HANGS

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "docs" / "movie.py"
FILM = ROOT / "docs" / "images" / "movie.svg"
SVG = "{http://www.w3.org/2000/svg}"


def filmed(cast: str) -> subprocess.CompletedProcess[bytes]:
    """What the script makes of a recording."""
    return subprocess.run(
        [sys.executable, str(SCRIPT)], input=cast.encode(), capture_output=True, timeout=HANGS, check=False
    )


class _Shown:
    """A film in a viewer that knows of style sheets what films use."""

    def __init__(self, svg: bytes) -> None:
        self.root = ElementTree.fromstring(svg)
        self.style = self.root.findtext(f"{SVG}style") or ""
        [seconds] = re.findall(r"animation:([\d.]+)s step-end infinite", self.style)
        self.seconds = float(seconds)

    def at(self, second: float | None) -> set[tuple[int, int, int, str]]:
        """What is seen at a second, or where nothing moves: row, column, cells and text of each piece."""
        [terminal] = self.root.findall(f"{SVG}g")
        return {
            (int(text.attrib["y"]) // 23, int(text.attrib["x"]) // 12, int(text.attrib["textLength"]) // 12, text.text)
            for group in terminal
            if self._visible(group, second)
            for text in group
            if text.text is not None
        }

    def screen(self, second: float | None) -> list[str]:
        """The same as rows of text."""
        rows: dict[int, str] = {}
        for row, column, cells, text in sorted(self.at(second)):
            before = rows.get(row, "")
            assert cell_width(before) <= column, "no piece lies over another"
            assert cell_width(text) == cells
            rows[row] = before + " " * (column - cell_width(before)) + text
        return [rows.get(row, "") for row in range(max(rows) + 1)]

    def _visible(self, group: ElementTree.Element, second: float | None) -> bool:
        visible = group.get("class") != "gone"
        if second is None or "id" not in group.attrib:
            return visible
        [frames] = re.findall(rf"@keyframes {group.attrib['id']}{{(.*)}}", self.style)
        for percent, what in re.findall(r"([\d.]+)%{visibility:(\w+)}", frames):
            if float(percent) <= 100 * second / self.seconds:
                visible = what == "visible"
        return visible


def test_a_film_shows_what_the_recording_shows_with_time_to_read_prompts() -> None:
    shown = _Shown(filmed(written("cast", session(*two_turns()), columns=60, rows=16)).stdout)
    assert shown.seconds == 2 + 0.9 + 1 + 2 + 5 + 4, "as recorded, but two seconds for each prompt and four at the end"
    prompts = ["› こんにちは                 │ › こんにちは", *["                             │"] * 13]
    assert shown.screen(0)[1:-1] == shown.screen(1.99)[1:-1] == prompts
    assert "One" in shown.screen(2.01)[3]
    assert [row[:9].rstrip() for row in shown.screen(3.91)][3:7] == ["One two t", "", "› Go on", ""]
    assert shown.screen(shown.seconds - 0.01) == TWO_TURNS_END


def test_where_nothing_moves_the_end_is_seen() -> None:
    shown = _Shown(FILM.read_bytes())
    assert shown.at(None) == shown.at(shown.seconds - 0.01)
    assert "@media(prefers-reduced-motion:reduce){[id]{animation:none!important}}" in shown.style
    assert shown.at(None) != shown.at(0), "and it is another picture than the beginning"


def test_the_film_is_all_in_itself_and_small() -> None:
    film = FILM.read_text()
    assert {element.tag for element in _Shown(film.encode()).root.iter()} <= {
        f"{SVG}{name}" for name in ("svg", "title", "style", "rect", "circle", "g", "text")
    }
    assert re.findall(r"https?://[^\"]+|url\(|@import|href", film) == ["http://www.w3.org/2000/svg"]
    assert len(film) < 100_000
    assert _Shown(film.encode()).seconds <= 20


def test_the_film_is_that_of_the_recording(capsys: pytest.CaptureFixture[str]) -> None:
    pattern = r"bin/alignscope (.+?) \|\n +\.venv/bin/python docs/movie\.py > docs/images/movie\.svg"
    [command] = re.findall(pattern, SCRIPT.read_text())
    assert main(shlex.split(command.replace("sessions/", f"{ROOT}/sessions/"))) == 0
    assert filmed(capsys.readouterr().out).stdout.decode() == FILM.read_text(), (
        "make it again, as the script's head says"
    )


HEADER = {"version": 2, "width": 40, "height": 8, "theme": {"fg": "#ffffff", "bg": "#000000"}}


@pytest.mark.parametrize(
    ("cast", "problem"),
    [
        ("", "line 1: no header of an asciinema recording, version 2"),
        ('{"version": 3}', "line 1: no header of an asciinema recording, version 2"),
        ("[]", "line 1: no header of an asciinema recording, version 2"),
        (
            json.dumps(HEADER | {"theme": {"fg": "red", "bg": '"/>'}}),
            "line 1: a colour of the theme isn't written as #",
        ),
        ('{"version": 2}', "line 1: the header lacks width, height or theme ('width')"),
        (json.dumps(HEADER) + "\n[0,", "line 2: not JSON ("),
        (json.dumps(HEADER) + '\n[0, "o", "x"]\n["o"]', "line 3: no event of a recording ("),
    ],
)
def test_what_is_no_recording_is_refused_in_a_sentence(cast: str, problem: str) -> None:
    said = filmed(cast)
    assert (said.returncode, said.stdout) == (2, b"")
    assert f"error: standard input: {problem}" in said.stderr.decode()


def test_text_is_text_and_nothing_else() -> None:
    told = [[0, "o", "\x1b[1;1H<script>&amp;\x1b[2;1H\x1b[3m\x1b[38;2;1;2;3ma  b\x1b[0m\x1b[3;3H\x07\ufffe."]]
    svg = filmed("\n".join(map(json.dumps, [HEADER, *told]))).stdout
    shown = _Shown(svg)
    assert shown.screen(1)[:2] == ["<script>&amp;", "a  b"]
    assert {text for *_, text in shown.at(0)} >= {"<script>&amp;", "a", "b"}
    assert "{font-style:italic;fill:#010203}" in shown.style
