"""Finding and opening sessions for commands."""

import sys
from pathlib import Path

from alignscope.commands import UsageError
from alignscope.files import locations
from alignscope.model.session import Session
from alignscope.sessions.library import opening
from alignscope.sessions.library.store import Store


def store_in(directory: Path | None) -> Store:
    """The sessions of a directory, or of the person's own where none is named, and the bundled ones."""
    return Store(directory or locations.data_dir() / "sessions", locations.bundled("sessions"))


def open_session(store: Store, name: str) -> Session:
    """The session that a person names: its name or file; `-` reads JSON Lines from standard input.

    Raises:
        SessionError: there is none, or it can't be read.
        OSError: a file can't be read.
    """
    if name == "-":
        sys.stdin.reconfigure(encoding="utf-8", errors="strict")  # type: ignore[union-attr]  # it is a TextIOWrapper
        return opening.read_lines(sys.stdin, "standard input")
    return opening.open_session(store, name)


def whole(option: str, text: str, low: int, high: int) -> int:
    """Return the whole number that an option gives. Raises UsageError when it isn't within the range."""
    if not text.isascii() or not text.isdigit() or not low <= int(text[:9]) <= high:
        raise UsageError(f"{option} is a whole number from {low} to {high}; {text:.40} is not")
    return int(text)
