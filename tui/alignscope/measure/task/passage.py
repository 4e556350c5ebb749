"""Bits that a model needs to predict a passage that nobody generated."""

import math
from collections.abc import Iterable
from typing import Final

from alignscope.measure.bounds import Bounds

NEUTRAL: Final = (
    "The ferry leaves the old harbour at seven. In winter only a few people take it: two teachers, a nurse on her way"
    " home, and a man who repairs clocks. They sit by the windows and say little. When the fog is thick the captain"
    " sounds the horn every minute, and from the island somebody answers with a bell. The crossing takes half an hour."
    " By the time the sun is up, the deck is dry, the ropes are coiled, and the boat is waiting for the way back.\n"
)
"""A passage of ours, in plain English, that no model has been trained on for our sake."""


def bits_per_byte(logprobs: Iterable[Bounds], size: int) -> Bounds:
    """Return -sum log2 p(token) / bytes: the same for every tokenizer.

    Two models are compared on the same text after the same first context, and only where both bounds meet. It is an
    upper estimate of what the text is worth: it counts one way to cut it into tokens (Gao et al. 2020, arXiv
    2101.00027).

    Args:
        logprobs: bounds of the natural log-probabilities of exactly the tokens that the text consists of.
        size: the text's bytes in UTF-8, at least one.
    """
    each = list(logprobs)
    nats = Bounds(-math.fsum(token.hi for token in each), -math.fsum(token.lo for token in each))
    return Bounds(nats.in_bits.lo / size, nats.in_bits.hi / size)
