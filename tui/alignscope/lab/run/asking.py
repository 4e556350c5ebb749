"""Ask for one reply of a run, read it to its end, and make its row."""

import asyncio
import time
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Final, Self

from alignscope.backends.base import Backend, Chunk, Ending, Fault, Request, ServerError
from alignscope.lab.row import Row, Step, Tokens
from alignscope.lab.run.plan import Job
from alignscope.model.events import End, Stats
from alignscope.text.clean import encodable
from alignscope.text.wording import counted

_LOOKS: Final = 8
"""Looks at each silence before it is too long."""


@dataclass(slots=True)
class Reply:
    """A reply as far as it was read."""

    began: float
    """Seconds by the monotonic clock, as the others."""
    last: float
    first: float | None = None
    ended: float = 0.0
    texts: list[str] = field(default_factory=list)
    thoughts: list[str] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    end: End = End.CUT
    message: str = ""
    stats: Stats = field(default_factory=Stats)
    fault: Fault | None = None
    """What kind of problem ended it; None if none did."""


def again_in(pause: float) -> str:
    """Return the sentence that a request is sent again after so many seconds."""
    return f"The run asks again by itself in {counted(pause, 'second')}, and then less often."


class Watch:
    """Ends replies that are silent for too long. One clock for all, so that a token costs nothing."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._running: dict[int, tuple[Reply, asyncio.Timeout]] = {}
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._look())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def add(self, reply: Reply, limit: asyncio.Timeout) -> None:
        """Watch a reply."""
        self._running[id(reply)] = (reply, limit)

    def remove(self, reply: Reply) -> None:
        """Watch it no longer."""
        self._running.pop(id(reply), None)

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(self.seconds / _LOOKS)
            now = time.monotonic()
            for reply, limit in self._running.values():
                if now - reply.last > self.seconds:
                    limit.reschedule(asyncio.get_running_loop().time())


async def read(backend: Backend, server: str, request: Request, watch: Watch) -> Reply:
    """Ask, and return the reply with how it ended. Never raises what a server does.

    Args:
        server: its name, for messages.
    """
    now = time.monotonic()
    reply = Reply(now, now)
    try:
        async with asyncio.timeout(None) as limit:
            watch.add(reply, limit)
            await _read(backend, request, reply)
    except ServerError as error:
        reply.message, reply.fault = str(error), error.fault
        broke = reply.first is not None and error.fault in (Fault.UNREACHABLE, Fault.BROKEN)
        reply.end = End.CUT if broke else End.ERROR
    except TimeoutError:
        seconds = counted(watch.seconds, "second")
        reply.message = f"{server} was silent for {seconds}. Raise `timeout` in the spec, or look at the server."
        reply.end, reply.fault = End.ERROR if reply.first is None else End.CUT, Fault.FAILED
    finally:
        watch.remove(reply)
    reply.ended = time.monotonic()
    return reply


async def _read(backend: Backend, request: Request, reply: Reply) -> None:
    listed = request.logprobs is not None
    async with aclosing(backend.stream(request)) as stream:
        async for item in stream:
            if isinstance(item, Chunk):
                reply.last = time.monotonic()
                if reply.first is None:
                    reply.first = reply.last
                if item.thinking:
                    reply.thoughts.append(item.text)
                    continue
                reply.texts.append(item.text)
                if listed:
                    candidates = [(encodable(each.text), each.logprob) for each in item.alternatives]
                    reply.steps.append((encodable(item.text), item.logprob, candidates))
            elif isinstance(item, Ending):
                reply.end, reply.message, reply.stats = item.end, item.message, item.stats
                reply.fault = Fault.FAILED if item.end.failed else None
                return
    reply.message = f"{backend.info.label} ended the stream without saying why."
    reply.fault = Fault.FAILED


def row_of(job: Job, reply: Reply, at: str) -> tuple[Row, Tokens | None]:
    """Return a reply's row, and its lists where they were asked for and it didn't fail."""
    entry, prompt, pieces = job.seat.entry, job.prompt, len(reply.texts) + len(reply.thoughts)
    row = Row(
        key=job.key,
        prompt_id=prompt.id,
        set=prompt.set,
        category=prompt.category,
        language=prompt.language,
        prompt=prompt.prompt,
        answer=prompt.answer,
        choices=list(prompt.choices),
        entry=entry.name,
        role=entry.role,
        server=job.seat.server,
        model=entry.model,
        digest=job.seat.digest,
        mode=entry.mode,
        frame=job.frame,
        sampling=job.draws.name,
        options=job.options,
        seed=job.seed,
        sample=job.sample,
        sent=job.sent,
        text=encodable("".join(reply.texts)),
        thinking=encodable("".join(reply.thoughts)),
        end=reply.end,
        error=encodable(reply.message) if reply.end.failed else "",
        tokens=reply.stats.tokens or pieces,
        first_token_ms=None if reply.first is None else _ms(reply.first - reply.began),
        duration_ms=_ms(reply.ended - reply.began),
        at=at,
    )
    listed = job.request.logprobs is not None and not row.failed
    return row, Tokens(key=job.key, tokens=reply.steps) if listed else None


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 3)
