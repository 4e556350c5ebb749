"""Classes of positions, and shares of them with what is unknown."""

import math

import msgspec
import pytest

from alignscope.measure.distribution.cut_list import CutList, Key, Listed, Vocabulary
from alignscope.measure.shift.classes import Shift, shift, summarise

LETTERS = [Listed(letter, math.log(p)) for letter, p in zip("abcdef", (0.3, 0.2, 0.1, 0.1, 0.05, 0.04), strict=True)]
LIST = CutList(LETTERS, vocabulary=Vocabulary(size=1000))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", Shift.UNSHIFTED),
        ("b", Shift.MARGINAL),
        ("c", Shift.MARGINAL),
        ("d", Shift.MARGINAL),  # as likely as c, so third as well
        ("e", Shift.SHIFTED),
        ("f", Shift.SHIFTED),
        ("z", Shift.BEYOND),
        ("", Shift.UNKNOWN),
        ("\N{REPLACEMENT CHARACTER}", Shift.UNKNOWN),
    ],
)
def test_classes_by_rank(text: str, expected: Shift) -> None:
    assert shift(LIST, Listed(text, 0.0)) is expected


def test_no_list_and_one_that_is_too_short_tell_nothing() -> None:
    assert shift(None, LETTERS[0]) is Shift.UNKNOWN
    assert shift(LIST.cut(2), LETTERS[0]) is Shift.UNKNOWN
    assert shift(LIST.cut(2), LETTERS[5]) is Shift.UNKNOWN
    assert shift(LIST.cut(3), LETTERS[5]) is Shift.BEYOND


def twice(*places: int) -> CutList:
    """The letters, two of which have one text."""
    return CutList(
        [msgspec.structs.replace(token, text="x") if place in places else token for place, token in enumerate(LETTERS)],
        vocabulary=Vocabulary(size=1000),
    )


def test_a_text_that_is_listed_twice_has_a_class_where_both_have_the_same() -> None:
    assert shift(twice(1, 2), Listed("x", 0.0)) is Shift.MARGINAL
    assert shift(twice(4, 5), Listed("x", 0.0)) is Shift.SHIFTED
    assert shift(twice(0, 1), Listed("x", 0.0)) is Shift.UNKNOWN
    numbered = CutList([msgspec.structs.replace(token, text="x", id=n) for n, token in enumerate(LETTERS)])
    assert shift(numbered, Listed("x", 0.0, 0)) is Shift.UNSHIFTED


def test_a_text_that_another_token_may_have_is_unknown() -> None:
    base = CutList(LETTERS, vocabulary=Vocabulary(size=1000, shared=frozenset({"a"})))
    assert shift(base, LETTERS[0]) is Shift.UNKNOWN


def test_near_ties_across_two_classes_are_unknown() -> None:
    near = CutList([Listed("a", math.log(0.301)), Listed("b", math.log(0.3)), *LETTERS[2:]])
    assert shift(near, near.tops[1]) is Shift.MARGINAL
    assert shift(near, near.tops[1], tolerance=0.01) is Shift.UNKNOWN


def test_the_end_is_one_event_in_whatever_token() -> None:
    ends: frozenset[Key] = frozenset({"e", "f", "z"})
    base = CutList(LETTERS, vocabulary=Vocabulary(size=1000, ends=ends))
    # e and f have 0.09 together, and z may have 0.04.
    assert shift(base, Listed("f", 0.0)) is Shift.UNKNOWN
    assert shift(base, Listed("z", 0.0)) is Shift.UNKNOWN
    base = CutList(LETTERS, vocabulary=Vocabulary(size=1000, ends=ends - {"z"}))
    assert shift(base, Listed("f", 0.0)) is Shift.SHIFTED
    only = CutList(LETTERS, vocabulary=Vocabulary(size=1000, ends=frozenset({"z"})))
    assert shift(only, Listed("z", 0.0)) is Shift.BEYOND


def test_shares_are_of_known_positions_and_bounds_of_all() -> None:
    summary = summarise([Shift.UNSHIFTED] * 5 + [Shift.SHIFTED, Shift.BEYOND, Shift.BEYOND] + [Shift.UNKNOWN] * 2)
    assert summary.positions == 10
    assert summary.counts[Shift.MARGINAL] == 0
    share = summary.shifted_or_beyond
    assert (share.found, share.known, share.unknown) == (3, 8, 2)
    assert share.value == pytest.approx(3 / 8)
    assert share.bounds == pytest.approx((0.3, 0.5))
    assert summary.share(Shift.UNSHIFTED).bounds == pytest.approx((0.5, 0.7))


def test_nothing_known_has_no_share() -> None:
    unknown, none = (summarise(shifts).shifted_or_beyond for shifts in ([Shift.UNKNOWN], []))
    assert (unknown.value, unknown.bounds) == (None, (0, 1))
    assert (none.value, none.bounds) == (None, None)
