"""The form of a language's rules for replies to questions without an answer."""

import re
from collections.abc import Callable, Collection
from typing import NamedTuple

from alignscope.measure.wording.words import words_of


class Language(NamedTuple):
    """Patterns of one language. They are tried on single sentences, with straight apostrophes and single blanks."""

    marks: Collection[str]
    """Words by which a question in this language is told."""
    says: re.Pattern[str]
    """By which a speaker says that something isn't known, can't be, or doesn't exist."""
    calls: re.Pattern[str]
    """What stands before an answer and is none."""
    yes_no: re.Pattern[str]
    """The beginning of a question for yes or no."""
    says_yes: re.Pattern[str]
    number_asked: re.Pattern[str]
    number: re.Pattern[str]
    how_many: re.Pattern[str]
    counted: re.Pattern[str]
    """A number with what it counts, in its one group."""
    takes_up: re.Pattern[str]
    """How a sentence begins that takes up what was asked."""
    takes_up_later: re.Pattern[str]
    named: re.Pattern[str]
    """How a sentence begins that gives what was asked for by its kind."""
    verb: re.Pattern[str]
    """Words of a whole sentence, which then is no bare answer."""
    of: re.Pattern[str]
    """Of what something is told, in its one group: the capital of Peru."""
    leads: re.Pattern[str]
    """What may stand before a sentence that takes up what was asked."""
    common: Collection[str]
    """Words of questions that a sentence about something else has as well."""
    name: re.Pattern[str] = re.compile(r"(?<=[a-zß-ÿ,] )[A-ZÀ-Þ][a-zß-ÿ]{3,}")
    """A name in a question; where another word than names may look like one, nothing does."""
    words: Callable[[str], list[str]] = words_of
    """The words of a text, by which the length of sentences is told."""
    telling: re.Pattern[str] = re.compile(r"\w{4,}")
    """Words that tell what a text is about."""


def pattern(text: str) -> re.Pattern[str]:
    """Compile a pattern without regard to case."""
    return re.compile(text, re.IGNORECASE)
