"""A made-up language model: for any text, the next token and the likeliest ones, the same whenever it is asked."""

import math
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

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
        common = random.Random(text)
        first = common.choice(_WORDS)
        own = random.Random(f"{self.name}\n{text}")
        words = [word for word in _WORDS if word != first]
        own.shuffle(words)
        ranked = [first, *words] if common.random() < self.agrees else [words[0], first, *words[1:]]
        if self.ends_after is not None and text.count(" w") >= self.ends_after:
            ranked.insert(0, "")
        weights = [1.0 / (place + 1) ** 1.5 for place in range(len(ranked))]
        total = math.fsum(weights)
        return tuple((word, math.log(weight / total)) for word, weight in zip(ranked[:number], weights, strict=False))

    def logprob(self, text: str, token: str) -> float:
        """The log-probability of a token behind a text."""
        return dict(self.tops(text, len(_WORDS) + 1)).get(token, -30.0)

    def reply(self, text: str, limit: int) -> list[str]:
        """The likeliest tokens one after another, up to the end or a limit."""
        tokens: list[str] = []
        while len(tokens) < limit:
            token = self.tops(text + "".join(tokens), 1)[0][0]
            if not token:
                break
            tokens.append(token)
        return tokens


def tokenised(text: str) -> Sequence[str]:
    """A text in this language's tokens."""
    return _TOKEN.findall(text)
