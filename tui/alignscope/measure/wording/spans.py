"""Runs of words that many replies to one prompt have in common."""

from collections import Counter
from collections.abc import Sequence
from typing import Final, NamedTuple

from alignscope.measure.wording.words import sequences

LEAST: Final = 4
"""Words of a span at least, as in the anchor spans of Li et al. 2024 (arXiv 2407.02446); a convention."""
SHARE: Final = 0.5
"""Of replies that have it, at least."""
LONGEST: Final = 2_000
"""Words of a reply that are looked through."""


class Span(NamedTuple):
    """A run of words that at least half of the replies have, and that is part of no longer one."""

    words: tuple[str, ...]
    replies: int
    """That have it."""


def common_spans(replies: Sequence[Sequence[str]], least: int = LEAST, share: float = SHARE) -> list[Span]:
    """Return the runs of at least so many words that at least this share of replies has, the longest first.

    None of two replies or fewer: what one of two has is in half of them. A run that occurs twice in a reply counts
    once. Spans are compared at equal numbers of replies.
    """
    if len(replies) <= 2:
        return []
    cut = [list(reply[:LONGEST]) for reply in replies]
    needed = max(share * len(cut), 2)
    levels = list[dict[tuple[str, ...], int]]()
    length, shorter = least, set[tuple[str, ...]]()
    while True:
        counts = Counter(run for reply in cut for run in set(sequences(reply, length)) if _may(run, shorter))
        common = {run: number for run, number in counts.items() if number >= needed}
        if not common:
            break
        levels.append(common)
        shorter, length = set(common), length + 1
    inside = {part for longer in levels[1:] for run in longer for part in (run[:-1], run[1:])}
    spans = [Span(run, number) for level in levels for run, number in level.items() if run not in inside]
    return sorted(spans, key=lambda span: (-len(span.words), -span.replies, span.words))


def covered(reply: Sequence[str], spans: Sequence[Span]) -> float | None:
    """Return the share of a reply's words that are in one of the spans; None for an empty reply."""
    words = reply[:LONGEST]
    if not words:
        return None
    marked = set[int]()
    for span in spans:
        size = len(span.words)
        for start, run in enumerate(sequences(words, size)):
            if run == span.words:
                marked.update(range(start, start + size))
    return len(marked) / len(words)


def _may(run: tuple[str, ...], shorter: set[tuple[str, ...]]) -> bool:
    """Return whether a run can be common, given the common runs that are one word shorter."""
    return not shorter or (run[:-1] in shorter and run[1:] in shorter)
