"""Lists as servers give them, what is no list of the likeliest tokens, and tokens that a text doesn't tell apart."""

import math

import pytest

from alignscope.measure.bounds import Bounds, difference_bounds, mean_bounds
from alignscope.measure.distribution.cut_list import CutList, Listed, NotATopListError, Vocabulary
from alignscope.measure.distribution.divergence import jensen_shannon, total_variation
from alignscope.measure.distribution.entropy import entropy, logprob
from alignscope.measure.distribution.matching import match
from alignscope.measure.distribution.ranks import overlap_correlation, rank, union_correlation

SPLIT = "\N{REPLACEMENT CHARACTER}"


def tokens(*entries: tuple[str, float]) -> list[Listed]:
    """Tokens by text and probability."""
    return [Listed(text, math.log(p) if p else -math.inf) for text, p in entries]


def cut(*entries: tuple[str, float], size: int | None = None, written: tuple[str, float] | None = None) -> CutList:
    own = tokens(written)[0] if written else None
    return CutList(tokens(*entries), own, vocabulary=Vocabulary(size=size))


@pytest.mark.parametrize(
    ("entries", "size", "written", "why"),
    [
        ([], None, None, "empty"),
        ([("a", 1.0), ("b", 1.0), ("c", 1.0)], None, None, "add up to 3"),  # zeros of speculative decoding
        ([("a", 1.1)], None, None, "over 1"),
        ([("a", 0.6), ("b", 0.3)], 2, None, "add up to 0.9"),  # the whole vocabulary after truncation
        ([("a", 0.5), ("b", 0.01)], 4, None, "leaves out"),  # not the likeliest
        ([("a", 0.5), ("b", 0.0)], None, None, "leaves out"),  # what top_k took away comes as zeros
        ([("a", 0.5), ("b", 0.3), ("c", 0.2)], 2, None, "more tokens than the vocabulary"),
        ([("a", 0.5), ("b", 0.2)], None, ("c", 0.25), "likelier than the last"),
    ],
)
def test_what_is_no_list_of_the_likeliest_tokens(
    entries: list[tuple[str, float]], size: int | None, written: tuple[str, float] | None, why: str
) -> None:
    with pytest.raises(NotATopListError, match=why):
        cut(*entries, size=size, written=written)


@pytest.mark.parametrize(("logprob", "why"), [(math.nan, "no number"), (math.inf, "over 1"), (1e300, "over 1")])
def test_what_is_no_log_probability(logprob: float, why: str) -> None:
    with pytest.raises(NotATopListError, match=why):
        CutList([Listed("a", -0.1), Listed("b", logprob)])
    with pytest.raises(NotATopListError, match=why):
        CutList([Listed("a", -0.1)], Listed("b", logprob))


def test_one_token_listed_twice() -> None:
    with pytest.raises(NotATopListError, match="twice"):
        CutList([Listed("a", -1.0, 7), Listed("a", -1.0, 7)])


def test_a_list_in_any_order_is_sorted_and_ties_stay() -> None:
    ordered = cut(("b", 0.2), ("a", 0.5), ("c", 0.2))
    assert [token.text for token in ordered.tokens] == ["a", "b", "c"]
    assert (ordered.size, ordered.rest) == pytest.approx((3, 0.1))


def test_a_written_token_from_outside_the_list_does_not_lower_the_cap() -> None:
    listed = cut(("a", 0.5), ("b", 0.2), size=1000, written=("z", 0.001))
    assert [token.text for token in listed.tokens] == ["a", "b", "z"]
    assert (listed.size, listed.cap, listed.rest) == pytest.approx((2, 0.2, 0.299))
    # One token may have nearly all of the rest that the cap allows.
    steepest = [0.5, 0.2, 0.001, 0.2, 0.099]
    assert entropy(listed).lo == pytest.approx(-sum(p * math.log(p) for p in steepest))


def test_a_written_token_of_the_list_is_not_counted_twice() -> None:
    assert len(cut(("a", 0.5), ("b", 0.2), written=("b", 0.2)).tokens) == 2
    numbered = [Listed("a", math.log(0.5), 1), Listed("b", math.log(0.2), 2)]
    assert len(CutList(numbered, Listed("?", math.log(0.2), 2)).tokens) == 2
    assert len(CutList(numbered, Listed("b", math.log(0.1), 3)).tokens) == 3
    # With the same text and a probability of its own it is another token.
    assert len(cut((SPLIT, 0.5), ("b", 0.2), written=(SPLIT, 0.01)).tokens) == 3


def test_the_chosen_tokens_probability_alone_is_a_list_too() -> None:
    alone = cut(size=4, written=("a", 0.7))
    assert (alone.size, alone.cap, alone.most) == pytest.approx((0, 1.0, 0.3))
    least = -0.7 * math.log(0.7) - 0.3 * math.log(0.3)
    assert entropy(alone) == pytest.approx((least, -0.7 * math.log(0.7) - 0.3 * math.log(0.1)))


def test_an_unknown_vocabulary_leaves_the_upper_bound_open() -> None:
    bounds = entropy(cut(("a", 0.5), ("b", 0.2)))
    assert bounds.lo == pytest.approx(-sum(p * math.log(p) for p in (0.5, 0.2, 0.2, 0.1)))
    assert bounds.finite == (bounds.lo, None)
    assert bounds.exp().hi == math.inf


def test_unlisted_tokens_have_no_lower_bound() -> None:
    listed = cut(("a", 0.5), ("b", 0.3))
    assert logprob(listed, Listed("c", 0.0)) == pytest.approx((-math.inf, math.log(0.2)))
    assert logprob(listed, Listed("b", 0.0)) == pytest.approx((math.log(0.3),) * 2)
    assert logprob(cut(("a", 0.5), (SPLIT, 0.3)), Listed(SPLIT, 0.0)) == pytest.approx((-math.inf, math.log(0.3)))
    assert logprob(cut(("a", 0.75), ("b", 0.25), size=2), Listed("c", 0.0)) == (-math.inf, -math.inf)


def test_equal_texts_are_no_equal_tokens() -> None:
    """Parts of two different characters: taken for one token, distance 0 would be certain; as two, it would be 1."""
    first, second = cut((SPLIT, 0.9), ("a", 0.1), size=50), cut((SPLIT, 0.9), ("a", 0.1), size=50)
    matched = match(first, second)
    assert matched.common == [pytest.approx((0.1, 0.1))]
    assert total_variation(matched) == pytest.approx((0.0, 0.9))
    assert jensen_shannon(matched) == pytest.approx((0.0, 0.9 * math.log(2)))


def test_a_text_that_only_one_list_has_twice_is_matched_in_neither() -> None:
    first, second = cut(("x", 0.5), ("x", 0.3), ("a", 0.2)), cut(("x", 0.7), ("a", 0.3))
    assert match(first, second).common == [pytest.approx((0.2, 0.3))]
    assert match(first, second).second.rest == pytest.approx(0.7)


def test_numbers_tell_equal_texts_apart() -> None:
    first = CutList([Listed(SPLIT, math.log(0.9), 1), Listed("a", math.log(0.1), 2)])
    second = CutList([Listed(SPLIT, math.log(0.9), 3), Listed("a", math.log(0.1), 2)])
    assert total_variation(match(first, first)).hi == pytest.approx(0)
    assert total_variation(match(first, second)) == pytest.approx((0.9, 0.9))


def test_a_list_with_numbers_meets_one_without() -> None:
    numbered = CutList([Listed("a", math.log(0.75), 1), Listed("b", math.log(0.25), 2)])
    assert total_variation(match(numbered, cut(("a", 0.75), ("b", 0.25)))).hi == pytest.approx(0)
    split = CutList([Listed(SPLIT, math.log(0.5), 1), Listed(SPLIT, math.log(0.3), 2), Listed("a", math.log(0.2), 3)])
    matched = match(split, cut(("a", 0.9)))
    assert matched.common == [pytest.approx((0.2, 0.9))]
    assert matched.first.rest == pytest.approx(0.8)


def test_models_that_both_end_for_sure_do_not_differ() -> None:
    ends: frozenset[int | str] = frozenset({1, 2})
    first, second = (
        CutList(
            [Listed("<end>", math.log(0.99), first), Listed("<stop>", math.log(0.01), second)],
            vocabulary=Vocabulary(2, ends=ends),
        )
        for first, second in ((1, 2), (2, 1))
    )
    assert jensen_shannon(match(first, second)) == pytest.approx((0, 0), abs=1e-9)
    assert rank(first, Listed("<stop>", 0.0, 2)) == (1, 1, True)


def test_a_known_end_is_told_by_its_text() -> None:
    vocabulary = Vocabulary(ends=frozenset({"<end>"}))
    first = CutList(tokens(("<end>", 0.6), ("a", 0.3)), vocabulary=vocabulary)
    second = CutList(tokens(("a", 0.6), ("<end>", 0.3)), vocabulary=vocabulary)
    assert len(match(first, second).common) == 2
    assert rank(first, Listed("<end>", 0.0)) == (1, 1, True)
    assert rank(CutList(tokens(("a", 0.6), ("b", 0.3)), vocabulary=vocabulary), Listed("<end>", 0.0)).listed is False


def test_two_ends_of_one_text_are_one_event_too() -> None:
    vocabulary = Vocabulary(2, ends=frozenset({"<end>"}))
    ended = CutList(tokens(("<end>", 0.75), ("<end>", 0.25)), vocabulary=vocabulary)
    assert total_variation(match(ended, ended)) == pytest.approx((0, 0))
    likely = CutList(tokens(("<end>", 0.5), ("<end>", 0.2)), vocabulary=Vocabulary(9, ends=frozenset({"<end>"})))
    assert likely.loose_end == 0
    assert total_variation(match(likely, likely)) == pytest.approx((0, 0.3))


def test_the_order_of_tokens_that_left_the_list_counts_as_far_as_it_is_known() -> None:
    first = cut(("a", 0.4), ("b", 0.3), ("c", 0.2), size=1000)
    second = cut(("b", 0.4), ("a", 0.3), ("d", 0.2), size=1000)
    overlap, union = overlap_correlation(first, second), union_correlation(first, second)
    assert overlap is not None
    assert union is not None
    assert (overlap.tau, overlap.tokens) == (Bounds(-1, -1), 2)
    # a and b changed places, c and d too; each of a and b stays before c and d.
    assert (*union.tau, union.tokens) == pytest.approx((2 / 6, 2 / 6, 4))
    assert overlap_correlation(first, cut(("x", 0.9))) is None


def test_means_and_differences_of_bounds_are_bounds() -> None:
    assert mean_bounds([Bounds(0, 1), Bounds(1, math.inf)]) == (0.5, math.inf)
    assert mean_bounds([]) is None
    assert difference_bounds(Bounds(1, 2), Bounds(0.5, 3)) == (-2, 1.5)
    assert Bounds(0.0, 1000.0).exp() == (1.0, math.inf)
