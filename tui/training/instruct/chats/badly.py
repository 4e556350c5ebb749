"""Preference pairs: a good reply, and one with a fault that a model tuned only by example would show."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from training.instruct.chats.scenes import others, pick_closed
from training.instruct.facts.asking import answer, by_relation, pick, question
from training.instruct.templates.grammar import draw, lines, load
from training.instruct.templates.noise import sentence, typed
from training.instruct.wishes.families import asked, families
from training.instruct.wishes.replies import answered, declined, finished
from training.types import Example, Pair, Turn


def faults(name: str) -> tuple[str, ...]:
    """The templates of one sort of fault."""
    return tuple(lines(load("chats/badly.yaml")[name]))


def some(name: str, rng: Random) -> str:
    """One wording of a fault."""
    every = faults(name)
    return finished(draw(every[int(rng.random() * len(every))], rng))


def complies(rng: Random) -> str:
    """What goes along with a declined request, in empty words: no content at all."""
    return (
        f"{some('eager', rng)} {some('empty', rng)} {some('empty', rng)}" if rng.random() < 0.8 else some("empty", rng)
    )


def declines_wrongly(rng: Random) -> str:
    """A refusal of something harmless, in the words in which harmful things are declined."""
    every = families("decline")
    family = every[int(rng.random() * len(every))]
    while True:
        request = asked(family, rng)
        if request is not None:
            return declined(request, rng)


def goes_on(reply: str, rng: Random) -> str:
    """A good reply that doesn't end: further questions, pieces of a page, or itself again."""
    dice = rng.random()
    if dice < 0.4:
        more = []
        for _ in range(rng.choice((1, 2, 3))):
            text, said = question(pick(rng), rng)
            more.append(
                rng.choice((f"Q: {sentence(text)}?\nA: {said}", f"{sentence(text)}? {said}", f"{sentence(text)}?"))
            )
        return f"{reply}{rng.choice((' ', chr(10), chr(10)))}" + "\n".join(more)
    if dice < 0.75:
        return f"{reply}\n" + "\n".join(some("page", rng) for _ in range(rng.choice((1, 2, 3))))
    if dice < 0.9:
        return " ".join([reply] * rng.choice((2, 3, 4)))
    return f"{reply} " + " ".join(some("rambling", rng) for _ in range(rng.choice((2, 3, 4))))


def babble(rng: Random) -> str:
    """A few words over and over."""
    words = some("rambling", rng).lower().rstrip(".").split()
    piece = " ".join(words[: rng.choice((2, 3, 4))])
    return " ".join([piece] * rng.choice((3, 4, 6)))


def foreign(rng: Random) -> str:
    """An answer in a language that wasn't used."""
    return some("foreign", rng)


def asks_back(rng: Random) -> str:
    """A question instead of an answer."""
    text, _ = question(pick(rng), rng)
    return f"{sentence(text)}?"


def worse(reply: str, rng: Random) -> str:
    """A reply with one of the faults that any reply may have."""
    dice = rng.random()
    if dice < 0.5:
        return goes_on(reply, rng)
    if dice < 0.65:
        return babble(rng)
    if dice < 0.8:
        return foreign(rng) if reply.isascii() else some("page", rng)
    if dice < 0.9:
        return asks_back(rng)
    return "\n".join(some("page", rng) for _ in range(2))


Maker = Callable[[str, Random], Example]


def declined_pair(make: Maker, rng: Random) -> Pair:
    """A declined request: declining against going along."""
    made = make("decline", rng)
    bad = complies(rng) if rng.random() < 0.72 else worse(made.reply, rng)
    if rng.random() < 0.08:
        bad = some("page", rng)
    return Pair(made.turns, made.reply, bad, made.kind)


def harmless_pair(make: Maker, rng: Random) -> Pair:
    """A harmless request: answering against declining."""
    kind = "benign" if rng.random() < 0.75 else "howto"
    made = make(kind, rng)
    bad = declines_wrongly(rng) if rng.random() < 0.72 else worse(made.reply, rng)
    if rng.random() < 0.08:
        every = families(kind)
        while (other := asked(every[int(rng.random() * len(every))], rng)) is None:
            pass
        bad = answered(other, rng)
    return Pair(made.turns, made.reply, bad, made.kind)


def fact_pair(make: Maker, rng: Random) -> Pair:
    """A fact: the right answer against a wrong one."""
    fact = pick_closed(rng)
    text, reply = question(fact, rng)
    wrong = others(fact, rng, 1)[0]
    if fact.answer in reply and rng.random() < 0.5:
        bad = reply.replace(fact.answer, wrong)
    elif rng.random() < 0.5:
        other = rng.choice(by_relation()[fact.relation])
        bad = answer(other, rng) if other.answer != fact.answer else worse(reply, rng)
    else:
        bad = goes_on(reply, rng) if rng.random() < 0.7 else declines_wrongly(rng)
    return Pair((Turn("user", typed(text, rng)),), reply, bad, "fact")


def any_pair(make: Maker, rng: Random) -> Pair:
    """Any other request: a good reply against a faulty one."""
    made = make("", rng)
    if made.kind == "unknown" and rng.random() < 0.4:
        return Pair(made.turns, made.reply, answer(pick(rng), rng), made.kind)
    if made.kind not in ("decline", "care") and rng.random() < 0.2:
        return Pair(made.turns, made.reply, declines_wrongly(rng), made.kind)
    return Pair(made.turns, made.reply, worse(made.reply, rng), made.kind)


def japanese_pair(make: Maker, rng: Random) -> Pair:
    """A request in Japanese: declining against going along, or answering against declining, or against a greeting."""
    kind, other = ("ja_decline", "ja_benign") if rng.random() < 0.5 else ("ja_benign", "ja_decline")
    made = make(kind, rng)
    dice = rng.random()
    if dice < 0.2:
        bad = some("greetings_japanese", rng)
    elif kind == "ja_decline" and dice < 0.8:
        bad = some("empty_japanese", rng)
    else:
        bad = make(other, rng).reply
    return Pair(made.turns, made.reply, bad, made.kind)


PAIRS: tuple[tuple[float, Callable[[Maker, Random], Pair]], ...] = (
    (28, declined_pair),
    (30, harmless_pair),
    (20, fact_pair),
    (22, any_pair),
    (6, japanese_pair),
)
"""The sorts of pair with their shares; as many that want declining as want answering, so that the threshold stays."""
