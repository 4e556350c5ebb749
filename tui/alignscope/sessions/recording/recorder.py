"""Recording of a session: every event into the journal, every finished turn into the session file.

A thread of its own does all the writing, so that a slow disk delays nothing. Nothing here raises into the stream:
problems are reported, the turns stay in memory, and each further turn tries again to write what isn't on disk yet.
"""

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from alignscope.model.events import End, Event
from alignscope.model.score import Score, ScoreKey
from alignscope.model.session import Session, SessionError
from alignscope.model.turn import PaneRecord, ReplyKey, Turn, Two, Verdict
from alignscope.model.vote import Vote
from alignscope.sessions.format import documents
from alignscope.sessions.recording.journal import Again, Line
from alignscope.sessions.recording.session_files import SessionFiles
from alignscope.sessions.recording.writer import Writer

FLUSH_SECONDS: Final = 0.2
"""Longest time until a token is written to the disk."""
_FLOOD: Final = 16_384
"""Number of waiting events that are written at once, so that they don't fill the memory."""
_MAX_TITLE: Final = 60
_log = logging.getLogger(__name__)


class Recorder:
    """Records the turns of an exploration. Its methods return at once and never raise."""

    def __init__(
        self,
        directory: Path,
        session: Session | None = None,
        *,
        writer: Writer | None = None,
        on_problem: Callable[[str], None] | None = None,
        describe: Callable[[Turn], tuple[PaneRecord, ...]] | None = None,
    ) -> None:
        """Begin; nothing is written before the first turn.

        Args:
            directory: where a new session's file goes.
            session: one to go on with, or to begin; a new one unless given.
            writer: that session's, if it has a file already. The recorder closes it.
            on_problem: called with a message when something can't be written, and when it can again: in the running
                event loop, or in the recorder's thread without one.
            describe: returns what is known of a turn's panes; called in the event loop when the turn ends.
        """
        self.session = session or Session("", datetime.now(UTC))
        self._on_problem = on_problem
        self._describe = describe
        self._tasks: deque[Callable[[], None] | Line] = deque()
        self._wake = threading.Event()
        self._stop = False
        self._thread: threading.Thread | None = None
        # The turn that is being played.
        self._turn: Turn | None = None
        self._whole = True
        """Whether all of its replies are new, and not only those of some panes or further ones."""
        self._again: set[str] = set()
        self._further: set[ReplyKey] = set()
        self._playing = 0
        self._ended = True
        self._scored: dict[tuple[int, ScoreKey], int] = {(turn.number, key): len(score.positions)
                        for turn in self.session.turns for key, score in turn.scores.items()}  # fmt: skip
        """Recorded positions of each turn's scores."""
        self._files = SessionFiles(directory, self.session, writer, self._notify)  # the thread's own
        try:
            self._loop: asyncio.AbstractEventLoop | None = asyncio.get_running_loop()
        except RuntimeError:
            self._loop = None

    @property
    def unsaved(self) -> tuple[int, ...]:
        """Numbers of the turns that have ended and are not on disk."""
        return tuple(self._files.unsaved)

    @property
    def has_problem(self) -> bool:
        """Whether something can't be written at the moment."""
        return bool(self._files.problem)

    # Called by the exploration

    def begin(self, turn: Turn) -> None:
        """Begin a turn that is about to be played. An open one is finished as it is."""
        self.finish()
        if not self.session.title:
            self.session.title = title_for(turn.prompt)
        # The exploration may share the list of turns, and have appended the turn already.
        if not self.session.turns or self.session.turns[-1] is not turn:
            self.session.turns.append(turn)
        self._start(turn, whole=True)

    def play(self, turn: Turn, only: str | None = None, *, further: ReplyKey | None = None) -> None:
        """Expect a turn's replies; or those of one pane again, whose earlier ones are dropped; or a `further` one."""
        if turn is not self._turn or self._ended:
            self.finish()
            self._start(turn, whole=only is None and further is None)
        self._playing += 1
        if further is not None:
            self._further.add(further)
        if only is not None:
            self._again.add(only)
            for key in [key for key in self._scored if key[0] == turn.number and key[1].pane == only]:
                del self._scored[key]
            self._do(Again(only))

    def event(self, turn: Turn, event: Event) -> None:
        """Record one event."""
        if turn is self._turn:
            self._do(event)

    def end(self, turn: Turn) -> None:
        """Match an earlier `play`. The last one writes the turn."""
        if turn is self._turn and not self._ended:
            self._playing -= 1
            if self._playing <= 0:
                self.finish()

    def finish(self) -> None:
        """Write the open turn, as far as it has come."""
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
        copy = turn.copy()
        new = frozenset(key for key in copy.replies if key[0] in self._again or key in self._further)
        only = None if self._whole else new
        self._do(lambda: self._files.append(copy, only))

    # Called by scorings

    def scored(self, turn: Turn, score: Score) -> None:
        """Record what a score has got since the last time: with its reply while that is open, else by itself."""
        first = self._scored.get((turn.number, score.key), 0)
        part = score.part(first if first <= len(score.positions) else 0)
        self._scored[turn.number, score.key] = len(score.positions)
        if turn is self._turn and not self._ended and self._is_open(score.key):
            self._do(part)
        else:
            copy = turn.copy()
            self._do(lambda: self._files.change(documents.scored(turn.number, part), copy))

    def _is_open(self, key: ScoreKey) -> bool:
        """Return whether the reply that a score is of is among those that the journal has."""
        return self._whole or key.pane in self._again or (key.pane, key.sample) in self._further

    # Called for the person

    def set_title(self, title: str) -> None:
        """Change the session's title."""
        self.session.title = title
        self._do(lambda: self._files.change(documents.title(title)))

    def set_note(self, turn: Turn, text: str) -> None:
        """Put a note on a turn; an empty one removes it."""
        turn.note = text
        self._do(lambda: self._files.change(documents.note(turn.number, text), turn.copy()))

    def set_verdict(self, turn: Turn, verdict: Verdict | None) -> None:
        """Rank a turn's replies; None removes the ranking."""
        turn.verdict = verdict
        self._do(lambda: self._files.change(documents.verdict(turn.number, verdict), turn.copy()))

    def set_vote(self, turn: Turn, two: Two, vote: Vote | None) -> None:
        """Keep what was said of two replies of a turn, as of these in this order; None takes it back."""
        turn.put_vote(*two, vote)
        self._do(lambda: self._files.change(documents.vote(turn.number, two, vote), turn.copy()))

    def save_as(self, path: Path) -> Future[Path]:
        """Write the session into a new file and go on there. The future has its path, or raises OSError."""
        future: Future[Path] = Future()

        def save() -> None:
            try:
                future.set_result(self._files.save_as(path))
            except Exception as error:
                future.set_exception(error)

        self._do(save)
        return future

    def flush(self) -> Future[None]:
        """Return a future that is done when everything so far was written, or failed to be."""
        future: Future[None] = Future()
        self._do(lambda: future.set_result(None))
        return future

    def close(self, timeout: float = 10.0) -> str:
        """Finish, and wait `timeout` seconds for the disk. Returns a message about what is lost, or ""."""
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
        count = len(self.unsaved)
        if not count:
            return ""
        return f"{'One turn' if count == 1 else f'{count} turns'} could not be kept: {self._files.problem}"

    def _start(self, turn: Turn, *, whole: bool) -> None:
        self._turn, self._whole, self._playing, self._ended = turn, whole, 0, False
        self._again, self._further = set(), set()
        copy = replace(turn, replies={}, scores={})
        self._do(lambda: self._files.start(copy))

    # The thread

    def _do(self, task: Callable[[], None] | Line) -> None:
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
                    self._guarded(self._files.flush)
                    self._guarded(task)
                else:
                    self._files.add(task)
            self._guarded(self._files.flush)
            if stop:
                self._guarded(self._release)
                return

    def _release(self) -> None:
        """Try to write one last time, and close the files."""
        self._guarded(self._files.last_try)
        self._files.release()

    def _guarded(self, task: Callable[[], None]) -> None:
        """Run a task; report its failure instead of raising it."""
        try:
            task()
        except (OSError, SessionError) as error:
            self._files.report(error)
        except Exception as error:
            _log.exception("recording failed")
            message = f"something in alignscope itself went wrong, {type(error).__name__}: {error}"
            self._files.report(SessionError(message))

    def _notify(self, message: str) -> None:
        if self._on_problem is None:
            return
        if self._loop is None:
            self._on_problem(message)
        elif not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._on_problem, message)


def title_for(prompt: str) -> str:
    """Return a session's first title: the first line of its first prompt, shortened."""
    line = " ".join((prompt.strip().splitlines() or [""])[0].split())
    return line if len(line) <= _MAX_TITLE else f"{line[: _MAX_TITLE - 1]}…"
