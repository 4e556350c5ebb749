"""The session that the explorer is in: kept without being asked, and exchanged for another."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from textual import work

from alignscope.backends import ServerError
from alignscope.files import locations
from alignscope.model.pane import Lineup
from alignscope.model.session import Session, SessionError
from alignscope.model.turn import PaneRecord, Turn
from alignscope.sessions.library.store import Store
from alignscope.sessions.recording.recorder import Recorder
from alignscope.sessions.recording.writer import Writer
from alignscope.text.wording import settings_words
from alignscope.ui.screens.explorer.base import ExplorerBase
from alignscope.ui.widgets.pane.turns import Placed

T = TypeVar("T")


class SessionKeeping(ExplorerBase):
    """What every action on the session stands on."""

    _store: Store | None = None
    _known: dict[tuple[str, str], tuple[str, str]]
    """By server and model: the model's digest and the server's own name, as far as they told."""
    take_lineup: Callable[[Lineup], Awaitable[None]]

    @property
    def store(self) -> Store:
        """Where sessions are kept."""
        if self._store is None:
            directory = self.launch.sessions or locations.data_dir() / "sessions"
            self._store = Store(directory, locations.bundled("sessions"))
        return self._store

    @property
    def recorder(self) -> Recorder:
        """What keeps the session."""
        assert self.exploration.recorder is not None
        return self.exploration.recorder

    # Keeping

    def keep(self) -> None:
        """Begin to keep what happens, and tell what was found of sessions that died."""
        self._known = {}
        self.exploration.recorder = self.make_recorder()
        self.recover()
        self.learn_records()

    def make_recorder(self, session: Session | None = None, writer: Writer | None = None) -> Recorder:
        """What keeps a session, and tells on this screen what goes wrong with it."""
        return Recorder(self.store.directory, session, writer=writer, trouble=self._trouble, describe=self._describe)

    @work(group="recover", exit_on_error=False)
    async def recover(self) -> None:
        """Fold in what sessions left behind that died."""
        try:
            found = await asyncio.to_thread(self.store.recover)
        except (OSError, SessionError) as error:
            self.say(f"Sessions that were broken off can't be looked for: {error}", "warning")
            return
        if found:
            # Behind what is said of the lineup, which would take its place.
            await self.lineup_found.wait()
            self.say("\n".join(found[:2]) + (f" And {len(found) - 2} more." if len(found) > 2 else ""), "warning")

    def _trouble(self, words: str) -> None:
        if self.is_attached:
            self.say(words, "warning" if self.recorder.troubled else "information")
            self.show_settings()

    def _describe(self, turn: Turn) -> tuple[PaneRecord, ...]:
        return tuple(PaneRecord(pane, *self._known.get((pane.server, pane.model), ("", ""))) for pane in turn.lineup)

    @work(group="describe", exit_on_error=False)
    async def learn_records(self) -> None:
        """Ask what a session's header says of models: their digests, and the server's version."""
        await self.lineup_found.wait()
        for pane in self.exploration.lineup:
            if (pane.server, pane.model) in self._known:
                continue
            try:
                backend = await self.servers.get(pane.server)
                models = await backend.models()
            except ServerError:
                continue  # the pane itself says so
            for model in models:
                self._known[pane.server, model.name] = (model.digest, backend.info.label)
            self._known.setdefault((pane.server, pane.model), ("", backend.info.label))

    async def close_session(self) -> str:
        """Stop, and wait until everything is on disk. Returns words about what isn't."""
        self.exploration.stop()
        recorder = self.exploration.recorder
        if recorder is None:
            return ""
        recorder.finish()
        return await asyncio.to_thread(recorder.close)

    # In its place another

    async def resume(self, session: Session, writer: Writer | None = None) -> None:
        """Go on with a session: its turns are shown, and the next prompt is sent as its last one was."""
        self.exploration.stop()
        await self.exploration.settled()
        lost = await self.close_session()
        exploration = self.exploration
        exploration.turns = list(session.turns)
        exploration.recorder = self.make_recorder(session, writer)
        if session.turns:
            self.workers.cancel_group(self, "lineup")
            last = session.turns[-1]
            exploration.settings = last.settings
            await self.take_lineup(last.lineup)
            self.lineup_found.set()
        for view in self.split.views:
            name = view.pane.name
            view.place([_placed(turn, name) for turn in session.turns if name in {pane.name for pane in turn.lineup}])
        self.show_lineup()
        self.refresh_bindings()
        if lost:
            self.say(lost, "error")

    # For the actions

    def last_turn(self) -> Turn | None:
        """The last turn; None when there is none, which the person has been told then."""
        if not self.exploration.turns:
            self.say("Nothing has been sent yet.")
            return None
        return self.exploration.turns[-1]

    async def attempt(self, task: Callable[[], T]) -> T | None:
        """Do something with files in a thread; None when it failed, which the person has been told then."""
        try:
            return await asyncio.to_thread(task)
        except (OSError, SessionError) as error:
            self.say(str(error), "error")
            return None


def _placed(turn: Turn, pane: str) -> Placed:
    """A finished turn as one pane shows it."""
    replies = {sample: reply for (name, sample), reply in turn.replies.items() if name == pane}
    return Placed(turn.number, turn.prompt, replies, turn.settings.samples, " · ".join(settings_words(turn.settings)))
