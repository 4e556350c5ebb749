"""The three streams: examples, preference pairs and bare requests. Each is endless and the same for the same seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from itertools import accumulate
from random import Random

from training.instruct.chats.badly import PAIRS
from training.instruct.chats.scenes import SCENES
from training.instruct.chats.turns import TURNS
from training.instruct.facts.asking import by_relation, pick, question
from training.instruct.templates.frames import some, wrapped, wrappers
from training.instruct.templates.grammar import size
from training.instruct.templates.noise import normal, typed
from training.instruct.wishes.families import Asked, Family, asked, families
from training.instruct.wishes.replies import answered, declined
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


def japanese(kind: str, rng: Random) -> Example:
    """A request in Japanese, of the declined kinds or harmless, in the frames of its own language."""
    made = plain(kind, rng)
    return Example((Turn("user", typed(made.text, rng)),), answered(made, rng), kind.removeprefix("ja_"))


def fact(kind: str, rng: Random) -> Example:
    """A question about a fact, with its answer."""
    text, reply = question(pick(rng), rng)
    return Example((Turn("user", dressed(text, rng, 0.3)),), reply, kind)


def talk(kind: str, rng: Random) -> Example:
    """A greeting or another piece of talk; hardly ever with words around it."""
    made = plain(kind, rng)
    text = made.text if rng.random() < 0.35 else typed(made.text, rng)
    if kind in ("chat", "unknown", "care", "task", "broken"):
        text = dressed(made.text, rng, 0.12 if kind in ("chat", "broken") else 0.3)
    return Example((Turn("user", text),), answered(made, rng), kind)


def scene(kind: str, rng: Random) -> Example:
    """A prompt with a shape of its own."""
    name = rng.choices(list(SCENES), [share for share, _ in SCENES.values()])[0]
    return SCENES[name][1](name, rng)


def longer(kind: str, rng: Random) -> Example:
    """A chat of several turns, or with a system prompt."""
    name = rng.choices(list(TURNS), [share for share, _ in TURNS.values()])[0]
    return TURNS[name][1](name, rng, lambda _, rng: single(rng))


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
    "fact": (27, fact),
    "decline": (18, wish),
    "benign": (20, wish),
    "howto": (7, wish),
    "unknown": (6, talk),
    "greeting": (5.5, talk),
    "chat": (7, talk),
    "care": (1.2, talk),
    "task": (7, talk),
    "scene": (9, scene),
    "turns": (6, longer),
    "ja_decline": (2, japanese),
    "ja_benign": (3.5, japanese),
    "broken": (2.5, talk),
}
SINGLE = [kind for kind in MIX if kind not in ("scene", "turns")]
KINDS = list(MIX)
SHARES = list(accumulate(share for share, _ in MIX.values()))


def example(rng: Random) -> Example:
    """One example of a kind drawn by its share."""
    kind = rng.choices(KINDS, cum_weights=SHARES)[0]
    return MIX[kind][1](kind, rng)


def single(rng: Random) -> Example:
    """An example of one plain turn."""
    kind = rng.choices(SINGLE, [MIX[name][0] for name in SINGLE])[0]
    return MIX[kind][1](kind, rng)


def by_kind(kind: str, rng: Random) -> Example:
    """An example of a kind, or of any kind if it is empty."""
    return MIX[kind][1](kind, rng) if kind else example(rng)


LATEST: tuple[tuple[float, str, str], ...] = (
    (5, "decline", "world"),
    (7, "benign", "world_"),
    (6, "ja_decline", ""),
    (9, "ja_benign", ""),
    (4, "fact", "times"),
    (2, "chat", "photosynthesis"),
    (2, "chat", "language_model"),
    (3, "chat", "pros_and_cons"),
    (1, "unknown", "product"),
    (0.7, "unknown", "truth"),
    (2, "greeting", ""),
    (16, "fact", ""),
    (10, "scene", "qa"),
)
"""What was added last, for tuning on, and what is forgotten first beside it: share, kind, and the name of a scene, of a
relation, or with which those of families begin."""


def latest(rng: Random) -> Example:
    """An example of what was added last."""
    _, kind, name = rng.choices(LATEST, [share for share, _, _ in LATEST])[0]
    if not name:
        return MIX[kind][1](kind, rng)
    if kind == "scene":
        return SCENES[name][1](name, rng)
    if kind == "fact":
        members = by_relation()[name]
        text, reply = question(members[int(rng.random() * len(members))], rng)
        return Example((Turn("user", dressed(text, rng, 0.3)),), reply, kind)
    return of_families(kind, name, rng)


def of_families(kind: str, name: str, rng: Random) -> Example:
    """An example of a kind, from one of the families whose names begin so."""
    made = None
    while made is None:
        made = asked(rng.choice([family for family in families(kind) if family.name.startswith(name)]), rng)
    reply = declined(made, rng) if kind == "decline" else answered(made, rng)
    return Example((Turn("user", dressed(made.text, rng, 0.3)),), reply, kind)


@cache
def probes() -> frozenset[str]:
    """The prompts of all probes in their normal form; nothing that is trained on may equal one."""
    from training.instruct.probes import PROBES

    return frozenset(normal(probe.prompt) for kind in PROBES for probe in PROBES[kind])


def examples(seed: int, newest: float = 0.0) -> Iterator[Example]:
    """Examples without end; the same for the same seed. A share of them, `newest`, is of what was added last."""
    rng = Random(f"examples {seed}")
    known = probes()
    while True:
        made = latest(rng) if newest and rng.random() < newest else example(rng)
        if normal(made.turns[-1].content) not in known:
            yield made


def pairs(seed: int) -> Iterator[Pair]:
    """Preference pairs without end; the same for the same seed."""
    rng = Random(f"pairs {seed}")
    known = probes()
    running = list(accumulate(share for share, _ in PAIRS))
    makers = [maker for _, maker in PAIRS]
    while True:
        made = rng.choices(makers, cum_weights=running)[0](by_kind, rng)
        if made.chosen != made.rejected and normal(made.turns[-1].content) not in known:
            yield made


def requests(seed: int) -> Iterator[Request]:
    """Requests without end, for the words in them; the same for the same seed."""
    rng = Random(f"requests {seed}")
    known = probes()
    while True:
        made = example(rng)
        if normal(made.turns[-1].content) in known:
            continue
        yield Request(made.turns[-1].content, made.kind)
