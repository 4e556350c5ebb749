"""Keeps a session while it happens: every event into the journal, every finished turn into the session's file.

All of it happens in a thread of its own, so that a slow disk holds nobody up. Nothing here raises into the stream: what
goes wrong is told in words, the turns stay in memory, and each further turn tries anew to write what isn't on disk yet.
"""

import asyncio
import contextlib
import logging
import threading
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from alignscope.events import End, Event, Reply
from alignscope.session.journal import Again, Journal
from alignscope.session.model import PaneRecord, ReplyKey, Session, SessionError, Turn, Verdict
from alignscope.session.writer import ENDING, ChangedError, Writer

FLUSH_SECONDS: Final = 0.2
"""How long a token may wait before it goes to the disk; with the disk's own time, well under half a second."""
_FLOOD: Final = 1_000
"""Events that may wait before they are written out of turn, so that they don't pile up in memory."""
_MAX_TITLE: Final = 60
_log = logging.getLogger(__name__)


class Recorder:
    """What the conductor tells of its turns. Its methods return at once and never raise."""

    def __init__(
        self,
        directory: Path,
        session: Session | None = None,
        *,
        writer: Writer | None = None,
        trouble: Callable[[str], None] | None = None,
        describe: Callable[[Turn], tuple[PaneRecord, ...]] | None = None,
    ) -> None:
        """Begin; nothing is written before the first turn.

        Args:
            directory: where a new session's file goes.
            session: one to go on with, or to begin; a new one unless given.
            writer: that session's, if it has a file already. The recorder closes it.
            trouble: is told in words that something isn't kept, and when it is again: in the event loop that this is
                called in, or in the recorder's thread where there is none.
            describe: what is known of a turn's panes, asked in the event loop when the turn ends.
        """
        self.session = session or Session("", datetime.now(UTC))
        self._directory = directory
        self._trouble = trouble
        self._describe = describe
        self._tasks: deque[Callable[[], None] | Event | Again] = deque()
        self._wake = threading.Event()
        self._stop = False
        self._thread: threading.Thread | None = None
        # The turn that is being played, as the conductor tells.
        self._turn: Turn | None = None
        self._again: set[str] = set()
        self._playing = 0
        self._ended = True
        # What follows belongs to the thread.
        self._writer = writer
        self._journal: Journal | None = None
        self._open: Turn | None = None
        self._events: list[Event | Again] = []
        self._kept = {turn.number: _copy(turn) for turn in self.session.turns}
        self._unsaved: dict[int, Turn] = {}
        self._changes: list[Callable[[Writer], None]] = []
        self._told = ""
        try:
            self._loop: asyncio.AbstractEventLoop | None = asyncio.get_running_loop()
        except RuntimeError:
            self._loop = None

    @property
    def unsaved(self) -> tuple[int, ...]:
        """The numbers of the turns that have ended and are not on disk."""
        return tuple(self._unsaved)

    @property
    def troubled(self) -> bool:
        """Whether something isn't kept at the moment."""
        return bool(self._told)

    # What the conductor tells

    def begin(self, turn: Turn) -> None:
        """A turn is about to be played. One that never ended is kept as it is."""
        self.finish()
        if not self.session.title:
            self.session.title = title_for(turn.prompt)
        # Whoever goes on with a session may hold its list of turns, and have put the turn there already.
        if not self.session.turns or self.session.turns[-1] is not turn:
            self.session.turns.append(turn)
        self._take(turn, again=set())

    def play(self, turn: Turn, only: str | None = None) -> None:
        """A turn's panes are asked; or one of them once more, whose earlier replies are then dropped."""
        if turn is not self._turn or self._ended:
            self.finish()
            self._take(turn, again={only} if only is not None else set())
        self._playing += 1
        if only is not None:
            if self._again:
                self._again.add(only)
            self._do(Again(only))

    def event(self, turn: Turn, event: Event) -> None:
        """Something came."""
        if turn is self._turn:
            self._do(event)

    def end(self, turn: Turn) -> None:
        """What `play` announced has ended. With the last of them, the turn is kept."""
        if turn is self._turn and not self._ended:
            self._playing -= 1
            if self._playing <= 0:
                self.finish()

    def finish(self) -> None:
        """Keep the turn that is open, as far as it has come."""
        turn = self._turn
        if turn is None or self._ended:
            return
        self._ended = True
        self._playing = 0
        for event in turn.stop(End.CANCELLED):
            self._do(event)
        turn.records = self._describe(turn) if self._describe else turn.panes
        if not self.session.lineup:
            self.session.lineup = turn.records
        copy, again = _copy(turn), frozenset(self._again)
        self._do(lambda: self._append(copy, again))

    # What a person says about it

    def set_title(self, title: str) -> None:
        """Name the session."""
        self.session.title = title
        self._do(lambda: self._change(lambda writer: writer.append_title(title)))

    def set_note(self, turn: Turn, text: str) -> None:
        """Put a note on a turn; an empty one takes it away."""
        turn.note = text
        self._do(lambda: self._change(lambda writer: writer.append_note(turn.number, text), _copy(turn)))

    def set_verdict(self, turn: Turn, verdict: Verdict | None) -> None:
        """Say which of a turn's replies is better; None takes that back."""
        turn.verdict = verdict
        self._do(lambda: self._change(lambda writer: writer.append_verdict(turn.number, verdict), _copy(turn)))

    def save_as(self, path: Path) -> Future[Path]:
        """Write the whole session into a new file, and go on there. Gives its path, which differs if that is taken.

        The future raises OSError when that can't be written either.
        """
        future: Future[Path] = Future()

        def save() -> None:
            try:
                moved = self._move(path.parent, path.name.removesuffix(ENDING))
                self._told = ""
                future.set_result(moved)
            except Exception as error:
                future.set_exception(error)

        self._do(save)
        return future

    def flush(self) -> Future[None]:
        """Done when everything told so far has been tried to be written, for whoever wants to read the file next."""
        future: Future[None] = Future()
        self._do(lambda: future.set_result(None))
        return future

    def close(self, timeout: float = 10.0) -> str:
        """Keep what is open and end the thread. Returns words about what couldn't be kept, "" if all is.

        Args:
            timeout: seconds to wait for the disk.
        """
        self.finish()
        if self._thread is None:
            self._release()
            return ""
        self._stop = True
        self._wake.set()
        self._thread.join(timeout)
        if self._thread.is_alive():
            return "The disk doesn't answer: the last turns may not have been kept."
        self._thread = None
        if not self._unsaved:
            return ""
        count = len(self._unsaved)
        return f"{'One turn' if count == 1 else f'{count} turns'} could not be kept: {self._told}"

    def _take(self, turn: Turn, again: set[str]) -> None:
        self._turn, self._again, self._playing, self._ended = turn, again, 0, False
        copy = replace(turn, replies={})
        self._do(lambda: self._start(copy))

    # The thread

    def _do(self, task: Callable[[], None] | Event | Again) -> None:
        self._tasks.append(task)
        if self._thread is None and not self._stop:
            self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
            self._thread.start()
        # Events don't wake it, unless they come in floods: it looks for them five times a second by itself while a
        # turn runs.
        if callable(task) or len(self._tasks) == _FLOOD:
            self._wake.set()

    def _run(self) -> None:
        while True:
            self._wake.wait(None if self._ended and not self._tasks else FLUSH_SECONDS)
            self._wake.clear()
            stop = self._stop
            while self._tasks:
                task = self._tasks.popleft()
                if callable(task):
                    self._guarded(self._flush)
                    self._guarded(task)
                else:
                    self._events.append(task)
            self._guarded(self._flush)
            if stop:
                self._guarded(self._release)
                return

    def _guarded(self, task: Callable[[], None]) -> None:
        """Do something of which nothing may hinder the rest."""
        try:
            task()
        except (OSError, SessionError) as error:
            self._tell(error)
        except Exception as error:
            _log.exception("recording failed")
            self._tell(SessionError(f"something in alignscope itself went wrong, {type(error).__name__}: {error}"))

    def _flush(self) -> None:
        """Put what has come onto the disk. What it doesn't take is tried again the next time."""
        if self._events and self._journal is not None:
            self._journal.write(self._events)
            self._events.clear()

    def _start(self, turn: Turn) -> None:
        """Open the session's file if it has none, and the journal."""
        self._open = turn
        self._events.clear()
        if self._writer is None:
            self._move(self._directory, "")
        else:
            self._journal = Journal(self.session, turn)

    def _append(self, turn: Turn, again: frozenset[str]) -> None:
        """Write a turn, and those before it that couldn't be.

        Args:
            again: the only panes whose replies are new; empty when all are.
        """
        new = {key: reply for key, reply in turn.replies.items() if not again or key[0] in again}
        replies = None if turn.number in self._unsaved or turn.number not in self._kept else new
        self._open = None
        self._events.clear()
        self._kept[turn.number] = self._unsaved[turn.number] = turn
        self._catch_up({turn.number: replies})

    def _catch_up(self, replies: Mapping[int, Mapping[ReplyKey, Reply] | None]) -> None:
        """Write every turn that isn't on disk; of those named in `replies` only these."""
        if self._writer is None:
            self._move(self._directory, "")
        else:
            try:
                for number in sorted(self._unsaved):
                    self._writer.append_turn(self._unsaved[number], replies.get(number))
                    del self._unsaved[number]
                for change in self._changes:
                    change(self._writer)
            except ChangedError as error:
                self._leave(error)
        self._changes.clear()
        self._drop_journal()
        if self._told:
            self._told = ""
            self._say(f"Everything is kept again, in {self.session.path}.")

    def _leave(self, error: ChangedError) -> None:
        """Go on in another file, because somebody else has changed ours."""
        old = self.session.path
        assert old is not None
        path = self._move(old.parent, old.name.removesuffix(ENDING))
        self._told = ""
        self._say(f"{error} What is there now was left alone: this session goes on, complete, in {path.name}.")

    def _move(self, directory: Path, name: str) -> Path:
        """Write everything into a new file and go on there. If that fails, all is as it was."""
        whole = replace(self.session, turns=[self._kept[number] for number in sorted(self._kept)])
        writer = Writer.create(directory, whole, name)
        earlier = b""
        if self._journal is not None:
            with contextlib.suppress(OSError):
                earlier = self._journal.lines()
                self._drop_journal()
        if self._writer is not None:
            self._writer.close()
        self._writer, self.session.path = writer, writer.path
        self._unsaved.clear()
        self._changes.clear()
        if self._open is not None:
            self._journal = Journal(self.session, self._open, earlier)
        return writer.path

    def _change(self, change: Callable[[Writer], None], turn: Turn | None = None) -> None:
        """Append what a person said; without a file it goes in with that."""
        if turn is not None and turn.number in self._kept:
            self._kept[turn.number] = turn
            if turn.number in self._unsaved:
                self._unsaved[turn.number] = turn
                return
        if self._writer is None:
            return
        try:
            change(self._writer)
        except ChangedError as error:
            self._leave(error)
        except (OSError, SessionError):
            self._changes.append(change)
            raise

    def _drop_journal(self) -> None:
        journal, self._journal = self._journal, None
        if journal is not None:
            journal.close(remove=True)

    def _release(self) -> None:
        """Try a last time, and let go of the files. The journal stays where it holds what nothing else does."""
        if self._unsaved:
            self._guarded(lambda: self._catch_up({}))
        if self._journal is not None and self._unsaved:
            self._journal.close(remove=False)
            self._journal = None
        self._drop_journal()
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _tell(self, error: OSError | SessionError) -> None:
        """Say what goes wrong, once until it is over."""
        reason = (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
        if reason != self._told:
            self._told = reason
            where = self.session.path or self._directory
            self._say(
                f"This session can't be kept at the moment: {reason} ({where}). It goes on in memory; "
                "save it elsewhere, or make room and send the next prompt."
            )

    def _say(self, words: str) -> None:
        if self._trouble is None:
            return
        if self._loop is None:
            self._trouble(words)
        elif not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._trouble, words)


def title_for(prompt: str) -> str:
    """What a session is called before somebody names it: its first prompt's first line, shortened."""
    line = " ".join((prompt.strip().splitlines() or [""])[0].split())
    return line if len(line) <= _MAX_TITLE else f"{line[: _MAX_TITLE - 1]}…"


def _copy(turn: Turn) -> Turn:
    """The turn as it is now; replies that have ended don't change any more."""
    return replace(turn, replies=dict(turn.replies))
