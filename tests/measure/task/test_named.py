"""The right choice's share by the lists, on lists of which it is known."""

import math

import pytest

from alignscope.measure.task.named import Listed, right_share

CITIES = ["Berlin", "Canberra", "Athens", "Cairo"]


def tops(**masses: float) -> list[Listed]:
    return [(name.replace("_", " "), math.log(mass)) for name, mass in masses.items()]


def share(tokens: list[str], *lists: list[Listed], answer: str = "Berlin") -> tuple[float, float] | None:
    return right_share(tokens, [*lists, *([[]] * (len(tokens) - len(lists)))], CITIES, answer)


def test_the_right_choices_share_of_all() -> None:
    whole = tops(_Berlin=0.5, _Athens=0.25, _a=0.25)
    assert share([" Berlin", "."], whole) == pytest.approx((2 / 3, 2 / 3))
    # Whichever of the choices the reply took.
    assert share([" Athens", "."], whole) == pytest.approx((2 / 3, 2 / 3))
    # At the token that begins it, however the text goes on to it.
    assert share(["It", " is", " Berlin", "."], tops(x=1.0), tops(x=1.0), whole) == pytest.approx((2 / 3, 2 / 3))


def test_what_isnt_listed_and_what_may_begin_several_is_left_open() -> None:
    assert share([" Berlin"], tops(_Berlin=0.4, _Athens=0.2)) == pytest.approx((0.4, 0.8))
    # C begins Canberra and Cairo, Can only one of them, and Ber the right one.
    found = share([" Ber", "lin"], tops(_Ber=0.4, _C=0.3, _Can=0.2, _Rome=0.1))
    assert found == pytest.approx((0.4 / 0.9, 0.7 / 0.9))
    found = share(["Berlin."], [("Berlin.", math.log(0.5)), ("Berliners", math.log(0.5))])
    assert found == pytest.approx((1.0, 1.0))


def test_there_is_none_without_a_choice_or_a_list() -> None:
    assert share([" Rome", "."], tops(_Berlin=1.0)) is None
    assert share([" Berliners"], tops(_Berlin=1.0)) is None
    assert share([" Berlin"], []) is None
    assert share([" Berlin"], tops(_a=0.5, _the=0.5)) is None


def test_symbols_are_looked_for_in_their_case() -> None:
    symbols = ["O", "Au"]
    lists = [tops(_O=0.75, _o=0.25)]
    assert right_share([" O"], lists, symbols, "O") == pytest.approx((1.0, 1.0))
    assert right_share([" o"], lists, symbols, "O") is None
