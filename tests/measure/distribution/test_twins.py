"""Bounds from cut lists of the twins, against their whole distributions.

By hand over more positions: `python -m tests.measure.distribution.test_twins 1000`.
"""

import asyncio
import math
import sys
import time
from collections import Counter, defaultdict

import numpy as np
import pytest
from numpy.typing import NDArray

from alignscope.backends.embedded.engine import engine_problem
from alignscope.measure.bounds import Bounds
from alignscope.measure.distribution.cut_list import FLOAT32_SOFTMAX, CutList, Listed, Vocabulary
from alignscope.measure.distribution.divergence import jensen_shannon, total_variation
from alignscope.measure.distribution.entropy import entropy, logprob
from alignscope.measure.distribution.matching import match
from alignscope.measure.distribution.nucleus import nucleus_entropy
from alignscope.measure.distribution.ranks import rank, union_correlation
from alignscope.measure.shift.classes import Shift, shift
from tests.measure.distribution.made import nucleus_entropy_of, tau_of
from tests.measure.distribution.twins import VOCABULARY, Entry, Position, engine, listed, positions

SIZES = (1, 3, 5, 20, 100)
ROUNDING = 1e-6
"""Of float32, in which llama.cpp gives each log-probability."""
Column = NDArray[np.float64]
pytestmark = [
    pytest.mark.skipif(bool(engine_problem()), reason="the engine has no build for this platform"),
    pytest.mark.xdist_group("twins' lists"),
]


class Exact:
    """Every measure at a position, from the whole distributions."""

    def __init__(self, position: Position) -> None:
        self.p, self.q = by_number(position.first), by_number(position.second)
        middle = (self.p + self.q) / 2
        self.entropy = entropy_of(self.p)
        self.total_variation = 0.5 * float(np.abs(self.p - self.q).sum())
        self.jensen_shannon = entropy_of(middle) - (entropy_of(self.p) + entropy_of(self.q)) / 2
        self.nucleus = nucleus_entropy_of(tuple(self.p), 0.9)
        number = position.token.id
        self.rank = 1 + int((self.q > self.q[number]).sum())
        self.logprob = math.log(self.q[number])


def by_number(whole: list[Entry]) -> Column:
    column = np.zeros(VOCABULARY)
    for token in whole:
        column[token.id] = math.exp(token.logprob)
    return np.asarray(column / column.sum())


def entropy_of(column: Column) -> float:
    some = column[column > 0]
    return float(-(some * np.log(some)).sum())


def check_whole(position: Position, exact: Exact) -> None:
    """A whole list leaves nothing open."""
    vocabulary = Vocabulary(VOCABULARY)
    first, second = (CutList(map(listed, whole), vocabulary=vocabulary) for whole in (position.first, position.second))
    matched = match(first, second)
    for bounds, value in (
        (entropy(first), exact.entropy),
        (total_variation(matched), exact.total_variation),
        (jensen_shannon(matched), exact.jensen_shannon),
        (nucleus_entropy(first), exact.nucleus),
    ):
        assert bounds.lo == pytest.approx(value, abs=ROUNDING)
        assert bounds.hi == pytest.approx(value, abs=ROUNDING)


def check_cut(position: Position, exact: Exact, size: int, shared: frozenset[str] | None = None) -> dict[str, Bounds]:
    """What a cut list says contains what the whole one does, without numbers where texts are said to be shared."""
    by_text = shared is not None
    vocabulary = Vocabulary(VOCABULARY, shared=shared or frozenset())
    seen = hidden if by_text else listed
    tops = [list(map(seen, whole[:size])) for whole in (position.first, position.second)]
    written = seen(position.token)
    first = CutList(tops[0], written, vocabulary=vocabulary, sum_error=FLOAT32_SOFTMAX)
    second = CutList(tops[1], vocabulary=vocabulary, sum_error=FLOAT32_SOFTMAX)
    matched = match(first, second)
    found = {
        "entropy": entropy(first),
        "total variation": total_variation(matched),
        "Jensen–Shannon": jensen_shannon(matched),
        "nucleus": nucleus_entropy(first),
        "log-probability": logprob(second, written),
    }
    values = (exact.entropy, exact.total_variation, exact.jensen_shannon, exact.nucleus, exact.logprob)
    for (name, bounds), value in zip(found.items(), values, strict=True):
        assert bounds.lo - ROUNDING <= value <= bounds.hi + ROUNDING, (name, size, by_text)
    ranks = rank(second, written)
    assert ranks.lo <= exact.rank <= (ranks.hi or math.inf)
    expected = Shift.UNSHIFTED if exact.rank == 1 else Shift.MARGINAL if exact.rank <= 3 else Shift.SHIFTED
    expected = expected if exact.rank <= size else Shift.BEYOND
    assert shift(second, written) is expected or (
        shift(second, written) is Shift.UNKNOWN and (size < 3 or (by_text and not second.tells_apart(written)))
    )
    correlation = union_correlation(first, second) if not by_text and size <= 20 else None
    if correlation is not None:
        numbers = sorted({token.id for cut in (first, second) for token in cut.tokens if token.id is not None})
        assert correlation.tau.lo <= tau_of(exact.p.tolist(), exact.q.tolist(), numbers) <= correlation.tau.hi
    return found


def hidden(entry: Entry) -> Listed:
    """A token as a server without numbers gives it."""
    return Listed(entry.token, entry.logprob)


def shared_texts(whole: list[Entry]) -> frozenset[str]:
    counted = Counter(token.token for token in whole)
    return frozenset(text for text, number in counted.items() if number > 1)


async def compare(number: int) -> dict[tuple[int, str], list[float]]:
    """Check so many positions; return how wide the bounds were, by length of the list and measure."""
    widths: dict[tuple[int, str], list[float]] = defaultdict(list)
    async with engine() as running:
        place = 0
        shared: frozenset[str] = frozenset()
        async for position in positions(running, number):
            exact = Exact(position)
            shared = shared or shared_texts(position.first)
            if place % 10 == 0:
                check_whole(position, exact)
            for size in SIZES:
                check_cut(position, exact, size, shared)
                for name, bounds in check_cut(position, exact, size).items():
                    widths[size, name].append(bounds.hi - bounds.lo)
            place += 1
    assert place >= number
    return widths


async def test_bounds_hold_on_the_twins() -> None:
    widths = await compare(100)
    # Longer lists leave less open, and twenty tokens not much.
    for name in ("entropy", "total variation", "Jensen–Shannon"):
        means = [float(np.mean(widths[size, name])) for size in SIZES]
        assert means == sorted(means, reverse=True)
        assert means[0] > 0.1 > means[-1]


if __name__ == "__main__":
    began = time.monotonic()
    found = asyncio.run(compare(int(sys.argv[1])))
    for (size, name), each in sorted(found.items()):
        if name != "log-probability":
            print(f"{size:4} {name:16} mean width {np.mean(each):.4f}, {len(each)} positions")
    print(f"all inside, {time.monotonic() - began:.0f} s")
