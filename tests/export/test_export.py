"""Exports: read back by whatever reads such files, and compared with what was recorded."""

import csv
import io
import json
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from itertools import pairwise

import msgspec
import pytest
from markdown_it import MarkdownIt

from alignscope.export import FORMATS, Options, format_of
from alignscope.export.palette import Palette, bundled_palettes
from alignscope.model.events import End, Event, Finished, Token
from alignscope.model.lineup.pane import Mode, Pane
from alignscope.model.lineup.tones import tones
from alignscope.model.session import Session
from alignscope.model.turn import CARRY, Verdict
from alignscope.model.vote import Vote
from tests.sessions.recorded import NASTY, events, nasty, session, turn, two_turns, with_logprobs, written

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
    assert cells[3] == "ended by itself · 3 tokens · first after 200 ms"
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
    themes = bundled_palettes()
    assert (themes["dusk"].foreground, themes["dusk"].tones["base"]) == ("#e4dbec", "#f3ab84")
    assert themes["terminal"].background == Palette().background, "a terminal's own colours mean nothing in a page"
    assert themes["terminal"].tones == Palette().tones
    four = [Pane(str(n), "m", "u", mode) for n, mode in enumerate([Mode.CHAT, Mode.CHAT, Mode.COMPLETION, Mode.CHAT])]
    assert tones(four) == ["third", "fourth", "base", "instruct"]


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


def test_csv_quotes_all_text() -> None:
    """So that no semicolon or tab in it separates, also where programs split at those too."""
    kept = session(turn(1, "a;=1+1", events("base", [(1, "b\t=2+2")])))
    text = written("csv", kept)
    assert '"a;=1+1"' in text
    assert '"b\t=2+2"' in text


def test_csv_says_what_spreadsheets_cut() -> None:
    assert FORMATS["csv"].remark(session(*two_turns())) == ""
    kept = session(turn(1, "x", events("base", [(1, "y" * 32_768)])))
    assert FORMATS["csv"].remark(kept) == "1 text of over 32,767 characters: spreadsheets cut them there."


def test_csv_holds_any_text() -> None:
    [row, _] = csv.DictReader(io.StringIO(written("csv", nasty()), newline=""))
    assert row["text"] == NASTY


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


def test_preferences_from_blind_votes() -> None:
    kept = session(*two_turns())
    first, second = kept.turns
    for each in kept.turns:
        each.put_vote(("instruct", 1), ("base", 1), Vote.FIRST)
    assert [(pair.chosen, pair.rejected) for pair in _pairs(kept)] == [
        ("Hello!\n", "One two three Four"), ("Hello again", "on and on"),
    ]  # fmt: skip
    second.put_vote(("base", 1), ("instruct", 1), Vote.TIE)
    first.verdict = _order(("base", 1), ("instruct", 1))  # of the two, names are known to this one
    assert [(pair.chosen, pair.rejected) for pair in _pairs(kept)] == [("One two three Four", "Hello!\n")]


def test_preferences_from_an_order_over_samples() -> None:
    told = turn(1, "x", *(events("base", [(1, text)], sample=n) for n, text in enumerate("abca", 1)), samples=4)
    told.verdict = _order(("base", 3), ("base", 1), ("base", 4), ("base", 2))
    pairs = [(pair.chosen, pair.rejected) for pair in _pairs(session(told))]
    assert pairs == [("c", "a"), ("c", "a"), ("c", "b"), ("a", "b"), ("a", "b")], "but none of a text with itself"
    remark = FORMATS["preferences"].remark(session(told))
    assert remark == "5 pairs written, 1 left out because both replies are the same."


def test_preferences_need_one_prompt_for_both() -> None:
    first, second = two_turns()
    second.settings = msgspec.structs.replace(second.settings, context=CARRY)
    second.verdict = _order(("base", 1), ("instruct", 1))
    assert _pairs(session(first, second)) == []
    remark = FORMATS["preferences"].remark(session(first, second))
    assert remark == "0 pairs written, 1 left out because the panes carried different turns along."
    second.replies |= turn(2, "", events("base", [(1, "else")], sample=2)).replies
    second.verdict = _order(("base", 1), ("base", 2))
    assert _pairs(session(first, second)) == [Pair("こんにちはOne two three Four\nGo on", "on and on", "else")]
    second.settings = msgspec.structs.replace(second.settings, scaffold="qa")
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
