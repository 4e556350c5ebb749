"""How well a model predicts a passage that nobody generated."""

import math
from collections.abc import Sequence
from typing import Final

from alignscope.measure.bounds import Bounds

NEUTRAL: Final = (
    "The ferry leaves the old harbour at seven. In winter only a few people take it: two teachers, a nurse on her way"
    " home, and a man who repairs clocks. They sit by the windows and say little. When the fog is thick the captain"
    " sounds the horn every minute, and from the island somebody answers with a bell. The crossing takes half an hour."
    " By the time the sun is up, the deck is dry, the ropes are coiled, and the boat is waiting for the way back.\n"
)
"""A passage of ours, in plain English, that no model has been trained on for our sake."""


def bits_per_byte(logprobs: Sequence[float | None], text: str, ceiling: float | None = None) -> Bounds | None:
    """Return -sum log2 p(token) / UTF-8 bytes of the text: the same for every tokenizer; None for an empty text.

    Two models are compared on the same text after the same first context, and only where both bounds meet. It is an
    upper estimate of what the text is worth: it counts one way to cut it into tokens (Gao et al. 2020, arXiv
    2101.00027).

    Args:
        logprobs: natural log-probabilities of exactly the tokens that the text consists of; None for one that a cut
            list doesn't have.
        ceiling: natural log-probability that a token outside its list has at most; None if that isn't known.
    """
    size = len(text.encode("utf-8", "surrogatepass"))
    if not size:
        return None
    known = math.fsum(each for each in logprobs if each is not None)
    missing = sum(each is None for each in logprobs)
    least = -(known + missing * min(ceiling or 0.0, 0.0)) / math.log(2) / size
    return Bounds(least, math.inf if missing else least)
