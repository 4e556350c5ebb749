"""What the options of `alignscope replay` come to."""

import math

import pytest

from alignscope.commands.line.parser import make_parser
from alignscope.commands.replay import playback
from alignscope.model.pace import AS_IT_COMES


@pytest.mark.parametrize(
    ("options", "speed", "pace"),
    [
        ([], 1, None),
        (["--speed", "0.25"], 0.25, AS_IT_COMES),
        (["--speed", "1"], 1, AS_IT_COMES),
        (["--instant"], math.inf, AS_IT_COMES),
        (["--pace", "15"], 1, 15),
        (["--plain"], 1, AS_IT_COMES),
        (["--plain", "--pace", "40"], 1, 40),
    ],
)
def test_a_given_speed_is_that_of_the_recording(options: list[str], speed: float, pace: int | None) -> None:
    how = playback(make_parser().parse_args(["replay", "story", *options]))
    assert (how.speed, how.pace) == (speed, pace)
