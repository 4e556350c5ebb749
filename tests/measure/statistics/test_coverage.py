"""Intervals contain the truth as often as they say, on made-up prompts. `coverage` by hand has more cells and runs."""

import pytest

from tests.measure.statistics.coverage import Cell, covered, differences, rates

RUNS = 500
"""The draws have a fixed seed, so that a cell comes out the same every time."""
MANY = [
    rates(200, 1, 0.1, 0.0),
    *(rates(200, 10, share, correlation) for share in (0.05, 0.3) for correlation in (0.0, 0.3, 0.7)),
    *(differences(200, 10, shares, 0.3) for shares in ((0.1, 0.1), (0.3, 0.5))),
]
FEW = [
    *(rates(20, 10, share, correlation) for share in (0.05, 0.3) for correlation in (0.0, 0.3, 0.7)),
    *(differences(20, 10, shares, 0.3) for shares in ((0.1, 0.1), (0.02, 0.9))),
]


def named(cell: Cell) -> str:
    return f"{cell.kind} {cell.name} {cell.prompts}x{cell.replies}"


@pytest.mark.parametrize("cell", MANY, ids=named)
def test_many_prompts(cell: Cell) -> None:
    assert 0.93 <= covered(cell, RUNS) <= 0.97


@pytest.mark.parametrize("cell", FEW, ids=named)
def test_few_prompts(cell: Cell) -> None:
    assert covered(cell, RUNS) >= 0.93
