"""Ask for the scores of a run, a number of requests at once on each server, and keep each as it comes."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Collection
from contextlib import aclosing
from typing import Final

from alignscope.backends.base import Fault, ServerError
from alignscope.lab.row import Scored, short
from alignscope.lab.run.asking import again_in
from alignscope.lab.run.plan import Plan
from alignscope.lab.run.progress import Pace, Part
from alignscope.lab.run.retrying import Patience, Tries, first_error
from alignscope.lab.run.scored import Asker
from alignscope.lab.run.scores import Job, Kind, ScoresFile, Wanted
from alignscope.run.servers import Servers
from alignscope.scoring.scorer import NoLogprobsError

_IN_A_ROW: Final = 3
"""Problems of one kind one after the other, with no figure before, from which on an entry isn't asked any more."""
_WHAT: Final = {
    Kind.CHOICES: "how likely it finds choices",
    Kind.PASSAGE: "passages",
    Kind.SHIFT: "other models' replies",
}


class Scoring:
    """Scores of a run in progress. `run` it once; cancelling that keeps every one that is whole."""

    def __init__(
        self,
        plan: Plan,
        servers: Servers,
        wanted: Wanted,
        file: ScoresFile,
        *,
        concurrency: int,
        patience: Patience,
        on_scored: Callable[[Scored], None] = lambda _: None,
        say: Callable[[str, str], None] = lambda _server, _what: None,
    ) -> None:
        """Prepare.

        Args:
            concurrency: requests at once to each server.
            on_scored: called with each line that was written.
            say: called with a server and what went wrong there, once for each entry and problem.
        """
        self._plan, self._wanted, self._file = plan, wanted, file
        self._asker = Asker(plan, servers)
        self._concurrency, self._patience = concurrency, patience
        self._on_scored, self._say = on_scored, say
        self._done: set[int] = set()
        self._told: set[str] = set()
        self._worked: set[tuple[str, Kind]] = set()
        self._in_a_row: Counter[tuple[str, Kind]] = Counter()
        self._pace = Pace(())
        self.total = 0
        """All that the plan has scored."""
        self.there = 0
        """Scores that are there."""
        self.left_out = 0
        """Those that can't be had: the server doesn't tell what it takes."""
        self.failed = 0
        """Those that went wrong, and are asked for again by the next start."""

    @property
    def whole(self) -> bool:
        """Whether everything that can be had is there."""
        return self.there + self.left_out >= self.total

    @property
    def seconds_left(self) -> float | None:
        """Seconds that the rest takes at the speed so far; None as long as too little came to tell."""
        return self._pace.seconds_left(time.monotonic())

    async def run(self, without: Collection[str] = ()) -> None:
        """Ask for every score that isn't there. Raises FolderError, and FileError for prompts that changed.

        Args:
            without: servers that are given up.
        """
        keys: dict[int, Part] = {}
        async with aclosing(self._wanted.jobs()) as jobs:
            async for job in jobs:
                keys[short(job.key)] = _part(job)
        self._done = self._file.settle(keys.keys())
        self._pace = Pace(part for key, part in keys.items() if key not in self._done and part.server not in without)
        self.total, self.there = len(keys), len(self._done)
        servers = dict.fromkeys(seat.server for seat in self._plan.seats if seat.server not in without)
        try:
            async with asyncio.TaskGroup() as group:
                for server in servers:
                    group.create_task(self._serve(server))
        except ExceptionGroup as errors:
            raise first_error(errors) from errors
        finally:
            self._file.flush()

    async def _serve(self, server: str) -> None:
        one_at_a_time = asyncio.Lock()
        async with aclosing(self._wanted.jobs(server)) as jobs, asyncio.TaskGroup() as group:
            for _ in range(self._concurrency):
                group.create_task(self._work(jobs, one_at_a_time))

    async def _work(self, jobs: AsyncGenerator[Job, None], one_at_a_time: asyncio.Lock) -> None:
        while True:
            async with one_at_a_time:
                job = await self._next(jobs)
            if job is None:
                return
            self._pace.begin(_part(job), time.monotonic())
            scored = await self._asked(job)
            self._pace.ended(_part(job), asked=True)
            if scored is not None:
                self._file.add(scored)
                self.there += 1
                self._on_scored(scored)

    async def _next(self, jobs: AsyncGenerator[Job, None]) -> Job | None:
        async for job in jobs:
            if short(job.key) in self._done:
                continue
            if self._given_up(job):
                self.left_out += 1
                self._pace.ended(_part(job), asked=False)
                continue
            return job
        return None

    def _given_up(self, job: Job) -> bool:
        place = (job.seat.entry.name, job.kind)
        return place not in self._worked and self._in_a_row[place] >= _IN_A_ROW

    async def _asked(self, job: Job) -> Scored | None:
        """Return a job's score after as many tries as it takes; None, with a message, where it can't be had."""
        name = job.seat.entry.name
        tries = Tries(self._patience)
        while True:
            try:
                scored = await self._asker.scored(job)
            except NoLogprobsError as error:
                self._refuse(job, str(error))
                return None
            except ServerError as error:
                if error.fault is Fault.INVALID:
                    self._refuse(job, str(error))
                    return None
                pause = tries.pause(error.fault)
                if pause is None:
                    self.failed += 1
                    self._once(job, f"{name}: {error} The same command asks again.")
                    return None
                self._once(job, f"{name}: {error} {again_in(pause)}")
                await asyncio.sleep(pause)
                continue
            self._worked.add((name, job.kind))
            return scored

    def _refuse(self, job: Job, why: str) -> None:
        self.left_out += 1
        self._in_a_row[job.seat.entry.name, job.kind] += 1
        self._once(job, f"{job.seat.entry.name} isn't asked about {_WHAT[job.kind]}: {why}")

    def _once(self, job: Job, what: str) -> None:
        if what not in self._told:
            self._told.add(what)
            self._say(job.seat.server, what)


def _part(job: Job) -> Part:
    return Part(job.seat.server, job.kind)
