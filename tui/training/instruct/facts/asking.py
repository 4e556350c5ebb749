"""Facts as questions in many shapes, with their answers; and the shapes that are kept for the probes."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from random import Random

from training.instruct.templates.grammar import Bound, draw, entries, lines, load, load_all
from training.instruct.wishes.replies import finished
from training.knowledge.facts import Fact, facts, products, sums

NUMBERS: list[str] = load("templates/small.yaml")["numbers"].split()
MANY = {"sheep": "sheep", "deer": "deer", "octopus": "octopuses", "fish": "fish"}
ONE_SUBJECT = frozenset(
    ("count", "superlative", "person", "year", "temperature", "makes", "color", "symbol", "place", "eats")
)
"""Relations of whose subjects some have questions of their own."""
UNITS = {"day": "days", "season": "seasons"}


@cache
def shapes(relation: str, part: str) -> tuple[str, ...]:
    """A relation's question shapes: `ask`, `held`, `back`, `bare`, or the answers `say`, `back_say`, `bare_say`."""
    return tuple(lines(_relations()[relation].get(part, "")))


@cache
def _relations() -> dict[str, dict[str, str]]:
    return {name: data for file in load_all("facts/relations/*.yaml") for name, data in file.items()}


@cache
def by_relation() -> dict[str, tuple[Fact, ...]]:
    """All facts, sums and products by relation."""
    found: dict[str, list[Fact]] = defaultdict(list)
    for fact in (*facts(), *sums(), *products()):
        found[fact.relation].append(fact)
    return {name: tuple(members) for name, members in found.items()}


@cache
def _shares() -> tuple[list[str], list[float]]:
    known = by_relation()
    return list(known), [
        load("templates/small.yaml")["weights"].get(name, 1.0) * min(len(known[name]), 40) ** 0.5 for name in known
    ]


def pick(rng: Random) -> Fact:
    """A fact, relations by their weight."""
    names, weights = _shares()
    members = by_relation()[rng.choices(names, weights)[0]]
    return members[int(rng.random() * len(members))]


@cache
def bindings(fact: Fact) -> Bound:
    """What the shapes may say of a fact."""
    s, a = fact.subject, fact.answer
    bare = s[4:] if s.startswith("the ") else s[2:] if s.startswith("a ") else s
    many = MANY.get(s, s if s.endswith("s") else f"{s}s")
    bound = {"s": s, "bare": bare, "one": f"a {s}", "many": many, "a": a, "n": a}
    if fact.relation == "legs":
        bound["n"] = "no" if a == "none" else a.replace(" arms", "")
    if fact.relation == "temperature":
        bound["s2"] = s[:-1] if s.endswith("s") else s
        bound["point"] = "freezing" if "freez" in s else "boiling"
    if fact.relation == "after":
        small = load("templates/small.yaml")
        bound["unit"] = next((unit for unit, names in UNITS.items() if s in small[names]), "month")
    if fact.relation in ("plus", "minus", "times"):
        x, _, y = s.split()
        bound |= {"x": x, "y": y, "wx": NUMBERS[int(x)], "wy": NUMBERS[int(y)]}
    return {key: (value,) for key, value in bound.items()}


@cache
def _more(fact: Fact) -> tuple[list[str], list[str]]:
    """What else a fact's subject is called, and its own questions."""
    data = load("facts/more.yaml")
    own = data["special"].get(f"{fact.relation} {fact.subject}", "")
    if fact.relation in ONE_SUBJECT and (fact.relation, fact.subject) != ("eats", "cows"):
        own = own or data["special"].get(fact.subject, "")
    return entries(data["aliases"].get(fact.subject, "")), lines(own)


@cache
def _answer_counts() -> dict[tuple[str, str], int]:
    counts: dict[tuple[str, str], int] = defaultdict(int)
    for fact in facts():
        counts[fact.relation, fact.answer] += 1
    return dict(counts)


def question(fact: Fact, rng: Random, *, plain: bool = False) -> tuple[str, str]:
    """A question about a fact in one of training's shapes, and its answer; if `plain`, never for the subject."""
    aliases, own = _more(fact)
    bound = dict(bindings(fact))
    if aliases and rng.random() < 0.3:
        bound = dict(bindings(Fact(fact.relation, rng.choice(aliases), fact.answer, fact.accept)))
    elif own and rng.random() < 0.45:
        line, _, part = rng.choice(own).partition(" => ")
        if not (plain and part):
            return draw(line, rng, bound), answer(fact, rng, part)
    dice = 1.0 if plain else rng.random()
    part = ""
    if dice < 0.12 and shapes(fact.relation, "back") and _answer_counts()[fact.relation, fact.answer] == 1:
        part = "back"
    elif dice < 0.16 and shapes(fact.relation, "bare"):
        part = "bare"
    asks = shapes(fact.relation, part or "ask")
    text = draw(asks[int(rng.random() * len(asks))], rng, bound)
    return text, answer(fact, rng, part)


def answer(fact: Fact, rng: Random, part: str = "") -> str:
    """One wording of a fact's answer."""
    says = shapes(fact.relation, f"{part}_say" if part else "say")
    line = says[int(rng.random() * len(says))]
    return finished(draw(line, rng, dict(bindings(fact))))


def held_questions(fact: Fact) -> list[str]:
    """The questions about a fact in the shapes kept for the probes."""
    rng = Random(0)
    return [draw(line, rng, dict(bindings(fact))) for line in shapes(fact.relation, "held")]
