"""Exports: read back by whatever reads such files, and compared with what was recorded."""

import csv
import io
import json
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from alignscope.events import Alternative, End, Event, Finished, Started, Stats, Token
from alignscope.lineup import Mode, Pane
from alignscope.sampling import Sampling
from alignscope.session import documents
from alignscope.session.export import FORMATS, Options, format_of, jsonl
from alignscope.session.export.palette import Palette, tones
from alignscope.session.model import CARRY, PaneRecord, Parent, Session, SessionError, Turn, Verdict
from alignscope.text import cell_width, clean
from tests.session.recorded import AT, LINEUP, events, turn, two_turns, with_logprobs

NASTY = (
    "a | b\n\n<script>alert(1)</script> `` ``` *x* _y_ [z](http://w) &amp; \x1b[31m\x07\r\n  two\u2028\u202e \\| end "
)


def session(*turns: Turn, title: str = "Greeting") -> Session:
    """A session of these turns."""
    return Session(title, AT, tuple(PaneRecord(pane) for pane in LINEUP), list(turns))


def nasty() -> Session:
    """One whose every text is meant to break out of where it stands."""
    made = turn(1, NASTY, events("base", [(10, NASTY)]), events("instruct", [(20, "=1+1")], End.ERROR))
    made.note = made.replies["instruct", 1].message = NASTY
    return session(made, title=NASTY)


def written(name: str, kept: Session, **options: Any) -> str:
    """The whole export."""
    return "".join(FORMATS[name].write(kept, Options(**options)))


def everything(kept: Session) -> list[Any]:
    """All of a session that can be compared."""
    replies = [
        (reply.texts, reply.times.tolist(), reply.thoughts, reply.logprobs)
        for each in kept.turns
        for reply in each.replies.values()
    ]
    return [list(documents.session(kept)), replies]


# JSON Lines

_TEXT = st.text(max_size=12) | st.text(
    st.sampled_from("\x00\x1b\ud800\udc80\uffff\u2028\u0085\ufeff\n\r\t 日a"), max_size=6
)
_NAMES = st.sampled_from(["base", "instruct", "日本", "x y"])
_PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=6,
)
_EXTRA = st.dictionaries(_TEXT.map("x-{}".format), _PLAIN, max_size=2)
_TIMES = st.integers(0, 10**10).map(lambda microseconds: microseconds / 1000)
_NUMBERS = st.floats(-1e6, 0)
_ALTERNATIVES = st.lists(st.builds(Alternative, _TEXT, _NUMBERS), max_size=2).map(tuple)
_PIECES = st.lists(st.tuples(_TIMES, _TEXT, st.booleans(), st.none() | _NUMBERS, _ALTERNATIVES), max_size=5).map(
    lambda pieces: sorted(pieces, key=lambda piece: piece[0])
)


@st.composite
def _turns(draw: st.DrawFn, number: int) -> Turn:
    panes = tuple(
        Pane(name, draw(_TEXT), "http://h:1", draw(st.sampled_from(Mode)), draw(_TEXT))
        for name in draw(st.lists(_NAMES, min_size=1, max_size=3, unique=True))
    )
    samples = draw(st.integers(1, 2))
    made = Turn(number, AT, draw(_TEXT), panes, Sampling({"stop": ["x"], "seed": draw(st.integers(0, 9))}), samples)
    made.extra, made.note, made.think = draw(_EXTRA), draw(_TEXT), draw(st.booleans())
    made.context = draw(st.sampled_from(["fresh", "carry"]))
    for pane in panes:
        for sample in range(1, samples + 1):
            made.apply(Started(pane.name, sample, draw(_TIMES), "http://h:1/api", draw(_EXTRA)))
            for ms, text, thinking, logprob, alternatives in draw(_PIECES):
                told = () if logprob is None else alternatives
                made.apply(Token(pane.name, sample, ms, text, thinking, logprob, told))
            stats = Stats(tokens=draw(st.integers(0, 9)), duration_ms=draw(_TIMES))
            made.apply(Finished(pane.name, sample, draw(_TIMES), draw(st.sampled_from(End)), draw(_TEXT), stats))
    order = draw(st.permutations(list(made.replies)))
    made.verdict = draw(st.none() | st.just(Verdict(tuple(order), draw(_EXTRA))))
    return made


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=60)
@given(st.data())
def test_json_lines_lose_nothing(data: st.DataObject) -> None:
    turns = [data.draw(_turns(number)) for number in range(1, data.draw(st.integers(0, 2)) + 1)]
    parent = data.draw(st.none() | st.builds(Parent, _TEXT, st.integers(0, 9), st.none() | _TIMES, _EXTRA))
    lineup = turns[0].panes if turns else ()
    others = data.draw(st.lists(st.dictionaries(_TEXT.map("x-{}".format), _PLAIN, min_size=1, max_size=2), max_size=1))
    kept = Session(data.draw(_TEXT), AT, lineup, turns, parent, extra=data.draw(_EXTRA), others=others)
    text = written("jsonl", kept)
    lines = text.encode().decode().removesuffix("\n").split("\n")
    assert len(lines) == 1 + len(turns) + len(others)
    back = jsonl.read(lines, "it")
    assert everything(back) == everything(kept)
    assert written("jsonl", back) == text, "and again the same"


def test_json_lines_are_made_for_other_programs() -> None:
    head, first, _ = [json.loads(line) for line in written("jsonl", session(*two_turns())).splitlines()]
    assert head["format"] == "alignscope-session/1"
    assert first["prompt"] == "こんにちは"
    assert first["replies"][1]["text"] == "Hello!\n"
    assert first["replies"][1]["timeline"] == [[200, "Hello"], [100, "!"], [100, "\n"]]
    [_, logged] = [json.loads(line) for line in written("jsonl", session(with_logprobs())).splitlines()]
    assert logged["replies"][0]["timeline"][1] == [4.5, "Yes", -0.25, [["No", -1.5], ["", -9.0]]]


_HEAD = '{"format": "alignscope-session/1", "title": "", "created": "2026-11-20T21:03:11Z", "lineup": []}'


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ([], "it: the file is empty"),
        (["{"], "it: line 1: it is no JSON: "),
        (["[]"], "it: line 1: this is no session file"),
        (['{"format": "alignscope-session/2"}'], "it: line 1: format: the file has version 2 of the format"),
        ([_HEAD, "7"], "it: line 2: should be a mapping"),
        ([_HEAD, "", '{"turn": 1}'], "it: line 3: at: "),
        ([_HEAD, "[" * 100_000], "it: line 2: it is nested too deep"),
        ([_HEAD, '{"x": ' + "[" * 50 + "]" * 50 + "}"], "it: line 2: it holds more, or is nested deeper"),
        ([_HEAD, '{"x": [' + "1," * 60_000 + "1]}"], "it: line 2: it holds more, or is nested deeper"),
        ([_HEAD, '{"x": 1' + "0" * 400 + "}"], "it: line 2: a number is too large"),
        ([_HEAD, '{"x": 1' + "0" * 5000 + "}"], "it: line 2: "),
        ([_HEAD, '{"' + "x" * 500 + '": 1}'], "it: line 2: a field's name is too long"),
    ],
)
def test_json_lines_that_are_none(lines: list[str], problem: str) -> None:
    with pytest.raises(SessionError, match=re.escape(problem)):
        jsonl.read(lines, "it")


@pytest.mark.parametrize("timeline", ["[[1]]", "[7]", '[[-5, "a"]]', '[[0, "b"]]', '"x"', '[[1e13, "a"]]', "{}"])
def test_json_lines_with_a_wrong_timeline(timeline: str) -> None:
    line = json.loads(written("jsonl", session(turn(1, "x", events("base", [(1, "a")])))).splitlines()[1])
    line["replies"][0]["timeline"] = json.loads(timeline)
    line["lineup"] = [{"name": "base", "model": "m", "url": "embedded", "mode": "completion"}]
    with pytest.raises(SessionError, match=r"it: line 2.*timeline"):
        jsonl.read([_HEAD, json.dumps(line)], "it")


# Markdown


def _cells(markdown: str) -> list[str]:
    """The text of each cell, its line breaks as such."""
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(markdown)
    inside = [following for token, following in pairwise(tokens) if token.type == "td_open"]
    return [
        "".join(
            "\n" if child.type == "html_inline" and child.content == "<br>" else child.content
            for child in token.children or ()
            if child.type in ("text", "text_special", "html_inline", "code_inline")
        )
        for token in inside
    ]


def test_markdown_side_by_side() -> None:
    text = written("markdown", session(*two_turns()))
    assert "| base · mistral:text · completion | instruct · mistral:instruct · chat |" in text
    cells = _cells(text)
    assert cells[:2] == ["One two three Four", "Hello!\n"]
    assert cells[3] == "ended by itself · 3 tokens · 50 tokens/s · first after 200 ms"
    assert "start it again" in cells[6]


def test_markdown_tables_hold_any_text() -> None:
    kept = nasty()
    cells = _cells(written("markdown", kept))
    plain = NASTY.replace("\r\n", "\n").replace("\u2028", "\n").replace("  ", "\xa0\xa0").removesuffix(" ") + "\xa0"
    assert cells[0] == plain
    html = MarkdownIt("gfm-like", {"linkify": False}).render(written("markdown", kept))
    assert not re.search(r"<(?!/?(h1|h2|p|ul|li|strong|em|table|thead|tbody|tr|th|td|pre|code|br)\b)", html)


def test_markdown_one_after_the_other_is_exact() -> None:
    kept = nasty()
    tokens = MarkdownIt("commonmark").parse(written("markdown", kept, side_by_side=False))
    fences = [token.content for token in tokens if token.type == "fence"]
    # A parser makes each line break a line feed, wherever it stands.
    assert fences == [f"{text}\n".replace("\r\n", "\n") for text in (NASTY, NASTY, "=1+1")]


# HTML


class _Page(HTMLParser):
    """The tags of a page, and the text of each `pre`."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.texts: list[str] = []
        self._open = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self._open = tag == "pre"
        if self._open:
            self.texts.append("")

    def handle_endtag(self, tag: str) -> None:
        self._open = False

    def handle_data(self, data: str) -> None:
        if self._open:
            self.texts[-1] += data


def test_html_is_one_page_that_can_do_nothing() -> None:
    page = _Page(text := written("html", nasty(), palette=Palette(background="#14171c")))
    shown = NASTY.replace("\x1b", "␛").replace("\x07", "␇").replace("\r", "␍")
    assert page.texts == [shown, shown, "=1+1", shown]
    assert not page.tags & {"script", "img", "link", "iframe", "object", "a", "form", "input", "svg"}
    assert "default-src 'none'" in text
    assert not re.search(r"url\(|@import|src=|href=", text)
    assert "--bg: #14171c;" in text, "the theme's colours"
    assert "@media print { :root { --fg: #23262b; --bg: #faf8f3;" in text, "and ink on paper"


def test_html_keeps_a_first_line_break() -> None:
    assert '<pre class="text">\n\nHi</pre>' in written("html", session(turn(1, "x", events("base", [(1, "\nHi")]))))


def test_colours_of_a_theme() -> None:
    made = Palette.of({"foreground": "#abc", "background": "red; }", "panel": 7}, {"base": "#010203"})
    assert made.foreground == "#aabbcc"
    assert made.background == Palette().background, "nothing but a colour goes into the page"
    assert made.tones[0] == "#010203"
    four = [Pane(str(n), "m", "u", mode) for n, mode in enumerate([Mode.CHAT, Mode.CHAT, Mode.COMPLETION, Mode.CHAT])]
    assert tones(four) == [1, 2, 0, 3]


# CSV


def test_csv_has_a_row_for_each_reply() -> None:
    kept = session(*two_turns(), turn(3, "nobody answered"))
    kept.turns[0].verdict = Verdict((("instruct", 1), ("base", 1)))
    rows = list(csv.DictReader(io.StringIO(written("csv", kept), newline="")))
    assert [(row["turn"], row["pane"], row["end"], row["rank"]) for row in rows] == [
        ("1", "base", "length", "2"), ("1", "instruct", "stop", "1"), ("2", "base", "cut", ""),
        ("2", "instruct", "stop", ""), ("3", "", "", ""),
    ]  # fmt: skip
    assert rows[1]["text"] == "Hello!\n"
    assert json.loads(rows[0]["sampling"]) == {"temperature": 0.8, "seed": 7}
    assert FORMATS["csv"].encoding == "utf-8-sig", "so that spreadsheets know it for UTF-8"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "|cmd", "＝1", "%0A=1"])
def test_csv_holds_no_formulas(text: str) -> None:
    kept = session(turn(1, text, events("base", [(1, text)])), title=text)
    kept.turns[0].note = text
    [row] = csv.DictReader(io.StringIO(written("csv", kept), newline=""))
    assert all(row[name] == f"'{text}" for name in ("session", "prompt", "text", "note"))


def test_csv_holds_any_text() -> None:
    [row, _] = csv.DictReader(io.StringIO(written("csv", nasty()), newline=""))
    assert row["text"] == NASTY


# asciinema

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
    assert screen == [
        "∿ base · mistral:text · com… │ ◆ instruct · mistral:instru…",
        "› こんにちは                 │ › こんにちは",
        "                             │",
        "One two three Four           │ Hello!",
        "                             │",
        "› Go on                      │",
        "                             │ › Go on",
        "on and on                    │",
        "the server is gone; start it │ Hello again",
        "again                        │",
        *["                             │"] * 5,
        "broken off · 2 tokens · 50 … │ ended by itself · 1 token ·…",
    ]


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


@settings(deadline=None, max_examples=40)
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


# Preferences


class Pair(msgspec.Struct, forbid_unknown_fields=True):
    prompt: str
    chosen: str
    rejected: str


class Said(msgspec.Struct, forbid_unknown_fields=True):
    role: str
    content: str


class Conversation(msgspec.Struct, forbid_unknown_fields=True):
    prompt: list[Said]
    chosen: list[Said]
    rejected: list[Said]


def _pairs(kept: Session) -> list[Pair]:
    return [msgspec.json.decode(line, type=Pair) for line in written("preferences", kept).splitlines()]


def _order(*keys: tuple[str, int]) -> Verdict:
    return Verdict(keys)


def test_preferences_from_a_verdict() -> None:
    kept = session(*two_turns())
    assert _pairs(kept) == []
    kept.turns[0].verdict = _order(("instruct", 1), ("base", 1))
    assert _pairs(kept) == [Pair("こんにちは", "Hello!\n", "One two three Four")]


def test_preferences_from_an_order_over_samples() -> None:
    told = turn(1, "x", *(events("base", [(1, text)], sample=n) for n, text in enumerate("abca", 1)), samples=4)
    told.verdict = _order(("base", 3), ("base", 1), ("base", 4), ("base", 2))
    pairs = [(pair.chosen, pair.rejected) for pair in _pairs(session(told))]
    assert pairs == [("c", "a"), ("c", "a"), ("c", "b"), ("a", "b"), ("a", "b")], "but none of a text with itself"


def test_preferences_need_one_prompt_for_both() -> None:
    first, second = two_turns()
    second.context = CARRY
    second.verdict = _order(("base", 1), ("instruct", 1))
    assert _pairs(session(first, second)) == [], "the panes carried different turns along"
    second.replies |= turn(2, "", events("base", [(1, "else")], sample=2)).replies
    second.verdict = _order(("base", 1), ("base", 2))
    assert _pairs(session(first, second)) == [Pair("こんにちはOne two three Four\nGo on", "on and on", "else")]
    second.scaffold = "qa"
    [pair] = _pairs(session(first, second))
    assert pair.prompt == "Q: こんにちは\nA:One two three Four\n\nQ: Go on\nA:"


def test_preferences_as_conversations() -> None:
    told = turn(1, "Who?", *(events("instruct", [(1, text)], sample=n) for n, text in enumerate("ab", 1)), samples=2)
    told.lineup = (Pane("instruct", "m", "embedded", Mode.CHAT, "Be brief."),)
    told.verdict = _order(("instruct", 2), ("instruct", 1))
    [line] = written("preferences", session(told), conversational=True).splitlines()
    assert msgspec.json.decode(line, type=Conversation) == Conversation(
        [Said("system", "Be brief."), Said("user", "Who?")], [Said("assistant", "b")], [Said("assistant", "a")]
    )


# All of them


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("content", ["empty", "no replies", "halves", "log-probabilities"])
def test_every_form_holds_every_session(name: str, content: str) -> None:
    half: list[Event] = [Token("base", 1, 1.0, "\ud800x"), Finished("base", 1, 2.0, End.STOP, "\udc80")]
    both: list[Event] = [Token("base", 2, 1.0, "y"), Finished("base", 2, 2.0, End.STOP)]
    kept = {
        "empty": Session("", datetime(2026, 1, 1, tzinfo=UTC)),
        "no replies": session(turn(1, "x")),
        "halves": session(turn(1, "\udcff", half, both, samples=2), title="\ud83d"),
        "log-probabilities": session(with_logprobs()),
    }[content]
    for each in kept.turns:
        each.verdict = Verdict(tuple(each.replies))
    for options in (Options(), Options(side_by_side=False, conversational=True)):
        "".join(FORMATS[name].write(kept, options)).encode(FORMATS[name].encoding)


def test_the_form_by_a_files_name() -> None:
    names = {each.name for each in FORMATS.values() if format_of(f"a b{each.suffix}") is each}
    assert names == {"markdown", "html", "jsonl", "csv", "cast"}
    assert format_of("x.pdf") is None
