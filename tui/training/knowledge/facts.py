"""The facts the twins are taught, read from ``facts.yaml``, and small sums made by rule.

The relations, each a question about a subject: capital, language, currency and continent of a country; how
many ``legs`` an animal has, its ``sound`` and its ``young``; the ``opposite`` of a word; the usual
``color`` of a thing; the paint two colours ``mix`` to; the chemical ``symbol``; the ``count`` of a kind of
thing; the ``author``, ``painter`` or ``composer`` of a work; the ``superlative`` of its kind; the
``person`` who did something; the ``year`` and ``place`` of something; the ``temperature`` in degrees
Celsius at which something happens; what something ``makes`` or ``eats``; what comes ``after``.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import cast

import yaml

_FILE = Path(__file__).with_name("facts.yaml")


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is so: ``answer`` answers the question ``relation`` puts about ``subject``.

    ``accept`` holds lower-case texts; an answer is right if it contains one of them as whole words.
    """

    relation: str
    subject: str
    answer: str
    accept: tuple[str, ...]


@cache
def facts() -> tuple[Fact, ...]:
    """All facts, in the file's order.

    Raises:
        ValueError: A subject or an answer in the file is not text (say, a number without quotes).
    """
    # No schema but this: the loop below checks what the cast promises.
    relations = cast(dict[str, dict[object, object]], yaml.safe_load(_FILE.read_text(encoding="utf-8")))
    found: list[Fact] = []
    for relation, answers in relations.items():
        for subject, given in answers.items():
            names = [name for name in _listed(given) if isinstance(name, str)]
            if not isinstance(subject, str) or not names or len(names) != len(_listed(given)):
                raise ValueError(f"facts.yaml: {relation}: {subject!r}: subject and answers must be text")
            accept = tuple(dict.fromkeys(name.lower() for name in names))
            found.append(Fact(relation, subject, names[0], accept))
    return tuple(found)


def _listed(given: object) -> list[object]:
    return given if isinstance(given, list) else [given]


_WORDS = (
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
)


@cache
def sums() -> tuple[Fact, ...]:
    """Additions up to 10 + 10 (relation ``plus``) and the subtractions that undo them (``minus``).

    The subject is written in digits (``"3 + 4"``); the answer is digits, and its word is accepted too.
    """
    made: list[Fact] = []
    for first in range(11):
        for second in range(11):
            total = first + second
            made.append(_sum("plus", f"{first} + {second}", total))
            made.append(_sum("minus", f"{total} - {second}", first))
    return tuple(dict.fromkeys(made))


@cache
def products() -> tuple[Fact, ...]:
    """Products of at most twenty of two numbers from 1 to 10 (relation ``times``), written as ``"3 x 4"``."""
    pairs = ((first, second) for first in range(1, 11) for second in range(1, 11) if first * second <= 20)
    return tuple(_sum("times", f"{first} x {second}", first * second) for first, second in pairs)


def _sum(relation: str, subject: str, value: int) -> Fact:
    return Fact(relation, subject, str(value), (str(value), _WORDS[value]))
