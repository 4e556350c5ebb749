"""Exploration: lineup, settings, session and runs, independent of a screen."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection, Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from alignscope.backends.base import Chunk
from alignscope.files.experiments import Experiment
from alignscope.model.events import End, Event
from alignscope.model.lineup.pane import Lineup, Pane
from alignscope.model.reply import Reply
from alignscope.model.sampling import Sampling
from alignscope.model.session import Parent, Session
from alignscope.model.turn import CARRY, ReplyKey, Turn, TurnSettings, exchanges
from alignscope.run.ask import Run
from alignscope.run.catalog import Catalog
from alignscope.run.compose import Exchange, compose
from alignscope.run.going_on import Beginning, peek
from alignscope.run.logprobs import Lacks
from alignscope.run.memory_advice import eviction_advice, reload_advice
from alignscope.run.servers import Servers

if TYPE_CHECKING:
    from alignscope.sessions.recording.recorder import Recorder
    from alignscope.sessions.recording.writer import Writer


class Writing(Protocol):
    """A prompt on its way: a run, or what sends several requests for one reply."""

    def events(self) -> AsyncGenerator[Event, None]:
        """Yield all events in order until every reply has finished."""

    def cancel(self, pane: str | None = None) -> None:
        """End the replies of one pane, or all, as `cancelled`."""

    def now(self) -> float:
        """Return milliseconds since the start."""


class Exploration:
    """Lineup and settings of the next turn, and the session that it belongs to."""

    def __init__(self, servers: Servers, catalog: Catalog | None = None, lacks: Lacks | None = None) -> None:
        self.servers = servers
        self.lacks = lacks or Lacks()
        self.catalog = catalog or Catalog(servers)
        self.lineup: Lineup = ()
        self.settings = TurnSettings()
        self.session = Session("", datetime.now(UTC))
        self.recorder: Recorder | None = None
        """None if nothing is recorded."""
        self._directory: Path | None = None
        self._on_problem: Callable[[str], None] | None = None
        self._runs: set[Writing] = set()
        self._further: set[Writing] = set()
        """Those that go on from replies."""
        self._gate = asyncio.Lock()
        self._idle = asyncio.Event()
        self._idle.set()
        self._ended = asyncio.Event()

    @property
    def turns(self) -> list[Turn]:
        """The session's turns so far."""
        return self.session.turns

    def set(self, **changes: Any) -> None:
        """Change some of the next turn's settings."""
        self.settings = msgspec.structs.replace(self.settings, **changes)

    # Panes

    def pane(self, name: str) -> Pane:
        """Return the pane of that name. Raises KeyError if there is none."""
        return {pane.name: pane for pane in self.lineup}[name]

    def change(self, pane: Pane) -> None:
        """Replace the pane of the same name."""
        self.lineup = tuple(pane if each.name == pane.name else each for each in self.lineup)

    def add(self, pane: Pane) -> None:
        """Append a pane."""
        self.lineup = (*self.lineup, pane)

    def remove(self, name: str) -> None:
        """Remove a pane, and stop its replies."""
        self.stop(name)
        self.lineup = tuple(pane for pane in self.lineup if pane.name != name)

    def sampling_of(self, name: str) -> Sampling:
        """Return the sampling of a pane's next reply: its own if it is unlinked, else the shared one."""
        own = self.pane(name).sampling
        return self.settings.sampling if own is None else own

    def set_sampling(self, sampling: Sampling, name: str = "") -> None:
        """Change the shared sampling, or that of an unlinked pane."""
        if name and self.pane(name).sampling is not None:
            self.change(msgspec.structs.replace(self.pane(name), sampling=sampling))
        else:
            self.set(sampling=sampling)

    def unlink(self, name: str) -> bool:
        """Unlink a pane from the shared sampling, or link it again. Return whether it is unlinked now."""
        pane = self.pane(name)
        own = self.settings.sampling if pane.sampling is None else None
        self.change(msgspec.structs.replace(pane, sampling=own))
        return own is not None

    # The session

    def record(self, directory: Path, on_problem: Callable[[str], None] | None = None) -> None:
        """Record turns in a directory's files. `on_problem` gets a message if that fails, and if it works again."""
        self._directory, self._on_problem = directory, on_problem
        self._enter(self.session)

    def _enter(self, session: Session, writer: "Writer | None" = None) -> None:
        self.session = session
        if self._directory is not None:
            from alignscope.sessions.recording.recorder import Recorder

            self.recorder = Recorder(
                self._directory,
                session,
                writer=writer,
                on_problem=self._on_problem,
                describe=lambda turn: self.catalog.records(turn.lineup),
            )

    async def resume(self, session: Session, writer: "Writer | None" = None) -> str:
        """Continue a session; `writer` is that of its file, if any.

        The lineup is that of its last turn, and the settings are those of the last that no experiment set.
        Return a message about unwritten parts of the session before, "" without any.
        """
        self.stop()
        await self.settled()
        lost = await self.close()
        self._enter(session, writer)
        if self.turns:
            self.lineup = self.turns[-1].lineup
            own = (turn.settings for turn in reversed(self.turns) if not turn.experiment)
            self.settings = next(own, self.settings)
        return lost

    async def fork(self, number: int) -> str:
        """Wait for the replies in flight, and `resume` a new session that ends with a turn; 0 is before the first."""
        await self.settled()
        await self._named()
        return await self.resume(self.session.fork(number))

    async def _named(self) -> None:
        """Wait until the session has its file, and with that a name for others to refer to."""
        if self.recorder is not None:
            await asyncio.wrap_future(self.recorder.flush())

    async def close(self) -> str:
        """Stop, and wait until everything is on disk. Return a message about unwritten parts, "" without any."""
        self.stop()
        if self.recorder is None:
            return ""
        self.recorder.finish()
        return await asyncio.to_thread(self.recorder.close)

    async def again(self, session: Session, turn: Turn) -> AsyncGenerator[tuple[Event, Reply], None]:
        """Send a turn of a session again, recorded in a session of its own; yield as `play` does."""
        if session is self.session:
            await self._named()
        forked = session.fork(turn.number - 1 if turn.settings.context == CARRY else 0)
        forked.title, forked.parent = f"{session.title} (again)", Parent(session.name, turn.number)
        other = Exploration(self.servers, self.catalog, self.lacks)
        if self._directory is not None:
            other.record(self._directory, self._on_problem)
        await other.resume(forked)
        other.lineup, other.settings = turn.lineup, turn.settings
        try:
            new = await other.begin(turn.prompt)
            async with aclosing(other.play(new)) as events:
                async for item in events:
                    yield item
        finally:
            await asyncio.shield(other.close())

    # Turns

    @property
    def running(self) -> bool:
        """Whether any reply is in flight."""
        return bool(self._runs)

    def stop(self, pane: str | None = None) -> None:
        """End the replies in flight, or a pane's, as `cancelled`; their text stays."""
        for run in self._runs:
            run.cancel(pane)

    async def settled(self) -> None:
        """Wait until no reply is in flight."""
        await self._idle.wait()

    async def ended(self, turn: Turn, pane: str) -> None:
        """Wait until none of a pane's replies in a turn is in flight."""
        while any(reply.end is None for (name, _), reply in turn.replies.items() if name == pane):
            self._ended.clear()
            await self._ended.wait()

    async def begin(self, prompt: str, experiment: Experiment | None = None, note: str = "") -> Turn:
        """Stop a running turn, and add a new one. An experiment's settings take precedence, for this turn only."""
        async with self._gate:
            self.stop()
            await self.settled()
            self._idle.clear()
        turn = Turn(
            self.turns[-1].number + 1 if self.turns else 1,
            datetime.now(UTC),
            prompt,
            self.lineup,
            experiment.applied_to(self.settings) if experiment else self.settings,
            experiment=experiment.id if experiment else "",
            note=note,
        )
        self.turns.append(turn)
        if self.recorder is not None:
            self.recorder.begin(turn)
        return turn

    def play(self, turn: Turn, only: str | None = None, *, first: int = 1) -> AsyncGenerator[tuple[Event, Reply], None]:
        """Ask every pane of a turn, or `only` one again, the sample `first` before others.

        Returns each event with its reply.
        """
        lineup = tuple(pane for pane in turn.lineup if only in (None, pane.name))
        if only is not None:
            turn.forget(only)
        run = Run(
            lineup,
            turn.prompt,
            turn.settings,
            self.servers,
            history={pane.name: self.history(turn, pane.name) for pane in lineup},
            first=first,
            lacks=self.lacks,
        )
        if self.recorder is not None:
            self.recorder.play(turn, only)
        keys = {(pane.name, sample + 1) for pane in lineup for sample in range(turn.settings.samples)}
        return self._follow(run, turn, keys)

    def go_on(
        self, turn: Turn, beginning: Beginning, run: Writing | None = None
    ) -> AsyncGenerator[tuple[Event, Reply], None]:
        """Let a pane go on from the beginning of a reply, as a further sample of the turn; return as `play` does.

        Args:
            run: what writes it, where that isn't one request to the pane.
        """
        pane, key = beginning.pane, (beginning.pane.name, beginning.sample)
        history = {pane.name: self.history(turn, pane.name)}
        run = run or Run(
            (pane,), turn.prompt, turn.settings, self.servers, history=history, lacks=self.lacks, goes_on=beginning
        )
        if self.recorder is not None:
            self.recorder.play(turn, further=key)
        self._further.add(run)
        return self._follow(run, turn, {key}, beginning.events)

    def stop_further(self) -> bool:
        """Stop the replies in flight that go on from others. Return whether any was."""
        for run in self._further:
            run.cancel()
        return bool(self._further)

    async def peek(self, turn: Turn, beginning: Beginning) -> Chunk | None:
        """Return what a pane's model finds likely behind the beginning of a reply; None where it ends there.

        Raises ServerError.
        """
        pane = beginning.pane
        request = compose(pane, turn.prompt, turn.settings, self.history(turn, pane.name))
        return await peek(await self.servers.get(pane.server), request, beginning)

    def history(self, turn: Turn, pane: str) -> list[Exchange]:
        """Return what is sent along of the turns before one."""
        if turn.settings.context != CARRY:
            return []
        before = self.turns[: self.turns.index(turn)]
        return [Exchange(prompt, reply) for prompt, reply in exchanges(before, pane)]

    async def _follow(
        self, run: Writing, turn: Turn, keys: Collection[ReplyKey], first: Sequence[Event] = ()
    ) -> AsyncGenerator[tuple[Event, Reply], None]:
        """Fold a run's events, after some `first` ones, into a turn, and record and yield them."""
        self._runs.add(run)
        self._idle.clear()
        recorder = self.recorder
        try:
            for event in first:
                reply = turn.apply(event)
                if recorder is not None:
                    recorder.event(turn, event)
                yield event, reply
            async with aclosing(run.events()) as events:
                async for event in events:
                    reply = turn.apply(event)
                    if recorder is not None:
                        recorder.event(turn, event)
                    if reply.end is not None:
                        self._ended.set()
                    yield event, reply
        finally:
            self._runs.discard(run)
            self._further.discard(run)
            # Leaving the iteration early cancels the replies.
            for event in turn.stop(End.CANCELLED, ms=run.now(), keys=keys):
                if recorder is not None:
                    recorder.event(turn, event)
            self._ended.set()
            if recorder is not None:
                recorder.end(turn)
            if not self._runs:
                self._idle.set()

    # Advice

    async def memory_advice(self, turn: Turn) -> str:
        """Return a warning if models evict each other from memory, else "". Call it at the end of a turn."""
        if turn.settings.one_after_other or len({pane.model for pane in turn.lineup}) < 2:
            return ""
        return eviction_advice(turn.lineup, await self.catalog.models(turn.lineup))

    async def reload_advice(self) -> str:
        """Return a warning if the next send reloads a model with another context, else ""."""
        if not any("num_ctx" in self.sampling_of(pane.name) for pane in self.lineup):
            return ""
        return reload_advice(self.lineup, self.settings.sampling, await self.catalog.models(self.lineup))
