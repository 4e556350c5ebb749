"""A scored reply in figures: against the positions that they are of."""

import math
from collections.abc import Sequence

import pytest

from alignscope.measure.shift.classes import Shift
from alignscope.measure.shift.comparison import compare
from alignscope.measure.shift.reply import reply_shift
from alignscope.measure.shift.tokens import TokenKind, kind_of
from alignscope.model.events import Alternative
from alignscope.model.score import Missing, Position

VOCABULARY = ("a", "b", "c", "d", "e", "f")


def position(index: int, token: str, shares: Sequence[float], **fields: object) -> Position:
    """A place with the whole distribution, the likeliest first."""
    listed = sorted(
        (Alternative(text, math.log(share)) for text, share in zip(VOCABULARY, shares, strict=True)),
        key=lambda each: -each.logprob,
    )
    own = next((each.logprob for each in listed if each.text == token), None)
    return Position(index=index, token=token, logprob=own, alternatives=tuple(listed), **fields)  # type: ignore[arg-type]


SURE = (0.5, 0.2, 0.1, 0.1, 0.05, 0.05)
"""a is the likeliest."""
OTHER = (0.05, 0.05, 0.1, 0.1, 0.2, 0.5)
"""a is the last."""


def test_classes_and_divergence_stand_by_thirds_and_the_end_apart() -> None:
    own = [position(index, "a", SURE) for index in range(6)]
    other = [position(index, "a", SURE if index < 2 else OTHER) for index in range(6)]
    end = Position(index=6, token="", end=True, missing=Missing.ENDS)
    found = reply_shift([*own, end], [*other, end], wanted=6, own_wanted=6)
    assert found.positions == sum(found.counts.values()) == 6
    assert (found.counts[Shift.UNSHIFTED], found.counts[Shift.SHIFTED]) == (2, 4)
    assert found.null[Shift.UNSHIFTED] == 6
    assert found.thirds is not None and found.js_thirds is not None
    assert [part[Shift.UNSHIFTED] for part in found.thirds] == [2, 0, 0]
    assert [part[Shift.SHIFTED] for part in found.thirds] == [0, 2, 2]
    apart = compare(own[3], other[3], wanted=6).js
    assert apart is not None
    assert [part.known for part in found.js_thirds] == [2, 2, 2]
    assert found.js_thirds[0].mean is not None and found.js_thirds[0].mean.hi < 0.01
    assert found.js_thirds[2].mean == pytest.approx(apart.in_bits)
    assert found.js.mean is not None and found.js.mean.lo == pytest.approx(apart.in_bits.lo * 4 / 6)
    assert found.covered == pytest.approx(1.0) and found.missing == {} and found.ends is True


def test_tokens_are_promoted_by_what_is_certain() -> None:
    own = [position(index, "a", SURE) for index in range(2)]
    other = [position(index, "a", OTHER) for index in range(2)]
    found = reply_shift(own, other, wanted=6, own_wanted=6)
    assert [(each.text, each.positions) for each in found.promoted] == [("a", 2), ("b", 2)]
    assert [each.text for each in found.suppressed] == ["f", "e"]
    a, b, f = *found.promoted, found.suppressed[0]
    for change, wanted in ((a, 2 * 0.45), (b, 2 * 0.15), (f, -2 * 0.45)):
        assert change.gain.lo - 1e-9 <= wanted <= change.gain.hi + 1e-9
    assert found.thirds is None and found.js_thirds is None, "two tokens have no thirds"


def test_positions_without_a_list_are_counted_by_why() -> None:
    own = [position(index, "a", SURE) for index in range(3)]
    other = [
        position(0, "a", SURE),
        Position(index=1, token="a", missing=Missing.RESPLIT),
        Position(index=2, token="a", missing=Missing.ENDS),
    ]
    found = reply_shift(own, other, wanted=6, own_wanted=6)
    assert found.counts[Shift.UNKNOWN] == 2 and found.js.known == 1
    assert found.missing == {Missing.RESPLIT: 1, Missing.ENDS: 1}
    assert found.ends is None


@pytest.mark.parametrize(
    ("last", "ends"),
    [
        (Position(index=1, token="", end=True, missing=Missing.ENDS), True),
        (Position(index=1, token="", end=True, alternatives=(Alternative("", -0.1), Alternative("a", -3.0))), True),
        (Position(index=1, token="", end=True, alternatives=(Alternative("a", -0.1),)), False),
        (Position(index=1, token="", end=True, missing=Missing.NO_LIST), None),
    ],
)
def test_whether_the_other_ends_too(last: Position, ends: bool | None) -> None:
    own = [position(0, "a", SURE), Position(index=1, token="", end=True, missing=Missing.ENDS)]
    assert reply_shift(own, [position(0, "a", SURE), last], wanted=6, own_wanted=6).ends is ends


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (" is", "word"), ("The", "word"), ("ing", "piece"), ("です", "piece"), ("42", "number"), (" 7", "number"),
        (".", "sign"), (" (", "sign"), ("\n", "space"), ("  ", "space"), ("", "other"), ("\ufffd", "other"),
        ("\x1b[", "other"), ("1st", "piece"),
    ],
)  # fmt: skip
def test_tokens_are_of_a_kind(text: str, kind: str) -> None:
    assert kind_of(text) is TokenKind(kind)
