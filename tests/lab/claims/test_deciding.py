"""From p values to the answer of a claim."""

from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alignscope.lab.claims import deciding
from alignscope.lab.claims.deciding import Decided, together
from alignscope.measure.bounds import Bounds
from alignscope.measure.statistics.margins import Chances, Direction, against_margin
from alignscope.measure.statistics.verdicts import Verdict

YES, NO, CANT_TELL = Verdict.YES, Verdict.NO, Verdict.CANT_TELL
SURE, SURELY_NOT, OPEN = Chances(0.001, 0.999), Chances(0.999, 0.001), Chances(0.2, 0.8)


def verdicts(*chances: Chances | None) -> list[Verdict]:
    return [each.verdict for each in deciding.of_parts(chances)]


def test_each_comparison_is_yes_no_or_open() -> None:
    assert verdicts(SURE, SURELY_NOT, OPEN, None) == [YES, NO, CANT_TELL, CANT_TELL]


def test_several_comparisons_are_corrected_for_their_number() -> None:
    alone = Chances(0.03, 0.97)
    assert verdicts(alone) == [YES]
    assert verdicts(alone, OPEN) == [CANT_TELL, CANT_TELL]
    assert [each.p_holm for each in deciding.of_parts([alone, OPEN])] == [0.06, 0.2]
    # The one after the surest is corrected for one less.
    assert verdicts(SURE, alone) == [YES, YES]
    # With less data, here none, the others aren't surer.
    assert verdicts(alone, None) == [CANT_TELL, CANT_TELL]


def test_what_is_only_looked_at_stands_for_itself() -> None:
    assert deciding.alone(Chances(0.97, 0.03)) == Decided(NO, 0.03, None)
    assert deciding.alone(None) == Decided(CANT_TELL, None, None)


@pytest.mark.parametrize(
    ("decide", "parts", "answer"),
    [
        ("all", [YES, YES], YES),
        ("all", [YES, CANT_TELL], CANT_TELL),
        ("all", [CANT_TELL, NO], NO),
        ("any", [NO, NO], NO),
        ("any", [NO, CANT_TELL], CANT_TELL),
        ("any", [CANT_TELL, YES, NO], YES),
        ("all", [], CANT_TELL),
        ("any", [], CANT_TELL),
    ],
)
def test_parts_make_an_answer(decide: Literal["all", "any"], parts: list[Verdict], answer: Verdict) -> None:
    assert together(parts, decide) is answer


@pytest.mark.parametrize("direction", Direction)
def test_a_claim_that_is_just_wrong_is_seldom_told_as_right(direction: Direction) -> None:
    """Of three comparisons that lie just on their margins, hardly one run in forty tells a single yes."""
    chance = np.random.default_rng(3)
    told, runs = 0, 300
    for _ in range(runs):
        parts = []
        for _ in range(3):
            first = np.clip(chance.normal(0.5, 0.1, size=40), 0.2, 0.8)
            more = first + (0.2 if direction is not Direction.LESS else -0.2)
            values = chance.binomial(5, more) / 5 - chance.binomial(5, first) / 5
            parts.append(against_margin([Bounds(float(v), float(v)) for v in values], direction, 0.2, rates=True))
        told += YES in verdicts(*parts)
    # One in forty is meant, as only one side is wrong, and three standard errors of so many runs are let pass.
    assert told / runs <= 0.052


BOUNDS = st.tuples(st.integers(-10, 10), st.integers(0, 4)).map(lambda each: Bounds(each[0] / 10, sum(each) / 10))
COMPARISONS = st.lists(
    st.tuples(
        st.lists(BOUNDS, min_size=8, max_size=24),
        st.sampled_from(Direction),
        st.sampled_from([0.0, 0.05, 0.1, 0.3]),
    ),
    min_size=1,
    max_size=4,
)


@given(COMPARISONS, st.sampled_from(["all", "any"]), st.data())
def test_wider_intervals_never_turn_cant_tell_into_yes_or_no(
    comparisons: list[tuple[list[Bounds], Direction, float]], decide: Literal["all", "any"], data: st.DataObject
) -> None:
    before = [against_margin(each, direction, margin, rates=False) for each, direction, margin in comparisons]
    # A wider interval has p values that are as great or greater, or none at all.
    wider = [
        None
        if chances is None or data.draw(st.booleans())
        else Chances(data.draw(st.floats(chances.holds, 1.0)), data.draw(st.floats(chances.fails, 1.0)))
        for chances in before
    ]
    narrow, wide = verdicts(*before), verdicts(*wider)
    for was, now in zip(narrow, wide, strict=True):
        assert now in (was, CANT_TELL)
    if together(narrow, decide) is CANT_TELL:
        assert together(wide, decide) is CANT_TELL


@given(
    st.lists(st.integers(-10, 10).map(lambda each: each / 10), min_size=10, max_size=30),
    st.lists(st.integers(0, 5).map(lambda each: each / 10), min_size=30, max_size=30),
    st.sampled_from(Direction),
    st.sampled_from([0.05, 0.1, 0.3]),
)
def test_undetermined_replies_never_make_surer(
    values: list[float], openness: list[float], direction: Direction, margin: float
) -> None:
    known = [Bounds(value, value) for value in values]
    # The same openness for all moves an end of the interval, and leaves its width.
    open_ = [Bounds(value - openness[0], value + openness[0]) for value in values]
    told, later = (
        deciding.alone(against_margin(each, direction, margin, rates=True)).verdict for each in (known, open_)
    )
    assert later in (told, CANT_TELL)
