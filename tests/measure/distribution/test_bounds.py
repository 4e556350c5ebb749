"""Bounds from lists cut at random: what the whole distribution has is never outside them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alignscope.measure.bounds import Bounds
from alignscope.measure.distribution.cut_list import CutList, Listed, Vocabulary
from alignscope.measure.distribution.divergence import jensen_shannon, total_variation
from alignscope.measure.distribution.entropy import effective_choices, entropy, logprob
from alignscope.measure.distribution.matching import match
from alignscope.measure.distribution.nucleus import branching_factor, nucleus_entropy
from alignscope.measure.distribution.ranks import Ranks, overlap_correlation, rank, union_correlation
from tests.measure.distribution.made import (
    Whole,
    cut_from,
    distributions,
    entropy_of,
    jensen_shannon_of,
    merged,
    nucleus_entropy_of,
    pairs,
    rank_of,
    tau_of,
    text_of,
    total_variation_of,
)

SIZES = st.integers(1, 40)
DECIMALS = st.sampled_from([None, None, 2, 3, 4])
SMALL = 1e-9


def holds(bounds: Bounds, exact: float) -> bool:
    return bounds.lo - SMALL <= exact <= bounds.hi + SMALL


@given(distributions(), SIZES, st.data(), DECIMALS)
def test_entropy(whole: Whole, size: int, data: st.DataObject, decimals: int | None) -> None:
    written = data.draw(st.none() | st.integers(0, len(whole) - 1))
    cut = cut_from(whole, size, written=written, decimals=decimals)
    assert holds(entropy(cut), entropy_of(whole))
    assert holds(effective_choices(cut), math.exp(entropy_of(whole)))
    unsized = cut_from(whole, size, written=written, decimals=decimals, known_size=False)
    assert entropy(unsized).lo - SMALL <= entropy_of(whole)
    assert entropy(unsized).hi == math.inf or unsized.rest == 0


@given(pairs(), SIZES, SIZES, st.data(), DECIMALS)
def test_distances(both: tuple[Whole, Whole], k: int, n: int, data: st.DataObject, decimals: int | None) -> None:
    number = st.none() | st.integers(0, len(both[0]) - 1)
    first = cut_from(both[0], k, written=data.draw(number), decimals=decimals)
    second = cut_from(both[1], n, written=data.draw(number), decimals=decimals)
    matched = match(first, second)
    assert holds(total_variation(matched), total_variation_of(*both))
    assert holds(jensen_shannon(matched), jensen_shannon_of(*both))


@given(pairs(), SIZES, SIZES, st.sampled_from([1e-2, 1e-4, -1e-4, -1e-2]))
def test_a_softmax_that_is_off(both: tuple[Whole, Whole], k: int, n: int, off: float) -> None:
    first, second = cut_from(both[0], k, off=off), cut_from(both[1], n, off=-off)
    matched = match(first, second)
    assert holds(entropy(first), entropy_of(both[0]))
    assert holds(total_variation(matched), total_variation_of(*both))
    assert holds(jensen_shannon(matched), jensen_shannon_of(*both))
    assert holds(nucleus_entropy(first), nucleus_entropy_of(both[0], 0.9))
    for number in range(len(both[0])):
        assert holds(logprob(first, Listed("", 0.0, number)), math.log(both[0][number]))
        ranks = rank(first, Listed("", 0.0, number))
        assert not ranks.listed or ranks[:2] == (rank_of(both[0], number),) * 2  # one factor leaves the order as it is


@given(pairs(most=12), SIZES, SIZES, st.data())
def test_distances_where_texts_are_ambiguous(both: tuple[Whole, Whole], k: int, n: int, data: st.DataObject) -> None:
    every = st.sampled_from(["a", "b", "", "\N{REPLACEMENT CHARACTER}", *map(text_of, range(12))])
    texts = data.draw(st.lists(every, min_size=len(both[0]), max_size=len(both[0])))
    matched = match(cut_from(both[0], k, texts=texts), cut_from(both[1], n, texts=texts))
    assert holds(total_variation(matched), total_variation_of(*both))
    assert holds(jensen_shannon(matched), jensen_shannon_of(*both))


@given(pairs(most=12), SIZES, SIZES, st.data())
def test_all_ends_are_one_event(both: tuple[Whole, Whole], k: int, n: int, data: st.DataObject) -> None:
    ends = sorted(data.draw(st.sets(st.integers(0, len(both[0]) - 1), min_size=1, max_size=4)))
    first, second = (cut_from(whole, size, ends=frozenset(ends)) for whole, size in zip(both, (k, n), strict=True))
    one = merged(both[0], ends), merged(both[1], ends)
    assert holds(total_variation(match(first, second)), total_variation_of(*one))
    assert holds(jensen_shannon(match(first, second)), jensen_shannon_of(*one))
    ranks = rank(first, Listed("", 0.0, ends[0]))
    # A single end that isn't listed comes after the list, also where the last of the list is just as likely.
    exact, tied = rank_of(one[0], len(one[0]) - 1), sum(p == one[0][-1] for p in one[0]) - 1
    assert ranks.lo <= exact + (0 if ranks.listed else tied)
    assert exact <= (ranks.hi or math.inf)


@given(distributions(), SIZES, st.data(), DECIMALS, st.sampled_from([0.0, 1e-3]))
def test_rank(whole: Whole, size: int, data: st.DataObject, decimals: int | None, tolerance: float) -> None:
    written = data.draw(st.integers(0, len(whole) - 1))
    exact = rank_of(whole, written)
    token = Listed(text_of(written), 0.0, written)
    for known_size in (True, False):
        cut = cut_from(whole, size, written=written, decimals=decimals, known_size=known_size)
        ranks = rank(cut, token, tolerance=tolerance)
        assert ranks.lo <= exact
        assert ranks.hi is None or exact <= ranks.hi
        assert ranks.listed == (written in [each.id for each in cut.tops])
        if ranks.listed and decimals is None and not tolerance:
            assert ranks[:2] == (exact, exact)
    cut = cut_from(whole, size, decimals=decimals)
    if written not in [each.id for each in cut.tops]:
        assert rank(cut, token) == (cut.size + 1, None, False)
        assert logprob(cut, token).lo == -math.inf
        assert whole[written] <= math.exp(logprob(cut, token).hi) + SMALL  # what is left of 1 isn't known more closely
    else:
        assert holds(logprob(cut, token), math.log(whole[written]))


@given(pairs(most=14), SIZES, SIZES, st.data(), DECIMALS)
def test_correlation_on_the_order(
    both: tuple[Whole, Whole], k: int, n: int, data: st.DataObject, decimals: int | None
) -> None:
    number = st.none() | st.integers(0, len(both[0]) - 1)
    first = cut_from(both[0], k, written=data.draw(number), decimals=decimals)
    second = cut_from(both[1], n, written=data.draw(number), decimals=decimals)
    ids = [{token.id for token in each.tokens if token.id is not None} for each in (first, second)]
    for correlation, numbers in (
        (overlap_correlation(first, second), sorted(ids[0] & ids[1])),
        (union_correlation(first, second), sorted(ids[0] | ids[1])),
    ):
        if correlation is None:
            assert len(numbers) < 2
        else:
            assert correlation.tokens == len(numbers)
            assert holds(correlation.tau, tau_of(*both, numbers))


def test_rounding_leaves_near_ties_open() -> None:
    """Rounded up, the listed token seems to be likelier than all others together, one of which is just as likely."""
    both = (0.49938, 0.00124, 0.49938), (0.47595, 0.0237, 0.50035)
    first, second = (cut_from(whole, 1, decimals=2) for whole in both)
    correlation = union_correlation(first, second)
    assert correlation is not None
    assert holds(correlation.tau, tau_of(*both, (0, 2)))


def test_the_rank_of_an_unlisted_token_is_as_close_as_it_can_be() -> None:
    """Two tokens have 0.5, the written one 0.01. The other seven share 0.49, and none has more than 0.2."""

    def ranks(size: int | None, tolerance: float = 0.0) -> Ranks:
        tops = [Listed("a", math.log(0.3)), Listed("b", math.log(0.2))]
        cut = CutList(tops, Listed("z", math.log(0.01)), vocabulary=Vocabulary(size))
        return rank(cut, Listed("z", 0.0), tolerance=tolerance)

    # With two above it, the other five would have 0.05 at most, and the two 0.4: less than 0.49.
    assert ranks(10) == (6, 10, False)
    assert ranks(100) == ranks(None) == (3, 52, False)
    # Near ties may be either way: with one above it, the other six would have 0.12, and the one 0.2.
    assert ranks(10, tolerance=0.01) == (5, 10, False)
    assert ranks(200, tolerance=0.005) == (3, 101, False)
    assert ranks(None, tolerance=0.01) == (3, None, False)


@given(distributions(), SIZES, DECIMALS, st.sampled_from([0.5, 0.9, 0.99]))
def test_nucleus(whole: Whole, size: int, decimals: int | None, share: float) -> None:
    cut = cut_from(whole, size, decimals=decimals)
    assert holds(nucleus_entropy(cut, share), nucleus_entropy_of(whole, share))
    unsized = cut_from(whole, size, decimals=decimals, known_size=False)
    assert nucleus_entropy(unsized, share).lo - SMALL <= nucleus_entropy_of(whole, share)


@given(st.lists(st.tuples(distributions(most=12), SIZES), min_size=1, max_size=6))
def test_branching_factor(several: list[tuple[Whole, int]]) -> None:
    exact = math.exp(math.fsum(nucleus_entropy_of(whole, 0.9) for whole, _ in several) / len(several))
    bounds = branching_factor([cut_from(whole, size) for whole, size in several])
    assert bounds is not None
    assert holds(bounds, exact)


def test_no_positions_have_no_branching_factor() -> None:
    assert branching_factor([]) is None


@given(pairs())
def test_whole_lists_leave_nothing_open(both: tuple[Whole, Whole]) -> None:
    first, second = cut_from(both[0], 40), cut_from(both[1], 40)
    matched = match(first, second)
    for bounds, exact in (
        (entropy(first), entropy_of(both[0])),
        (total_variation(matched), total_variation_of(*both)),
        (jensen_shannon(matched), jensen_shannon_of(*both)),
    ):
        assert bounds.met()
        assert bounds.lo == pytest.approx(exact, abs=1e-6)
