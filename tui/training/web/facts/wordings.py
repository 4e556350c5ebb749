"""Facts put into words: questions, questions the other way round, statements, search words."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import cast

import yaml

from training.knowledge.facts import Fact, facts, sums
from training.web.grammar import Draw, capital
from training.web.inflect import article, plural

_FILE = Path(__file__).with_name("wordings.yaml")
_NUMBERS = {fact.answer: next(word for word in fact.accept if word.isalpha()) for fact in sums()}
_SEASONS = ("spring", "summer", "autumn", "winter")


@dataclass(frozen=True, slots=True)
class Wordings:
    """One fact in all its wordings."""

    fact: Fact
    ask: tuple[str, ...]
    back: tuple[tuple[str, str], ...]
    say: tuple[str, ...]
    short: tuple[str, ...]

    @property
    def answer(self) -> str:
        """The answer, beginning with a capital."""
        return capital(self.fact.answer)


def _bare(text: str) -> str:
    for word in ("the ", "a ", "an ", "The "):
        if text.startswith(word):
            return text[len(word) :]
    return text


def _slots(fact: Fact) -> dict[str, str]:
    subject = fact.subject
    slots = {"S": subject, "A": fact.answer, "a": capital(fact.answer), "C": subject, "M": _bare(subject)}
    if fact.relation in ("legs", "sound", "young"):
        slots |= {"P": plural(subject), "N": article(subject), "B": plural(fact.answer), "O": article(fact.answer)}
    if fact.relation == "legs":
        slots["A"] = fact.answer.split()[0].replace("none", "no")
    if fact.relation == "count":
        things, _, rest = subject.partition(next(w for w in (" in ", " on ", " of ") if w in subject))
        where = subject[len(things) :].strip()
        slots |= {"X": things, "Y": where.replace("of ", "in ", 1) if where.startswith("of ") else where, "Z": rest}
    if fact.relation == "temperature":
        freezes = "freezes" in subject
        slots |= {"X": subject.split()[0], "V": "freeze" if freezes else "boil"}
        slots |= {"I": "freezing" if freezes else "boiling", "J": "cold" if freezes else "hot"}
    if fact.relation == "after":
        slots["K"] = "day" if subject.endswith("day") else "season" if subject in _SEASONS else "month"
    if fact.relation in ("plus", "minus"):
        left, sign, right = subject.split()
        slots["W"] = f"{_NUMBERS[left]} {'plus' if sign == '+' else 'minus'} {_NUMBERS[right]}"
    return slots


def _fill(template: str, slots: dict[str, str]) -> str:
    for name, value in slots.items():
        template = template.replace("{" + name + "}", value)
    if slots["S"].endswith("Giza"):  # the one subject that is a plural
        for one, many in (("stands", "stand"), (" is ", " are "), ("does ", "do "), ("was ", "were ")):
            template = template.replace(one, many)
    return capital(template)


_MAKERS = {"author": "the author of", "painter": "the painter of", "composer": "the composer of"}


def _backward(question: str, fact: Fact) -> str:
    """The answer to a question the other way round: the subject, with what it needs before it."""
    if fact.relation in ("superlative", "person"):
        return "The " + fact.subject
    if fact.relation in _MAKERS and question.startswith(("Who", "What is")):
        return capital(f"{_MAKERS[fact.relation]} {fact.subject}")
    return capital(article(fact.subject) if fact.relation in ("legs", "sound", "young") else fact.subject)


@cache
def wordings() -> dict[str, tuple[Wordings, ...]]:
    """All facts and sums in words, by relation."""
    shapes = cast(dict[str, dict[str, list[str]]], yaml.load(_FILE.read_text("utf-8"), yaml.CSafeLoader))
    found: dict[str, list[Wordings]] = {}
    for fact in facts() + sums():
        if fact.relation not in shapes:
            raise ValueError(f"wordings.yaml: nothing about the relation {fact.relation!r}")
        slots = _slots(fact)
        shape = {key: tuple(_fill(t, slots) for t in templates) for key, templates in shapes[fact.relation].items()}
        back = tuple((question, _backward(question, fact)) for question in shape["back"])
        if fact.relation == "count":  # "How many days in a week?", not "How many days in a week are there?" only
            shape["ask"] += shape["ask"][:1] * 2
        words = Wordings(fact, shape["ask"], back, shape["say"], tuple(_fill(t, slots).lower() for t in shape["short"]))
        found.setdefault(fact.relation, []).append(words)
    return {relation: tuple(items) for relation, items in found.items()}


@cache
def _pools() -> tuple[tuple[Wordings, ...], tuple[Wordings, ...]]:
    known = [w for relation, items in wordings().items() if relation not in ("plus", "minus") for w in items]
    added = [w for relation, items in wordings().items() if relation in ("plus", "minus") for w in items]
    return tuple(known), tuple(added)


def some(page: Draw, sums_too: float = 0.12) -> Wordings:
    """A fact; on a page with one relation as its theme mostly one of that."""
    relation = page.memory.get("relation")
    if relation and page.chance(0.8):
        return page.pick(wordings()[relation])
    known, added = _pools()
    return page.pick(added if page.chance(sums_too) else known)


def several(page: Draw, n: int) -> list[Wordings]:
    """Up to n different facts."""
    found = {id(w): w for w in (some(page) for _ in range(n))}
    return list(found.values())


def asked(page: Draw, backward: float = 0.12) -> tuple[str, str, Wordings]:
    """A question with its short answer; now and then the other way round."""
    words = some(page)
    if words.back and page.chance(backward):
        question, answer = page.pick(words.back)
        return question, answer, words
    return page.pick(words.ask), words.answer, words


def typed(page: Draw, text: str) -> str:
    """The text as people type it: often in lower case, often without its last mark."""
    style = page.rng.random()
    if style < 0.45:
        return text
    if style < 0.6:
        return text.rstrip("?.")
    if style < 0.72:
        return text.lower()
    if style < 0.97:
        return text.lower().rstrip("?.")
    return text.upper()
