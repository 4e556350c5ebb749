"""Sampling parameters: what is allowed, how it is written and read."""

import pytest

from alignscope.model.sampling import PARAMETERS, PRESETS, Sampling, SamplingError, assign
from alignscope.model.sampling.parameter import Parameter, ValueType

EVEN = PRESETS["even"].sampling


def test_what_is_allowed_is_said_for_every_type() -> None:
    assert PARAMETERS["stop"].range == "one or more strings"
    assert PARAMETERS["keep_alive"].range == "seconds, or a time such as 30s, 5m or 1h; -1 for ever"
    assert PARAMETERS["temperature"].range == "from 0 to 5"
    some = Parameter("x", ValueType.INT, 1, "", low=-1, high=4096, without=0)
    assert some.range == "from -1 to 4,096 but not 0"


@pytest.mark.parametrize("name", PARAMETERS)
def test_what_is_written_is_read_again(name: str) -> None:
    parameter = PARAMETERS[name]
    assert parameter.parse(parameter.format(parameter.default)) == parameter.default


def test_lists_of_strings() -> None:
    stop = PARAMETERS["stop"]
    assert stop.format(("a", "„b“\n")) == '["a", "„b“\\n"]'
    assert stop.parse('["a", "b"]') == ("a", "b")
    assert stop.parse("\\n\\n") == ("\n\n",)
    assert stop.check(["x" * 256] * 16) == ("x" * 256,) * 16
    for wrong in ([""], ["x" * 257], ["x"] * 17):
        with pytest.raises(SamplingError, match="at most 16 strings, none empty or over 256 characters"):
            stop.check(wrong)
    for other in (1, [1], None, {"a": "b"}):
        with pytest.raises(SamplingError, match=r"^stop is a list of strings, one or more strings; .* is not$"):
            stop.check(other)


def test_numbers() -> None:
    some = Parameter("x", ValueType.INT, 1, "", low=-1, high=9, without=0)
    assert [some.check(value) for value in (-1, 9, 3.0)] == [-1, 9, 3]
    for wrong in (-2, 10, 0, 1.5, True, float("nan"), "1"):
        with pytest.raises(SamplingError, match=r"^x is a whole number, from -1 to 9 but not 0; .* is not$"):
            some.check(wrong)
    assert [some.moved(1, -1), some.moved(-1, 1), some.moved(9, 1), some.moved(-1, -1)] == [-1, 1, 9, -1]
    assert PARAMETERS["temperature"].format(1.0) == "1.0"
    assert PARAMETERS["temperature"].format(0.8) == "0.8"


def test_times() -> None:
    keep = PARAMETERS["keep_alive"]
    assert [keep.check(value) for value in ("5m", "1h30m", 30, -1, 0.5)] == ["5m", "1h30m", "30", "-1", "0.5"]
    for wrong in (True, float("inf"), "soon", "", None, ["5m"]):
        with pytest.raises(SamplingError, match=r"^keep_alive is a duration, seconds, or a time"):
            keep.check(wrong)


def test_parameters_are_set_and_switched_off_by_name() -> None:
    assert assign(EVEN, "temperature=0.5")["temperature"] == 0.5
    assert "temperature" not in assign(EVEN, "temperature= off ")
    assert assign(Sampling(), " seed =7") == {"seed": 7}
    with pytest.raises(SamplingError, match=r"^no sampling parameter is called warmth; there are temperature, "):
        assign(EVEN, "warmth=1")
    with pytest.raises(SamplingError, match=r"^temperature wants a value, as in temperature=0.8$"):
        assign(EVEN, "temperature")
