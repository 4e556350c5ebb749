"""What is known of a server by its kind and version alone."""

import pytest

from alignscope.backends.base import ServerInfo
from alignscope.backends.dialects import LLAMA_CPP, LM_STUDIO, OLLAMA, OPENAI, VLLM, Dialect
from alignscope.model.lineup.pane import EMBEDDED
from alignscope.run.sent.abilities import by_kind
from alignscope.run.sent.words import ability_rows

FINDS_OUT = "(a turn that asks for them finds out: I in the explorer, --logprobs)"
AS_FAR = "going on with a begun reply in a chat (as far as a model's template lets it)"
GIVEN = "log-probabilities of a given text"


@pytest.mark.parametrize(
    ("dialect", "version", "can", "cannot", "unknown"),
    [
        (
            OLLAMA,
            "0.32.15",
            f"log-probabilities · lists of alternatives (up to 20) · chats as templates render them · {AS_FAR}",
            f"{GIVEN} (by one request: the model is asked to go on along it instead) · "
            "tokens of a text (a file's tokens only)",
            "",
        ),
        (
            OLLAMA,
            "",
            AS_FAR,
            f"{GIVEN} (by one request: the model is asked to go on along it instead) · "
            "tokens of a text (a file's tokens only)",
            f"log-probabilities {FINDS_OUT} · lists of alternatives {FINDS_OUT} · "
            "chats as templates render them (nobody has tried)",
        ),
        (
            LLAMA_CPP,
            "b6000",
            "log-probabilities · lists of alternatives (as long as they are asked for) · tokens of a text · "
            f"chats as templates render them · {AS_FAR}",
            f"{GIVEN} (by one request: the model is made to write it instead; an older one is asked to go on along it)",
            "",
        ),
        (
            VLLM,
            "0.10.0",
            "log-probabilities · lists of alternatives (up to 20, unless it was started for more) · "
            f"{GIVEN} (by one request) · tokens of a text · chats as templates render them · {AS_FAR}",
            "",
            "",
        ),
        (
            LM_STUDIO,
            "",
            "",
            "log-probabilities (LM Studio tells no log-probabilities, neither in completions nor in chats.) · "
            f"lists of alternatives · {GIVEN} (by one request: the model is asked to go on along it instead) · "
            "tokens of a text · chats as templates render them · going on with a begun reply in a chat",
            "",
        ),
        (
            OPENAI,
            "",
            "",
            "tokens of a text · chats as templates render them",
            f"log-probabilities {FINDS_OUT} · lists of alternatives {FINDS_OUT} · "
            f"{GIVEN} (tried when one is scored) · going on with a begun reply in a chat (nobody has tried)",
        ),
    ],
)
def test_a_kind_of_server(dialect: Dialect, version: str, can: str, cannot: str, unknown: str) -> None:
    told = dict(ability_rows(by_kind(ServerInfo("http://x", dialect, version))))
    assert told == {word: row for word, row in (("can", can), ("can't", cannot), ("unknown", unknown)) if row}


def test_the_engine_lists_its_whole_vocabulary() -> None:
    told = dict(ability_rows(by_kind(ServerInfo(EMBEDDED, LLAMA_CPP))))
    assert "lists of alternatives (as long as the vocabulary)" in told["can"]
