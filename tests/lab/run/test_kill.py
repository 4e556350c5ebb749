"""Killed at random moments."""

from pathlib import Path

from tests.lab.run.kill import many


async def test_twenty_kills_lose_no_row_and_double_none(tmp_path: Path) -> None:
    outcome = await many(20, tmp_path)
    assert not outcome.faults
    assert outcome.kills == 20
    assert outcome.requests >= outcome.rows
