"""Made-up distributions that are known as a whole, lists cut from them, and every measure computed from the whole."""

import math
from collections.abc import Sequence
from itertools import combinations

from hypothesis import strategies as st

from alignscope.measure.distribution.cut_list import CutList, Listed, Vocabulary

Whole = tuple[float, ...]
"""Probabilities of all tokens, by number."""


def normalised(weights: Sequence[float]) -> Whole:
    total = math.fsum(weights)
    return tuple(weight / total for weight in weights)


def softmax(logits: Sequence[float]) -> Whole:
    """Return a distribution whose probabilities are equal or plainly differ, as floats and as logarithms of floats."""
    rounded = [round(logit, 6) for logit in logits]
    return normalised([math.exp(logit - max(rounded)) for logit in rounded])


_LOGITS = st.floats(-12, 12) | st.sampled_from([-3.0, 0.0, 2.0])  # equal ones make ties
_NOISE = st.sampled_from([0.0, 0.05, 1.0, 4.0])


@st.composite
def distributions(draw: st.DrawFn, most: int = 40) -> Whole:
    return softmax(draw(st.lists(_LOGITS, min_size=2, max_size=most)))


@st.composite
def pairs(draw: st.DrawFn, most: int = 40) -> tuple[Whole, Whole]:
    """Two distributions over the same tokens: equal, near, sharpened, or unrelated."""
    logits = draw(st.lists(_LOGITS, min_size=2, max_size=most))
    noise, sharpness = draw(_NOISE), draw(st.sampled_from([0.5, 1.0, 3.0]))
    moved = [
        sharpness * logit + noise * each
        for logit, each in zip(logits, draw(_fixed(st.floats(-2, 2), len(logits))), strict=True)
    ]
    return softmax(logits), softmax(moved)


def _fixed(each: st.SearchStrategy[float], size: int) -> st.SearchStrategy[list[float]]:
    return st.lists(each, min_size=size, max_size=size)


def text_of(number: int) -> str:
    return f"t{number}"


def cut_from(
    whole: Whole,
    size: int,
    *,
    written: int | None = None,
    decimals: int | None = None,
    off: float = 0.0,
    texts: Sequence[str] | None = None,
    known_size: bool = True,
    ends: frozenset[int | str] = frozenset(),
) -> CutList:
    """Return the list that a server would give: by number, or by text where `texts` are the tokens' texts.

    Args:
        off: what the server's softmax makes every log-probability too great by.
    """

    def listed(number: int) -> Listed:
        logprob = math.log(whole[number]) + off if whole[number] else -math.inf
        if decimals is not None:
            logprob = round(logprob, decimals)
        return Listed(texts[number], logprob) if texts else Listed(text_of(number), logprob, number)

    order = sorted(range(len(whole)), key=lambda number: -whole[number])[:size]
    vocabulary = Vocabulary(
        size=len(whole) if known_size else None,
        shared=frozenset(text for text in texts or () if list(texts or ()).count(text) > 1),
        ends=ends,
    )
    own = None if written is None else listed(written)
    return CutList(
        [listed(number) for number in order], own, vocabulary=vocabulary, decimals=decimals, sum_error=abs(off)
    )


def entropy_of(whole: Whole) -> float:
    return -math.fsum(p * math.log(p) for p in whole if p)


def total_variation_of(first: Whole, second: Whole) -> float:
    return 0.5 * math.fsum(abs(p - q) for p, q in zip(first, second, strict=True))


def jensen_shannon_of(first: Whole, second: Whole) -> float:
    middle = tuple((p + q) / 2 for p, q in zip(first, second, strict=True))
    return entropy_of(middle) - (entropy_of(first) + entropy_of(second)) / 2


def rank_of(whole: Whole, number: int) -> int:
    return 1 + sum(p > whole[number] for p in whole)


def tau_of(first: Sequence[float], second: Sequence[float], numbers: Sequence[int]) -> float:
    def sign(value: float) -> int:
        return (value > 0) - (value < 0)

    every = list(combinations(numbers, 2))
    return sum(sign(first[i] - first[j]) * sign(second[i] - second[j]) for i, j in every) / len(every)


def nucleus_entropy_of(whole: Whole, share: float) -> float:
    mass, taken = 0.0, []
    for p in sorted(whole, reverse=True):
        taken.append(p)
        mass += p
        if mass >= share:
            break
    return entropy_of(normalised(taken))


def merged(whole: Whole, ends: Sequence[int]) -> Whole:
    """Return the distribution in which some tokens are one."""
    return (*(p for number, p in enumerate(whole) if number not in ends), math.fsum(whole[number] for number in ends))
