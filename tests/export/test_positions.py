"""Lists and scores in the exports: a row a position, heat and hints in the page, marks in Markdown."""

import csv
import io
import json
import math
import re
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from alignscope.export.scored import COLUMNS
from alignscope.model.events import Alternative, End, Finished, Token
from alignscope.model.score import Frame, Missing, Position, Score, ScoreKey
from alignscope.model.session import Session
from tests.sessions.recorded import NASTY, session, turn, two_turns, written
from tests.snapshots import fixed

PIECES = ("=cmd", " *x*_", "<script>", '" onmouseover="x', NASTY, "\ud83d", "\ude00", "\ue000", "\n", "", " end")


def hostile() -> Session:
    """A reply whose every token is meant to break out, and so are those in its lists and its score."""
    listed = tuple(Alternative(piece, -1.0 - at) for at, piece in enumerate(reversed(PIECES)))
    told = [Token("instruct", 1, float(at), piece, False, -2.5, listed) for at, piece in enumerate(PIECES)]
    made = turn(1, "Well?", [*told, Finished("instruct", 1, 99.0, End.STOP)])
    score = Score(ScoreKey("instruct", 1, "base", Frame.QA), 20)
    others = tuple(Alternative(f"{NASTY}{at}", -1.0 - at) for at in range(4))
    score.positions = [
        Position(index=at, token=piece, alternatives=others if at else (), missing=None if at else Missing.START)
        for at, piece in enumerate(PIECES)
    ]
    made.scores[score.key] = score
    return session(made)


def rows(kept: Session) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(written("positions", kept), newline="")))


def lines(kept: Session) -> list[dict[str, object]]:
    return [json.loads(line) for line in written("positions-jsonl", kept).split("\n") if line]


def test_every_position_is_a_row_and_so_is_an_end() -> None:
    kept = fixed.session(fixed.scored())
    told = [row for row in lines(kept) if row["turn"] == 3]
    assert all(tuple(row) == COLUMNS for row in told)
    assert [(row["pane"], row["position"], row["token"]) for row in told][7:11] == [
        ("base", 7, ""), ("instruct", 0, "The"), ("instruct", 1, " Moon"), ("instruct", 2, " is"),
    ]  # fmt: skip
    base, moon, end = told[1], told[9], told[15]
    assert base["by"] is base["class"] is base["js_hi"] is None and base["rank"] == 1
    assert (moon["by"], moon["frame"], moon["class"], moon["other_rank"]) == ("base", "chat", "shifted", 4)
    assert moon["logprob"] == pytest.approx(math.log(0.44)) and moon["ms"] == 80.0
    for bound in ("other_logprob_lo", "other_logprob_hi"):
        assert moon[bound] == pytest.approx(math.log(0.08), abs=1e-3)
    assert isinstance(moon["js_lo"], float) and isinstance(moon["js_hi"], float) and 0 < moon["js_lo"] < moon["js_hi"]
    assert moon["entropy_hi"] is None, "the vocabulary isn't known"
    assert isinstance(moon["other_alternatives"], list) and moon["other_alternatives"][0][0] == " moon"
    assert (end["end"], end["missing"], end["class"], end["ms"]) == (True, "ends", "unshifted", None)


def test_the_table_for_spreadsheets_says_the_same() -> None:
    kept = fixed.session(fixed.scored())
    for row, line in zip(rows(kept), lines(kept), strict=True):
        for name in ("class", "position", "other_rank", "js_lo", "frame", "logprob"):
            assert row[name] == ("" if line[name] is None else str(line[name])), name
        assert json.loads(row["alternatives"] or "[]") == line["alternatives"]


def test_a_position_with_two_scores_has_two_rows() -> None:
    made = fixed.scored()
    [score] = made.scores.values()
    other = score.copy()
    other.key = score.key._replace(frame=Frame.BARE)
    del other.positions[3:]
    made.scores[other.key] = other
    told = [row for row in lines(session(made)) if row["pane"] == "instruct"]
    assert [row["frame"] for row in told][:6] == ["chat", "bare"] * 3 and len(told) == 8 + 3


def test_hostile_tokens_are_rows_like_others() -> None:
    kept = hostile()
    found = rows(kept)
    assert len(found) == len(PIECES) + 1 and found[0]["token"] == "'=cmd"
    assert found[4]["token"] == NASTY and found[5]["token"] == "\ufffd"
    assert [row["token"] for row in lines(kept)][4:6] == [NASTY, "\ufffd"]


def test_what_has_no_lists_has_its_tokens_and_is_remarked_on() -> None:
    from alignscope.export import FORMATS

    kept = session(*two_turns())
    assert "No log-probabilities" in FORMATS["positions"].remark(kept) == FORMATS["positions-jsonl"].remark(kept)
    assert not FORMATS["positions"].remark(hostile())
    assert [row["token"] for row in rows(kept)][:4] == ["One", " two", " three", " Four"]


class Page(HTMLParser):
    """The text of each `pre`, and the elements and attributes in it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.tokens: list[tuple[str, dict[str, str | None]]] = []
        self._depth = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "pre":
            self._depth += 1
            self.texts.append("")
        elif self._depth:
            self.tokens.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        self._depth -= tag == "pre"

    def handle_data(self, data: str) -> None:
        if self._depth:
            self.texts[-1] += data


def test_the_page_has_heat_marks_and_hints() -> None:
    page = Page(text := written("html", session(fixed.scored())))
    assert page.texts[-1] == "The Moon is made of rock."
    classes = [attributes.get("class") or "" for _, attributes in page.tokens[7:]]
    assert classes == ["h1", "h2 shifted", "", "h4 shifted", "", "h3", ""]
    hint = page.tokens[8][1]["title"] or ""
    assert hint.splitlines()[:3] == ["·Moon  44.0 %", "1. ·Moon  44.0 %", "2. ·A  28.0 %"]
    assert "base, frame chat: shifted" in hint and "4. ·Moon  8.0 %" in hint
    assert "underlined: shifted for base, frame chat: 2 of 8 known positions" in text
    assert "color-mix" in text and not re.search(r"<script|url\(|@import|src=|href=", text)


def test_a_page_of_hostile_tokens_has_only_their_elements() -> None:
    page = Page(text := written("html", hostile()))
    assert {tag for tag, _ in page.tokens} == {"span"} and len(page.tokens) == len(PIECES)
    assert all(set(attributes) <= {"class", "title"} for _, attributes in page.tokens)
    assert "<script>" in page.texts[-1] and "<script" not in text


def test_a_page_without_lists_is_as_it_was() -> None:
    assert not Page(written("html", session(*two_turns()))).tokens


def test_markdown_marks_shifted_tokens_in_tables_and_lists_them_else() -> None:
    kept = session(fixed.scored())
    table = written("markdown", kept)
    assert "The <b>Moon</b> is <b>made</b> of rock." in table
    assert "*bold: shifted for base, frame chat: 2 of 8 known positions*" in table
    apart = written("markdown", kept, side_by_side=False)
    assert "The Moon is made of rock.\n```" in apart
    assert "- 1: ·Moon (shifted)\n- 3: ·made (beyond)\n" in apart
    assert "<b>" not in written("markdown", session(*two_turns()))


@pytest.mark.parametrize("side_by_side", [True, False])
def test_markdown_of_hostile_tokens_makes_no_elements(side_by_side: bool) -> None:
    html = MarkdownIt("gfm-like", {"linkify": False}).render(written("markdown", hostile(), side_by_side=side_by_side))
    assert not re.search(r"<(?!/?(h1|h2|h3|p|ul|li|strong|em|table|thead|tbody|tr|th|td|pre|code|br|b)\b)", html)
