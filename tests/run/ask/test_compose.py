"""What is asked of a pane: its document or its messages, with its settings."""

import pytest

from alignscope.backends.base import (
    Message,
    Request,
)
from alignscope.model.lineup.pane import Mode, Pane
from alignscope.model.sampling import Sampling
from alignscope.model.turn import TurnSettings
from alignscope.run.compose import Exchange, compose
from tests.run.ask.scripted import BASE, CHAT, EVEN


def test_a_completion_is_the_prompt_as_it_is() -> None:
    request = compose(BASE, " Once\u0085", TurnSettings(logprobs=3, think=True))
    assert request == Request(
        model="m:text", mode=Mode.COMPLETION, prompt=" Once\u0085", sampling=EVEN.sampling, logprobs=3, think=True
    )


def test_a_chat_has_the_system_prompt_first() -> None:
    request = compose(CHAT, "Hi", TurnSettings(scaffold="qa"), history=[Exchange("a", "b")])
    assert request.prompt == ""
    assert request.messages == (
        Message("system", "Be brief."),
        Message("user", "a"),
        Message("assistant", "b"),
        Message("user", "Hi"),
    )


def test_a_pane_of_its_own_keeps_its_sampling() -> None:
    own = Sampling({"temperature": 0.0})
    assert compose(Pane("a", "m", "s", Mode.CHAT, sampling=own), "Hi", EVEN).sampling == own


@pytest.mark.parametrize(
    ("scaffold", "history", "prompt", "document"),
    [
        ("bare", [], "Once", "Once"),
        ("bare", [("Once", " upon a")], "time", "Once upon a\ntime"),
        ("bare", [("Once", " upon a")], " time", "Once upon a time"),
        ("bare", [("Once", " upon a\n")], "time", "Once upon a\ntime"),
        ("qa", [], "Who?", "Q: Who?\nA:"),
        ("qa", [("Who?", " Me.\n")], "Why?", "Q: Who?\nA: Me.\n\nQ: Why?\nA:"),
        ("dialogue", [("Hi", " Hello!")], "Bye", "User: Hi\nAssistant: Hello!\nUser: Bye\nAssistant:"),
    ],
)
def test_documents(scaffold: str, history: list[tuple[str, str]], prompt: str, document: str) -> None:
    exchanges = [Exchange(*turn) for turn in history]
    assert compose(BASE, prompt, TurnSettings(scaffold=scaffold), exchanges).prompt == document
