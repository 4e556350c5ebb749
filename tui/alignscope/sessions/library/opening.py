"""Opening what a person names: a session's file, or the same as JSON Lines."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final, TextIO

from alignscope.model.session import Session, SessionError
from alignscope.sessions.format import jsonl
from alignscope.sessions.format.file import MAX_BYTES, check
from alignscope.sessions.library.store import Store
from alignscope.sessions.recording.lock import LockedError
from alignscope.sessions.recording.writer import Writer

_JSON_LINES: Final = ".jsonl"


def open_session(store: Store, name: str | Path) -> Session:
    """The session that a person names: as `Store.open`, or a file of JSON Lines by its ending.

    Raises:
        SessionError: there is none, or it can't be read.
        OSError: a file can't be read.
    """
    if str(name).lower().endswith(_JSON_LINES):
        with Path(name).expanduser().open(encoding="utf-8", newline="\n") as file:
            return read_lines(file, str(name))
    return store.open(name)


def open_to_play(store: Store, name: str | Path) -> Session:
    """Open a session and decode its timelines, which takes its time. Raises as `open_session` does."""
    session = open_session(store, name)
    check(session)
    return session


def open_to_continue(store: Store, path: Path) -> tuple[Session, Writer | None, str]:
    """Open a session to go on with; where its file can't be written on, a fork of it.

    Returns:
        The session, the writer of its file, and why there is none.

    Raises:
        SessionError: it can't be read.
    """
    session = store.open(path)
    why = "It comes with alignscope and stays as it is."
    if not session.bundled:
        try:
            return session, Writer.open(session), ""
        except (LockedError, OSError) as error:
            why = str(error)
    return session.fork(session.turns[-1].number if session.turns else 0), None, why


def read_lines(file: TextIO, name: str) -> Session:
    """The session in a stream of JSON Lines. Raises as `open_session` does; the name is for messages."""
    return jsonl.read(_lines(file, name), name)


def _lines(file: TextIO, name: str) -> Iterator[str]:
    """The lines of a file, no more than a session can be."""
    left = MAX_BYTES
    try:
        while line := file.readline(left):
            left -= len(line)
            if not left:
                raise SessionError(f"{name}: larger than {MAX_BYTES >> 20} MB, which no session is")
            yield line
    except UnicodeDecodeError:
        raise SessionError(f"{name}: not UTF-8") from None
