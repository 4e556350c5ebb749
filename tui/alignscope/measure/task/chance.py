"""Evenness of a model's draws: a number from 0 to 10, or rock, paper, scissors, many times from one prompt."""

import math
import random
import re
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from alignscope.measure.task.answers import first_sentence

NUMBERS: Final = tuple(map(str, range(11)))
HANDS: Final = ("rock", "paper", "scissors")
EXPECTED: Final = 5
"""Draws of each option that chance must give for the chi-square distribution to hold (Cochran 1954)."""
DRAWS: Final = 10_000
"""Of the simulation where there are fewer."""
_WORDS: Final[Mapping[str, str]] = dict(
    zip(("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), NUMBERS, strict=True)
)
_NUMBER: Final = re.compile(r"(?<![\w.,-])(?:10|\d)(?![\w]|[.,]\d)|\b(?:" + "|".join(_WORDS) + r")\b", re.IGNORECASE)
_HAND: Final = re.compile(r"\b(?:rock|paper|scissors?)\b", re.IGNORECASE)
_RANGE: Final = re.compile(
    r"\b(?:from|between)\s+(?:0|zero|1|one)\s+(?:to|and)\s+(?:10|ten)\b|\b[01]\s*[-–]\s*10\b", re.IGNORECASE
)


class Evenness(NamedTuple):
    """The evenness of draws. Two models are compared at equal numbers of them."""

    counts: tuple[int, ...]
    """Of each option, in their order."""
    draws: int
    entropy: float
    """Bits, of the draws' own shares: too low for few draws."""
    corrected: float
    """The same with Miller and Madow's (1955) addition for few draws; at most that of even draws."""
    chi_square: float
    """Pearson's, against even chances."""
    p: float
    """The chance that even draws are at least as uneven."""
    simulated: bool
    """Whether p is from a simulation, because there are few draws for each option."""


def drawn_number(prompt: str, reply: str) -> str | None:
    """Return the number from 0 to 10 that a reply draws, in digits; None for none, or for different ones."""
    return _only({_WORDS.get(each, each) for each in _found(_NUMBER, prompt, reply)})


def drawn_hand(prompt: str, reply: str) -> str | None:
    """Return `rock`, `paper` or `scissors`, whichever a reply draws; None for none, or for different ones."""
    return _only({"scissors" if each.startswith("scissor") else each for each in _found(_HAND, prompt, reply)})


def evenness(draws: Sequence[str], options: Sequence[str], seed: int = 0) -> Evenness | None:
    """Return how even draws are; None without any. Raises ValueError for a draw that is no option.

    Args:
        seed: of the simulation: the same gives the same p.
    """
    if strange := set(draws) - set(options):
        raise ValueError(f"no option is {sorted(strange)[0]!r}")
    n, kinds = len(draws), len(options)
    if not n or kinds < 2:
        return None
    counts = tuple(draws.count(option) for option in options)
    statistic = _chi_square(counts)
    few = n < EXPECTED * kinds
    p = _simulated(statistic, n, kinds, seed) if few else chi_square_tail(statistic, kinds - 1)
    bits = entropy([count / n for count in counts])
    added = (sum(count > 0 for count in counts) - 1) / (2 * n * math.log(2))
    return Evenness(counts, n, bits, min(bits + added, math.log2(kinds)), statistic, p, few)


def entropy(shares: Sequence[float]) -> float:
    """Return the entropy of shares or probabilities that add up to 1, in bits (Shannon 1948)."""
    return math.fsum(-share * math.log2(share) for share in shares if share > 0)


def chi_square_tail(value: float, freedom: int) -> float:
    """Return the probability that chi-square is above a value (Abramowitz and Stegun 1964, 6.5.29 and 6.5.31)."""
    a, x = freedom / 2, value / 2
    if x <= 0:
        return 1.0
    log_front = a * math.log(x) - x - math.lgamma(a)
    if x < a + 1:
        term = total = 1 / a
        place = a
        while term > total * 1e-17:
            place += 1
            term *= x / place
            total += term
        return 1 - total * math.exp(log_front)
    # Lentz's method for the continued fraction.
    b = x + 1 - a
    c, d = math.inf, 1 / b
    fraction = d
    for step in range(1, 10_000):
        numerator = -step * (step - a)
        b += 2
        d = 1 / (numerator * d + b)
        c = b + numerator / c
        change = c * d
        fraction *= change
        if abs(change - 1) < 1e-16:
            break
    return math.exp(log_front) * fraction


def _found(pattern: re.Pattern[str], prompt: str, reply: str) -> list[str]:
    sentence = _RANGE.sub(" ", first_sentence(prompt, reply))
    return [found.casefold() for found in pattern.findall(sentence)]


def _only(found: set[str]) -> str | None:
    return found.pop() if len(found) == 1 else None


def _chi_square(counts: Sequence[int]) -> float:
    expected = sum(counts) / len(counts)
    return math.fsum((count - expected) ** 2 / expected for count in counts)


def _simulated(statistic: float, n: int, kinds: int, seed: int) -> float:
    chance = random.Random(seed)
    at_least = 0
    for _ in range(DRAWS):
        counts = [0] * kinds
        for place in chance.choices(range(kinds), k=n):
            counts[place] += 1
        at_least += _chi_square(counts) >= statistic - 1e-9
    return (1 + at_least) / (1 + DRAWS)
