"""A measure along a reply: by thirds, and by absolute position.

Values are bounds at each position, None where nothing is known. Means are taken within a reply, then over the replies
to a prompt, then over prompts, so that long replies and prompts with many replies don't count for more.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from alignscope.measure.bounds import Bounds, mean_bounds

Values = Sequence[Bounds | None]
"""A reply's values by position."""
LEAST_POSITIONS: Final = 6
"""Replies with fewer positions have no thirds."""
STRETCHES: Final = ((0, 5), (5, 25), (25, None))
"""Absolute positions: the first of each stretch, and the one after its last."""


class Part(NamedTuple):
    """The mean of a measure over a part of replies."""

    mean: Bounds | None
    """None where nothing is known."""
    replies: int
    """Number of replies that have the part: later stretches hold long replies only."""
    prompts: int
    """Number of prompts that the mean is over."""
    positions: int
    known: int
    """Number of positions with a value, to be shown as the part's coverage."""


def third(position: int, positions: int) -> int | None:
    """Return which third of a reply a position is in, 0 to 2; None for a reply too short to have thirds."""
    return 3 * position // positions if positions >= LEAST_POSITIONS else None


def by_thirds(prompts: Iterable[Iterable[Values]]) -> tuple[Part, Part, Part]:
    """Return the mean over each third of the replies, which are grouped by prompt."""
    grouped = [list(replies) for replies in prompts]

    def within(number: int) -> Callable[[Values], Values]:
        return lambda values: [value for i, value in enumerate(values) if third(i, len(values)) == number]

    return _part(grouped, within(0)), _part(grouped, within(1)), _part(grouped, within(2))


def by_position(prompts: Iterable[Iterable[Values]]) -> list[Part]:
    """Return the mean over each of the `STRETCHES` of the replies, which are grouped by prompt."""
    grouped = [list(replies) for replies in prompts]

    def within(first: int, end: int | None) -> Callable[[Values], Values]:
        return lambda values: values[first:end]

    return [_part(grouped, within(first, end)) for first, end in STRETCHES]


def _part(prompts: Sequence[Sequence[Values]], within: Callable[[Values], Values]) -> Part:
    parts = [[part for values in replies if (part := within(values))] for replies in prompts]
    means = []
    for replies in parts:
        known = [mean for values in replies if (mean := mean_bounds(v for v in values if v is not None)) is not None]
        if (mean := mean_bounds(known)) is not None:
            means.append(mean)
    every = [value for replies in parts for values in replies for value in values]
    return Part(
        mean_bounds(means),
        replies=sum(len(replies) for replies in parts),
        prompts=len(means),
        positions=len(every),
        known=sum(value is not None for value in every),
    )
