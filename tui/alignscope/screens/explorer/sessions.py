"""The session that the explorer is in: kept without being asked, named, forked, exchanged for another, replayed."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from textual import work

from alignscope import locations
from alignscope.backends import ServerError
from alignscope.conduct import Conductor
from alignscope.events import Event
from alignscope.launch import Playback
from alignscope.lineup import Lineup
from alignscope.screens.explorer.base import ExplorerBase
from alignscope.screens.words import sent_with
from alignscope.session.lock import LockedError
from alignscope.session.model import CARRY, PaneRecord, Session, SessionError, Turn
from alignscope.session.recorder import Recorder
from alignscope.session.store import Store
from alignscope.session.writer import Writer
from alignscope.widgets.pane import Placed

if TYPE_CHECKING:
    from alignscope.screens.compare import CompareScreen
    from alignscope.screens.replay import Live

T = TypeVar("T")
_FILE_ENDINGS = (".jsonl",)


class SessionActions(ExplorerBase):
    """Actions on the session, and on others."""

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
        assert self.conductor.recorder is not None
        return self.conductor.recorder

    # Keeping

    def keep(self) -> None:
        """Begin to keep what happens, and tell what was found of sessions that died."""
        self._known = {}
        self.conductor.recorder = self._recorder()
        self.recover()
        self.learn_records()

    def _recorder(self, session: Session | None = None, writer: Writer | None = None) -> Recorder:
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
        for pane in self.conductor.lineup:
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
        self.conductor.stop()
        recorder = self.conductor.recorder
        if recorder is None:
            return ""
        recorder.finish()
        return await asyncio.to_thread(recorder.close)

    # Another session

    async def resume(self, session: Session, writer: Writer | None = None) -> None:
        """Go on with a session: its turns are shown, and the next prompt is sent as its last one was."""
        self.conductor.stop()
        await self.conductor.settled()
        lost = await self.close_session()
        conductor = self.conductor
        conductor.turns = list(session.turns)
        conductor.recorder = self._recorder(session, writer)
        if session.turns:
            self.workers.cancel_group(self, "lineup")
            last = session.turns[-1]
            conductor.sampling, conductor.samples = last.sampling, last.samples
            conductor.context, conductor.scaffold = last.context, last.scaffold
            conductor.think = last.think
            await self.take_lineup(last.lineup)
            self.lineup_found.set()
        for view in self.split.views:
            name = view.pane.name
            view.place([_placed(turn, name) for turn in session.turns if name in {pane.name for pane in turn.lineup}])
        self.show_lineup()
        if lost:
            self.say(lost, "error")

    @work(group="session", exit_on_error=False)
    async def action_new_session(self) -> None:
        """Begin a session with nothing in it."""
        if not self.conductor.turns:
            self.say("This session is new: nothing has been sent in it yet.")
            return
        await self.resume(Session("", datetime.now(UTC)))
        self.say("A new session. The one before is in the library.")

    @work(group="session", exit_on_error=False)
    async def action_library(self) -> None:
        """Choose a session to go on with, or to replay."""
        from alignscope.screens.library import LibraryScreen

        picked = await self.app.push_screen_wait(LibraryScreen(self.store, current=self.recorder.session.name))
        if picked is None:
            return
        if picked.action == "replay":
            await self._replay_file(picked.entry.path)
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

        opened = await self._try(read)
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

    async def _try(self, task: Callable[[], T]) -> T | None:
        """Do something with files in a thread; None when it failed, which the person has been told then."""
        try:
            return await asyncio.to_thread(task)
        except (OSError, SessionError) as error:
            self.say(str(error), "error")
            return None

    # Replay

    def action_replay(self) -> None:
        """Play this session again from its beginning."""
        turns = [turn for turn in self.conductor.turns if all(reply.end for reply in turn.replies.values())]
        if not turns:
            self.say("There is nothing to replay yet.")
            return
        copies = [replace(turn, replies=dict(turn.replies)) for turn in turns]
        self._replay(replace(self.recorder.session, turns=copies))

    async def _replay_file(self, path: Path) -> None:
        session = await self._try(lambda: _read(self.store, path))
        if session is not None:
            self._replay(session)

    def _replay(self, session: Session, how: Playback | None = None, *, leave: bool = False) -> None:
        from alignscope.screens.replay import ReplayScreen

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
        from alignscope.screens.library import LibraryScreen

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
        from alignscope.screens.compare import CompareScreen

        return CompareScreen(
            turn, partial(self._again, session, turn), kept="The new replies are kept, in a session of their own."
        )

    async def _again(self, session: Session, turn: Turn) -> AsyncGenerator[Event, None]:
        conductor = Conductor(self.servers)
        conductor.lineup, conductor.sampling, conductor.samples = turn.lineup, turn.sampling, turn.samples
        conductor.context, conductor.scaffold, conductor.think = turn.context, turn.scaffold, turn.think
        again = session.fork(turn.number - 1 if turn.context == CARRY else 0)
        again.title = f"{session.title} (again)"
        if again.parent is not None:
            again.parent = type(again.parent)(session.name, turn.number)
        conductor.turns = list(again.turns)
        conductor.recorder = recorder = self._recorder(again)
        try:
            new = await conductor.begin(turn.prompt)
            async with aclosing(conductor.play(new)) as events:
                async for event, _ in events:
                    yield event
        finally:
            recorder.finish()
            await asyncio.shield(asyncio.to_thread(recorder.close))

    # What a person says of it

    @work(group="session", exit_on_error=False)
    async def action_name_session(self) -> None:
        """Give the session a title."""
        from alignscope.screens.text import TextScreen

        title = await self.app.push_screen_wait(
            TextScreen("The session's name", "by which the library shows it", self.recorder.session.title)
        )
        if title:
            self.recorder.set_title(title)
            self.say(f"This session is called ‘{title}’ now.")

    @work(group="session", exit_on_error=False)
    async def action_note(self) -> None:
        """Put a note on the last turn."""
        if self._last() is not None:
            await self._note(self.conductor.turns[-1])

    @work(group="session", exit_on_error=False)
    async def action_verdict(self) -> None:
        """Say which of the last turn's replies is better."""
        if self._last() is not None:
            await self._judge(self.conductor.turns[-1])

    def _last(self) -> Turn | None:
        if not self.conductor.turns:
            self.say("Nothing has been sent yet.")
            return None
        return self.conductor.turns[-1]

    async def _note(self, turn: Turn) -> None:
        from alignscope.screens.text import TextScreen

        text = await self.app.push_screen_wait(
            TextScreen(f"A note on turn {turn.number}", "kept with the session", turn.note, empty="No note.")
        )
        if text is not None:
            self.recorder.set_note(turn, text)
            self.say("The note is kept." if text else "There is no note on this turn.")

    async def _judge(self, turn: Turn) -> None:
        from alignscope.screens.verdict import VerdictScreen

        if not turn.replies:
            self.say("There are no replies to judge yet.")
            return
        judged = await self.app.push_screen_wait(VerdictScreen(turn))
        if judged is not None:
            self.recorder.set_verdict(turn, judged.verdict)
            order = [name if turn.samples == 1 else f"{name} {sample}" for name, sample in
                     (judged.verdict.order if judged.verdict else ())]  # fmt: skip
            self.say(f"Kept: {', then '.join(order)}." if order else "There is no verdict on this turn.")

    @work(group="session", exit_on_error=False)
    async def action_turns(self) -> None:
        """Choose a turn to go on from, to note or to judge."""
        from alignscope.screens.turns import TurnsScreen

        if self._last() is None:
            return
        chosen = await self.app.push_screen_wait(TurnsScreen(self.conductor.turns))
        if chosen is None:
            return
        turn = chosen.turn
        if chosen.action == "note":
            await self._note(turn)
        elif chosen.action == "verdict":
            await self._judge(turn)
        else:
            edit = chosen.action == "edit"
            await self.conductor.settled()
            await self.resume(self.recorder.session.fork(turn.number - 1 if edit else turn.number))
            self.say("What you send now goes into a new session that names the one it came from.")
            if edit:
                self.prompt.put(turn.prompt)
            self.prompt.focus()

    # Out

    def action_export(self) -> None:
        """Write the session, or a picture of the screen, into a file."""
        from alignscope.screens.export import export

        copies = [replace(turn, replies=dict(turn.replies)) for turn in self.conductor.turns]
        export(self, replace(self.recorder.session, turns=copies), self.say)

    @work(group="session", exit_on_error=False)
    async def action_save_elsewhere(self) -> None:
        """Go on with the session in another file."""
        from alignscope.screens.text import TextScreen

        if self._last() is None:
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


def _placed(turn: Turn, pane: str) -> Placed:
    """A finished turn as one pane shows it."""
    replies = {sample: reply for (name, sample), reply in turn.replies.items() if name == pane}
    return Placed(turn.number, turn.prompt, replies, turn.samples, sent_with(turn))


def _read(store: Store, name: str | Path) -> Session:
    """A session with its timelines decoded, which is done here because it takes its time.

    Raises:
        SessionError: it can't be read.
        OSError: the same.
    """
    if str(name).lower().endswith(_FILE_ENDINGS):
        from alignscope.session.export import jsonl

        with Path(name).expanduser().open(encoding="utf-8", newline="\n") as file:
            session = jsonl.read(file, str(name))
    else:
        session = store.open(name)
    for turn in session.turns:
        for reply in turn.replies.values():
            _ = reply.texts
    return session
