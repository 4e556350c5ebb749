"""A judge at work: every question on every pair, both ways round, so many at once, and its answers into the folder."""

import asyncio
import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from alignscope.backends.base import Backend, Fault, Request
from alignscope.lab.manifest import now
from alignscope.lab.run.asking import Reply, Watch, again_in, read
from alignscope.lab.run.retrying import IN_A_ROW, LASTING, PASSING, Patience, Tries
from alignscope.lab.votes.index import Index, Pair
from alignscope.lab.votes.judging.answers import Answer, Record, answers
from alignscope.lab.votes.judging.principles import Principles
from alignscope.lab.votes.judging.question import request_of, understood
from alignscope.model.lineup.pairing import default_mode, judge
from alignscope.model.lineup.pane import EMBEDDED, Mode, PaneRequest, is_hub, is_path, is_twin
from alignscope.run.servers import Servers, named
from alignscope.text.clean import encodable
from alignscope.text.wording import counted

_KEY_BYTES: Final = 12


@dataclass(frozen=True, slots=True)
class Seat:
    """A model that judges."""

    model: str
    server: str
    """A URL without name and password, or `embedded`."""
    mode: Mode
    backend: Backend
    digest: str = ""
    template: str = ""
    """Hash of the chat template; "" without one, or where the server doesn't tell."""

    def by(self, principles: Principles) -> str:
        """Return the name that it has with a list of principles."""
        return f"{self.model} by {principles.name}"

    def mark(self, principles: Principles) -> str:
        """Return a short hash of what else tells it from others."""
        shaped = (principles.mark, self.digest, self.template, self.mode, self.server if not self.digest else "")
        return hashlib.blake2b(msgspec.json.encode(shaped), digest_size=4).hexdigest()


async def seat_of(wanted: PaneRequest, servers: Servers) -> Seat:
    """Return the model that a person named, as its server has it. Raises ServerError, also for a missing model."""
    name = wanted.model
    own = EMBEDDED if is_twin(name) or is_hub(name) or is_path(name) else servers.default_host
    server = wanted.server or own
    backend = await servers.get(server)
    model = await backend.look(name)
    mode = wanted.mode or default_mode(judge(model).nature)
    template = model.template if mode is Mode.CHAT else None
    return Seat(
        model=name,
        server=named(server),
        mode=mode,
        backend=backend,
        digest=model.digest,
        template=hashlib.sha256(template.encode()).hexdigest() if template else "",
    )


@dataclass(frozen=True, slots=True)
class _Job:
    key: str
    a: str
    b: str
    question: str
    request: Request


class Judging:
    """A judge's questions on pairs of a run. `run` it once; cancelling that keeps every answer that came."""

    def __init__(
        self,
        index: Index,
        pairs: Sequence[Pair],
        seat: Seat,
        principles: Principles,
        record: Record,
        *,
        concurrency: int = 4,
        silence: float = 600.0,
        on_answer: Callable[[], None] = lambda: None,
        on_trouble: Callable[[str], None] = lambda _: None,
        patience: Patience | None = None,
    ) -> None:
        """Prepare, and look for what was answered before.

        Args:
            concurrency: requests at once.
            silence: seconds for which an answer may be silent.
            on_answer: called after each answer that was kept.
            on_trouble: called with each problem, in a sentence.
        """
        self._index, self._pairs, self._seat, self._principles = index, pairs, seat, principles
        self._record, self._concurrency = record, concurrency
        self._on_answer, self._on_trouble = on_answer, on_trouble
        self._patience = patience or Patience()
        self._watch = Watch(silence)
        self.by, self._mark = seat.by(principles), seat.mark(principles)
        mine = {(answer.a, answer.b, answer.question): answer.key for answer in answers(index.folder)
                if (answer.by, answer.mark) == (self.by, self._mark)}  # fmt: skip
        self._done = set(mine.values())
        self.total = 2 * len(pairs) * len(principles.questions)
        """Answers there will be."""
        wanted = {keys for pair in pairs for keys in ((pair.first, pair.second), (pair.second, pair.first))}
        self.before = sum((a, b) in wanted for a, b, _ in mine)
        """Answers that were there."""
        self.came = self.failed = self.gone = 0
        """Answers that were kept; questions that failed; those on rows that can't be read any more."""
        self.stopped = ""
        """Why the judge was given up; "" if it wasn't."""
        self._in_a_row = 0
        self._said: set[str] = set()

    async def run(self) -> None:
        """Ask what wasn't answered yet. Raises VotesError where answers can't be kept."""
        jobs = self._jobs()
        try:
            async with self._watch, asyncio.TaskGroup() as group:
                for _ in range(self._concurrency):
                    group.create_task(self._work(jobs))
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from errors

    def _jobs(self) -> Iterator[_Job]:
        """Yield every question that wasn't answered, the two ways round of one after another."""
        for pair in self._pairs:
            rows = self._index.replies(pair)
            if rows is None:
                self.gone += 2 * len(self._principles.questions)
                continue
            for question in self._principles.questions:
                for one, other in (rows, rows[::-1]):
                    request = request_of(
                        model=self._seat.model, mode=self._seat.mode, prompt=one.prompt, first=one.text,
                        second=other.text, question=question,
                    )  # fmt: skip
                    shaped = (
                        self.by, self._mark, one.key, other.key, request.mode, request.prompt, request.messages,
                        dict(request.sampling.items()),
                    )  # fmt: skip
                    key = hashlib.blake2b(msgspec.json.encode(shaped), digest_size=_KEY_BYTES).hexdigest()
                    if key not in self._done:
                        yield _Job(key, one.key, other.key, question, request)

    async def _work(self, jobs: Iterator[_Job]) -> None:
        while not self.stopped and (job := next(jobs, None)) is not None:
            at = now()
            reply = await self._asked(job.request)
            if reply.fault is not None:
                self._fail(reply)
                continue
            self._in_a_row = 0
            text = encodable("".join(reply.texts))
            answer = Answer(
                key=job.key, by=self.by, principles=self._principles.name, mark=self._mark, question=job.question,
                model=self._seat.model, server=self._seat.server, digest=self._seat.digest, mode=self._seat.mode,
                a=job.a, b=job.b, vote=understood(text), text=text, at=at,
            )  # fmt: skip
            self._record.add(answer)
            self.came += 1
            self._on_answer()

    async def _asked(self, request: Request) -> Reply:
        """Return an answer after as many tries as it takes, or the last failure."""
        tries = Tries(self._patience)
        while True:
            reply = await read(self._seat.backend, self._seat.server, request, self._watch)
            if reply.fault is Fault.FAILED and self._watch.seconds <= reply.ended - reply.last:
                reply.message = f"{self._seat.server} was silent for {counted(self._watch.seconds, 'second')}."
            if reply.fault is None or self.stopped:
                return reply
            pause = tries.pause(reply.fault, begun=bool(reply.texts))
            if pause is None:
                return reply
            self._say(f"{reply.message} {again_in(pause)}")
            await asyncio.sleep(pause)

    def _fail(self, reply: Reply) -> None:
        self.failed += 1
        self._in_a_row += 1
        self._say(reply.message)
        if reply.fault in LASTING or reply.fault in PASSING or self._in_a_row >= IN_A_ROW:
            self.stopped = reply.message

    def _say(self, message: str) -> None:
        """Say something once."""
        if message not in self._said:
            self._said.add(message)
            self._on_trouble(message)
