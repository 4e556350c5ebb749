"""What a judge is asked, and which answers are understood."""

import pytest

from alignscope.lab.votes.judging.question import request_of, understood
from alignscope.model.lineup.pane import Mode
from alignscope.model.vote import Vote

FIRST = (
    "A", "a", " A\n", "**A**", "A.", "(A)", "Answer: A", "answer is A.", "The better reply is A", "Reply A",
    "Reply A is better.", "A is better", "A is the better reply", "A: it does more.", "A\n\nIt does what was asked.",
    "A, because it answers.", "Better: A", "My final answer: **A**", "Both have merits.\n\nAnswer: A",
    "Reply B rambles, so reply A is better.", "I think response A is clearly better here.", "“A”",
)  # fmt: skip
SECOND = ("B", "b.", "Reply B", "`B`", "B\nbecause", "The answer is B.", "Winner: B", "Option B", "B – it is shorter")
TIE = ("tie", "Tie.", "TIE", "A tie.", "It's a tie", "neither", "both", "Answer: tie", "draw", "equal")
NOTHING = (
    "", " \n", "A lamp is a light.", "Be careful.", "Both are fine replies in their own way", "A and B", "A or B",
    "Reply A is better. Reply B is better.", "I cannot say.", "Better safe than sorry", "the answer is a long story",
    "C", "AB", "Enter.", "Better a fool than a liar", "By the river B lies",
)  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "vote"),
    [(text, vote) for texts, vote in ((FIRST, Vote.FIRST), (SECOND, Vote.SECOND), (TIE, Vote.TIE)) for text in texts],
)
def test_an_answer_in_plain_words_is_understood(answer: str, vote: Vote) -> None:
    assert understood(answer) is vote


@pytest.mark.parametrize("answer", NOTHING)
def test_what_names_neither_or_both_is_no_answer(answer: str) -> None:
    assert understood(answer) is None


def test_a_chat_is_asked_in_a_message_and_a_completion_goes_on() -> None:
    asked = {"model": "m", "prompt": " prompt ", "first": "one\n", "second": " other", "question": "Which?"}
    chat, text = (request_of(mode=mode, **asked) for mode in (Mode.CHAT, Mode.COMPLETION))
    (message,) = chat.messages
    for part in ("[prompt]\nprompt\n", "[reply A]\none\n", "[reply B]\nother\n", "Which?\nAnswer with one word"):
        assert part in message.content
    assert text.prompt == f"{message.content}\n\nAnswer:"
    assert chat.sampling["temperature"] == 0 and text.sampling["stop"] == ("\n",) and "stop" not in chat.sampling
