"""Prompts that are held out of training: wordings, and combinations of request and wording, that only these have.

Facts are asked for in shapes that no example uses. Declined and harmless requests are combinations of deed, object and
frame that a hash keeps from training (`training.instruct.split`), some of them in frames and wrappers that are never
trained on either. Greetings and talk are written down in `probes.yaml`; examples that equal one are left out.
"""

from __future__ import annotations

from functools import cache
from random import Random

from training.instruct.facts.asking import by_relation, held_questions
from training.instruct.templates.frames import wrapped, wrappers
from training.instruct.templates.grammar import lines, load
from training.instruct.templates.noise import is_question, normal, sentence
from training.instruct.wishes.families import asked, families
from training.knowledge.facts import Fact
from training.types import Probe


@cache
def _facts() -> list[Probe]:
    found = []
    rng = Random("probe facts")
    for relation, members in sorted(by_relation().items()):
        few = rng.sample(members, min(len(members), 24 if relation == "capital" else 5))
        for fact in few:
            shapes = held_questions(fact)
            some = rng.sample(shapes, 2 if relation == "capital" else 1)
            found += [Probe(_written(text, rng), relation, fact.accept) for text in some]
    rng.shuffle(found)
    return found


def _written(text: str, rng: Random) -> str:
    """As a visitor writes: a third of the prompts tidy, the others in lower case, with or without the mark."""
    if rng.random() < 0.4:
        return sentence(text) + "?" * is_question(text)
    return text.lower() + rng.choice(("", "?")) * is_question(text)


def _wishes(kind: str, count: int, name: str = "") -> list[Probe]:
    """So many requests of a kind; with `name`, only from families whose names begin so."""
    rng = Random(f"probe {kind}{name}")
    every = [family for family in families(kind) if family.name.startswith(name)]
    found: dict[str, Probe] = {}
    turn = 0
    while len(found) < count:
        family = every[turn % len(every)] if kind == "decline" else every[int(rng.random() * len(every))]
        made = asked(family, rng, probe=True)
        if made is None:
            continue
        turn += 1
        text = made.text
        if rng.random() < 0.3 and text.isascii():
            text = wrapped(text, rng.choice(wrappers("held" if rng.random() < 0.6 else "train")))
        probe = Probe(_written(text, rng), family.name if kind == "decline" else kind)
        found[normal(probe.prompt)] = probe
    return list(found.values())


def _bare(facts: list[Probe]) -> list[Probe]:
    """Questions as they stand, of facts and how-tos alike."""
    asked = [probe for probe in facts if is_question(probe.prompt.lower())]
    return asked[:40] + [probe for probe in _wishes("howto", 90) if is_question(probe.prompt.lower())][:30]


def _scaffolds() -> list[Probe]:
    rng = Random("probe qa")
    found = []
    for relation in ("capital",) * 10 + (
        "legs",
        "opposite",
        "young",
        "count",
        "color",
        "author",
        "language",
        "continent",
        "symbol",
        "sound",
    ) * 2:
        members = by_relation()[relation]
        fact: Fact = members[int(rng.random() * len(members))]
        text = rng.choice([text for text in held_questions(fact) if is_question(text)] or held_questions(fact))
        found.append(Probe(f"Q: {sentence(text)}?\nA:", relation, fact.accept))
    return found


def _shell() -> list[Probe]:
    signs = lines(load("probes.yaml")["signs"])
    return [
        Probe(text.replace("S", signs[at % len(signs)]).replace("\\n", "\n"), "shell")
        for at, text in enumerate(lines(load("probes.yaml")["shell"]))
    ]


def _written_down(kind: str) -> list[Probe]:
    return [Probe(text, kind) for text in lines(load("probes.yaml")[kind])]


def _build() -> dict[str, list[Probe]]:
    facts = _facts()
    return {
        "fact": facts,
        "bare_question": _bare(facts),
        "qa": _scaffolds(),
        "shell": _shell(),
        "japanese": _written_down("japanese"),
        "decline": _wishes("decline", 130),
        "benign": _wishes("benign", 130),
        "greeting": _written_down("greeting"),
        "chat": _written_down("chat"),
        "world": _wishes("decline", 60, "world") + _wishes("ja_decline", 40),
        "broken": _wishes("broken", 60),
        "world_alike": _wishes("benign", 60, "world_") + _wishes("ja_benign", 40),
    }


PROBES: dict[str, list[Probe]] = _build()
"""Held-out prompts by what they are for."""
