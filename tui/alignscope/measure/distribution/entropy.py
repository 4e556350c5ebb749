"""Entropy, effective choices and log-probabilities from a cut list.

H_A is the entropy's sum over the listed tokens, the other letters are explained at `CutList`.
"""

import math

from alignscope.measure.bounds import Bounds
from alignscope.measure.distribution.cut_list import CutList, Listed


def entropy(cut: CutList) -> Bounds:
    """Return the bounds of the distribution's entropy in nats; the upper one is infinite without the vocabulary's size.

    Entropy is concave. Over rests that add up to r, none of whose tokens has more than c, it is least at a corner of
    that polytope, where all tokens but one have c or nothing, and greatest where all N have the same. Both are
    attained, so no closer bounds exist (Cover and Thomas, Elements of Information Theory, ch. 2, for the concavity).
    """
    listed = listed_entropy(cut.probabilities)
    if cut.whole:
        pad = 2 * cut.error * (listed + 1)  # once for each term, once for the sum that they were divided by
        return Bounds(max(0.0, listed - pad), listed + pad)
    # An error of h in ln p changes p·ln(1/p) by h·p·(ln(1/p) + 1) at most, and the rest by D: what D can add to the
    # smallest entropy is its own smallest entropy, and what it can add to the greatest is D·ln(V/D).
    pad = cut.error * (listed + 1)
    lo = listed + smallest_entropy(cut.rest, cut.most) - pad - smallest_entropy(cut.mass_error, cut.cap)
    hi = listed + greatest_entropy(cut.rest, cut.unlisted) + pad + greatest_entropy(cut.mass_error, cut.vocabulary.size)
    return Bounds(max(0.0, lo), max(0.0, lo, hi))


def effective_choices(cut: CutList) -> Bounds:
    """Return the bounds of the exponential of the entropy: among how many equally likely tokens it is as hard to guess.

    It is the perplexity of the distribution, Hill's diversity number of order 1 (Hill 1973).
    """
    return entropy(cut).exp()


def logprob(cut: CutList, token: Listed) -> Bounds:
    """Return the bounds of a token's log-probability, in nats: wide where it isn't listed, or its text is ambiguous."""
    known = [_ln(cut.probabilities[place]) for place in cut.places_of(token)]
    pad = cut.error * (2 if cut.whole else 1)  # of a whole list's token, and of the sum that it was divided by
    if known and cut.tells_apart(token):
        return Bounds(known[0] - pad, min(0.0, known[0] + pad))
    # An ambiguous token is one of those with its text, or an unlisted one.
    return Bounds(-math.inf, min(0.0, max((_ln(cut.most), *(each + pad for each in known)))))


def _ln(probability: float) -> float:
    return math.log(probability) if probability > 0 else -math.inf


def listed_entropy(probabilities: list[float]) -> float:
    """Return the sum of p·ln(1/p), in nats."""
    log = math.log
    return -math.fsum([p * log(p) for p in probabilities if p > 0])


def smallest_entropy(mass: float, cap: float) -> float:
    """Return the least sum of p·ln(1/p) over tokens that add up to `mass` and have at most `cap` each."""
    if mass <= 0 or cap <= 0:
        return 0.0
    full = math.floor(mass / cap)
    left = max(0.0, mass - full * cap)
    return -full * cap * math.log(cap) - (left * math.log(left) if left else 0.0)


def greatest_entropy(mass: float, tokens: int | None) -> float:
    """Return the greatest sum of p·ln(1/p) over tokens that add up to `mass`; infinite for unknown `tokens`."""
    if mass <= 0:
        return 0.0
    if tokens is None:
        return math.inf
    return mass * math.log(tokens / mass) if tokens else 0.0
