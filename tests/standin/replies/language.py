"""A made-up language model: for any text, the next token and the likeliest ones, the same whenever it is asked."""

import math
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

_TOKEN = re.compile(r"<\|[^|>]*\|>| ?\w+|\s|[^\w\s]")
_WORDS = tuple(f" w{number}" for number in range(200))

Tops = tuple[tuple[str, float], ...]
"""Tokens with their log-probabilities, the likeliest first."""


@dataclass(frozen=True)
class Language:
    """Knows 200 words, in an order of its own behind every text.

    Args:
        agrees: how often its first choice is that of every other language, by chance but always alike.
        name: languages of different names disagree where they don't agree.
        ends_after: words after which it would rather end; None for never.
    """

    name: str
    agrees: float = 1.0
    ends_after: int | None = None

    def tops(self, text: str, number: int) -> Tops:
        """The likeliest tokens behind a text; \"\" is the end."""
        ranked = _ranked(self, text)
        return tuple(zip(ranked[:number], _logprobs(len(ranked)), strict=False))

    def logprob(self, text: str, token: str) -> float:
        """The log-probability of a token behind a text."""
        ranked = _ranked(self, text)
        return _logprobs(len(ranked))[ranked.index(token)] if token in ranked else -30.0

    def reply(self, text: str, limit: int) -> list[str]:
        """The likeliest tokens one after another, up to the end or a limit."""
        tokens: list[str] = []
        while len(tokens) < limit:
            token = self.tops(text + "".join(tokens), 1)[0][0]
            if not token:
                break
            tokens.append(token)
        return tokens


@lru_cache(4096)
def _ranked(language: Language, text: str) -> tuple[str, ...]:
    """All that a language may write behind a text, the likeliest first. Kept, since it is asked for again and again."""
    common = random.Random(text)
    first = common.choice(_WORDS)
    own = random.Random(f"{language.name}\n{text}")
    words = [word for word in _WORDS if word != first]
    own.shuffle(words)
    ranked = [first, *words] if common.random() < language.agrees else [words[0], first, *words[1:]]
    if language.ends_after is not None and text.count(" w") >= language.ends_after:
        ranked.insert(0, "")
    return tuple(ranked)


@cache
def _logprobs(number: int) -> tuple[float, ...]:
    """The log-probabilities of so many tokens, the likeliest first."""
    weights = [1.0 / (place + 1) ** 1.5 for place in range(number)]
    total = math.fsum(weights)
    return tuple(math.log(weight / total) for weight in weights)


def tokenised(text: str) -> Sequence[str]:
    """A text in this language's tokens."""
    return _TOKEN.findall(text)
