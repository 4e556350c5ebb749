"""An exploration in progress: lineup, settings and turns, and the runs that are under way.

The screen shows what is in here and a script could drive it as well: it knows servers and turns, and no widgets.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Any

import msgspec

from alignscope.files.experiments import Experiment
from alignscope.model.events import End, Event
from alignscope.model.pane import Lineup, Pane
from alignscope.model.reply import Reply
from alignscope.model.sampling import Sampling
from alignscope.model.turn import CARRY, Turn, TurnSettings, exchanges
from alignscope.run.ask import Exchange, Run
from alignscope.run.servers import Servers
from alignscope.sessions.recording.recorder import Recorder


class Exploration:
    """Holds what the next turn will be sent with, and sends it."""

    def __init__(self, servers: Servers) -> None:
        self.servers = servers
        self.lineup: Lineup = ()
        self.settings = TurnSettings()
        self.turns: list[Turn] = []
        self.recorder: Recorder | None = None
        """Keeps what happens here; None where nothing is to be kept."""
        self._runs: set[Run] = set()
        self._gate = asyncio.Lock()
        self._idle = asyncio.Event()
        self._idle.set()
        self._ended = asyncio.Event()

    def set(self, **changes: Any) -> None:
        """Change some of the settings that the next turn is sent with."""
        self.settings = msgspec.structs.replace(self.settings, **changes)

    # Panes

    def pane(self, name: str) -> Pane:
        """The pane of that name. Raises KeyError when there is none."""
        for pane in self.lineup:
            if pane.name == name:
                return pane
        raise KeyError(name)

    def change(self, pane: Pane, *, old: str = "") -> None:
        """Put a pane in the place of the one that has its name (or the name given)."""
        self.lineup = tuple(pane if each.name == (old or pane.name) else each for each in self.lineup)

    def add(self, pane: Pane) -> None:
        """Put a pane behind the others."""
        self.lineup = (*self.lineup, pane)

    def remove(self, name: str) -> None:
        """Take a pane away, and stop what it is writing."""
        self.stop(name)
        self.lineup = tuple(pane for pane in self.lineup if pane.name != name)

    def sampling_of(self, name: str) -> Sampling:
        """What a pane's next reply will be sampled with: its own when it is unlinked, else the shared one."""
        own = self.pane(name).sampling
        return self.settings.sampling if own is None else own

    def set_sampling(self, sampling: Sampling, name: str = "") -> None:
        """Change the shared sampling, or that of an unlinked pane."""
        if name and self.pane(name).sampling is not None:
            self.change(msgspec.structs.replace(self.pane(name), sampling=sampling))
        else:
            self.set(sampling=sampling)

    def unlink(self, name: str) -> bool:
        """Give a pane a sampling of its own, or tie it to the shared one again. Returns whether it is alone now."""
        pane = self.pane(name)
        own = self.settings.sampling if pane.sampling is None else None
        self.change(msgspec.structs.replace(pane, sampling=own))
        return own is not None

    # Turns

    @property
    def running(self) -> bool:
        """Whether any reply is still coming."""
        return bool(self._runs)

    def stop(self, pane: str | None = None) -> None:
        """End the replies in flight as `cancelled`; what they have written stays."""
        for run in self._runs:
            run.cancel(pane)

    async def settled(self) -> None:
        """Wait until no reply is in flight."""
        await self._idle.wait()

    async def ended(self, turn: Turn, pane: str) -> None:
        """Wait until no reply of this pane in this turn is in flight."""
        while any(reply.end is None for (name, _), reply in turn.replies.items() if name == pane):
            self._ended.clear()
            await self._ended.wait()

    async def begin(self, prompt: str, experiment: Experiment | None = None) -> Turn:
        """Open a turn, to be played next. One that is still running is stopped first, and keeps what it has.

        Args:
            experiment: what shows this one best goes before what is set, for this turn alone.
        """
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
        )
        self.turns.append(turn)
        if self.recorder is not None:
            self.recorder.begin(turn)
        return turn

    async def play(self, turn: Turn, only: str | None = None) -> AsyncGenerator[tuple[Event, Reply], None]:
        """Ask every pane of a turn, or a single one again, and give each event with the reply it went into."""
        lineup = tuple(pane for pane in turn.lineup if only in (None, pane.name))
        if only is not None:
            turn.forget(only)
        before = self.turns[: self.turns.index(turn)]
        carried = turn.settings.context == CARRY
        run = Run(
            lineup,
            turn.prompt,
            turn.settings,
            self.servers,
            history={
                pane.name: [Exchange(prompt, reply) for prompt, reply in exchanges(before, pane.name)]
                for pane in lineup
                if carried
            },
        )
        self._runs.add(run)
        self._idle.clear()
        recorder = self.recorder
        if recorder is not None:
            recorder.play(turn, only)
        try:
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
            # Whoever stops listening has stopped the replies.
            for event in turn.stop(End.CANCELLED, ms=run.now(), panes={pane.name for pane in lineup}):
                if recorder is not None:
                    recorder.event(turn, event)
            self._ended.set()
            if recorder is not None:
                recorder.end(turn)
            if not self._runs:
                self._idle.set()
