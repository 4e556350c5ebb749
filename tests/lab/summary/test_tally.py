"""What a run comes to: against the rules of `measure.statistics`, applied by hand to the same rows."""

import math
import statistics
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from alignscope.lab.row import Row, Tokens
from alignscope.lab.summary import words
from alignscope.lab.summary.estimating import ALL_ALIKE, NOT_PAIRED, OPEN, UNBOUNDED
from alignscope.lab.summary.figures import Measured, Summary
from alignscope.lab.summary.measures import MEASURES
from alignscope.lab.summary.measures.measure import Kind, Measure, Unit, by_reply
from alignscope.lab.summary.rows import Rows
from alignscope.lab.summary.tally import Tally
from alignscope.measure.bounds import Bounds
from alignscope.measure.refusal.error import HELD_OUT
from alignscope.measure.statistics.means import mean
from alignscope.measure.statistics.paired import difference, outcomes, rate_difference, smallest_effect
from alignscope.measure.statistics.rates import rate
from alignscope.measure.statistics.signflip import sign_flip
from alignscope.measure.statistics.verdicts import holm
from alignscope.model.events import End
from tests.lab import runs


def summed(path: Path, every: list[Row], lists: list[Tokens] | None = None, **options: Any) -> Summary:
    return Tally(Rows(runs.folder(path, every, lists or [])), **options).summary()


def of(summary: Summary, name: str) -> Measured:
    return next(each for each in summary.measures if each.name == name)


def pairs(number: int = 12, **fields: Any) -> list[Row]:
    """One base reply and one aligned one to each of some prompts."""
    return [make(prompt_id=f"p{n}", **fields) for n in range(number) for make in (runs.row, runs.chat)]


def test_rates_and_their_difference(tmp_path: Path) -> None:
    every = runs.made_up(24, 5)
    measured = of(summed(tmp_path, every), "ended")
    ended: dict[str, dict[str, list[bool]]] = {"base": defaultdict(list), "chat": defaultdict(list)}
    for row in every:
        if row.end is not End.ERROR:
            ended[row.entry][row.prompt_id].append(row.end is End.STOP)
    for name, prompts in ended.items():
        wanted = rate([(float(sum(those)), len(those)) for those in prompts.values()])
        assert wanted and wanted.interval
        figure = measured.figures[name]
        assert figure.value == pytest.approx((wanted.point, wanted.point))
        assert figure.interval == pytest.approx(wanted.interval)
        assert (figure.prompts, figure.replies) == (24, sum(map(len, prompts.values())))
    differences = [
        statistics.fmean(ended["chat"][prompt]) - statistics.fmean(ended["base"][prompt]) for prompt in ended["base"]
    ]
    [found] = measured.differences
    wanted = rate_difference(differences)
    assert wanted and (found.of, found.less, found.sure) == ("chat", "base", 1)
    assert found.value == pytest.approx((wanted.point, wanted.point))
    assert found.interval == pytest.approx(wanted.interval)
    assert (found.wins, found.losses, found.ties) == outcomes(differences)
    assert found.p == sign_flip(differences).p
    assert found.smallest_effect == pytest.approx(smallest_effect(differences, rates=True))


def test_numbers_and_their_difference(tmp_path: Path) -> None:
    every = runs.made_up(15, 4)
    measured = of(summed(tmp_path, every), "length")
    lengths: dict[str, dict[str, list[int]]] = {"base": defaultdict(list), "chat": defaultdict(list)}
    for row in every:
        if row.end is not End.ERROR:
            lengths[row.entry][row.prompt_id].append(row.tokens)
    means = {name: {p: statistics.fmean(those) for p, those in prompts.items()} for name, prompts in lengths.items()}
    wanted = mean(list(means["base"].values()))
    assert wanted and measured.figures["base"].interval == pytest.approx(wanted.interval)
    [found] = measured.differences
    wanted = difference([means["chat"][p] - means["base"][p] for p in means["base"]])
    assert wanted and found.interval == pytest.approx(wanted.interval)
    assert found.sure == -1


def test_failed_replies_are_counted_and_in_no_figure(tmp_path: Path) -> None:
    every = [
        *pairs(),
        runs.chat(prompt_id="p0", sample=2, text="half", tokens=90, end=End.CUT, error="it broke off"),
        runs.chat(prompt_id="p0", sample=3, text="", tokens=0, end=End.ERROR, error="busy"),
        runs.chat(prompt_id="p0", sample=4, text="stopped", tokens=70, end=End.CANCELLED),
        runs.chat(prompt_id="p1", sample=2, end=End.LENGTH),
        runs.chat(prompt_id="p1", sample=3, end=End.LOOP),
    ]
    summary = summed(tmp_path, every)
    arm = summary.arm("chat")
    assert (arm.rows, arm.replies, arm.errors, arm.cut, arm.limit, arm.loops) == (17, 14, 1, 2, 1, 1)
    assert of(summary, "length").figures["chat"].value == (6, 6)
    assert of(summary, "ended").figures["chat"].value[0] == pytest.approx((11 + 1 / 3) / 12)
    assert words.notes(summary) == ["chat: 3 of 17 replies failed or broke off, and are in no figure."]


def test_fewer_than_ten_prompts_have_no_interval(tmp_path: Path) -> None:
    measured = of(summed(tmp_path, pairs(9)), "ended")
    assert measured.figures["base"].interval is None
    assert measured.figures["base"].caveats == ("too few prompts",)
    [found] = measured.differences
    assert (found.interval, found.p, found.smallest_effect, found.caveats) == (None, None, None, ("too few prompts",))
    assert "too few prompts" in words.beside_difference(measured, found)


def test_numbers_without_any_spread_have_no_interval(tmp_path: Path) -> None:
    measured = of(summed(tmp_path, pairs(12)), "length")
    assert measured.figures["base"].interval is None
    assert ALL_ALIKE in measured.figures["base"].caveats
    [found] = measured.differences
    assert found.interval is None and ALL_ALIKE in found.caveats and not found.sure


def test_a_prompt_that_only_one_has_is_left_out_of_the_difference(tmp_path: Path) -> None:
    every = [*pairs(11), runs.chat(prompt_id="alone"), runs.chat(prompt_id="p0", sample=2, end=End.ERROR, error="busy")]
    [found] = of(summed(tmp_path, every), "ended").differences
    assert (found.prompts, found.only_of, found.only_less) == (11, 1, 0)
    assert NOT_PAIRED in found.caveats


UNSURE = Measure(
    name="unsure", label="unsure", kind=Kind.RATE, unit=Unit.SHARE, formula="", source="", caveat="",
    of=by_reply(lambda reply: Bounds(0, 1) if reply.row.text == "?" else reply.row.text == "yes"),
)  # fmt: skip


def test_undetermined_replies_leave_bounds(tmp_path: Path) -> None:
    texts = ["yes"] * 6 + ["no"] * 4 + ["?"] * 2
    every = [make(prompt_id=f"p{n}", text=text) for n, text in enumerate(texts) for make in (runs.row, runs.chat)]
    measured = of(summed(tmp_path, every, measures=[UNSURE]), "unsure")
    figure = measured.figures["chat"]
    assert figure.value == pytest.approx((6 / 12, 8 / 12))
    assert figure.undetermined == 2 and OPEN in figure.caveats
    least = rate([(float(text == "yes"), 1) for text in texts])
    most = rate([(float(text != "no"), 1) for text in texts])
    assert least and most and least.interval and most.interval
    assert figure.interval == pytest.approx((least.interval.lo, most.interval.hi))
    [found] = measured.differences
    assert (found.wins, found.ties, found.losses, found.undecided, found.p) == (0, 10, 0, 2, None)
    assert found.value == pytest.approx((-2 / 12, 2 / 12))


def test_ps_are_adjusted_for_the_primary_ones_or_for_all(tmp_path: Path) -> None:
    every = runs.made_up(20, 4)
    summary = summed(tmp_path, every)
    raw = [each.differences[0].p for each in summary.measures]
    assert [each.differences[0].p_holm for each in summary.measures] == holm([p for p in raw if p is not None])
    assert not any(each.primary for each in summary.measures)
    assert "all are exploratory" in words.family(summary)
    named = summed(tmp_path, every, primary=["ended", "length"])
    assert [each.name for each in named.measures if each.differences[0].p_holm is not None] == ["ended", "length"]
    assert words.family(named).startswith("Named before the run: ended by itself, length;")


def test_no_difference_needs_a_margin(tmp_path: Path) -> None:
    every = runs.made_up(20, 4)
    named = summed(tmp_path, every, margins={"ended": 0.1, "repetition_4": 0.2})
    assert of(named, "ended").differences[0].same == "no"
    assert of(named, "repetition_4").differences[0].same == "yes"
    assert of(named, "length").differences[0].same == ""


def test_frames_and_samplings_are_arms_of_their_own(tmp_path: Path) -> None:
    every = [
        make(prompt_id=f"p{n}", sampling=sampling, **fields)
        for n in range(3)
        for sampling in ("even", "warm")
        for make, fields in ((runs.row, {"frame": "raw"}), (runs.row, {"frame": "qa"}), (runs.chat, {}))
    ]
    summary = summed(tmp_path, every)
    assert [arm.label for arm in summary.arms] == [
        "base · raw · even", "base · qa · even", "base · raw · warm", "base · qa · warm", "chat · even", "chat · warm",
    ]  # fmt: skip
    assert [(d.of, d.less) for d in of(summary, "ended").differences] == [
        ("chat · even", "base · raw · even"), ("chat · even", "base · qa · even"),
        ("chat · warm", "base · raw · warm"), ("chat · warm", "base · qa · warm"),
    ]  # fmt: skip
    assert summary.arms[0].tone == "base" and summary.arms[-1].tone == "instruct"


def test_names_that_look_alike_are_told_apart(tmp_path: Path) -> None:
    every = [runs.row(entry="a\u202e", role="other"), runs.row(entry="a\u202d", role="other", model="m")]
    assert [arm.label for arm in summed(tmp_path, every).arms] == ["a�", "a� (2)"]


def test_words_are_compared_at_one_length(tmp_path: Path) -> None:
    long = " ".join(["one two"] * 10)
    every = [
        *pairs(1, text=long),
        runs.chat(sample=2, prompt_id="p0", text="a b c d e f g h i j"),
        runs.chat(sample=3, prompt_id="p0", text="short"),
    ]
    measured = of(summed(tmp_path, every), "repetition_2")
    # Ten words each, the shortest of those with eight: nine pairs, of which two are different, or all.
    assert measured.figures["base"].value == pytest.approx((7 / 9, 7 / 9))
    assert measured.figures["chat"].value == pytest.approx((7 / 18, 7 / 18))
    assert measured.figures["chat"].replies == 2


def test_lists_give_bounds(tmp_path: Path) -> None:
    even = [("a", math.log(0.5)), ("b", math.log(0.25))]
    every = [runs.row(), runs.chat()]
    lists = [
        Tokens(key=every[0].key, tokens=[runs.step("a", math.log(0.5), even), runs.step("b", math.log(0.25), even)]),
        Tokens(key=every[1].key, tokens=[runs.step("a", 0.0, [("a", 0.0)]), runs.step("b", None, [("b", 0.0)])]),
    ]
    summary = summed(tmp_path, every, lists)
    assert of(summary, "surprisal").figures["base"].value == pytest.approx((1.5, 1.5))
    assert "chat" not in of(summary, "surprisal").figures, "one of its tokens has no log-probability"
    base = of(summary, "entropy").figures["base"]
    assert base.value[0] == pytest.approx(1.5) and base.value[1] is None
    assert UNBOUNDED in base.caveats
    assert of(summary, "covered").figures["base"].value == pytest.approx((0.75, 0.75))


def test_measures_of_lists_are_missing_where_there_are_none(tmp_path: Path) -> None:
    names = {each.name for each in summed(tmp_path, pairs(2)).measures}
    assert names.isdisjoint(each.name for each in MEASURES if each.lists)


def test_openings_are_counted(tmp_path: Path) -> None:
    every = [*pairs(3, text="Sure, here it is."), runs.row(prompt_id="p0", sample=2, text="No.")]
    assert summed(tmp_path, every).arm("base").openings == (("sure , here", 3), ("no .", 1))


def test_categories_are_told_apart(tmp_path: Path) -> None:
    every = [
        make(prompt_id=f"{category}{n}", category=category, end=end)
        for category, number, end in (("facts", 11, End.STOP), ("lists", 3, End.LENGTH), ("", 1, End.STOP))
        for n in range(number)
        for make in (runs.row, runs.chat)
    ]
    groups = of(summed(tmp_path, every), "ended").groups
    assert [(group.category, group.prompts) for group in groups] == [("facts", 11), ("lists", 3), ("", 1)]
    assert groups[0].figures["base"].interval is not None and groups[1].figures["base"].interval is None
    assert [group.figures["chat"].value[0] for group in groups] == [1, 0, 1]
    assert all(each.p is None for group in groups for each in group.differences)


def test_lists_are_followed_along_replies(tmp_path: Path) -> None:
    every = [runs.row(prompt_id=f"p{n}") for n in range(3)]
    falling = [runs.step("a", -float(place), [("a", -float(place))]) for place in (6, 5, 4, 3, 2, 1)]
    lists = [Tokens(key=row.key, tokens=falling if row.prompt_id != "p2" else falling[:3]) for row in every]
    thirds = of(summed(tmp_path, every, lists), "surprisal").thirds["base"]
    assert [third.value[0] for third in thirds] == pytest.approx([each / math.log(2) for each in (5.5, 3.5, 1.5)])
    assert [(third.prompts, third.replies) for third in thirds] == [(2, 2)] * 3, "short replies have no thirds"


def test_a_rate_of_refusals_is_checked_for_the_rules_error(tmp_path: Path) -> None:
    every = [runs.chat(prompt_id=f"p{n}", text="I can't help with that." if n < 6 else "A light.") for n in range(12)]
    measured = of(summed(tmp_path, every), "refused")
    figure = measured.figures["chat"]
    assert figure.value[0] == 0.5 and figure.corrected == HELD_OUT.corrected(0.5)
    wrong = structs.replace(figure, corrected=0.55)
    assert "about 55% if the rules' error is taken off" in words.beside(wrong)
    assert words.beside(structs.replace(figure, corrected=0.5)) == ["few prompts"]
    assert f"they found {HELD_OUT.found} (" in measured.caveat


def test_a_ladder_is_compared_step_by_step_and_as_a_whole_and_others_with_its_base(tmp_path: Path) -> None:
    every = [
        runs.row(prompt_id=f"p{n}", entry=entry, role=role, tokens=tokens)
        for n in range(3)
        for entry, role, tokens in (
            ("dpo", "aligned", 9),
            ("base", "base", 60),
            ("sft", "other", 20),
            ("bare", "other", 30),
        )
    ]
    summary = summed(tmp_path, every, ladder=["base", "sft", "dpo"])
    assert [arm.label for arm in summary.arms] == ["base", "sft", "dpo", "bare"]
    assert [(d.of, d.less, d.value[0]) for d in of(summary, "length").differences] == [
        ("sft", "base", -40), ("dpo", "sft", -11), ("dpo", "base", -51), ("bare", "base", -30),
    ]  # fmt: skip
