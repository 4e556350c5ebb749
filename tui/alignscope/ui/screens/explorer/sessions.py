"""Sessions as files: a new one, one from the library, and this one elsewhere or in another form."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from textual import work

from alignscope.model.session import Session, SessionError
from alignscope.sessions.recording.lock import LockedError
from alignscope.sessions.recording.writer import Writer
from alignscope.ui.screens.explorer.remarks import RemarkActions
from alignscope.ui.screens.explorer.replays import ReplayActions


class SessionActions(ReplayActions, RemarkActions):
    """Actions on the session, and on others."""

    @work(group="session", exit_on_error=False)
    async def action_new_session(self) -> None:
        """Begin a session with nothing in it."""
        if not self.exploration.turns:
            self.say("This session is new: nothing has been sent in it yet.")
            return
        await self.resume(Session("", datetime.now(UTC)))
        self.say("A new session. The one before is in the library.")

    @work(group="session", exit_on_error=False)
    async def action_library(self) -> None:
        """Choose a session to go on with, or to replay."""
        from alignscope.ui.screens.library.library import LibraryScreen

        picked = await self.app.push_screen_wait(LibraryScreen(self.store, current=self.recorder.session.name))
        if picked is None:
            return
        if picked.action == "replay":
            await self.replay_file(picked.entry.path)
        elif picked.entry.path == self.recorder.session.path:
            self.say("You are in this session.")
        else:
            await self._open(picked.entry.path)

    async def _open(self, path: Path) -> None:
        def read() -> tuple[Session, Writer | None, str]:
            session = self.store.open(path)
            if session.bundled:
                return session, None, "It comes with alignscope and stays as it is."
            try:
                return session, self.store.writer(session), ""
            except (LockedError, OSError) as error:
                return session, None, str(error)

        opened = await self.attempt(read)
        if opened is None:
            return
        session, writer, why = opened
        warnings = " ".join(session.warnings)
        title = session.title or session.name
        if writer is None:
            session = session.fork(session.turns[-1].number if session.turns else 0)
        await self.resume(session, writer)
        if writer is None:
            self.say(f"{why} What you send goes into a new session that begins with its turns.", "warning")
        else:
            self.say(f"{warnings} Going on with ‘{title}’.".strip(), "warning" if warnings else "information")

    def action_export(self) -> None:
        """Write the session, or a picture of the screen, into a file."""
        from alignscope.ui.screens.library.export import export

        copies = [replace(turn, replies=dict(turn.replies)) for turn in self.exploration.turns]
        export(self, replace(self.recorder.session, turns=copies), self.say)

    @work(group="session", exit_on_error=False)
    async def action_save_elsewhere(self) -> None:
        """Go on with the session in another file."""
        from alignscope.ui.screens.dialogs.text import TextScreen

        if self.last_turn() is None:
            return
        session = self.recorder.session
        name = await self.app.push_screen_wait(
            TextScreen("Keep this session elsewhere", "it goes on in this file", str(session.path or "session.yaml"))
        )
        if not name:
            return
        try:
            target = await asyncio.to_thread(lambda: Path(name).expanduser().absolute())
            path = await asyncio.wrap_future(self.recorder.save_as(target))
            self.say(f"This session is kept in {path} now.")
        except (OSError, SessionError, RuntimeError) as error:
            self.say(f"It can't be kept there either: {getattr(error, 'strerror', None) or error} ({name}).", "error")
        self.show_settings()
