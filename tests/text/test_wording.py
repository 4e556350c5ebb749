"""What is said of replies, wherever it is said."""

from alignscope.model.events import End, Finished, Stats, Token
from alignscope.model.lineup.pane import Mode, Pane
from alignscope.model.reply import Reply
from alignscope.model.turn import TurnSettings
from alignscope.text.wording import (
    counted,
    describe_footer,
    describe_pane,
    describe_percent,
    describe_settings,
    describe_token,
    reply_facts,
    reply_summary,
)


def ended(end: End, tokens: int, rate: float | None = None) -> Reply:
    """A reply that ended, as its server told."""
    reply = Reply("base")
    stats = Stats(tokens=tokens, tokens_per_second=rate, first_token_ms=200 if tokens else None)
    reply.apply(Finished("base", 1, 2000.0, end, "", stats))
    return reply


def test_one_is_one_and_thousands_are_set_apart() -> None:
    assert [counted(count, "token") for count in (0, 1, 2, 12_345)] == [
        "0 tokens",
        "1 token",
        "2 tokens",
        "12,345 tokens",
    ]
    assert [counted(seconds, "second") for seconds in (1.0, 0.5, 1.5, 2.0)] == [
        "1 second",
        "0.5 seconds",
        "1.5 seconds",
        "2 seconds",
    ]


def test_a_reply_is_told_by_its_end_and_its_figures() -> None:
    assert reply_facts(ended(End.STOP, 40, 38.2)) == [
        "ended by itself",
        "40 tokens",
        "38 tokens/s",
        "first after 200 ms",
    ]
    assert reply_facts(ended(End.STOP, 2, 15_625)) == ["ended by itself", "2 tokens", "first after 200 ms"]
    assert reply_facts(Reply("base")) == ["unfinished", "0 tokens"]
    assert reply_summary(ended(End.LENGTH, 1)) == "reached the limit · 1 token"
    assert reply_summary(ended(End.ERROR, 0)) == "failed"


def test_a_reply_on_its_way_is_told_by_what_it_does() -> None:
    reply = Reply("base")
    assert reply_summary(reply) == "waiting"
    assert describe_footer({1: reply}, 1, 2.9) == ("waiting 2 s", ())
    reply.apply(Token("base", 1, 90.0, "hm", thinking=True))
    assert reply_summary(reply) == "thinking · 1 token"
    reply.apply(Token("base", 1, 95.0, "Yes"))
    assert reply_summary(reply) == "writing · 2 tokens"
    assert describe_footer({1: reply}, 1, 4.9)[0] == "writing"
    assert describe_footer({1: reply}, 1, 12.3)[0] == "writing · silent for 12 s"
    assert describe_footer({1: reply}, 1, held=True) == ("paused", ("    2 tok", "first 0.09 s"))
    assert describe_footer({1: reply, 2: ended(End.STOP, 3)}, 2)[1][0] == "showing 2 of 2"
    assert describe_footer({1: reply, 2: ended(End.STOP, 3)}, None) == ("1 of 2 running", ("    5 tok",))


def test_a_pane_says_which_sample_only_where_there_are_several() -> None:
    pane = Pane("base", "m:text", "", Mode.COMPLETION)
    assert describe_pane(pane) == "base · m:text · completion"
    assert describe_pane(pane, 2, 3) == "base · m:text · completion · sample 2 of 3"


def test_log_probabilities_are_said_with_their_alternatives() -> None:
    assert [describe_settings(TurnSettings(logprobs=number))[1:] for number in (None, 0, 1, 20)] == [
        [],
        ["logprobs"],
        ["logprobs, 1 alternative"],
        ["logprobs, 20 alternatives"],
    ]


def test_a_token_is_told_so_that_it_can_be_heard() -> None:
    assert describe_token(13, 120, " Paris", 0.312, "2") == "token 14 of 120, ' Paris', 31 percent, rank 2"
    assert describe_token(0, 1_200, "\n") == "token 1 of 1,200, line break, probability unknown"
    assert describe_token(0, 1, "", 1.0, "over 20") == "token 1 of 1, no text of its own, 100 percent, rank over 20"
    assert describe_token(0, 1, "a\t\u0301", 0.5) == "token 1 of 1, 'a   \u25cc\u0301', 50 percent"
    assert describe_token(0, 1, "\x1b[2J\n", 0.5) == "token 1 of 1, '␛[2J⏎', 50 percent"


def test_no_percentage_in_words_is_more_than_it_is() -> None:
    told = [describe_percent(probability) for probability in (1, 0.999, 0.04, 0.004, 0.0001, 0)]
    assert told == [
        "100 percent",
        "over 99 percent",
        "4 percent",
        "0.4 percent",
        "under 0.1 percent",
        "under 0.1 percent",
    ]
