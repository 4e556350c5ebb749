"""Playing a session again, and what one comes back with: going on live, or a turn asked anew."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual import work

from alignscope.model.events import Event
from alignscope.model.launch import Playback
from alignscope.model.session import Session, SessionError
from alignscope.model.turn import CARRY, Turn
from alignscope.run.exploration import Exploration
from alignscope.sessions.library.store import Store
from alignscope.ui.screens.explorer.keeping import SessionKeeping

if TYPE_CHECKING:
    from alignscope.ui.screens.compare import CompareScreen
    from alignscope.ui.screens.replay import Live


class ReplayActions(SessionKeeping):
    """Actions that lead into a replay, and out of it."""

    def action_replay(self) -> None:
        """Play this session again from its beginning."""
        turns = [turn for turn in self.exploration.turns if all(reply.end for reply in turn.replies.values())]
        if not turns:
            self.say("There is nothing to replay yet.")
            return
        copies = [replace(turn, replies=dict(turn.replies)) for turn in turns]
        self._replay(replace(self.recorder.session, turns=copies))

    async def replay_file(self, path: Path) -> None:
        session = await self.attempt(lambda: _read(self.store, path))
        if session is not None:
            self._replay(session)

    def _replay(self, session: Session, how: Playback | None = None, *, leave: bool = False) -> None:
        from alignscope.ui.screens.replay import ReplayScreen

        screen = ReplayScreen(session, how, rerun=self._rerun)
        self.app.push_screen(screen, partial(self._replayed, leave=leave))

    def _replayed(self, result: "Live | None", *, leave: bool) -> None:
        if result is not None:
            self._go_live(result.session)
        elif leave:
            self.app.exit(0)

    @work(group="session", exit_on_error=False)
    async def _go_live(self, session: Session) -> None:
        await self.resume(session)
        self.say("Live again, in a new session that names the one it came from. The next prompt goes to these models.")

    @work(group="session", exit_on_error=False)
    async def play_named(self, how: Playback) -> None:
        """Replay what the command line named, or let the person choose from what came with alignscope."""
        from alignscope.ui.screens.library.library import LibraryScreen

        self.say("")
        name: str | Path = how.name
        if not how.name:
            picked = await self.app.push_screen_wait(LibraryScreen(self.store))
            if picked is None:
                self.app.exit(0)
                return
            name = picked.entry.path
        try:
            session = await asyncio.to_thread(_read, self.store, name)
        except (OSError, SessionError) as error:
            self.app.exit(1, return_code=1, message=f"alignscope: {error}")
            return
        self._replay(session, how, leave=True)

    def _rerun(self, session: Session, turn: Turn) -> "CompareScreen":
        """The screen on which a turn of a recording is sent again, to the models as they are now."""
        from alignscope.ui.screens.compare import CompareScreen

        return CompareScreen(
            turn, partial(self._again, session, turn), kept="The new replies are kept, in a session of their own."
        )

    async def _again(self, session: Session, turn: Turn) -> AsyncGenerator[Event, None]:
        exploration = Exploration(self.servers)
        exploration.lineup, exploration.settings = turn.lineup, turn.settings
        again = session.fork(turn.number - 1 if turn.settings.context == CARRY else 0)
        again.title = f"{session.title} (again)"
        if again.parent is not None:
            again.parent = type(again.parent)(session.name, turn.number)
        exploration.turns = list(again.turns)
        exploration.recorder = recorder = self.make_recorder(again)
        try:
            new = await exploration.begin(turn.prompt)
            async with aclosing(exploration.play(new)) as events:
                async for event, _ in events:
                    yield event
        finally:
            recorder.finish()
            await asyncio.shield(asyncio.to_thread(recorder.close))


def _read(store: Store, name: str | Path) -> Session:
    """A session with its timelines decoded, which is done here because it takes its time.

    Raises:
        SessionError: it can't be read.
        OSError: the same.
    """
    from alignscope.sessions.library.opening import open_session

    session = open_session(store, name)
    for turn in session.turns:
        for reply in turn.replies.values():
            _ = reply.texts
    return session
