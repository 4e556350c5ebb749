"""What the model card says of its figures: shares with n and intervals, and differences paired by prompt."""

from __future__ import annotations

import pytest

pytest.importorskip("xllamacpp")

from training.measure import card
from training.measure.card import Counts, Figure, Measured

EVERY: Counts = {f"prompt {at}": (4, 4) for at in range(20)}
MOST: Counts = {f"prompt {at}": (4 if at % 4 else 2, 4) for at in range(20)}


def test_a_share_is_told_with_its_interval_its_samples_and_whether_the_goal_is_met() -> None:
    found = Measured(rows=[("declines", {"sft": Figure(MOST, "≥85"), "latest": Figure(EVERY, "≥90")})])
    row = "| declines | 20 |  | 88% [73, 95] of 80 (≥85 ✓) | 100% [82, 100] of 80 (≥90 ✓) |"
    assert row in card.figures(found).splitlines()


def test_a_goal_that_is_missed_is_told() -> None:
    assert "(≤5 ✗)" in card.figures(Measured(rows=[("declines", {"latest": Figure(MOST, "≤5")})]))


def test_too_few_prompts_have_no_interval() -> None:
    three: Counts = dict(list(MOST.items())[:3])
    assert "| says so | 3 |  |  | 83% of 12 |" in card.figures(Measured(rows=[("says so", {"latest": Figure(three)})]))


def test_differences_are_paired_by_prompt_and_in_points() -> None:
    now, before = ([("declines", {"latest": Figure(counts)})] for counts in (EVERY, MOST))
    told = card.differences(Measured(rows=now), Measured(rows=before))
    row = next(line for line in told.splitlines() if line.startswith("| declines | 20 |"))
    assert row.endswith("|  |  | +12.5 [-0.4, +23.2] |")


def test_no_difference_is_zero() -> None:
    same = Measured(blind=[("blind.yaml", [("facts", {"sft": Figure(MOST), "latest": Figure(EVERY)})])])
    row = next(line for line in card.differences(same, same).splitlines() if line.startswith("| facts"))
    assert [cell.split()[0] for cell in row.split("|")[3:5]] == ["+0.0", "+0.0"]
