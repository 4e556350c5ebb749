"""Repetition within a reply, and diversity over several replies to one prompt.

Every figure here depends on the number of words: it is compared between panes only at one length, to which all replies
are cut, and is shown with it. Corrections that are said to remove the length, such as expectation-adjusted distinct-n,
do so for evenly spread words only, and words aren't.
"""

import math
from collections.abc import Sequence
from typing import Final

from alignscope.measure.wording.words import sequences

LENGTHS: Final = (2, 3, 4)


def repetition(words: Sequence[str], length: int) -> float | None:
    """Return the share of runs of so many words that occurred before; None for a reply without one.

    It is rep-n of Welleck et al. 2020 (arXiv 1908.04319): 1 - different runs / all runs.
    """
    every = sequences(words, length)
    return 1 - len(set(every)) / len(every) if every else None


def diversity(words: Sequence[str]) -> float | None:
    """Return the product of 1 - repetition over runs of two, three and four words (Su et al. 2022, arXiv 2202.06417).

    None for a reply of fewer than four words.
    """
    each = [repetition(words, length) for length in LENGTHS]
    known = [1 - share for share in each if share is not None]
    return math.prod(known) if len(known) == len(LENGTHS) else None


def distinct(replies: Sequence[Sequence[str]], length: int, words: int) -> float | None:
    """Return distinct-n over replies to one prompt: different runs / all runs (Li et al. 2016, arXiv 1510.03055).

    A mean over prompts is taken afterwards: over a whole set it would be biased.

    Args:
        length: of the runs, in words.
        words: what every reply is cut to; `common_length` of all replies that are compared.

    Returns:
        None if a reply is shorter, or too short for a single run.
    """
    if words < length or not replies or any(len(reply) < words for reply in replies):
        return None
    every = [run for reply in replies for run in sequences(reply[:words], length)]
    return len(set(every)) / len(every)


def common_length(*panes: Sequence[Sequence[str]]) -> int:
    """Return the number of words that every reply of every pane has; 0 without any."""
    return min((len(reply) for replies in panes for reply in replies), default=0)
