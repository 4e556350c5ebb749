"""Do a run: ask for the plan's jobs, a number at once on each server, and write their rows into the folder."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Final

import msgspec

from alignscope.backends.base import Backend, Fault
from alignscope.lab.folder import Folder
from alignscope.lab.manifest import now
from alignscope.lab.row import Row, Scored, short
from alignscope.lab.run.asking import Reply, Watch, again_in, read, row_of
from alignscope.lab.run.plan import Job, Plan
from alignscope.lab.run.retrying import IN_A_ROW, LASTING, Patience, Tries, first_error
from alignscope.lab.run.scores import ScoresFile, Wanted, wants_scores
from alignscope.lab.run.scoring import Scoring
from alignscope.run.logprobs import none_told
from alignscope.run.servers import Servers

_FLUSH_SECONDS: Final = 2.0
_MOST_NOTES: Final = 20
"""Remarks on replies that are made at most."""


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """A problem with a server, told once until the server has replied again."""

    server: str
    message: str
    """What happened and what becomes of it, for the person."""


class _StoppedError(Exception):
    """A server that is given up."""


class _Line:
    """The state of one server."""

    def __init__(self, server: str, backend: Backend) -> None:
        self.server = server
        self.backend = backend
        self.said: set[Fault] = set()
        """Problems that were said since it last replied."""
        self.stopped = False


class Lab:
    """A run in progress. `run` it once; cancelling that keeps every row that is whole."""

    def __init__(
        self,
        plan: Plan,
        servers: Servers,
        folder: Folder,
        done: set[int],
        *,
        concurrency: int,
        on_row: Callable[[Row], None] = lambda _: None,
        on_trouble: Callable[[Trouble], None] = lambda _: None,
        on_scored: Callable[[Scored], None] = lambda _: None,
        patience: Patience | None = None,
    ) -> None:
        """Prepare.

        Args:
            done: short hashes of rows that are there.
            concurrency: requests at once to each server.
            on_row: called with each row that was written.
            on_trouble: called with each problem that is waited for or given up.
            on_scored: called with each score that was written, once all rows are there.
        """
        self._plan, self._servers, self._folder, self._done = plan, servers, folder, done
        self._concurrency = concurrency
        self._on_row, self._on_trouble, self._on_scored = on_row, on_trouble, on_scored
        self._patience = patience or Patience()
        self._watch = Watch(plan.spec.timeout)
        self._given_up: set[str] = set()
        """Names of entries that are asked no more."""
        self._in_a_row: Counter[str] = Counter()
        self._noted: set[tuple[str, str]] = set()
        self.retries = 0
        """Requests that were sent again."""
        self.scoring: Scoring | None = None
        """What is scored beside the replies, once all of them were asked for."""
        self._stopped: set[str] = set()
        """Servers that are given up."""

    @property
    def scored(self) -> bool:
        """Whether everything is there that the plan has scored and that can be had."""
        return self.scoring.whole if self.scoring else not wants_scores(self._plan)

    async def run(self) -> None:
        """Ask for everything that isn't there, and then score what the plan has scored.

        Raises FolderError, and FileError for a file of prompts that changed.
        """
        servers = dict.fromkeys(seat.server for seat in self._plan.seats)
        flushing = asyncio.create_task(self._flush())
        try:
            async with self._watch, asyncio.TaskGroup() as group:
                for server in servers:
                    group.create_task(self._serve(server))
            if wants_scores(self._plan):
                await self._score()
        except ExceptionGroup as errors:
            raise first_error(errors) from errors
        finally:
            flushing.cancel()
            await asyncio.gather(flushing, return_exceptions=True)
            self._folder.flush()

    async def _score(self) -> None:
        file = ScoresFile(self._folder.path)
        try:
            self.scoring = Scoring(
                self._plan,
                self._servers,
                Wanted(self._plan, self._folder.path),
                file,
                concurrency=self._concurrency,
                patience=self._patience,
                on_scored=self._on_scored,
                say=lambda server, what: self._on_trouble(Trouble(server=server, message=what)),
            )
            await self.scoring.run(self._stopped)
        finally:
            file.close()

    async def _serve(self, server: str) -> None:
        line = _Line(server, await self._servers.get(server))
        one_at_a_time = asyncio.Lock()
        async with aclosing(self._plan.jobs(server)) as jobs, asyncio.TaskGroup() as group:
            for _ in range(self._concurrency):
                group.create_task(self._work(line, jobs, one_at_a_time))

    async def _work(self, line: _Line, jobs: AsyncGenerator[Job, None], one_at_a_time: asyncio.Lock) -> None:
        """Take one job after the other, and write its row."""
        while not line.stopped:
            async with one_at_a_time:
                job = await self._next(jobs)
            if job is None:
                return
            try:
                row, tokens = row_of(job, *await self._asked(line, job))
            except _StoppedError:
                return
            self._folder.add(row, tokens)
            self._judge(line, row)
            self._on_row(row)

    async def _next(self, jobs: AsyncGenerator[Job, None]) -> Job | None:
        async for job in jobs:
            if short(job.key) not in self._done and job.seat.entry.name not in self._given_up:
                return job
        return None

    async def _asked(self, line: _Line, job: Job) -> tuple[Reply, str]:
        """Return a job's reply and when it was sent, after as many tries as it takes. Raises _StoppedError."""
        tries = Tries(self._patience)
        while True:
            at = now()
            reply = await read(line.backend, line.server, job.request, self._watch)
            if reply.fault is None:
                line.said.clear()
                self._note(line, job, reply)
                return reply, at
            if line.stopped:
                raise _StoppedError
            pause = tries.pause(reply.fault, begun=bool(reply.texts))
            if pause is None:
                if reply.fault in LASTING:
                    self._in_a_row[job.seat.entry.name] += IN_A_ROW
                elif reply.fault is Fault.UNREACHABLE and not reply.texts:
                    self._stop(line, reply)
                return reply, at
            self.retries += 1
            self._say(line, reply, again_in(pause))
            await asyncio.sleep(pause)

    def _stop(self, line: _Line, reply: Reply) -> None:
        line.stopped = True
        self._stopped.add(line.server)
        self._on_trouble(
            Trouble(server=line.server, message=f"{reply.message} Given up; the same command goes on when it is there.")
        )
        raise _StoppedError

    def _say(self, line: _Line, reply: Reply, then: str) -> None:
        assert reply.fault
        if reply.fault not in line.said:
            line.said.add(reply.fault)
            self._on_trouble(Trouble(server=line.server, message=f"{reply.message} {then}"))

    def _note(self, line: _Line, job: Job, reply: Reply) -> None:
        """Say what a whole reply lacks."""
        entry, info = job.seat.entry, line.backend.info
        if reply.message:
            self._say_once(line, entry.name, reply.message)
        if reply.steps and all(logprob is None for _, logprob, _ in reply.steps):
            self._say_once(line, entry.name, none_told(info, entry.model, entry.mode))

    def _say_once(self, line: _Line, entry: str, what: str) -> None:
        """Say something of an entry, unless it was said in this run."""
        if (entry, what) not in self._noted and len(self._noted) < _MOST_NOTES:
            self._noted.add((entry, what))
            self._on_trouble(Trouble(server=line.server, message=f"{entry}: {what}"))

    def _judge(self, line: _Line, row: Row) -> None:
        """Give up an entry that only fails."""
        name = row.entry
        if not row.failed:
            self._in_a_row[name] = 0
            return
        self._say_once(line, name, row.error)
        self._in_a_row[name] += 1
        if self._in_a_row[name] >= IN_A_ROW and name not in self._given_up:
            self._given_up.add(name)
            message = f"{name} is asked no more, since every request fails."
            self._on_trouble(Trouble(server=line.server, message=message))

    async def _flush(self) -> None:
        while True:
            await asyncio.sleep(_FLUSH_SECONDS)
            await asyncio.to_thread(self._folder.flush)
