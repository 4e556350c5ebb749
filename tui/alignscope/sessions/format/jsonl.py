"""A session as JSON Lines and back, without loss: the documents of its file, one a line.

Timelines are arrays of tokens, and scores of positions. Halves of surrogate pairs, which JSON can't hold, are hidden as
in session files.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec

from alignscope.files.yaml_file import MAX_DEPTH, MAX_DIGITS, MAX_KEY, MAX_NODES, FormError
from alignscope.model.session import Session, SessionError
from alignscope.sessions.format import documents, reading
from alignscope.sessions.format.file import check
from alignscope.sessions.format.yaml import each_text, hide, moment, reveal

MAX_LINE: Final = 256 * 2**20
"""Characters in a line: more than a turn of sixty-four replies can have and be played."""
_MAX_LINES: Final = 1_000_000
_LINES: Final = {"replies": "timeline", "scores": "positions"}
"""Fields of the mappings in a list that are lines of JSON, by the list's name."""


def write(session: Session) -> Iterator[str]:
    """Yield the header, then a line for each turn. Raises SessionError if a timeline is damaged."""
    for document in documents.session(session):
        lines = [(name, at, field, part.pop(field)) for name, at, field, part in _with_lines(document)]
        plain = each_text(document, hide)
        for name, at, field, text in lines:
            part = plain[name][at]
            try:
                part[field] = [msgspec.json.decode(line) for line in text.split("\n") if line]
            except (msgspec.MsgspecError, RecursionError) as error:
                where = f"{session.name}: turn {document['turn']}, pane {part['pane']}, sample {part['sample']}"
                raise SessionError(f"{where}: the {field} is damaged: {error}") from None
        yield json.dumps(plain, ensure_ascii=False, default=moment) + "\n"


def read(lines: Iterable[str], name: str) -> Session:
    """Read a session from lines, with or without line breaks; messages call their file `name`.

    Raises:
        SessionError: it isn't a session, or a field is wrong.
    """
    session: Session | None = None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        where = f"{name}: line {number}"
        if number > _MAX_LINES or len(line) > MAX_LINE:
            raise SessionError(f"{where}: larger than a session can be")
        try:
            data = _read(line)
            if session is None:
                session = reading.read_header(data)
            else:
                reading.add(session, data, where)
        except FormError as error:
            field = f": {error.field}" if error.field else ""
            raise SessionError(f"{where}{field}: {error.reason}") from None
    if session is None:
        raise SessionError(f"{name}: the file is empty")
    check(session)
    return session


def _with_lines(document: Any) -> Iterator[tuple[str, int, str, dict[str, Any]]]:
    """Yield what holds lines of JSON: the list that it is in, its place there, the field, and the mapping itself."""
    for name, field in _LINES.items():
        parts = document.get(name) if isinstance(document, dict) else None
        for at, part in enumerate(parts if isinstance(parts, list) else ()):
            if isinstance(part, dict) and field in part:
                yield name, at, field, part


def _read(line: str) -> Any:
    try:
        data = json.loads(line)
        found = [part for part in _with_lines(data) if isinstance(part[-1][part[-2]], list)]
        lines = [(name, at, field, part.pop(field)) for name, at, field, part in found]
        data = _Revealed().of(data)
        for name, at, field, rows in lines:
            # Pieces of text stay as they are written, as in a session file: the reply reads them when it is played.
            data[name][at][field] = "\n".join(map(json.dumps, rows))
    except RecursionError:
        raise FormError("it is nested too deep") from None
    except ValueError as error:
        raise error if isinstance(error, FormError) else FormError(f"it is no JSON: {error}") from None
    return data


class _Revealed:
    """Plain data with its texts revealed, within the bounds of a session file."""

    def __init__(self) -> None:
        self._nodes = 0

    def of(self, value: Any, depth: int = 0) -> Any:
        self._nodes += 1
        if self._nodes > MAX_NODES or depth > MAX_DEPTH:
            raise FormError("it holds more, or is nested deeper, than a session can be")
        match value:
            case str():
                return reveal(value)
            case dict():
                self._nodes += len(value)
                if any(len(key) > MAX_KEY for key in value):
                    raise FormError("a field's name is too long")
                return {reveal(key): self.of(each, depth + 1) for key, each in value.items()}
            case list():
                return [self.of(each, depth + 1) for each in value]
            case int() if abs(value) >= 10**MAX_DIGITS:
                raise FormError("a number is too large")
        return value
