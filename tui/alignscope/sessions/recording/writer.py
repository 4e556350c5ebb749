"""Writer of a session file, which only appends and never rewrites."""

import contextlib
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

from alignscope.files.whole import sync
from alignscope.model.reply import Reply
from alignscope.model.session import Session, SessionError
from alignscope.model.turn import PaneRecord, ReplyKey, Turn
from alignscope.sessions.format import documents
from alignscope.sessions.format.file import MAX_BYTES, MAX_DOCUMENT, MAX_DOCUMENTS, Stamp, dump, encoded, read, stamp
from alignscope.sessions.format.yaml import BlockMapping
from alignscope.sessions.names import ENDING, journal_of, name_for, paths_for
from alignscope.sessions.recording.journal import append
from alignscope.sessions.recording.lock import Lock


class ChangedError(SessionError):
    """The file isn't as it was left: something else wrote to it, moved it or removed it."""


class Writer:
    """Appends to one session's file and holds its lock. Not for use by several threads at once.

    Every method that writes raises OSError if the disk fails (the file is then as before), ChangedError if the file
    isn't as it was left, and SessionError if it would grow beyond what can be read.
    """

    def __init__(
        self,
        path: Path,
        lineup: tuple[PaneRecord, ...],
        lock: Lock,
        descriptor: int,
        documents: int,
        waiting: Session | None = None,
    ) -> None:
        """Use `create` or `open`."""
        self.path = path
        self._lineup = lineup
        self._waiting = waiting
        self._lock = lock
        self._descriptor = descriptor
        self._stamp = stamp(os.fstat(descriptor))
        self._documents = documents
        self._closed = False

    @classmethod
    def create(cls, directory: Path, session: Session, name: str = "") -> Self:
        """Write a session, with the turns it has, into a new file, and set its path.

        Without turns the file stays empty until the first is appended, since only then its servers are known; `close`
        removes a file that never gets one.

        Args:
            name: the file's, without its ending and numbered if in use; made of time and title unless given.

        Raises:
            OSError: the directory can't be made or written to.
        """
        made = not directory.exists()
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if made:
            sync_directory(directory.parent)
        stem = name or name_for(session)
        whole = dump(session) if session.turns else b""
        for path in paths_for(directory, stem):
            if journal_of(path).exists():
                continue
            try:
                descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
            except FileExistsError:
                continue
            try:
                lock = Lock(path)
                append(descriptor, whole)
                sync_directory(directory)
            except BaseException:
                os.close(descriptor)
                path.unlink(missing_ok=True)
                raise
            session.path = path
            count = 1 + len(session.turns) + len(session.others)
            return cls(path, session.lineup, lock, descriptor, count, None if whole else session)
        raise FileExistsError(f"{directory / stem}{ENDING} and thousands like it exist already")

    @classmethod
    def open(cls, session: Session, lock: Lock | None = None) -> Self:
        """Go on writing to a session that was read. A torn end is moved into a file of its own beside it.

        Args:
            lock: the session's, if the caller holds it; it is released with the writer, and on failure.

        Raises:
            LockedError: another writer has it.
            ChangedError: it has other turns now than when it was read.
            OSError: it can't be written to.
        """
        path = session.path
        if path is None or session.bundled:
            raise SessionError(f"{session.name or 'this session'} comes with alignscope and is never written to")
        lock = lock or Lock(path)
        with contextlib.ExitStack() as undo:
            undo.callback(lock.release)
            loaded = read(path)
            if len(loaded.session.turns) != len(session.turns):
                raise ChangedError(
                    f"{session.name} was written to since it was opened; open it again to go on from it."
                )
            descriptor = os.open(path, os.O_RDWR | os.O_APPEND)
            undo.callback(os.close, descriptor)
            if loaded.damaged:
                set_aside(path, loaded.damaged)
                os.ftruncate(descriptor, loaded.end)
            # A file made by hand may end without a line break.
            os.lseek(descriptor, loaded.end - 1, os.SEEK_SET)
            if os.read(descriptor, 1) != b"\n":
                append(descriptor, b"\n")
            writer = cls(path, loaded.session.lineup, lock, descriptor, loaded.documents)
            undo.pop_all()
        return writer

    def append_turn(self, turn: Turn, replies: Mapping[ReplyKey, Reply] | None = None) -> None:
        """Write a turn. Written again with some replies, these replace all earlier ones of their panes.

        Those that go on from others are added to them instead.
        """
        if self._waiting is not None:
            header = replace(self._waiting, lineup=turn.panes)
            self._append(documents.header(header), documents.turn(turn, turn.panes, replies=replies))
            self._waiting, self._lineup = None, turn.panes
        elif replies is None:
            self._append(documents.turn(turn, self._lineup))
        else:
            further = {key: reply for key, reply in replies.items() if reply.origin is not None}
            anew = {key: reply for key, reply in replies.items() if reply.origin is None}
            self._append(
                *([documents.turn(turn, self._lineup, replies=anew)] if anew or not further else []),
                *([documents.further(turn, further)] if further else []),
                *(
                    documents.scored(turn.number, each.part(0))
                    for key, each in turn.scores.items()
                    if key[:2] in further
                ),
            )

    def append(self, document: BlockMapping) -> None:
        """Write a document that changes a turn or the title. Before the first turn only the title can change."""
        if self._waiting is not None:
            self._waiting = replace(self._waiting, title=document["title"])
        else:
            self._append(document)

    def close(self) -> None:
        """Release the lock. Does nothing the second time."""
        if not self._closed:
            self._closed = True
            os.close(self._descriptor)
            if self._waiting is not None and self._found() == self._stamp:
                self.path.unlink(missing_ok=True)
            self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _append(self, *added: Mapping[str, Any]) -> None:
        texts = [encoded(document, first=not n and not self._stamp.size) for n, document in enumerate(added)]
        size = self._stamp.size + sum(map(len, texts))
        if max(map(len, texts)) > MAX_DOCUMENT or size > MAX_BYTES or self._documents + len(texts) > MAX_DOCUMENTS:
            raise SessionError(f"{self.path.name} would grow larger than a session file may be; begin another session.")
        if (found := self._found()) != self._stamp:
            how = "was taken away or renamed" if found is None else "was changed by something else"
            raise ChangedError(f"{self.path.name} {how}.")
        try:
            append(self._descriptor, b"".join(texts))
        finally:
            # After a failure `append` has cut its part off again, which changes the file too.
            now = stamp(os.fstat(self._descriptor))
            if now.size in (self._stamp.size, size):
                self._stamp = now
        self._documents += len(texts)

    def _found(self) -> Stamp | None:
        try:
            return stamp(self.path.stat())
        except FileNotFoundError:
            return None


def sync_directory(directory: Path) -> None:
    """Flush a directory to the disk, so that a new name in it survives a power cut."""
    with contextlib.suppress(OSError):
        descriptor = os.open(directory, os.O_RDONLY)
        try:
            sync(descriptor)
        finally:
            os.close(descriptor)


def set_aside(path: Path, damaged: bytes) -> None:
    """Save damaged bytes in a file of their own, for inspection."""
    for number in range(1, 1000):
        try:
            with path.with_name(f"{path.stem}.damaged-{number}.txt").open("xb") as file:
                file.write(damaged)
                sync(file.fileno())
        except FileExistsError:
            continue
        return
