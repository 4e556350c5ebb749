"""Opening of session files and of JSON Lines."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final, TextIO

from alignscope.model.session import Session, SessionError
from alignscope.sessions.format import jsonl
from alignscope.sessions.format.file import MAX_BYTES, check
from alignscope.sessions.format.timeline import StoredReply
from alignscope.sessions.library.store import Store
from alignscope.sessions.recording.lock import LockedError
from alignscope.sessions.recording.writer import Writer

_JSON_LINES: Final = ".jsonl"


def open_session(store: Store, name: str | Path) -> Session:
    """Open what `Store.open` opens, or a file of JSON Lines by its ending.

    Raises:
        SessionError: there is none, or it can't be read.
        OSError: a file can't be read.
    """
    if str(name).lower().endswith(_JSON_LINES):
        with Path(name).expanduser().open(encoding="utf-8", newline="\n") as file:
            return read_lines(file, str(name))
    return store.open(name)


def open_to_play(store: Store, name: str | Path) -> Session:
    """Open a session and decode its timelines, which may take seconds. Raises as `open_session` does."""
    session = open_session(store, name)
    check(session)
    return session


def open_to_continue(store: Store, path: Path) -> tuple[Session, Writer | None, str]:
    """Open a session to go on with, or a fork of it if its file can't be written to, or is damaged.

    Of a reply whose timeline is damaged the text is left. Returns the session, the writer of its file, and why there is
    none. Raises SessionError if it can't be read.
    """
    session = store.open(path)
    why = "It comes with alignscope and stays as it is."
    stored = (reply for turn in session.turns for reply in turn.replies.values() if isinstance(reply, StoredReply))
    if damage := next(filter(None, [reply.drop_damage() for reply in stored]), ""):
        why = f"Its texts are all here, and not all of their times: {damage}."
    elif not session.bundled:
        try:
            return session, Writer.open(session), ""
        except (LockedError, OSError) as error:
            why = str(error)
    return session.fork(session.turns[-1].number if session.turns else 0), None, why


def read_lines(file: TextIO, name: str) -> Session:
    """Read a session from a stream of JSON Lines. Raises as `open_session` does; messages name `name`."""
    return jsonl.read(_lines(file, name), name)


def _lines(file: TextIO, name: str) -> Iterator[str]:
    """Yield the lines of a file, no more than a session can have."""
    left = MAX_BYTES
    try:
        while line := file.readline(left):
            left -= len(line)
            if not left:
                raise SessionError(f"{name}: larger than {MAX_BYTES >> 20} MB, which no session is")
            yield line
    except UnicodeDecodeError:
        raise SessionError(f"{name}: not UTF-8") from None
