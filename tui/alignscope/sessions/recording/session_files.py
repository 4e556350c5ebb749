"""A session's files: the session file, the running turn's journal, and what couldn't be written yet.

Only the recorder's thread calls this, so that nothing here needs a lock.
"""

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from alignscope.model.reply import Reply
from alignscope.model.session import Session, SessionError
from alignscope.model.turn import ReplyKey, Turn
from alignscope.sessions.format.yaml import BlockMapping
from alignscope.sessions.recording.journal import Journal, Line
from alignscope.sessions.recording.writer import ChangedError, Writer


class SessionFiles:
    """Writes a session, and remembers what is still to be written. Methods raise OSError and SessionError."""

    def __init__(self, directory: Path, session: Session, writer: Writer | None, notify: Callable[[str], None]) -> None:
        """Write nothing yet.

        Args:
            directory: where a new session's file goes.
            writer: the session's, if it has a file already.
            notify: called with messages for the person.
        """
        self._directory = directory
        self._session = session
        self._writer = writer
        self._notify = notify
        self._journal: Journal | None = None
        self._open: Turn | None = None
        self._events: list[Line] = []
        self._kept = {turn.number: turn.copy() for turn in session.turns}
        self.unsaved: dict[int, Turn] = {}
        """The turns that have ended and are not on disk, by number."""
        self._changes: list[BlockMapping] = []
        self.problem = ""
        """Why something can't be written at the moment; empty while everything can."""

    # The running turn

    def start(self, turn: Turn) -> None:
        """Open the session's file if it has none, and the journal."""
        self._open = turn
        self._events.clear()
        if self._writer is None:
            self._move(self._directory, "")
        else:
            self._journal = Journal(self._session, turn)

    def add(self, event: Line) -> None:
        """Add an event, which `flush` writes."""
        self._events.append(event)

    def flush(self) -> None:
        """Write the added events to the journal. Those that fail are tried again the next time."""
        if self._events and self._journal is not None:
            self._journal.write(self._events)
            self._events.clear()

    # The session file

    def append(self, turn: Turn, only: frozenset[ReplyKey] | None) -> None:
        """Write a turn, and earlier ones that couldn't be written.

        Args:
            only: the only replies that are new; None when all are.
        """
        new = {key: reply for key, reply in turn.replies.items() if only is None or key in only}
        replies = None if turn.number in self.unsaved or turn.number not in self._kept else new
        self._open = None
        self._events.clear()
        self._kept[turn.number] = self.unsaved[turn.number] = turn
        self._catch_up({turn.number: replies})

    def change(self, document: BlockMapping, turn: Turn | None = None) -> None:
        """Append a document that changes a turn or the title. A session without a file gets it with its file."""
        if turn is not None and turn.number in self._kept:
            self._kept[turn.number] = turn
            if turn.number in self.unsaved:
                self.unsaved[turn.number] = turn
                return
        if self._writer is None:
            return
        try:
            self._writer.append(document)
        except ChangedError as error:
            self._leave(error)
        except (OSError, SessionError):
            self._changes.append(document)
            raise

    def save_as(self, path: Path) -> Path:
        """Write everything into a new file, go on there, and return its path."""
        moved = self._move(path.parent, path.stem)
        self.problem = ""
        return moved

    def last_try(self) -> None:
        """Try to write what is not on disk."""
        if self.unsaved:
            self._catch_up({})

    def release(self) -> None:
        """Close the files. The journal stays if only it has the turn."""
        if self._journal is not None and self.unsaved:
            self._journal.close(remove=False)
            self._journal = None
        self._drop_journal()
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def report(self, error: OSError | SessionError) -> None:
        """Notify the person of a failure, once until it is over."""
        reason = (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
        if reason != self.problem:
            self.problem = reason
            where = self._session.path or self._directory
            self._notify(
                f"This session can't be kept at the moment: {reason} ({where}). It goes on in memory; "
                "save it elsewhere, or make room and send the next prompt."
            )

    def _catch_up(self, replies: Mapping[int, Mapping[ReplyKey, Reply] | None]) -> None:
        """Write every turn that isn't on disk; of those named in `replies` only these replies."""
        if self._writer is None:
            self._move(self._directory, "")
        else:
            try:
                for number in sorted(self.unsaved):
                    self._writer.append_turn(self.unsaved[number], replies.get(number))
                    del self.unsaved[number]
                for document in self._changes:
                    self._writer.append(document)
            except ChangedError as error:
                self._leave(error)
        self._changes.clear()
        self._drop_journal()
        if self.problem:
            self.problem = ""
            self._notify(f"Everything is kept again, in {self._session.path}.")

    def _leave(self, error: ChangedError) -> None:
        """Go on in another file, because something else has changed this one."""
        old = self._session.path
        assert old is not None
        path = self.save_as(old)
        self._notify(f"{error} What is there now was left alone: this session goes on, complete, in {path.name}.")

    def _move(self, directory: Path, name: str) -> Path:
        """Write everything into a new file and go on there. A failure changes nothing."""
        whole = replace(self._session, turns=[self._kept[number] for number in sorted(self._kept)])
        writer = Writer.create(directory, whole, name)
        earlier = b""
        if self._journal is not None:
            with contextlib.suppress(OSError):
                earlier = self._journal.lines()
                self._drop_journal()
        if self._writer is not None:
            self._writer.close()
        self._writer, self._session.path = writer, writer.path
        self.unsaved.clear()
        self._changes.clear()
        if self._open is not None:
            self._journal = Journal(self._session, self._open, earlier)
        return writer.path

    def _drop_journal(self) -> None:
        journal, self._journal = self._journal, None
        if journal is not None:
            journal.close(remove=True)
