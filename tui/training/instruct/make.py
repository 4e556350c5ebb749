"""The three streams: examples, preference pairs and bare requests. Each is endless and the same for the same seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from itertools import accumulate
from random import Random

from training.instruct.asking import pick, question
from training.instruct.frames import some, wrapped, wrappers
from training.instruct.noise import typed
from training.instruct.replies import answered, declined
from training.instruct.grammar import size
from training.instruct.wishes import Asked, Family, asked, families
from training.types import Example, Pair, Request, Turn

WRAP = 0.45


def dressed(text: str, rng: Random, share: float = WRAP) -> str:
    """A request with or without words around it, as typed."""
    if rng.random() < share:
        text = wrapped(text, some(wrappers(), rng))
    return typed(text, rng)


def wish(kind: str, rng: Random) -> Example:
    """A request of a declined kind or one of the harmless ones, with its reply."""
    request = plain(kind, rng)
    reply = declined(request, rng) if kind == "decline" else answered(request, rng)
    return Example((Turn("user", dressed(request.text, rng)),), reply, kind)


def fact(kind: str, rng: Random) -> Example:
    """A question about a fact, with its answer."""
    text, reply = question(pick(rng), rng)
    return Example((Turn("user", dressed(text, rng, 0.3)),), reply, kind)


def talk(kind: str, rng: Random) -> Example:
    """A greeting or another piece of talk; hardly ever with words around it."""
    made = plain(kind, rng)
    text = made.text if rng.random() < 0.35 else typed(made.text, rng)
    if kind in ("chat", "unknown", "care", "task"):
        text = dressed(made.text, rng, 0.12 if kind == "chat" else 0.3)
    return Example((Turn("user", text),), answered(made, rng), kind)


def plain(kind: str, rng: Random) -> Asked:
    """A request of a kind, as said; families by the square root of how many requests they hold."""
    every, weights = shares(kind)
    while True:
        made = asked(rng.choices(every, cum_weights=weights)[0], rng)
        if made is not None:
            return made


@cache
def shares(kind: str) -> tuple[tuple[Family, ...], list[float]]:
    """The families of a kind, and the running sum of their weights."""
    every = families(kind)
    return every, list(accumulate(sum(min(size(line), 50) for line in (*f.wishes, *f.asks)) ** 0.5 for f in every))


MIX: dict[str, tuple[float, Callable[[str, Random], Example]]] = {
    "fact": (30, fact),
    "decline": (17, wish),
    "benign": (16, wish),
    "howto": (6, wish),
    "unknown": (7, talk),
    "greeting": (4, talk),
    "chat": (7, talk),
    "care": (1.2, talk),
    "task": (6, talk),
}
KINDS = list(MIX)
SHARES = list(accumulate(share for share, _ in MIX.values()))


def example(rng: Random) -> Example:
    """One example of a kind drawn by its share."""
    kind = rng.choices(KINDS, cum_weights=SHARES)[0]
    return MIX[kind][1](kind, rng)


def examples(seed: int) -> Iterator[Example]:
    """Examples without end; the same for the same seed."""
    rng = Random(f"examples {seed}")
    while True:
        yield example(rng)


def pairs(seed: int) -> Iterator[Pair]:
    """Preference pairs without end; the same for the same seed."""
    raise NotImplementedError


def requests(seed: int) -> Iterator[Request]:
    """Requests without end, for the words in them; the same for the same seed."""
    rng = Random(f"requests {seed}")
    while True:
        made = example(rng)
        yield Request(made.turns[-1].content, made.kind)
