"""Sessions for commands: where they are, opening one, options about them."""

import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from alignscope.commands import Status, UsageError, printing
from alignscope.files import locations
from alignscope.model.session import Session, SessionError
from alignscope.sessions.library import opening
from alignscope.sessions.library.store import Store

_MAX_SECONDS: Final = 1e6
"""Maximum of an option in seconds: eleven days."""


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


def milliseconds(option: str, text: str | None, low: float) -> float | None:
    """Return an option's seconds as milliseconds, None without it. Raises UsageError as `number` does."""
    return None if text is None else 1000 * number(option, text, low, _MAX_SECONDS)


def number(option: str, text: str, low: float, high: float) -> float:
    """Return an option's number. Raises UsageError if it isn't one within the range."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not low <= value <= high:
        raise UsageError(f"{option} is a number from {low:g} to {high:,.10g}; {text:.40} is not")
    return value
