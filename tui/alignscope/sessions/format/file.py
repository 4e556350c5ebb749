"""Session files: read whole, written only at their end."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Final, NamedTuple

from alignscope.files.whole import read_regular
from alignscope.files.yaml_file import FormError
from alignscope.model.session import Session, SessionError
from alignscope.sessions.format import documents, reading
from alignscope.sessions.format import outline as outlines
from alignscope.sessions.format import yaml as yaml_form

MAX_BYTES: Final = 256 * 1024 * 1024
"""Size of a file."""
MAX_DOCUMENT: Final = 64 * 1024 * 1024
"""Size of a document: ten times what two replies of 100,000 tokens with alternatives take."""
MAX_DOCUMENTS: Final = 50_000
_MARK: Final = re.compile(rb"\n(---|\.\.\.)(?=[ \t\r\n]|\Z)")
_FIRST_MARK: Final = re.compile(rb"(---|\.\.\.)(?=[ \t\r\n]|\Z)")
_BLANK: Final = re.compile(rb"(?:[ \t]*(?:[%#][^\n]*)?(?:\r?\n|\Z))*+")
END: Final = "...\n"
"""Closes every document that is written: the last one without it is torn."""


class Stamp(NamedTuple):
    """The state of a file as it was left. Without its time, which backups and shares change."""

    device: int
    inode: int
    size: int


@dataclass(slots=True)
class Loaded:
    """A session, and the state of its file."""

    session: Session
    end: int
    """Where the last good document ends, bytes."""
    documents: int
    """Number of good documents."""
    damaged: bytes
    """The bytes after that: a document that was interrupted while it was written."""


class _Piece(NamedTuple):
    start: int
    end: int
    closed: bool
    """Whether its end is marked."""
    after: int
    """Where the next one may begin."""


def read(path: Path, *, outline: bool = False) -> Loaded:
    """Read a session file.

    Args:
        outline: skip timelines, requests, figures and sampling, which only a replay needs. Is several times as fast.

    Raises:
        SessionError: it can't be read or isn't a session; names file, document and field.
    """
    try:
        data = read_regular(path, MAX_BYTES)
    except OSError as error:
        raise SessionError(f"{path.name}: can't be read: {error.strerror or error}") from None
    loaded = parse(data, path.name, outline=outline)
    loaded.session.path = path
    return loaded


def parse(data: bytes, name: str, *, outline: bool = False) -> Loaded:
    """Read a session from bytes; messages call its file `name`. Arguments and errors are as in `read`.

    A torn or damaged last document is left out, with a warning. Timelines aren't decoded: see `check`.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise SessionError(f"{name}: is UTF-16; a session file is UTF-8")
    if len(data) > MAX_BYTES:
        raise SessionError(f"{name}: larger than {MAX_BYTES >> 20} MB, which no session is")
    pieces = _split(data, name)
    marked = any(piece.closed for piece in pieces)
    session: Session | None = None
    end = 0
    for number, piece in enumerate(pieces, 1):
        where = f"{name}, document {number}"
        last = session is not None and number == len(pieces)
        if last and marked and not piece.closed:
            return _set_aside(session, data, end, number - 1, f"{where}: was not written to its end")
        try:
            content = _content(data[piece.start : piece.end], outline=outline)
        except FormError as error:
            message = _message(error, where, data, piece)
            if last:
                return _set_aside(session, data, end, number - 1, message)
            raise SessionError(message) from None
        try:
            if session is None:
                session = reading.read_header(content)
            else:
                reading.add(session, content, where)
        except FormError as error:
            raise SessionError(_message(error, where, data, piece)) from None
        end = piece.after
    if session is None:
        raise SessionError(f"{name}: is empty")
    return Loaded(session, end, len(pieces), b"")


def check(session: Session) -> None:
    """Decode every timeline. Raises SessionError if one is damaged, or isn't its reply's text."""
    for turn in session.turns:
        for reply in turn.replies.values():
            _ = reply.texts


def dump(session: Session) -> bytes:
    """Return a whole session file."""
    return b"".join(encoded(document, first=not n) for n, document in enumerate(documents.session(session)))


def encoded(document: Mapping[str, Any], *, first: bool = False) -> bytes:
    """Return a document with the marks around it, ready to append."""
    return "".join(("" if first else "---\n", yaml_form.write(document), END)).encode()


def stamp(status: os.stat_result) -> Stamp:
    """Return the stamp of a file in this state."""
    return Stamp(status.st_dev, status.st_ino, status.st_size)


def _split(data: bytes, name: str) -> list[_Piece]:
    """Return where documents begin and end: at a line's start, `---` and `...` mean nothing else in YAML."""
    pieces: list[_Piece] = []
    start = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    for found in filter(None, chain([_FIRST_MARK.match(data, start)], _MARK.finditer(data, start))):
        closed = found[1] == b"..."
        # The line break in front still belongs to the document.
        end = found.start(1)
        _piece(pieces, _Piece(start, end, closed, found.end() + 1 if closed else end), data, name)
        start = found.end()
    _piece(pieces, _Piece(start, len(data), False, len(data)), data, name)
    return pieces


def _piece(pieces: list[_Piece], piece: _Piece, data: bytes, name: str) -> None:
    """Add a document unless it is empty."""
    start, end = piece.start, piece.end
    if _BLANK.fullmatch(data, start, end):
        return
    if end - start > MAX_DOCUMENT:
        raise SessionError(f"{name}, document {len(pieces) + 1}: larger than {MAX_DOCUMENT >> 20} MB")
    if len(pieces) >= MAX_DOCUMENTS:
        raise SessionError(f"{name}: more than {MAX_DOCUMENTS:,} documents")
    pieces.append(piece)


def _content(document: bytes, *, outline: bool) -> Any:
    try:
        return outlines.read(document) if outline else yaml_form.read(document.decode())
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise FormError("not UTF-8", line=line) from None


def _message(error: FormError, where: str, data: bytes, piece: _Piece) -> str:
    if error.field:
        where += f", {error.field}"
    if error.line:
        before = data.count(b"\n", 0, piece.start)
        where += f", line {before + error.line}"
    return f"{where}: {error.reason}"


def _set_aside(session: Session | None, data: bytes, end: int, count: int, message: str) -> Loaded:
    assert session is not None
    session.warnings.append(f"{message}; it is set aside, and everything before it is here.")
    return Loaded(session, end, count, data[end:])
