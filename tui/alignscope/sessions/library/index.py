"""What lists and searches need of every session, in a database that is only a cache: lost, it is made anew."""

import hashlib
import sqlite3
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple, Self

import msgspec

from alignscope.files.locations import state_dir
from alignscope.model.session import Session
from alignscope.sessions.format.yaml import hide, reveal

_VERSION: Final = 3
_SOUND: Final = "WHERE typeof(created) = 'real' AND typeof(entry) = 'blob'"
"""A database can be damaged without SQLite's noticing."""
_MAX_PROMPT: Final = 200
_MAX_WORDS: Final = 20


class EntryPane(msgspec.Struct, frozen=True):
    """A pane of a session's lineup, as lists show it."""

    name: str
    model: str
    mode: str


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A session, as lists show it."""

    name: str
    title: str = ""
    created: datetime
    panes: tuple[EntryPane, ...] = ()
    turns: int = 0
    prompt: str = ""
    """The first one's beginning."""
    bundled: bool = False
    path: Path
    problem: str = ""
    """Why the file can't be opened; everything else is then guessed from the file itself."""


class Row(NamedTuple):
    """An entry, and what tells whether the file is still the one it was made from."""

    key: str
    size: int
    changed: int
    """Nanoseconds."""
    created: float
    """Seconds since 1970."""
    written: bytes
    """The entry, decoded only when it is wanted: a list's first rows shouldn't wait for its last."""

    @classmethod
    def of(cls, key: str, size: int, changed: int, entry: Entry) -> Self:
        """The row of an entry."""
        return cls(key, size, changed, entry.created.timestamp(), _encode(entry))

    @property
    def entry(self) -> Entry | None:
        """The entry; None when the database is damaged."""
        try:
            return _decode(self.written)
        except ValueError:
            return None


class Index:
    """Rows by key. Every method works without the database too, as if it were empty."""

    def __init__(self, directory: Path) -> None:
        """The index of the sessions in a directory."""
        digest = hashlib.sha256(str(directory.absolute()).encode("utf-8", "surrogateescape")).hexdigest()[:16]
        self._path = state_dir() / f"sessions-{digest}.sqlite"

    def rows(self) -> dict[str, Row]:
        """All of them."""
        rows = {}
        with self._database() as database:
            if database is not None:
                for row in database.execute("SELECT key, size, changed, created, entry FROM entries " + _SOUND):
                    rows[row[0]] = Row(*row)
        return rows

    def put(self, rows: Iterable[tuple[Row, str]], gone: Iterable[str] = ()) -> None:
        """Add or replace rows with their texts, and drop those of sessions that are gone."""
        with self._database() as database:
            if database is not None:
                for row, text in rows:
                    database.execute("REPLACE INTO entries VALUES (?, ?, ?, ?, ?)", row)
                    database.execute("REPLACE INTO texts VALUES (?, ?)", (row.key, text.encode()))
                for key in gone:
                    database.execute("DELETE FROM entries WHERE key = ?", (key,))
                    database.execute("DELETE FROM texts WHERE key = ?", (key,))
                database.commit()

    def search(self, words: Iterable[str]) -> set[str] | None:
        """The keys of the sessions that have all these words in them; None when the database can't be used."""
        needles = [word.encode() for word in words][:_MAX_WORDS]
        where = " AND ".join(["instr(text, ?)"] * len(needles)) or "1"
        with self._database() as database:
            if database is not None:
                return {key for (key,) in database.execute(f"SELECT key FROM texts WHERE {where}", needles)}
        return None

    @contextmanager
    def _database(self) -> Iterator[sqlite3.Connection | None]:
        """An open database, or None; one that is damaged is deleted, and is there again, empty, the next time."""
        try:
            database = sqlite3.connect(self._path, timeout=2)
        except sqlite3.Error:
            yield None
            return
        with closing(database):
            try:
                database.execute("PRAGMA synchronous = OFF")
                (version,) = database.execute("PRAGMA user_version").fetchone()
                if version != _VERSION:
                    self._make(database)
            except sqlite3.OperationalError:
                # Read-only, or held by another alignscope for too long.
                yield None
                return
            except sqlite3.DatabaseError:
                self._path.unlink(missing_ok=True)
                yield None
                return
            try:
                yield database
            except sqlite3.OperationalError:
                pass
            except sqlite3.DatabaseError:
                self._path.unlink(missing_ok=True)

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
    """A session's entry."""
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
    """Everything in a session that is searched: titles, prompts and replies, folded."""
    parts = [session.title]
    for turn in session.turns:
        parts.append(turn.prompt)
        parts += [reply.text for reply in turn.replies.values()]
    return fold("\n".join(parts))


def fold(text: str) -> str:
    """Return text as it is compared: capitals are small letters, and an accent may be a character of its own or not."""
    return unicodedata.normalize("NFC", hide(text).casefold())


def _path(kind: type, value: object) -> object:
    return Path(reveal(str(value))) if kind is Path else value


_encode: Final = msgspec.json.Encoder(enc_hook=lambda path: hide(str(path))).encode
_decode: Final = msgspec.json.Decoder(Entry, dec_hook=_path).decode
