"""Whole distributions of two of the twins at the same prefixes, from llama.cpp."""

import itertools
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Final

import httpx
import msgspec

from alignscope.backends.embedded.engine import Engine
from alignscope.measure.distribution.cut_list import Listed

FIRST, SECOND = "twin:latest", "twin:text"
"""The model whose reply it is, and the one that it is compared with."""
VOCABULARY: Final = 4096
_LENGTH: Final = 12
"""Tokens of each reply."""
PROMPTS: Final = (
    "Once upon a time",
    "What is the capital of France?",
    "Q: How do I bake bread?\nA:",
    "こんにちは",
    "$ ls -la\n",
    "The recipe needs",
    "Write a short story about a dog and a boat.",
    "1, 2, 3,",
    "Dear friend,",
    "My favourite",
)
"""Words, a question, a scaffold, characters that are several tokens, a shell, figures."""


class Entry(msgspec.Struct, gc=False):
    """A token of a list, as llama.cpp writes it."""

    id: int
    logprob: float
    token: str


class _Place(Entry):
    top_logprobs: list[Entry] = []


class _Line(msgspec.Struct):
    tokens: list[int] = []
    completion_probabilities: list[_Place] = []


@dataclass
class Position:
    """Both models' whole lists before one token of the first one's reply."""

    token: Entry
    first: list[Entry]
    second: list[Entry]


@asynccontextmanager
async def engine() -> AsyncIterator[Engine]:
    running = Engine()
    try:
        yield running
    finally:
        await running.close()


async def positions(engine: Engine, number: int) -> AsyncGenerator[Position]:
    """Yield at least so many positions, evenly from all prompts.

    llama.cpp gives no list for a token that ends within a character.
    """
    async with httpx.AsyncClient(
        headers={"Authorization": f"Bearer {engine.key}"}, trust_env=False, timeout=httpx.Timeout(300)
    ) as client:
        urls = [(await engine.url_for(model)).url for model in (FIRST, SECOND)]
        for seed in itertools.count():
            prompt = PROMPTS[seed % len(PROMPTS)]
            body = {"prompt": prompt, "temperature": 1, "seed": seed, "n_predict": _LENGTH, "return_tokens": True}
            answer = await client.post(f"{urls[0]}/completion", json={**body, "ignore_eos": True})
            tokens = msgspec.json.decode(answer.content, type=_Line).tokens
            # The lists are from before the sampling, so that a grammar that allows one token leads along the reply.
            forced = {**body, "grammar": "root ::= " + " ".join(f"<[{token}]>" for token in tokens)}
            ways = [_lists(client, url, forced) for url in urls]
            async with aclosing(ways[0]) as first, aclosing(ways[1]) as second:
                while (one := await anext(first, None)) and (other := await anext(second, None)):
                    assert one[0].id == other[0].id
                    yield Position(one[0], one[1], other[1])
                    number -= 1
            if number <= 0:
                return


async def logprobs(engine: Engine, model: str, begin: str, text: str) -> list[float]:
    """Return the log-probability of each token of a text behind another."""
    async with httpx.AsyncClient(
        headers={"Authorization": f"Bearer {engine.key}"}, trust_env=False, timeout=httpx.Timeout(300)
    ) as client:
        url = (await engine.url_for(model)).url
        read = [
            (await client.post(f"{url}/tokenize", json={"content": content, "add_special": True})).json()["tokens"]
            for content in (begin, begin + text)
        ]
        before, after = read[0], read[1][len(read[0]) :]
        assert read[1][: len(before)] == before
        forced = "root ::= " + " ".join(f"<[{token}]>" for token in after)
        body = {"prompt": before, "n_predict": len(after), "grammar": forced, "temperature": 1}
        found = [(place.id, place.logprob) async for place, _ in _lists(client, url, body)]
    assert [token for token, _ in found] == after
    return [logprob for _, logprob in found]


async def _lists(
    client: httpx.AsyncClient, url: str, body: dict[str, object]
) -> AsyncGenerator[tuple[Entry, list[Entry]]]:
    """Yield each token with the whole list at its position."""
    sent = {**body, "stream": True, "n_probs": VOCABULARY}
    async with client.stream("POST", f"{url}/completion", json=sent) as answer:
        async for line in answer.aiter_lines():
            if not line.startswith("data: "):
                continue
            for place in msgspec.json.decode(line[6:], type=_Line).completion_probabilities:
                yield place, place.top_logprobs


def listed(entry: Entry) -> Listed:
    return Listed(entry.token, entry.logprob, entry.id)
