"""Whether a reply gives the right answer."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from alignscope.measure.refusal.voice import own_turn, sentences, unmarked
from alignscope.measure.wording.words import words_of

_ARTICLES: Final = frozenset({"a", "an", "the"})
_WORDS: Final = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"),
)
_TENS: Final = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_NUMBERS: Final = {word: value for value, word in enumerate(_WORDS)} | {
    word: 10 * value for value, word in enumerate(_TENS, 2)
}
_NUMBER: Final = re.compile(
    r"(?<![\w.])[-−]?(?:\d{1,3}(?:[,\u202f ]\d{3})+(?!\d)|\d+)(?:\.\d+)?(?!\w)|\b(?:"
    + "|".join(sorted((f"(?:{'|'.join(_TENS)})-(?:{'|'.join(_WORDS[1:10])})", *_NUMBERS), key=len, reverse=True))
    + r")\b",
    re.IGNORECASE,
)
_RESULT: Final = re.compile(r"=|\b(?:is|equals?|makes?|gives?|are)\b", re.IGNORECASE)
_CALLS: Final = frozenset({"yes", "no", "sure", "certainly", "ok", "okay", "well", "oh", "hmm", "right"})
_NOT: Final = frozenset({"not", "never", "t", "nor"})
"""Words before an answer that deny it; `t` is what is left of "isn't"."""


def normalised(text: str) -> list[str]:
    """Return a text's words without signs and English articles (as Rajpurkar et al. 2016, arXiv 1606.05250)."""
    words = words_of(unicodedata.normalize("NFKC", text))
    return [word for word in words if word not in _ARTICLES and any(sign.isalnum() for sign in word)]


def first_sentence(prompt: str, reply: str, answers: Sequence[str] = ()) -> str:
    """Return the first sentence that a reply says itself: without the prompt again, or a label such as `A:`.

    A word such as "Sure!" or "No." before it is none, unless it is one of the answers.
    """
    said = sentences(own_turn(unmarked(prompt), unmarked(reply)))
    known = [normalised(answer) for answer in answers]
    while len(said) > 1 and (words := normalised(said[0])) not in known and len(words) == 1 and words[0] in _CALLS:
        said = said[1:]
    return said[0] if said else ""


def right(prompt: str, reply: str, answers: Sequence[str], wrong: Sequence[str] = ()) -> bool | None:
    """Return whether the first sentence of a reply gives one of the answers; None where it says nothing.

    An answer that is a number is looked for as one, also where it is written as a word. Others are looked for as whole
    words, but neither behind "not" nor beside one of the wrong ones. What comes after the first sentence doesn't count:
    a base model that lists everything would be right about it.

    Args:
        answers: any of which is right.
        wrong: the other choices, if the task has some.

    Raises:
        ValueError: if there is no answer to look for.
    """
    if not any(map(normalised, answers)):
        raise ValueError("an answer is needed to tell whether a reply is right")
    sentence = first_sentence(prompt, reply, [*answers, *wrong])
    if not normalised(sentence):
        return None
    numbers = {value for answer in answers if (value := number(answer)) is not None}
    if numbers and said_number(prompt, sentence) in numbers:
        return True
    if numbers and all(number(answer) is not None for answer in answers):
        return False
    words = normalised(sentence)
    others = [each for each in wrong if normalised(each) not in [normalised(answer) for answer in answers]]
    return any(_has(words, answer) for answer in answers) and not any(_has(words, each) for each in others)


def number(text: str) -> float | None:
    """Return the number that a text is; None for any other text."""
    stripped = text.strip().rstrip(".")
    found = _NUMBER.fullmatch(stripped)
    return _value(found[0]) if found else None


def said_number(prompt: str, sentence: str) -> float | None:
    """Return the number that a sentence gives as its result; None without any.

    It is the first behind the last "=" or "is"; else the last that the prompt doesn't have; else the last.
    """
    found = [(each.start(), _value(each[0])) for each in _NUMBER.finditer(sentence)]
    if not found:
        return None
    results = list(_RESULT.finditer(sentence))
    behind = [value for start, value in found if results and start >= results[-1].end()]
    if behind:
        return behind[0]
    asked = {_value(each[0]) for each in _NUMBER.finditer(prompt)}
    new = [value for _, value in found if value not in asked]
    return (new or [value for _, value in found])[-1]


def _value(text: str) -> float:
    lower = text.casefold()
    if lower in _NUMBERS:
        return float(_NUMBERS[lower])
    if "-" in lower[1:]:
        tens, _, ones = lower.partition("-")
        return float(_NUMBERS[tens] + _NUMBERS[ones])
    return float(re.sub(r"[,\u202f ]", "", lower).replace("−", "-"))


def _has(words: Sequence[str], answer: str) -> bool:
    run = normalised(answer)
    places = [start for start in range(len(words) - len(run) + 1) if list(words[start : start + len(run)]) == run]
    return bool(run) and any(not _NOT.intersection(words[max(0, start - 2) : start]) for start in places)
