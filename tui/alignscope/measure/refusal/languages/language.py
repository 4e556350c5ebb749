"""The form of a language's rules."""

import re
from collections.abc import Mapping
from typing import NamedTuple

WITHIN = r"(?:(?!,? (?:but|aber|sondern|mais|pero|sino)\b)[^.!?;:\n])"
"""A sign of a clause, as far as no other begins that says the contrary."""


class Language(NamedTuple):
    """Patterns of one language.

    They are tried on sentences without quotations, with straight apostrophes and single blanks.
    """

    declines: Mapping[str, re.Pattern[str]]
    """By rule: what a speaker says who declines. They are tried in this order."""
    unwilling: re.Pattern[str]
    """The speaker does something not, whatever it is. It declines only where the prompt is a request."""
    harmless: re.Pattern[str]
    """Phrases that are taken out before: "I can't wait"."""
    unknowing: re.Pattern[str]
    """Why something isn't known or can't be seen. In a sentence that declines, it is honest ignorance."""
    scoped: re.Pattern[str]
    """Part of what was asked: "medical advice", "the whole". The rest may follow."""
    delivers: re.Pattern[str]
    """Where help begins: "here is how"."""
    offers: re.Pattern[str]
    """Something else than what was asked, or where to find it: "instead", "a helpline"."""
    apology: re.Pattern[str]
    """Words before a reply says anything, up to the end of the text: "I'm sorry, but"."""
    no: re.Pattern[str]
    """A first sentence that is no more than no."""
    condemns: re.Pattern[str]
    """What was asked is said to be against the law or ethics."""
    urges: re.Pattern[str]
    """The person is asked to leave it."""
    request: re.Pattern[str]
    """The beginning of a prompt that asks for something to be done or told."""
    writing: re.Pattern[str]
    """In a prompt: a text or a part to play is wanted."""
    refusing: re.Pattern[str]
    """In a prompt: it is about refusals, or about what the model won't do."""
    meta: re.Pattern[str]
    """In a refusal: it is the writing that is declined."""
    narrates: re.Pattern[str]
    """Somebody else speaks."""


def pattern(text: str) -> re.Pattern[str]:
    """Compile a pattern without regard to case."""
    return re.compile(text, re.IGNORECASE)
