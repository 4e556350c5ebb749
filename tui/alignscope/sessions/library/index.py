"""A database of what lists and searches need of every session. It is only a cache."""

import hashlib
import sqlite3
from collections.abc import Callable, Collection, Iterable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple, Self, TypeVar

import msgspec

from alignscope.files.locations import state_dir
from alignscope.model.session import Session
from alignscope.sessions.format.yaml import hide, reveal
from alignscope.sessions.library.places import fold, parts_of

T = TypeVar("T")
_VERSION: Final = 4
_SOUND: Final = "WHERE typeof(created) = 'real' AND typeof(entry) = 'blob'"
"""Rows without the right types, which SQLite doesn't notice in a damaged database, are skipped."""
_MAX_PROMPT: Final = 200
_MAX_WORDS: Final = 20


class EntryPane(msgspec.Struct, frozen=True):
    """A pane of a session's lineup, for lists."""

    name: str
    model: str
    mode: str


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A session, for lists."""

    name: str
    title: str = ""
    created: datetime
    panes: tuple[EntryPane, ...] = ()
    turns: int = 0
    prompt: str = ""
    """The beginning of the first prompt."""
    bundled: bool = False
    path: Path
    problem: str = ""
    """Why the file can't be opened; the other fields are then guesses."""


class IndexRow(NamedTuple):
    """An entry, and the state of the file that it was made from."""

    key: str
    size: int
    changed: int
    """Nanoseconds."""
    created: float
    """Seconds since 1970."""
    written: bytes
    """The encoded entry, decoded on demand: a list's first rows shouldn't wait for its last."""

    @classmethod
    def of(cls, key: str, size: int, changed: int, entry: Entry) -> Self:
        """Return the row of an entry."""
        return cls(key, size, changed, entry.created.timestamp(), _encode(entry))

    @property
    def entry(self) -> Entry | None:
        """The entry; None when the database is damaged."""
        try:
            return _decode(self.written)
        except ValueError:
            return None


class Index:
    """Rows by key. Without a usable database, every method works as if it were empty."""

    def __init__(self, directory: Path) -> None:
        """Choose the database of a directory's sessions."""
        digest = hashlib.sha256(str(directory.absolute()).encode("utf-8", "surrogateescape")).hexdigest()[:16]
        self._path = state_dir() / f"sessions-{digest}.sqlite"

    def rows(self) -> dict[str, IndexRow]:
        """Return all rows by key."""
        select = f"SELECT key, size, changed, created, entry FROM entries {_SOUND}"
        return self._run(lambda database: {row[0]: IndexRow(*row) for row in database.execute(select)}) or {}

    def put(self, rows: Collection[tuple[IndexRow, str]], gone: Collection[str] = ()) -> None:
        """Add or replace rows with their texts, and drop those of sessions that are gone."""

        def change(database: sqlite3.Connection) -> None:
            database.executemany("REPLACE INTO entries VALUES (?, ?, ?, ?, ?)", (row for row, _ in rows))
            database.executemany("REPLACE INTO texts VALUES (?, ?)", ((row.key, text.encode()) for row, text in rows))
            for table in ("entries", "texts"):
                database.executemany(f"DELETE FROM {table} WHERE key = ?", ((key,) for key in gone))
            database.commit()

        self._run(change)

    def search(self, words: Iterable[str]) -> set[str] | None:
        """Return the keys of the sessions that contain all words; None when the database can't be used."""
        needles = [word.encode() for word in words][:_MAX_WORDS]
        select = f"SELECT key FROM texts WHERE {' AND '.join(['instr(text, ?)'] * len(needles)) or '1'}"
        return self._run(lambda database: {key for (key,) in database.execute(select, needles)})

    def _run(self, task: Callable[[sqlite3.Connection], T]) -> T | None:
        """Return what a task makes of the open database. None when it can't be used; a damaged one is deleted."""
        try:
            with closing(sqlite3.connect(self._path, timeout=2)) as database:
                database.execute("PRAGMA synchronous = OFF")
                (version,) = database.execute("PRAGMA user_version").fetchone()
                if version != _VERSION:
                    self._make(database)
                return task(database)
        except sqlite3.OperationalError:
            return None  # read-only, or locked by another alignscope for too long
        except sqlite3.DatabaseError:
            self._path.unlink(missing_ok=True)
            return None

    def _make(self, database: sqlite3.Connection) -> None:
        for table in ("entries", "texts"):
            database.execute(f"DROP TABLE IF EXISTS {table}")
        database.execute(
            "CREATE TABLE entries (key TEXT PRIMARY KEY, size INTEGER, changed INTEGER, created REAL, entry BLOB)"
        )
        database.execute("CREATE TABLE texts (key TEXT PRIMARY KEY, text BLOB)")
        database.execute(f"PRAGMA user_version = {_VERSION}")
        database.commit()


def entry_of(session: Session, path: Path) -> Entry:
    """Return a session's entry."""
    first = session.turns[0].prompt if session.turns else ""
    return Entry(
        name=hide(path.stem),
        title=hide(session.title),
        created=session.created,
        panes=tuple(EntryPane(each.name, hide(each.pane.model), each.pane.mode.value) for each in session.lineup),
        turns=len(session.turns),
        prompt=hide(first[:_MAX_PROMPT]),
        bundled=session.bundled,
        path=path,
    )


def text_of(session: Session) -> str:
    """Return all text of a session that searches look at, folded."""
    return fold("\n".join(part.text for part in parts_of(session)))


def _path(kind: type, value: object) -> object:
    return Path(reveal(str(value))) if kind is Path else value


_encode: Final = msgspec.json.Encoder(enc_hook=lambda path: hide(str(path))).encode
_decode: Final = msgspec.json.Decoder(Entry, dec_hook=_path).decode
