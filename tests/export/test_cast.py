"""Recordings for asciinema, played on a terminal of our own that knows only what they may use."""

import json
import re
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from alignscope.model.lineup.pane import Mode, Pane
from alignscope.model.session import Session
from alignscope.text.clean import cell_width, clean
from tests.sessions.recorded import AT, NASTY, TWO_TURNS_END, events, session, turn, two_turns, written

_ESCAPE = re.compile(r"\x1b\[(\??[0-9;]*)([A-Za-z])|([^\x1b]+)")


class _Terminal:
    """Enough of a terminal for what the export writes; anything else is an error."""

    def __init__(self, columns: int, rows: int) -> None:
        self.cells = [[" "] * columns for _ in range(rows)]
        self._row = self._column = 0

    def feed(self, data: str) -> None:
        assert _ESCAPE.sub("", data) == ""
        for numbers, letter, text in _ESCAPE.findall(data):
            if letter == "H":
                self._row, self._column = (int(number) - 1 for number in numbers.split(";"))
            elif letter == "J":
                self.cells = [[" "] * len(row) for row in self.cells]
            else:
                assert letter in "mhl" or text
            for sign in text:
                assert clean(sign) == sign
                width = cell_width(sign)
                self.cells[self._row][self._column] = sign
                self.cells[self._row][self._column + 1 : self._column + width] = [""] * (width - 1)
                self._column += width
                assert self._column <= len(self.cells[0]), "nothing runs over the edge"

    @property
    def text(self) -> list[str]:
        return ["".join(row).rstrip() for row in self.cells]


def _played(kept: Session, **options: Any) -> tuple[dict[str, Any], list[list[Any]], list[str]]:
    head, *told = [json.loads(line) for line in written("cast", kept, **options).splitlines()]
    terminal = _Terminal(head["width"], head["height"])
    for _, kind, data in told:
        if kind == "o":
            terminal.feed(data)
    return head, told, terminal.text


def test_cast_is_what_asciinema_reads() -> None:
    head, told, screen = _played(session(*two_turns()), columns=60, rows=16, idle_limit_ms=2000)
    assert (head["version"], head["width"], head["height"], head["idle_time_limit"]) == (2, 60, 16, 2)
    assert head["timestamp"] == int(AT.timestamp())
    assert head["theme"]["palette"].count(":") == 7
    times = [time for time, _, _ in told]
    assert times == sorted(times)
    assert times[-1] == head["duration"] == 7.1
    assert [(time, data) for time, kind, data in told if kind == "m"] == [(0, "turn 1"), (2.0, "turn 2")]
    assert next(time for time, _, data in told if "One two" in data) == 0.3
    assert screen == TWO_TURNS_END


def test_cast_at_a_pace_draws_fast_replies_token_by_token_with_their_true_figures() -> None:
    base = events("base", [(100.0 + n, f"b{n} ") for n in range(40)], ended_ms=140)
    kept = session(turn(1, "x", base, events("instruct", [(200.0 + n, f"i{n} ") for n in range(4)], ended_ms=204)))
    head, told, screen = _played(kept, pace=20)
    assert told[-1][0] == head["duration"] == 2.05
    came = [(time, int(number)) for time, _, data in told for number in re.findall(r"b(\d+)", data)]
    first = {number: time for time, number in sorted(came, reverse=True)}
    assert first == {n: round(0.1 + n * 0.05, 6) for n in range(40)}, "one at each beat"
    _, fast, at_once = _played(kept)
    assert fast[-1][0] == 0.204
    assert screen == at_once, "and in the end the same stands there, true times and all"


def test_cast_shows_the_last_rows_and_nothing_harmful() -> None:
    words = [(10.0 * number, f"word{number} ") for number in range(300)]
    kept = session(turn(1, "Go", events("base", words), events("instruct", [(5, NASTY)])))
    _, _, screen = _played(kept, columns=10, rows=1)
    assert len(screen) == 6, "never smaller than can be read"
    assert "word299" in screen[-3]
    assert all(len(row) <= 35 for row in screen)


def test_cast_of_several_samples_and_lineups() -> None:
    replies = [events("base", [(10.0 * n, f"story {n}")], sample=n) for n in (1, 2, 3)]
    told = turn(1, "Tell", *replies, samples=3)
    other = turn(2, "Again", events("third", [(1, "alone")]))
    other.lineup = (Pane("third", "m", "embedded", Mode.CHAT),)
    _, _, screen = _played(session(told), rows=20)
    assert [row.split("│")[0].strip() for row in screen if "story" in row] == ["story 1", "story 2", "story 3"]
    assert "sample 2 of 3" in "\n".join(screen)
    _, _, screen = _played(session(told, other), rows=20)
    assert screen[0] == "◆ third · m · chat"
    assert not any("│" in row for row in screen), "the screen was laid out anew"


@settings(max_examples=40)
@given(st.lists(st.text(max_size=30), max_size=12), st.integers(20, 60))
def test_cast_stays_on_the_screen(texts: list[str], columns: int) -> None:
    pieces = [(float(number), text) for number, text in enumerate(texts)]
    head, *told = written(
        "cast", session(turn(1, "".join(texts), events("base", pieces))), columns=columns
    ).splitlines()
    assert json.loads(head)["width"] >= columns
    for line in told:
        _, _, data = json.loads(line)
        assert all(clean(text) == text for _, _, text in _ESCAPE.findall(data))
