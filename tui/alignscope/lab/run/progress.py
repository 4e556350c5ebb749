"""Progress of a run, and estimates of the time that is left."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from alignscope.lab.row import Row
from alignscope.lab.run.plan import Count, Share

_ENOUGH_ROWS: Final = 5
_ENOUGH_SECONDS: Final = 3.0
"""How much a server has to have done before anything is said of the rest."""
_ENOUGH_SCORES: Final = 10


@dataclass
class Progress:
    """Rows that are there and that came, by server."""

    total: int
    """Rows of the whole run."""
    before: int
    """Rows that were there when it began."""
    left: dict[str, int]
    """Rows that are still to come, by server."""
    came: int = 0
    failed: int = 0
    tokens: int = 0
    _by_server: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, counted: Count, done: set[int]) -> "Progress":
        """Return the progress of a run that begins now.

        Args:
            done: short hashes of the rows that are there.
        """
        left = {share.seat.server: 0 for share in counted.shares}
        for key, number in counted.keys.items():
            left[counted.shares[number].seat.server] += key not in done
        return cls(counted.rows, counted.rows - sum(left.values()), left)

    @property
    def whole(self) -> int:
        """Rows that are there and didn't fail."""
        return self.before + self.came - self.failed

    def add(self, row: Row) -> None:
        """Count a row that came."""
        self.came += 1
        self.failed += row.failed
        self.tokens += row.tokens
        self.left[row.server] -= 1
        self._by_server[row.server] = self._by_server.get(row.server, 0) + 1

    def seconds_left(self, elapsed: float) -> float | None:
        """Return how long the rest takes at the speed so far, None as long as too little came to tell.

        Servers work at the same time, so it is the time of the slowest.

        Args:
            elapsed: seconds since this began.
        """
        longest = 0.0
        for server, left in self.left.items():
            came = self._by_server.get(server, 0)
            if not left:
                continue
            if came < _ENOUGH_ROWS or elapsed < _ENOUGH_SECONDS:
                return None
            longest = max(longest, left * elapsed / came)
        return longest


class Part(NamedTuple):
    """A part of the scoring: all jobs of one kind on one server, which does one kind after the other."""

    server: str
    kind: str


class Pace:
    """An estimate of the time that the rest of the scoring takes."""

    def __init__(self, left: Iterable[Part]) -> None:
        """Count all jobs, each in its part."""
        self._left = Counter(left)
        self._asked: Counter[Part] = Counter()
        self._began: dict[Part, float] = {}

    def begin(self, part: Part, now: float) -> None:
        """Note the time, in seconds, at which a job is begun."""
        self._began.setdefault(part, now)

    def ended(self, part: Part, *, asked: bool) -> None:
        """Count a job as done: it was scored, or it failed, or it was left out and took no time."""
        self._left[part] -= 1
        self._asked[part] += asked

    def seconds_left(self, now: float) -> float | None:
        """Return the seconds of the slowest server; None as long as one of its kinds has hardly begun.

        Kinds take very different times.
        """
        by_server: dict[str, float] = {}
        for part, left in self._left.items():
            if left <= 0:
                continue
            if self._asked[part] < _ENOUGH_SCORES:
                return None
            seconds = left * (now - self._began[part]) / self._asked[part]
            by_server[part.server] = by_server.get(part.server, 0.0) + seconds
        return max(by_server.values(), default=0.0)


@dataclass(frozen=True)
class Speed:
    """The speed of an entry, as one small request showed it."""

    share: Share
    first_seconds: float
    """Until its first token."""
    tokens_per_second: float

    @property
    def seconds(self) -> float:
        """Seconds for all of the entry's requests, one by one and each to its limit; infinite without a limit."""
        if self.share.tokens is None:
            return math.inf
        return self.share.rows * self.first_seconds + self.share.tokens / self.tokens_per_second


def at_most(speeds: Sequence[Speed], concurrency: int) -> tuple[float, float]:
    """Return how many seconds a run takes if every reply is as long as it may be.

    The first holds if so many requests at once go as fast as one alone, the second if they share its speed.
    """
    by_server: dict[str, float] = {}
    for speed in speeds:
        server = speed.share.seat.server
        by_server[server] = by_server.get(server, 0.0) + speed.seconds
    longest = max(by_server.values(), default=0.0)
    return longest / concurrency, longest
