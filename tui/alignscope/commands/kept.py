"""Finding and opening sessions for commands."""

import math
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final, TextIO

from alignscope import locations
from alignscope.commands import UsageError
from alignscope.session.export import jsonl
from alignscope.session.file import MAX_BYTES
from alignscope.session.model import Session, SessionError
from alignscope.session.store import Store

_JSON_LINES: Final = ".jsonl"


def store_in(directory: Path | None) -> Store:
    """The sessions of a directory, or of the person's own where none is named, and the bundled ones."""
    return Store(directory or locations.data_dir() / "sessions", locations.bundled("sessions"))


def open_session(store: Store, name: str) -> Session:
    """The session that a person names: as `Store.open`, or a file of JSON Lines; `-` reads that from standard input.

    Raises:
        SessionError: there is none, or it can't be read.
        OSError: a file can't be read.
    """
    if name == "-":
        sys.stdin.reconfigure(encoding="utf-8", errors="strict")  # type: ignore[union-attr]  # it is a TextIOWrapper
        return jsonl.read(_lines(sys.stdin, "standard input"), "standard input")
    if name.lower().endswith(_JSON_LINES):
        with Path(name).expanduser().open(encoding="utf-8", newline="\n") as file:
            return jsonl.read(_lines(file, name), name)
    return store.open(name)


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


def number(option: str, text: str, low: float, high: float) -> float:
    """What an option says, within a range. Raises UsageError when it is no such number."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not low <= value <= high:
        raise UsageError(f"{option} is a number from {low:g} to {high:,.10g}; {text:.40} is not")
    return value


def whole(option: str, text: str, low: int, high: int) -> int:
    """The same for whole numbers."""
    if not text.isascii() or not text.isdigit() or not low <= int(text[:9]) <= high:
        raise UsageError(f"{option} is a whole number from {low} to {high}; {text:.40} is not")
    return int(text)
