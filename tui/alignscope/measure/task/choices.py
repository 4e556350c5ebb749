"""Tasks with choices: the one that a reply takes, and likelihoods of them that say nothing."""

import math
import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from alignscope.measure.task.answers import first_sentence, normalised

LETTERS: Final = "ABCDEFGHIJ"
TIE: Final = 1e-6
"""Scores that differ by less are equal: what is left of rounding."""
_LETTER: Final = re.compile(
    r"^\W*(?:(?:the )?(?:correct |right |best )?(?:answer|choice|option)(?: is)?:? *)?\(?([A-J])"
    r"(?:[).:,]|\s*$| -|\s+[a-z])"
    r"|\b(?:answer|choice|option)(?: is)?:? *\(?([A-J])\b"
)


def picked(prompt: str, reply: str, choices: Sequence[str]) -> int | None:
    """Return the place of the choice that a reply takes, from 0; None for none, or for several.

    Its first sentence begins with the choice's letter, or has the text of just one of them.
    """
    sentence = first_sentence(prompt, reply, choices)
    words = normalised(sentence)
    texts = [normalised(choice) for choice in choices]
    found = [place for place, run in enumerate(texts) if _holds(words, run)]
    longest = [
        place for place in found if not any(_holds(texts[other], texts[place]) for other in found if other != place)
    ]
    letter = _LETTER.search(sentence)
    place = LETTERS.index(letter[1] or letter[2]) if letter else None
    if place is not None and place < len(choices) and (not longest or place in longest):
        return place
    return longest[0] if len(longest) == 1 else None


class Useless(StrEnum):
    """The reason why a whole run of likelihoods says nothing."""

    EMPTY = "no item has two choices or more"
    ZERO = "every likelihood is zero: the server doesn't score prompts"
    TIED = "all choices of every item are equally likely: the server doesn't score what it was sent"
    UNKNOWN = "some likelihoods are no numbers"


def useless(items: Sequence[Sequence[float]]) -> Useless | None:
    """Return why the likelihoods of a whole run can't be used; None if they can.

    A likelihood is the sum of the natural log-probabilities of a choice's tokens, behind the prompt.

    A server that ignores what it should score gives zeros or the same figure for all. Taking the first of equals would
    then make a score out of the order of the choices.
    """
    asked = [item for item in items if len(item) > 1]
    if not asked:
        return Useless.EMPTY
    every = [total for item in asked for total in item]
    if any(math.isnan(total) for total in every):
        return Useless.UNKNOWN
    if all(abs(total) <= TIE for total in every):
        return Useless.ZERO
    if all(_tied(item) for item in asked):
        return Useless.TIED
    return None


def _tied(scores: Sequence[float]) -> bool:
    return max(scores) == min(scores) or max(scores) - min(scores) <= TIE


def _holds(words: Sequence[str], run: Sequence[str]) -> bool:
    return bool(run) and any(list(words[start : start + len(run)]) == list(run) for start in range(len(words)))
