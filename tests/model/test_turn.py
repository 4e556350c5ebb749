"""What belongs to a turn as a whole."""

import pytest

from alignscope.model.events import Started, Token
from alignscope.model.origin import Kind, Origin
from alignscope.model.turn import Turn, TurnSettings, read_logprobs
from tests.sessions.making import AT, LINEUP


@pytest.mark.parametrize(("text", "wanted"), [("off", None), ("token", 0), ("0", 0), ("7", 7), ("20", 20)])
def test_what_log_probabilities_are_asked_for(text: str, wanted: int | None) -> None:
    assert read_logprobs(text) == wanted


@pytest.mark.parametrize("text", ["21", "-1", "", "all", "1.5", "²", "٣", "9" * 5000])
def test_other_words_for_them_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must be off, token or a number of alternatives up to 20, not "):
        read_logprobs(text)


def test_a_reply_that_goes_on_from_another_counts_as_a_further_sample() -> None:
    turn = Turn(1, AT, "Why?", LINEUP, TurnSettings())
    for sample in (1, 2):
        turn.apply(Started("base", sample, 0.0, "http://x", {}))
        turn.apply(Token("base", sample, 1.0, "a"))
    assert turn.further == {}
    origin = Origin(kind=Kind.REROLL, pane="base", sample=1, position=0, kept=0)
    turn.apply(Started("base", 3, 0.0, "http://x", {}, None, origin))
    turn.apply(Token("base", 3, 1.0, "b"))
    assert turn.further == {"base": 3} and (turn.samples, turn.samples_of("instruct")) == (3, 1)
