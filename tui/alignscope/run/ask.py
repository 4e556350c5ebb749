"""Run: one prompt to every pane, as one stream of events."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from functools import partial
from typing import Final, Protocol, assert_never

import msgspec

from alignscope.backends.base import Backend, Chunk, Ending, Fault, Request, Sent, ServerError
from alignscope.model.events import End, Event, Finished, Phase, Started, Stats, Token, Waiting
from alignscope.model.lineup.pane import Lineup, Pane
from alignscope.model.origin import Origin
from alignscope.model.reply import own_rate
from alignscope.model.turn import TurnSettings
from alignscope.run.compose import Exchange, compose
from alignscope.run.going_on import Beginning, prepared
from alignscope.run.logprobs import Lacks, Tally
from alignscope.text.wording import counted

_PHASE_EVERY: Final = 0.5
"""Seconds between two checks of a silent reply's phase."""
_AHEAD: Final = 4096
"""Events that wait for their reader before the replies are paused, so that memory stays bounded."""
_NO_STATS: Final = Stats()
_log = logging.getLogger(__name__)


class Directory(Protocol):
    """Source of backends, such as `servers.Servers`."""

    async def get(self, server: str) -> Backend:
        """Return the backend of a URL or of `embedded`. Raises ServerError."""


class Run:
    """Requests for one prompt to a lineup, after a history by pane name. Iterate over `events()` once."""

    def __init__(
        self,
        lineup: Lineup,
        prompt: str,
        settings: TurnSettings,
        servers: Directory,
        *,
        history: Mapping[str, Sequence[Exchange]] | None = None,
        silence: float | None = None,
        first: int = 1,
        lacks: Lacks | None = None,
        goes_on: Beginning | None = None,
    ) -> None:
        """Prepare the requests.

        Args:
            history: exchanges before the prompt, by pane.
            silence: maximum seconds between a reply's tokens; None for no limit.
            first: the sample that is sent first, since a server with fewer slots lets the last ones wait.
            lacks: what was said before of missing log-probabilities, in earlier runs.
            goes_on: what the one pane of the lineup goes on from, as one further sample.
        """
        self._servers = servers
        self.silence = silence
        self.lacks = lacks or Lacks()
        self._one_after_other = settings.one_after_other
        self._replies = [
            _Reply(
                self,
                pane,
                sample,
                partial(compose, pane, prompt, settings),
                (history or {}).get(pane.name, ()),
                goes_on,
            )
            for pane in lineup
            for sample in (
                [goes_on.sample]
                if goes_on
                else sorted(range(1, settings.samples + 1), key=lambda sample: sample != first)
            )
        ]
        self._lineup = lineup
        self._ready: list[Event] = []
        self._news = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._helpers: list[asyncio.Task[None]] = []
        self._began = 0  # nanoseconds, by the clock that never goes back

    async def events(self) -> AsyncGenerator[Event, None]:
        """Send the requests, and yield all events in order until every reply has finished.

        A failed reply has the problem in its Finished. Leaving the iteration early closes all connections.
        """
        self._began = time.monotonic_ns()
        if self._one_after_other:
            self._helpers.append(asyncio.create_task(self._panes()))
        else:
            self._start(self._replies)
        try:
            while self._ready or not all(reply.ended.is_set() for reply in self._replies):
                if not self._ready:
                    self._news.clear()
                    await self._news.wait()
                batch, self._ready = self._ready, []
                self._room.set()
                for event in batch:
                    yield event
        finally:
            self.cancel()
            for helper in self._helpers:
                helper.cancel()
            replies = [reply.task for reply in self._replies if reply.task]
            await asyncio.gather(*self._helpers, *replies, return_exceptions=True)

    def cancel(self, pane: str | None = None) -> None:
        """End the replies of one pane, or all, as `cancelled`; their text stays."""
        for reply in self._replies:
            if pane in (None, reply.pane.name):
                reply.cancel()

    def now(self) -> float:
        """Return milliseconds since the start in whole microseconds, as session files have them; 0 before it."""
        return (time.monotonic_ns() - self._began) // 1000 / 1000 if self._began else 0.0

    def put(self, event: Event) -> None:
        """Pass an event to the reader."""
        self._ready.append(event)
        self._news.set()

    @property
    def crowded(self) -> bool:
        """Whether too many events wait for the reader."""
        return len(self._ready) >= _AHEAD

    async def room(self) -> None:
        """Wait until the reader has caught up."""
        while self.crowded:
            self._room.clear()
            await self._room.wait()

    def _start(self, replies: Sequence["_Reply"]) -> None:
        """Send the requests of some replies, and watch the phase of their panes."""
        panes: dict[str, list[_Reply]] = {}
        for reply in replies:
            reply.start(self._servers)
            panes.setdefault(reply.pane.name, []).append(reply)
        self._helpers += [asyncio.create_task(self._watch(pane)) for pane in panes.values()]

    async def _panes(self) -> None:
        """Ask one pane after another, each for all its samples at once."""
        panes = [[reply for reply in self._replies if reply.pane is pane] for pane in self._lineup]
        for waiting in panes[1:]:
            for reply in waiting:
                reply.report(Phase.QUEUED)
        for replies in panes:
            self._start(replies)
            # Until the connections are closed, not only until the replies end: a busy model can't be unloaded.
            if tasks := [reply.task for reply in replies if reply.task]:
                await asyncio.wait(tasks)

    async def _watch(self, replies: list["_Reply"]) -> None:
        """Report the phase of a pane's replies as long as any of them is silent."""
        while True:
            await asyncio.sleep(_PHASE_EVERY)
            if not any(reply.silent for reply in replies):
                return
            backend = next((reply.backend for reply in replies if reply.backend), None)
            phase = await backend.phase(replies[0].pane.model) if backend else Phase.WAITING
            for reply in replies:
                if reply.silent:
                    reply.report(phase)


class _Reply:
    """Reads one reply's stream, and passes its events to the run."""

    def __init__(
        self,
        run: Run,
        pane: Pane,
        sample: int,
        ask: Callable[[Sequence[Exchange]], Request],
        history: Sequence[Exchange],
        goes_on: Beginning | None = None,
    ) -> None:
        """Prepare.

        Args:
            ask: returns the request with the given history.
            goes_on: what it goes on from.
        """
        self._goes_on = goes_on
        self.pane = pane
        self.sample = sample
        self.backend: Backend | None = None
        self.task: asyncio.Task[None] | None = None
        self.ended = asyncio.Event()
        self._run = run
        self._ask = ask
        self._history = history
        self._left_out = 0
        """Turns, the oldest of the history, that are not sent along."""
        self._phase = Phase.WAITING
        self._sent: float | None = None
        self._first: float | None = None
        self._last = 0.0
        self._pieces = 0
        self._wrote = False
        """Whether any text but thinking has come."""

    @property
    def silent(self) -> bool:
        """Whether nothing has come yet."""
        return self._first is None and not self.ended.is_set()

    def start(self, servers: Directory) -> None:
        """Send the request, unless the reply was cancelled before."""
        if not self.ended.is_set():
            self.task = asyncio.create_task(self._guarded(servers))

    def cancel(self) -> None:
        """End as `cancelled`, once: a second cancellation would interrupt the closing of the connection."""
        if not self.ended.is_set():
            self._finish(End.CANCELLED)
            if self.task is not None:
                self.task.cancel()

    def report(self, phase: Phase) -> None:
        """Report the phase if it has changed."""
        if phase is not self._phase:
            self._phase = phase
            self._run.put(Waiting(self.pane.name, self.sample, self._run.now(), phase))

    async def _guarded(self, servers: Directory) -> None:
        try:
            while not await self._fitted(servers):
                self._left_out += (len(self._history) - self._left_out + 1) // 2
        except ServerError as error:
            broken = self._first is not None and error.fault in (Fault.UNREACHABLE, Fault.BROKEN)
            self._finish(End.CUT if broken else End.ERROR, str(error))
        except TimeoutError:
            limit = counted(self._run.silence or 0, "second")
            silent = f"{self.pane.server} was silent for {limit}, the limit of --timeout."
            self._finish(End.ERROR if self._first is None else End.CUT, f"{silent} Raise it, or look at the server.")
        except Exception as error:
            _log.exception("pane %s failed", self.pane.name)
            what = f"{type(error).__name__}, {error}"
            self._finish(End.ERROR, f"Something in alignscope itself went wrong: {what}. Run it again.")

    async def _fitted(self, servers: Directory) -> bool:
        """Read the reply; return False when the history was too long for the context, so that less has to be sent."""
        try:
            async with asyncio.timeout(self._run.silence) as limit:
                await self._read(servers, self._ask(self._history[self._left_out :]), limit)
        except ServerError as error:
            if error.fault is not Fault.CONTEXT or self._first is not None or self._left_out == len(self._history):
                raise
            return False
        return True

    async def _read(self, servers: Directory, request: Request, limit: asyncio.Timeout) -> None:
        loop = asyncio.get_running_loop()
        run, pane, sample, ended = self._run, self.pane.name, self.sample, self.ended.is_set
        self._sent = run.now()
        self.backend = await servers.get(self.pane.server)
        self.report(Phase.WAITING)
        origin: Origin | None = None
        if self._goes_on is not None:
            request, origin = await prepared(self.backend, request, self._goes_on)
        tally = Tally(request)
        async with aclosing(self.backend.stream(request)) as stream:
            async for item in stream:
                if ended():
                    return
                match item:
                    case Chunk():
                        now = self._last = run.now()
                        self._first = now if self._first is None else self._first
                        self._pieces += 1
                        self._wrote |= not item.thinking
                        tally.add(item)
                        run.put(Token(pane, sample, now, item.text, item.thinking, item.logprob, item.alternatives))
                        if run.crowded:
                            limit.reschedule(None)  # it is the reader who keeps silent
                            await run.room()
                        if run.silence is not None:
                            limit.reschedule(loop.time() + run.silence)
                    case Sent():
                        tally.asked = "logprobs" in item.body
                        run.put(Started(pane, sample, run.now(), item.url, item.body, item.limit, origin))
                    case Ending():
                        lacking = "" if item.end.failed else run.lacks.note(self.backend.info, tally)
                        message = " ".join(filter(None, (item.message, self._missing_text(item, request), lacking)))
                        self._finish(item.end, message, item.stats)
                        return
                    case _:
                        assert_never(item)
        self._finish(End.CUT, f"{self.backend.info.label} ended the stream without saying why. Run it again.")

    def _missing_text(self, ending: Ending, request: Request) -> str:
        """Return why a complete reply with tokens has no text, "" if it has text."""
        tokens = ending.stats.tokens or self._pieces
        if self._wrote or ending.end not in (End.STOP, End.LENGTH) or tokens < 2:
            return ""
        if self._pieces and ending.end is End.LENGTH:
            return f"Thinking took all of {counted(tokens, 'token')}. Raise num_predict, or switch thinking off."
        if self._pieces:
            return "The model thought, and then ended without a reply. Send it again, or switch thinking off."
        if "stop" in request.sampling:
            return ""
        return (
            f"The model wrote {counted(tokens, 'token')}, and no text came of that: special tokens, a stop string of "
            "its own, or thinking that the server keeps to itself. Try another model or mode for this pane."
        )

    def _finish(self, end: End, message: str = "", stats: Stats = _NO_STATS) -> None:
        """Report the end, once."""
        if not self.ended.is_set():
            self.ended.set()
            if self._left_out and self._first is not None:
                turns = "turn" if self._left_out == 1 else counted(self._left_out, "turn")
                message = f"The oldest {turns} didn't fit into the context and went unsent. {message}".rstrip()
            now = self._run.now()
            self._run.put(Finished(self.pane.name, self.sample, now, end, message, self._complete(stats, now)))

    def _complete(self, stats: Stats, now: float) -> Stats:
        """Add the client's figures to the server's. Times are from this reply's own request."""
        sent = now if self._sent is None else self._sent
        first = self._first
        seconds = 0.0 if first is None else (self._last - first) / 1000
        return msgspec.structs.replace(
            stats,
            first_token_ms=None if first is None else first - sent,
            duration_ms=now - sent,
            tokens=stats.tokens or self._pieces,
            tokens_per_second=stats.tokens_per_second or own_rate(self._pieces, seconds),
        )
