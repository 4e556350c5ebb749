"""Killed in the middle of a stream."""

from tests.sessions.recording.kill import many


async def test_a_kill_costs_no_session_and_no_earlier_turn() -> None:
    outcomes = await many(4)
    assert [outcome.faults for outcome in outcomes] == [[]] * 4
    assert all(outcome.turns for outcome in outcomes)
