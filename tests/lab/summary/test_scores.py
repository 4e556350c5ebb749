"""What scores come to: likelihoods of choices, replies scored by another entry, and passages."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from alignscope.lab.export import lm_eval
from alignscope.lab.report import derived, page, text
from alignscope.lab.report.scored import change_tables, passage_table, useless_notes
from alignscope.lab.row import Ends, Likelihoods, PassageBits, Row, Scored, ShiftScore
from alignscope.lab.summary.figures import Measured, Summary
from alignscope.lab.summary.rows import Arm, Rows
from alignscope.lab.summary.tally import Tally
from alignscope.measure.statistics.rates import rate
from alignscope.model.events import End
from tests.lab import runs

CHOICES = ["Paris", "Rome", "Lisbon"]


def prompts(number: int = 12, **fields: Any) -> list[Row]:
    """A base reply and a chat's to each of some prompts with choices."""
    given = {"answer": "Paris", "choices": CHOICES, **fields}
    return [make(prompt_id=f"p{n}", **given) for n in range(number) for make in (runs.row, runs.chat)]


def likely(row: Row, sums: Sequence[Ends], **fields: Any) -> Likelihoods:
    """How likely a row's entry finds the choices."""
    return Likelihoods(
        **{
            "key": f"c{row.key}", "prompt_id": row.prompt_id, "set": row.set, "entry": row.entry, "frame": row.frame,
            "digest": row.digest, "choices": row.choices, "sums": [*sums], "sizes": [len(c) for c in row.choices],
            "tokens": [1] * len(row.choices), "at": "", **fields,
        }
    )  # fmt: skip


def exact(*sums: float) -> list[Ends]:
    return [(each, each) for each in sums]


def approx(*ends: float) -> Any:
    """Bounds, but for rounding."""
    return pytest.approx(ends)


def tally(path: Path, every: list[Row], scores: Sequence[Scored]) -> Tally:
    return Tally(Rows(runs.folder(path, every, scores=scores)))


def of(summary: Summary, name: str) -> Measured:
    return next(each for each in summary.measures if each.name == name)


def test_the_right_choice_is_the_likeliest_or_it_isnt_or_it_is_open(tmp_path: Path) -> None:
    every = prompts()
    cases: list[list[Ends]] = [
        *[exact(-1, -2, -3)] * 5,  # right
        *[exact(-3, -2, -9)] * 3,  # wrong
        exact(-2, -2, -3),  # a tie
        [(None, -5.0), (-6.0, -6.0), (-7.0, -7.0)],  # the right one isn't listed, and may still be the likeliest
        [(None, -7.0), (-6.0, -6.0), (-7.0, -7.0)],  # or can't be
        [(-1.0, -1.0), (None, -4.0), (None, -4.0)],  # the others can't be
    ]
    base = [row for row in every if row.entry == "base"]
    summary = tally(tmp_path, every, [likely(row, sums) for row, sums in zip(base, cases, strict=True)]).summary()
    figure = of(summary, "likely").figures["base"]
    assert [*figure.value] == [pytest.approx(6 / 12), pytest.approx(8 / 12)]
    assert (figure.prompts, figure.undetermined) == (12, 2)
    lowest = rate([(1.0, 1)] * 6 + [(0.0, 1)] * 6)
    assert lowest and lowest.interval and figure.interval and figure.interval[0] == pytest.approx(lowest.interval.lo)
    assert "chat" not in of(summary, "likely").figures


def test_by_byte_a_long_choice_is_at_no_disadvantage(tmp_path: Path) -> None:
    every = prompts(answer="Lisbon")
    sums = exact(-5.0, -4.0, -5.4)  # a byte: -1, -1, -0.9
    summary = tally(tmp_path, every, [likely(row, sums) for row in every]).summary()
    assert of(summary, "likely").figures["base"].value == (0, 0)
    assert of(summary, "likely_per_byte").figures["base"].value == (1, 1)
    [found] = of(summary, "likely").differences
    assert (found.of, found.less, found.ties) == ("chat", "base", 12)


@pytest.mark.parametrize(
    ("sums", "why"), [((0.0, 0.0, 0.0), "every likelihood is zero"), ((-2.5, -2.5, -2.5), "equally likely")]
)
def test_a_run_in_which_all_choices_tie_or_are_zero_is_refused(
    tmp_path: Path, sums: tuple[float, ...], why: str
) -> None:
    every = prompts()
    scores = [likely(row, exact(*sums) if row.entry == "chat" else exact(-1, -2, -3)) for row in every]
    found = tally(tmp_path, every, scores)
    summary = found.summary()
    assert set(of(summary, "likely").figures) == {"base"}
    [note] = useless_notes(summary)
    assert note.startswith("chat · chat: likelihoods of choices are in no figure, since") and why in note
    said = " ".join(text.gap_table(summary, 120))
    assert why in said
    assert why in "".join(page.write(found, summary))


def test_likelihoods_of_other_choices_or_another_model_arent_taken(tmp_path: Path) -> None:
    every = prompts(1)
    stale = [
        likely(every[0], exact(-1, -2, -3), digest="sha256:old"),
        likely(every[1], exact(-1, -2), choices=["a", "b"], sizes=[1, 1], tokens=[1, 1]),
    ]
    summary = tally(tmp_path, every, stale).summary()
    assert "likely" not in {each.name for each in summary.measures}


def test_lm_eval_has_them_among_the_metrics(tmp_path: Path) -> None:
    every = prompts(2)
    found = tally(tmp_path, every, [likely(row, exact(-1, -2, -3)) for row in every])
    lines = [*lm_eval.write(found, Arm("base", "raw", "even"))]
    assert len(lines) == 2 and all('"likely": 1.0' in line for line in lines)


def shifted(row: Row, unshifted: int, shifted: int, unknown: int = 0, **fields: Any) -> ShiftScore:
    """How a row's reply stands in the base's lists."""
    counts = {"unshifted": unshifted, "marginal": 0, "shifted": shifted, "beyond": 0, "unknown": unknown}
    third = {"unshifted": unshifted / 3, "shifted": shifted / 3, "unknown": unknown / 3}
    positions = unshifted + shifted + unknown
    return ShiftScore(
        **{
            "key": f"s{row.key}", "row": row.key, "entry": row.entry, "by": "base", "frame": "chat", "alternatives": 20,
            "positions": positions, "counts": counts, "null": {"unshifted": positions},
            "thirds": [{name: round(number) for name, number in third.items()}] * 3,
            "js": (0.25, 0.5), "js_known": positions - unknown,
            "js_thirds": [(0.25, 0.5, round((positions - unknown) / 3))] * 3, "covered": 0.9, "ends": False,
            "promoted": [(" is", 2, 0.5, 0.5)], "suppressed": [("\n", 1, -0.75, -0.5)], "tokenizers": "alike", "at": "",
            **fields,
        }
    )  # fmt: skip


def test_shift_has_the_bounds_that_unknown_positions_leave(tmp_path: Path) -> None:
    every = prompts()
    chats = [row for row in every if row.entry == "chat"]
    found = tally(tmp_path, every, [shifted(row, 6, 3, 3) for row in chats])
    summary = found.summary()
    assert of(summary, "shifted").figures["chat"].value == approx(0.25, 0.5)
    assert set(of(summary, "shifted").figures) == {"chat"}
    assert of(summary, "shifted_alone").figures["chat"].value == (0, 0)
    apart = approx(0.25 * 9 / 12, (0.5 * 9 + 3) / 12)
    assert of(summary, "divergence").figures["chat"].value == apart
    thirds = of(summary, "shifted").thirds["chat"]
    assert [third.value for third in thirds] == [approx(0.25, 0.5)] * 3
    assert [(third.prompts, third.replies) for third in thirds] == [(12, 12)] * 3
    assert of(summary, "divergence").thirds["chat"][0].value == apart
    assert of(summary, "ends_too").figures["chat"].value == (0, 0)
    [line] = [line for line in text.gap_table(summary, 120) if line.startswith("shifted tokens")]
    assert line.split()[-1] == "12", "n is that of the only figure"
    assert '<td>–</td><td></td><td></td><td class="number">12</td>' in "".join(page.write(found, summary))


def test_tokens_that_replies_promote_are_added_up(tmp_path: Path) -> None:
    every = prompts(3)
    chats = [row for row in every if row.entry == "chat"]
    scores = [shifted(chats[0], 6, 0), shifted(chats[1], 6, 0), shifted(chats[2], 0, 0, why="the reply is empty")]
    found = tally(tmp_path, every, scores)
    summary = found.summary()
    changes = summary.changes["chat"]
    assert (changes.by, changes.frame, changes.replies, changes.left_out) == ("base", "chat", 2, 1)
    [promoted, *_] = changes.promoted
    assert (promoted.text, promoted.kind, promoted.replies, promoted.positions, promoted.gain) == (
        " is",
        "word",
        2,
        4,
        (1.0, 1.0),
    )
    [(head, rows)] = change_tables(summary)
    assert head == "chat, scored by base in frame chat: 2 replies; 1 couldn't be compared"
    assert rows[1] == ["“·is”", "word", "2", "+1.0", "“⏎”", "space", "2", "-1.5 to -1.0"]
    shown = "\n".join(text.one_measure(found, summary, "shifted", 100))
    assert "scored by base in frame chat" in shown and "“·is”" in shown
    assert "“·is”" in "".join(page.write(found, summary))
    assert summary.changes.keys() == {"chat"}


def bits(entry: str, frame: str, lo: float, hi: float | None = None, **fields: Any) -> PassageBits:
    return PassageBits(
        **{
            "key": f"{entry}{frame}", "passage": "neutral", "entry": entry, "role": "base", "model": "m", "digest": "",
            "frame": frame, "bits": (lo, hi), "size": 400, "tokens": 90, "at": "", **fields,
        }
    )  # fmt: skip


def test_passages_are_rows_of_their_own(tmp_path: Path) -> None:
    scores = [bits("chat", "chat", 4.5, 4.5), bits("chat", "raw", 4.25, None, open=2), bits("base", "raw", 2.5, 2.5)]
    found = tally(tmp_path, prompts(1), scores)
    summary = found.summary()
    assert passage_table(summary) == [
        ["", "frame", "passage", "bits per byte", "n", "open"],
        ["base", "raw", "neutral", "2.500", "400 bytes, 90 tokens", ""],
        ["chat", "raw", "neutral", "at least 4.250", "400 bytes, 90 tokens", "2"],
        ["chat", "chat", "neutral", "4.500", "400 bytes, 90 tokens", ""],
    ]
    for shown in ("\n".join(text.gap_table(summary, 100)), "".join(page.write(found, summary))):
        assert "at least 4.250" in shown and "no sample" in shown
    lines = [line for line in derived.as_csv(summary).splitlines() if "bits_per_byte" in line]
    assert len(lines) == 3 and '"passage","base · raw"' in lines[0]


def test_hostile_text_in_scores_reaches_no_terminal(tmp_path: Path) -> None:
    every = prompts(1)
    evil = "\x1b]0;x\x07"
    scores: list[Scored] = [
        shifted(every[1], 6, 0, promoted=[(evil, 1, 0.5, 0.5)]),
        bits("base", "raw", 1.0, 1.0, passage=evil),
    ]
    found = tally(tmp_path, every, scores)
    summary = found.summary()
    shown = [*text.gap_table(summary, 80), *text.one_measure(found, summary, "shifted", 80)]
    assert not any(sign in line for line in shown for sign in "\x1b\x07")


def test_damaged_lines_and_half_ones_are_left_out(tmp_path: Path) -> None:
    path = runs.folder(tmp_path, prompts(1), scores=[bits("base", "raw", 1.0, 1.0), bits("b", "raw", 1.0, size=0)])
    with (path / "scores.jsonl").open("ab") as file:
        file.write(b'{"kind":"other"}\n{"kind":"passage","key":"')
    found = Tally(Rows(path))
    assert (len(found.scores), found.scores.damaged, len(found.summary().passages)) == (1, 2, 1)


def test_a_reply_that_failed_has_no_score(tmp_path: Path) -> None:
    every = [runs.row(), runs.chat(end=End.ERROR, error="busy")]
    summary = tally(tmp_path, every, [shifted(every[1], 6, 0)]).summary()
    assert summary.changes == {} and not math.isnan(summary.rows)
