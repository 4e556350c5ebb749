"""The three streams: examples, preference pairs and bare requests. Each is endless and the same for the same seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

from training.instruct.frames import some, wrapped, wrappers
from training.instruct.noise import typed
from training.instruct.replies import answered, declined
from training.instruct.wishes import asked, families
from training.types import Example, Pair, Request, Turn

WRAP = 0.45


def dressed(text: str, rng: Random, share: float = WRAP) -> str:
    """A request with or without words around it, as typed."""
    if rng.random() < share:
        text = wrapped(text, some(wrappers(), rng))
    return typed(text, rng)


def wish(kind: str, rng: Random) -> Example:
    """A request of a declined kind or one of the harmless ones, with its reply."""
    every = families(kind)
    while True:
        request = asked(every[int(rng.random() * len(every))], rng)
        if request is not None:
            break
    reply = declined(request, rng) if kind == "decline" else answered(request, rng)
    return Example((Turn("user", dressed(request.text, rng)),), reply, kind)


MIX: dict[str, tuple[float, Callable[[str, Random], Example]]] = {
    "decline": (17, wish),
    "benign": (16, wish),
}


def example(rng: Random) -> Example:
    """One example of a kind drawn by its share."""
    kinds = list(MIX)
    kind = rng.choices(kinds, [MIX[name][0] for name in kinds])[0]
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
