"""Sessions for commands: where they are, opening one, options about them."""

import sys
from collections.abc import Callable
from pathlib import Path

from alignscope.commands import Status, printing
from alignscope.files import locations
from alignscope.model.session import Session, SessionError
from alignscope.sessions.library import opening
from alignscope.sessions.library.store import Store


def store_in(directory: Path | None) -> Store:
    """Return the store of the sessions in a directory, by default the person's own, and of the bundled ones."""
    return Store(directory or locations.data_dir() / "sessions", locations.bundled("sessions"))


def run_on_store(directory: Path | None, action: Callable[[Store], int]) -> int:
    """Recover unfinished sessions, run an action on a directory's store, and return its exit status; 1 if it fails."""
    notes, store = printing.notes(), store_in(directory)
    try:
        for message in store.recover():
            notes.line(message)
        return action(store)
    except BrokenPipeError:
        raise
    except SessionError as error:
        notes.line(f"alignscope: {error}")
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        notes.line(f"alignscope: {where}{error.strerror or error}")
    return Status.FAILED


def open_session(store: Store, name: str) -> Session:
    """Open a session by its name or file; `-` reads JSON Lines from standard input. Raises SessionError, OSError."""
    if name == "-":
        sys.stdin.reconfigure(encoding="utf-8", errors="strict")  # type: ignore[union-attr]  # it is a TextIOWrapper
        return opening.read_lines(sys.stdin, "standard input")
    return opening.open_session(store, name)
