"""A reply's own positions, as a score has them."""

import math

from alignscope.model.events import Alternative, End, Event, Finished, Started, Token
from alignscope.model.reply import Reply
from alignscope.model.score import Missing, Position, own_positions

LISTED = (Alternative("a", -0.5), Alternative("b", -1.5))
START = Started("base", 1, 0.0, "http://x", {})


def reply(*events: Event) -> Reply:
    made = Reply("base")
    for event in events:
        made.apply(event)
    return made


def test_tokens_have_the_lists_that_came_with_them_and_thinking_is_left_out() -> None:
    made = reply(
        START,
        Token("base", 1, 1.0, "hm", thinking=True, logprob=-0.1, alternatives=LISTED),
        Token("base", 1, 2.0, "a", logprob=-0.5, alternatives=LISTED),
        Token("base", 1, 3.0, "c", logprob=math.nan, alternatives=LISTED),
        Token("base", 1, 4.0, "d"),
    )
    assert own_positions(made) == [
        Position(index=0, token="a", logprob=-0.5, alternatives=LISTED),
        Position(index=1, token="c", alternatives=LISTED),
        Position(index=2, token="d", missing=Missing.NO_LIST),
    ]


def test_the_end_is_a_position_only_of_a_reply_that_ended_by_itself() -> None:
    for end in End:
        made = reply(
            START, Token("base", 1, 1.0, "a", logprob=-0.5, alternatives=LISTED), Finished("base", 1, 2.0, end)
        )
        last = own_positions(made)[-1]
        ended = Position(index=1, token="", end=True, missing=Missing.ENDS)
        assert last == ended if end is End.STOP else last.token == "a"
