"""A reply's figures, and where they are left out because they would mean nothing."""

import pytest

from alignscope.model.events import End, Finished, Started, Stats, Token
from alignscope.model.reply import Reply


def streamed(tokens: int, every_ms: float, stats: Stats | None = None) -> Reply:
    """A reply whose request went out after 5 ms and whose first token came 20 ms later."""
    reply = Reply("base")
    reply.apply(Started("base", 1, 5.0, "http://x", {}))
    for number in range(tokens):
        reply.apply(Token("base", 1, 25.0 + number * every_ms, "x"))
    if stats is not None:
        reply.apply(Finished("base", 1, 9000.0, End.STOP, "", stats))
    return reply


def test_the_servers_count_stands_once_it_is_told() -> None:
    assert streamed(3, 10).token_count == 3
    assert streamed(3, 10, Stats()).token_count == 3
    assert streamed(3, 10, Stats(tokens=4)).token_count == 4


def test_the_first_token_is_timed_from_the_replys_own_request() -> None:
    assert Reply("base").first_ms is None
    assert streamed(1, 0).first_ms == 20
    assert streamed(1, 0, Stats(first_token_ms=19.5)).first_ms == 19.5


@pytest.mark.parametrize(
    ("reply", "rate"),
    [
        (streamed(11, 10), 100),
        (streamed(11, 10, Stats(tokens=12)), 100),
        (streamed(9, 10), None),  # too few
        (streamed(11, 9.9), None),  # too short a time
        (streamed(0, 0), None),
        (streamed(3, 10, Stats(tokens=40, tokens_per_second=38.2)), 38.2),
        (streamed(2, 0.1, Stats(tokens=2, tokens_per_second=15_625)), None),
        (streamed(20, 0.1, Stats(tokens=20, tokens_per_second=15_625)), None),
        (streamed(20, 0.1, Stats(tokens=20, tokens_per_second=1_500)), 1_500),  # the server's clock needs less time
        (streamed(11, 10, Stats(tokens=11, tokens_per_second=0.0)), 100),
    ],
)
def test_a_speed_is_told_only_where_it_means_something(reply: Reply, rate: float | None) -> None:
    assert reply.rate == (rate if rate is None else pytest.approx(rate))
