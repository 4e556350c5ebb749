"""The probability of the right choice where a reply names one of several, by the lists that its tokens came from."""

import math
import re
from collections.abc import Sequence
from typing import Final

from alignscope.measure.bounds import Bounds

_SYMBOL: Final = 2
"""Letters of a choice, such as a chemical symbol, or of a token, that are compared in their own case."""
Listed = tuple[str, float]
"""A token, and its natural log-probability."""


def right_share(
    tokens: Sequence[str], lists: Sequence[Sequence[Listed]], choices: Sequence[str], answer: str
) -> Bounds | None:
    """Return the right choice's share of all choices' probability, at the token that begins the first one named.

    A listed token counts for the choice that it begins, or that begins it. One that may begin several is left open, as
    is what the list doesn't show; so there are bounds.

    Args:
        tokens: those of the reply.
        lists: of each token, the likeliest at its place.

    Returns:
        None where the reply names no choice, there is no list at its place, or nothing in it begins a choice.
    """
    place = _place(tokens, choices)
    if place is None or place >= len(lists) or not lists[place]:
        return None
    right, wrong, open_, seen = 0.0, 0.0, 0.0, 0.0
    for text, logprob in lists[place]:
        mass = math.exp(logprob)
        seen += mass
        begun = [choice for choice in choices if _begins(text, choice)]
        if len(begun) > 1:
            open_ += mass
        elif begun:
            right, wrong = (right + mass, wrong) if begun[0] == answer else (right, wrong + mass)
    open_ += max(0.0, 1 - seen)
    if not right + wrong:
        return None
    return Bounds(right / (right + wrong + open_), (right + open_) / (right + wrong + open_))


def _place(tokens: Sequence[str], choices: Sequence[str]) -> int | None:
    """Return the place of the token in which the first choice begins that a text names as whole words."""
    text = "".join(tokens)
    starts = [found.start() for choice in choices if (found := _pattern(choice).search(text))]
    if not starts:
        return None
    first, end = min(starts), 0
    for place, token in enumerate(tokens):
        end += len(token)
        if end > first:
            return place
    return None


def _pattern(choice: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(choice)}(?!\w)", re.NOFLAG if len(choice) <= _SYMBOL else re.IGNORECASE)


def _begins(token: str, choice: str) -> bool:
    """Return whether a token begins a choice, or goes on behind it with something that is no part of its word."""
    text = token.lstrip()
    if len(text) > _SYMBOL:  # of fewer letters, case is what tells a word such as "a" from a name's beginning
        text, choice = text.casefold(), choice.casefold()
    if not text:
        return False
    return choice.startswith(text) or (text.startswith(choice) and not text[len(choice)].isalnum())
