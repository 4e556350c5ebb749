"""Actions on the explorer's session: recording, title, replays, other sessions."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from msgspec import structs

from alignscope.files import locations
from alignscope.model.events import End
from alignscope.model.launch import Playback
from alignscope.model.pace import AS_IT_COMES
from alignscope.model.session import Session, SessionError
from alignscope.model.turn import Turn
from alignscope.ui.screens.base.actions import work
from alignscope.ui.screens.base.screen import AppScreen
from alignscope.ui.screens.explorer.actions import ExplorerActions

if TYPE_CHECKING:
    from alignscope.sessions.library.store import Store
    from alignscope.sessions.recording.recorder import Recorder

T = TypeVar("T")


class SessionActions(ExplorerActions):
    """Actions on this session and on others."""

    _store: "Store | None" = None

    @property
    def store(self) -> "Store":
        """The sessions on the disk."""
        if self._store is None:
            from alignscope.sessions.library.store import Store

            directory = self.launch.sessions or locations.data_dir() / "sessions"
            self._store = Store(directory, locations.bundled("sessions"))
        return self._store

    @property
    def recorder(self) -> "Recorder":
        """Recorder of the session."""
        assert self.exploration.recorder is not None
        return self.exploration.recorder

    # Recording

    def begin_recording(self) -> None:
        """Start the recorder, and recover interrupted sessions."""
        self.exploration.record(self.store.directory, self._recording_problem)
        self.recover()
        self.learn_records()

    @work("recover")
    async def recover(self) -> None:
        """Recover sessions from the journals of interrupted runs."""
        try:
            found = await asyncio.to_thread(self.store.recover)
        except (OSError, SessionError) as error:
            self.show_notice(f"Sessions that were broken off can't be looked for: {error}", "warning")
            return
        if found:
            # The notice on the lineup would replace this one.
            await self.screen.lineup_found.wait()
            self.show_notice(
                "\n".join(found[:2]) + (f" And {len(found) - 2} more." if len(found) > 2 else ""), "warning"
            )

    def _recording_problem(self, problem: str) -> None:
        if self.screen.is_attached:
            self.show_notice(problem, "warning" if self.recorder.has_problem else "information")
            self.screen.show_settings()

    @work("describe")
    async def learn_records(self) -> None:
        """Ask the servers for digests of models and for their versions, which the session file records."""
        await self.screen.lineup_found.wait()
        await self.exploration.catalog.learn(self.exploration.lineup)

    # Another session

    async def change(self, change: Awaitable[str]) -> None:
        """Wait for a change of session, show the new one, and report what of the old one couldn't be written."""
        lost = await change
        turns = self.exploration.turns
        if turns:
            self.screen.workers.cancel_group(self.screen, "lineup")
            await self.screen.lineup.set(self.exploration.lineup)
            self.screen.lineup_found.set()
        for view in self.split.views:
            its_turns = [(turn, view.pane.name) for turn in turns if turn.has(view.pane.name)]
            # What was left before anything came has no replies in its file, and none will come.
            view.set_turns(its_turns, missing=End.CANCELLED)
        self.screen.lineup.show()
        self.screen.refresh_bindings()
        if lost:
            self.show_notice(lost, "error")

    # Used by actions, of remarks too

    async def ask(self, heading: str, explain: str, text: str, *, empty: str = "") -> str | None:
        """Ask for a text in a dialog. Return None if the person cancelled it."""
        from alignscope.ui.screens.dialogs.text import TextScreen

        return await self.screen.app.push_screen_wait(TextScreen(heading, explain, text, empty=empty))

    async def attempt(self, task: Callable[[], T]) -> T | None:
        """Run a task in a thread. Return None if it failed, after a notice."""
        try:
            return await asyncio.to_thread(task)
        except (OSError, SessionError) as error:
            self.show_notice(str(error), "error")
            return None

    # Title and turns

    @work("session")
    async def action_name_session(self) -> None:
        """Give the session a title."""
        title = await self.ask("The session's name", "by which the library shows it", self.exploration.session.title)
        if title:
            self.recorder.set_title(title)
            self.screen.show_settings()
            self.show_notice(f"This session is called ‘{title}’ now.")

    @work("session")
    async def action_turns(self) -> None:
        """Choose a turn to fork from, to note or to judge."""
        if self.screen.last_turn() is None:
            return
        from alignscope.ui.screens.library.turns import TurnsScreen

        remarks = self.screen.remarks
        remark = {"note": remarks.note, "verdict": remarks.judge_next, "vote": lambda turn: remarks.vote([turn])}
        chosen = await self.screen.app.push_screen_wait(TurnsScreen(self.exploration.turns, remark))
        if chosen is None:
            return
        turn, action = chosen
        edit = action == "edit"
        await self.change(self.exploration.fork(turn.number - 1 if edit else turn.number))
        self.show_notice("What you send now goes into a new session that names the one it came from.")
        if edit:
            self.prompt.put(turn.prompt)
        self.prompt.focus()

    # Replays

    def action_replay(self) -> None:
        """Play this session again from its beginning."""
        session = self.exploration.session.copy()
        session.turns = [turn for turn in session.turns if turn.ended]
        if session.turns:
            self._replay(session)
        else:
            self.show_notice("There is nothing to replay yet.")

    async def replay_file(self, path: Path) -> None:
        from alignscope.sessions.library.opening import open_to_play

        session = await self.attempt(lambda: open_to_play(self.store, path))
        if session is not None:
            self._replay(session)

    def _replay(self, session: Session, how: Playback | None = None, *, leave: bool = False) -> None:
        from alignscope.ui.screens.replay.screen import ReplayScreen

        how = how or Playback()
        if how.pace is None and self.screen.pacing.rate != AS_IT_COMES:
            how = structs.replace(how, pace=self.screen.pacing.rate)
        screen = ReplayScreen(session, how, rerun=self._rerun, scroll=self.screen.scroll_mode)
        self.screen.app.push_screen(screen, partial(self._replayed, leave=leave))

    def _replayed(self, live: Session | None, *, leave: bool) -> None:
        if live is not None:
            self.uncover()
            self._go_live(live)
        elif leave:
            self.screen.app.exit(0)

    @work("session")
    async def _go_live(self, session: Session) -> None:
        await self.screen.resume(session)
        self.show_notice(
            "Live again, in a new session that names the one it came from. The next prompt goes to these models."
        )

    @work("session")
    async def play_named(self, how: Playback) -> None:
        """Replay the session that the command line named, or one that the person chooses."""
        self.show_notice("")
        name: str | Path = how.name
        if not how.name:
            from alignscope.ui.screens.library.library import LibraryScreen

            picked = await self.screen.app.push_screen_wait(LibraryScreen(self.store))
            if picked is None:
                self.screen.app.exit(0)
                return
            name = picked[0].path
        from alignscope.sessions.library.opening import open_to_play

        try:
            session = await asyncio.to_thread(open_to_play, self.store, name)
        except (OSError, SessionError) as error:
            self.screen.app.exit(1, return_code=1, message=f"alignscope: {error}")
            return
        self._replay(session, how, leave=True)

    def uncover(self) -> None:
        """Show this screen, if a replay that the command line named was shown in its place."""
        if self.screen.has_class("-covered"):
            self.screen.remove_class("-covered")
            self.screen.call_after_refresh(
                lambda: self.screen.enter(self.here) if self.screen.experiments.class_mode else self.prompt.focus()
            )

    def _rerun(self, session: Session, turn: Turn) -> AppScreen[None]:
        """Return the screen that sends a recorded turn again, to the models as they are now."""
        from alignscope.ui.screens.replay.compare import CompareScreen

        run = partial(self.exploration.again, session, turn)
        return CompareScreen(turn, run, kept="The new replies are kept, in a session of their own.")

    # Files

    @work("session")
    async def action_new_session(self) -> None:
        """Begin a session with nothing in it."""
        if not self.exploration.turns:
            self.show_notice("This session is new: nothing has been sent in it yet.")
            return
        await self.screen.resume(Session("", datetime.now(UTC)))
        self.show_notice("A new session. The one before is in the library.")

    @work("session")
    async def action_library(self) -> None:
        """Choose a session to continue or to replay."""
        from alignscope.ui.screens.library.library import LibraryScreen

        picked = await self.screen.app.push_screen_wait(
            LibraryScreen(self.store, current=self.exploration.session.name)
        )
        if picked is None:
            return
        entry, action = picked
        if action == "replay":
            await self.replay_file(entry.path)
        else:
            self.open_session(entry.path)

    @work("session")
    async def open_session(self, path: Path) -> None:
        """Go on with a session, by its file."""
        if path == self.exploration.session.path:
            self.show_notice("You are in this session.")
            return
        from alignscope.sessions.library.opening import open_to_continue

        opened = await self.attempt(lambda: open_to_continue(self.store, path))
        if opened is None:
            return
        session, writer, why = opened
        await self.screen.resume(session, writer)
        if writer is None:
            self.show_notice(f"{why} What you send goes into a new session that begins with its turns.", "warning")
        else:
            warnings = " ".join(session.warnings)
            title = session.title or session.name
            self.show_notice(f"{warnings} Going on with ‘{title}’.".strip(), "warning" if warnings else "information")

    def action_export(self) -> None:
        """Write the session, or a picture of the screen, into a file."""
        from alignscope.ui.screens.library.export import export

        export(self.screen, self.exploration.session.copy(), self.show_notice, pace=self.screen.pacing.rate or None)

    @work("session")
    async def action_save_elsewhere(self) -> None:
        """Move the session to another file."""
        if self.screen.last_turn() is None:
            return
        session = self.exploration.session
        path = str(session.path or "session.yaml")
        name = await self.ask("Keep this session elsewhere", "it goes on in this file", path)
        if not name:
            return
        try:
            target = await asyncio.to_thread(lambda: Path(name).expanduser().absolute())
            saved = await asyncio.wrap_future(self.recorder.save_as(target))
            self.show_notice(f"This session is kept in {saved} now.")
        except (OSError, SessionError, RuntimeError) as error:
            reason = getattr(error, "strerror", None) or error
            self.show_notice(f"It can't be kept there either: {reason} ({name}).", "error")
        self.screen.show_settings()
