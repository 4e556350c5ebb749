"""How often intervals contain the truth, on made-up prompts: `python -m tests.measure.statistics.coverage RUNS`.

A prompt's own rate is drawn from a beta distribution whose mean is the truth. Its intraclass correlation says how much
replies to one prompt are alike: at 0 they are independent, near 1 a prompt has always the same reply.
"""

import sys
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

import numpy as np
import scipy
from numpy.typing import NDArray

from alignscope.measure.statistics.estimate import Estimate
from alignscope.measure.statistics.means import mean, ratio
from alignscope.measure.statistics.paired import rate_difference
from alignscope.measure.statistics.rates import rate

Column = NDArray[np.float64]
Generator = np.random.Generator
RATES: Final = (0.05, 0.1, 0.3, 0.5)
CORRELATIONS: Final = (0.0, 0.1, 0.3, 0.7)


class Cell(NamedTuple):
    """A kind of run: what its intervals are of, and how they are drawn."""

    kind: str
    name: str
    prompts: int
    replies: int
    truth: float
    draw: Callable[[Generator], Estimate | None]


def covered(cell: Cell, runs: int, seed: int = 1) -> float:
    """Return the share of runs whose interval contains the truth."""
    chance = np.random.default_rng(seed)
    hits = 0
    for _ in range(runs):
        found = cell.draw(chance)
        assert found is not None
        assert found.interval is not None
        hits += found.interval.lo <= cell.truth <= found.interval.hi
    return hits / runs


def rates(prompts: int, replies: int, share: float, correlation: float) -> Cell:
    """Rates of replies that are alike within a prompt; with one reply a prompt the correlation makes no difference."""

    def draw(chance: Generator) -> Estimate | None:
        own = own_rates(chance.uniform(size=prompts), share, correlation)
        return rate([(int(each), replies) for each in chance.binomial(replies, own)])

    return Cell("rate", f"{share}, alike {correlation}", prompts, replies, share, draw)


def differences(prompts: int, replies: int, shares: tuple[float, float], correlation: float) -> Cell:
    """Paired differences of rates, where hard prompts are hard for both panes."""
    covariance = [[1, 0.5], [0.5, 1]]

    def draw(chance: Generator) -> Estimate | None:
        ranks = scipy.stats.norm.cdf(chance.multivariate_normal([0, 0], covariance, size=prompts))
        first, second = (
            chance.binomial(replies, own_rates(ranks[:, side], shares[side], correlation)) / replies for side in (0, 1)
        )
        return rate_difference([float(each) for each in first - second])

    truth = shares[0] - shares[1]
    return Cell("difference", f"{shares[0]} - {shares[1]}, alike {correlation}", prompts, replies, truth, draw)


def lengths(prompts: int) -> Cell:
    """Means of numbers that are skewed as lengths are."""

    def draw(chance: Generator) -> Estimate | None:
        return mean([float(each) for each in chance.lognormal(0, 0.8, size=prompts)])

    return Cell("mean", "log-normal", prompts, 1, float(np.exp(0.32)), draw)


def ratios(prompts: int) -> Cell:
    """Tokens of a class among all tokens, where long replies have a smaller share of them."""

    def draw(chance: Generator) -> Estimate | None:
        length = np.ceil(chance.lognormal(4, 0.6, size=prompts))
        part = chance.binomial(length.astype(int), np.clip(4 / length, 0, 1))
        return ratio([(float(x), float(whole)) for x, whole in zip(part, length, strict=True)])

    chance = np.random.default_rng(0)
    length = np.ceil(chance.lognormal(4, 0.6, size=2_000_000))
    return Cell("ratio", "few per reply", prompts, 1, float(np.minimum(4, length).sum() / length.sum()), draw)


def own_rates(ranks: Column, share: float, correlation: float) -> Column:
    """Return prompts' own rates, by where they stand among all prompts."""
    if not correlation or not 0 < share < 1:
        return np.full(len(ranks), share)
    strength = (1 - correlation) / correlation
    # The quantile underflows to no number where nearly all of the mass is at an end.
    return np.asarray(np.nan_to_num(scipy.stats.beta.ppf(ranks, share * strength, (1 - share) * strength)))


def cells(prompts: int) -> Iterator[Cell]:
    """Yield every cell with so many prompts."""
    for share in RATES:
        yield rates(prompts, 1, share, 0.0)
        for correlation in CORRELATIONS:
            yield rates(prompts, 10, share, correlation)
    for replies in (1, 10):
        for shares in ((0.1, 0.1), (0.5, 0.5), (0.3, 0.5), (0.02, 0.9), (0.0, 0.95)):
            for correlation in (0.1, 0.3, 0.7):
                yield differences(prompts, replies, shares, correlation)
    yield lengths(prompts)
    yield ratios(prompts)


if __name__ == "__main__":
    for number in (20, 200):
        for each in cells(number):
            share = covered(each, int(sys.argv[1]))
            print(f"{each.kind:10} {each.name:24} {number:4} prompts, {each.replies:2} replies each: {share:.3f}")
