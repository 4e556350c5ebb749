"""A person's sessions in a directory, and the recordings that come with alignscope."""

import contextlib
import os
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

from alignscope.files.yaml_file import printable
from alignscope.model.session import Parent, Session, SessionError
from alignscope.sessions.format import documents, file
from alignscope.sessions.format.yaml import hide
from alignscope.sessions.library.index import Entry, Index, IndexRow, entry_of, text_of
from alignscope.sessions.library.places import Place, find_places, fold
from alignscope.sessions.names import ENDING, paths_for
from alignscope.sessions.recording.lock import Lock
from alignscope.sessions.recording.recovery import recover
from alignscope.sessions.recording.writer import Writer

_DELETED: Final = ".deleted"
_UNDELETE_SECONDS: Final = 7 * 24 * 3600.0
"""Seconds until what was deleted can't be brought back any more."""
_BATCH: Final = 200
_NAMED: Final = re.compile(r"(\d{8}-\d{6})(?!\d)")
_CREATED: Final = re.compile(rb"(?m)^created: ([-0-9T:.]{19,26}Z)$")
_HEAD: Final = 600
"""Bytes; a title longer than that hides the time behind it."""


class Store:
    """Sessions by name: a person's own in a directory, and read-only bundled ones.

    Methods may be called from several threads. They raise SessionError with a message for the person, and OSError if
    the disk fails.
    """

    def __init__(self, directory: Path, bundled: Path | None = None) -> None:
        """Read nothing yet; the directory needn't exist."""
        self.directory = directory
        self._bundled = bundled
        self._index = Index(directory)

    # Finding

    def list(self) -> Iterator[Entry]:
        """Yield every session, newest first. Those not in the index are read late, and placed by a guess."""
        known = self._index.rows()
        found = {**_files(self.directory, "own/"), **self._bundled_files()}
        order: list[tuple[float, str, IndexRow | None]] = []
        for key, (path, size, changed) in found.items():
            row = known.get(key)
            if row is not None and (row.size, row.changed) != (size, changed):
                row = None
            order.append((row.created if row else _guess(Path(path), changed), key, row))
        order.sort(key=lambda each: each[:2], reverse=True)
        read: list[tuple[IndexRow, str]] = []
        try:
            for _, key, row in order:
                path, size, changed = found[key]
                entry = row.entry if row is not None else None
                if entry is None:
                    entry, text = self._look(Path(path), changed, bundled=key.startswith("bundled/"))
                    # What can't be opened now may be tomorrow, without having changed: it isn't remembered.
                    if not entry.problem:
                        read.append((IndexRow.of(key, size, changed, entry), text))
                    if len(read) >= _BATCH:
                        self._index.put(read)
                        read.clear()
                elif str(entry.path) != path:
                    entry = msgspec.structs.replace(entry, path=Path(path))
                yield entry
        finally:
            gone = known.keys() - found.keys()
            if read or gone:
                self._index.put(read, gone)

    def search(self, text: str) -> Iterator[Entry]:
        """Yield the sessions with all words in titles, prompts, replies or notes, in any case, newest first."""
        words = fold(text).split()
        entries = list(self.list())
        keys = self._index.search(words)
        for entry in entries:
            if keys is not None:
                if _key(entry) in keys:
                    yield entry
            else:
                try:
                    content = text_of(self._read(entry.path, bundled=entry.bundled))
                except SessionError:
                    continue
                if all(word in content for word in words):
                    yield entry

    def find(self, name: str | Path) -> Path:
        """Return the file of a session by path, name, unique title, or unique beginning of a name.

        Raises:
            SessionError: there is none, or several.
        """
        text = str(name)
        if isinstance(name, Path) or os.sep in text or "/" in text or text.endswith(ENDING):
            return Path(text).expanduser()
        if text and not text.startswith("."):
            own = self.directory / f"{text}{ENDING}"
            if own.is_file():
                return own
            if (there := self._bundled_files().get(f"bundled/{text}")) is not None:
                return Path(there[0])
        entries = list(self.list())
        for fitting in (
            [entry for entry in entries if fold(entry.title) == fold(text)],
            [entry for entry in entries if text and entry.name.startswith(hide(text))],
        ):
            if len(fitting) == 1:
                return fitting[0].path
            if fitting:
                names = ", ".join(entry.name for entry in fitting[:5]) + (", …" if len(fitting) > 5 else "")
                raise SessionError(f"several sessions are called ‘{printable(text)}’: {names}. Say which by its name.")
        raise SessionError(f"no session is called ‘{printable(text)}’; `alignscope sessions list` shows what there is.")

    def open(self, name: str | Path) -> Session:
        """Read a session, named as in `find`."""
        path = self.find(name)
        return self._read(path, bundled=self._is_bundled(path))

    def places(self, entry: Entry, text: str, width: int = 80) -> Sequence[Place]:
        """Return where in a session the words of a search stand, each place in `width` cells or fewer."""
        return find_places(self._read(entry.path, bundled=entry.bundled, outline=True), text, width)

    # Writing

    def save(self, session: Session, path: Path) -> Path:
        """Write a whole session into a new file, and return its path, numbered if that exists."""
        copy = replace(session, path=None, bundled=False)
        if not copy.turns:
            raise SessionError("there is nothing in this session yet")
        with Writer.create(path.parent, copy, path.stem) as writer:
            return writer.path

    def rename(self, name: str | Path, title: str) -> None:
        """Change a session's title. Its name stays, so that references to it stay valid."""
        with Writer.open(self._read(self._own(name, "renamed"), bundled=False)) as writer:
            writer.append(documents.title(title))

    def duplicate(self, name: str | Path, title: str = "") -> Path:
        """Copy a session under a new name; the copy names its source."""
        session = self.open(name)
        last = session.turns[-1].number if session.turns else 0
        copy = session.fork(last)
        copy.parent = Parent(session.name, last)
        copy.title = title or f"{session.title} (copy)"
        copy.others = [dict(other) for other in session.others]
        return self.save(copy, self.directory / f"{copy.created:%Y%m%d-%H%M%S}-{session.name[16:] or 'copy'}{ENDING}")

    def delete(self, name: str | Path) -> str:
        """Delete a session. Returns a token with which `undelete` restores it within a week."""
        path = self._own(name, "deleted")
        if not path.is_file():
            raise SessionError(f"{path.name}: there is no such session")
        with Lock(path):
            bin_ = path.parent / _DELETED
            bin_.mkdir(mode=0o700, exist_ok=True)
            for number in range(1, 10_000):
                token = f"{path.stem}~{number}"
                deleted = bin_ / f"{token}{ENDING}"
                if not deleted.exists():
                    path.rename(deleted)
                    os.utime(deleted)  # when it was deleted, for `recover`
                    return token
        raise SessionError(f"{path.name} was deleted too often")

    def undelete(self, token: str) -> Path:
        """Restore a deleted session, under another name if its own is in use again."""
        source = self.directory / _DELETED / f"{Path(token).name}{ENDING}"
        for target in paths_for(self.directory, token.rpartition("~")[0]) if source.is_file() else ():
            try:
                # The name is held by an empty file, since a rename would replace what is there.
                target.touch(mode=0o600, exist_ok=False)
            except FileExistsError:
                continue
            return source.replace(target)
        raise SessionError(f"‘{printable(token)}’ can't be brought back any more")

    def recover(self) -> tuple[str, ...]:
        """Recover interrupted sessions, and drop what was deleted long ago. Returns messages for the person."""
        before = time.time() - _UNDELETE_SECONDS
        for deleted in (self.directory / _DELETED).glob(f"*{ENDING}"):
            with contextlib.suppress(OSError):
                if deleted.lstat().st_mtime < before:
                    deleted.unlink()
        return tuple(recover(self.directory))

    # Files

    def _own(self, name: str | Path, done: str) -> Path:
        """Return the file of a session that may be changed. Raises SessionError for a bundled one."""
        path = self.find(name)
        if self._is_bundled(path):
            raise SessionError(f"{path.name} comes with alignscope and can't be {done}; duplicate it, and take that.")
        return path

    def _is_bundled(self, path: Path) -> bool:
        return any(path == Path(there) for there, *_ in self._bundled_files().values())

    def _read(self, path: Path, *, bundled: bool, outline: bool = False) -> Session:
        session = file.read(path, outline=outline).session
        session.bundled = bundled
        return session

    def _look(self, path: Path, changed: int, *, bundled: bool) -> tuple[Entry, str]:
        try:
            session = self._read(path, bundled=bundled, outline=True)
        except SessionError as error:
            at = datetime.fromtimestamp(changed / 1e9, UTC)
            return Entry(name=hide(path.stem), created=at, bundled=bundled, path=path, problem=str(error)), ""
        return entry_of(session, path), text_of(session)

    def _bundled_files(self) -> dict[str, tuple[str, int, int]]:
        return _files(self._bundled, "bundled/") if self._bundled else {}


def _files(directory: Path, prefix: str) -> dict[str, tuple[str, int, int]]:
    """Return path, size and time of change of each session in a directory. Empty ones have only just begun."""
    found = {}
    try:
        with os.scandir(directory) as entries:
            for entry in entries:
                if entry.name.endswith(ENDING) and not entry.name.startswith(".") and entry.is_file():
                    status = entry.stat()
                    if status.st_size:
                        key = prefix + hide(entry.name.removesuffix(ENDING))
                        found[key] = (entry.path, status.st_size, status.st_mtime_ns)
    except OSError:
        pass
    return found


def _key(entry: Entry) -> str:
    return f"{'bundled' if entry.bundled else 'own'}/{entry.name}"


def _guess(path: Path, changed: int) -> float:
    """Return when a session was made, by its file's name, its first bytes, or its time of change (ns)."""
    with contextlib.suppress(ValueError, OSError):
        if found := _NAMED.match(path.name):
            return datetime.fromisoformat(f"{found[1].replace('-', 'T')}Z").timestamp()
        with path.open("rb") as opened:
            head = opened.read(_HEAD)
        if written := _CREATED.search(head):
            return datetime.fromisoformat(written[1].decode()).timestamp()
    return changed / 1e9
