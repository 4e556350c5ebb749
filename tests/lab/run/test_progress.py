"""How far a run is, and what is said of the rest."""

import math

import msgspec
import pytest

from alignscope.lab.row import Row
from alignscope.lab.run.plan import Count, Seat, Share
from alignscope.lab.run.progress import Pace, Part, Progress, Speed, at_most
from alignscope.lab.spec.file import Entry
from alignscope.model.events import End
from alignscope.model.lineup.pane import Mode
from tests.lab.test_row import ROW


def share(server: str, rows: int, tokens: int | None) -> Share:
    """What an entry at a server is asked for."""
    entry = Entry(name=server, model="m", server=server, mode=Mode.CHAT, role="other", frames=("chat",))
    return Share(Seat(entry=entry, server=server), rows, tokens)


COUNT = Count(5, (share("fast", 30, 300), share("slow", 10, 100)), {key: int(key >= 30) for key in range(40)})


def row(server: str, end: End = End.STOP) -> Row:
    """A row that came from a server."""
    return msgspec.structs.replace(ROW, server=server, end=end, tokens=3)


def test_rows_that_were_there_are_no_part_of_the_speed() -> None:
    progress = Progress.of(COUNT, {*range(10), 30})
    assert (progress.total, progress.before, progress.left) == (40, 11, {"fast": 20, "slow": 9})
    for _ in range(10):
        progress.add(row("fast"))
    assert progress.seconds_left(10) is None
    for _ in range(5):
        progress.add(row("slow"))
    assert progress.left == {"fast": 10, "slow": 4}
    # The fast one needs 10 s for its 10, the slow one 8 s for its 4.
    assert progress.seconds_left(10) == 10
    assert progress.seconds_left(1) is None
    for _ in range(10):
        progress.add(row("fast"))
    assert progress.seconds_left(20) == 16
    for _ in range(4):
        progress.add(row("slow", End.ERROR))
    assert progress.seconds_left(30) == 0
    assert (progress.came, progress.failed, progress.whole, progress.tokens) == (29, 4, 36, 87)


def test_an_estimate_beforehand_is_that_of_the_slowest_server() -> None:
    fast = Speed(COUNT.shares[0], first_seconds=0.1, tokens_per_second=100)
    slow = Speed(COUNT.shares[1], first_seconds=1, tokens_per_second=10)
    assert fast.seconds == pytest.approx(30 * 0.1 + 300 / 100)
    assert at_most([fast, slow], 4) == pytest.approx((5, 20))
    same = Speed(share("slow", 10, 100), first_seconds=0, tokens_per_second=100)
    assert at_most([fast, slow, same], 1) == pytest.approx((21, 21))
    assert math.isinf(at_most([Speed(share("x", 1, None), 0.1, 10)], 4)[0])
    assert at_most([], 4) == (0, 0)


FAST, SLOW = Part("one", "choices"), Part("one", "shift")


def test_nothing_is_said_of_scores_until_the_last_kind_goes_on() -> None:
    pace = Pace([FAST] * 20 + [SLOW] * 20)
    pace.begin(FAST, 100.0)
    for _ in range(20):
        pace.ended(FAST, asked=True)
    assert pace.seconds_left(110.0) is None, "those took half a second each, which tells nothing of the others"
    for _ in range(10):
        pace.begin(SLOW, 110.0)
        pace.ended(SLOW, asked=True)
    assert pace.seconds_left(140.0) == pytest.approx(10 * 30 / 10)


def test_scores_that_are_not_asked_for_take_no_time() -> None:
    pace = Pace([SLOW] * 40)
    pace.begin(SLOW, 0.0)
    for _ in range(10):
        pace.ended(SLOW, asked=True)
    for _ in range(25):
        pace.ended(SLOW, asked=False)
    assert pace.seconds_left(20.0) == pytest.approx(5 * 2.0)
    for _ in range(5):
        pace.ended(SLOW, asked=True)
    assert pace.seconds_left(30.0) == 0.0


def test_servers_score_at_the_same_time_so_the_slowest_counts() -> None:
    other = Part("two", "shift")
    pace = Pace([SLOW] * 20 + [other] * 100)
    for part, asked in ((SLOW, 10), (other, 50)):
        pace.begin(part, 0.0)
        for _ in range(asked):
            pace.ended(part, asked=True)
    assert pace.seconds_left(60.0) == pytest.approx(60.0)
    for _ in range(30):
        pace.ended(other, asked=True)
    assert pace.seconds_left(120.0) == pytest.approx(120.0)
