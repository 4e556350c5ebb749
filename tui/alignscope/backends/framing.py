"""From bytes to lines and events, without any input or output: lines of JSON, and server-sent events.

Lines end at the byte `\\n` and at nothing else. Text splitters also break at U+0085, U+2028 and others, which models do
write and servers do not always escape; splitting bytes also leaves characters whole that arrive in two pieces.
"""

import contextlib
import json
from typing import Any, Final, TypeVar

import msgspec

MAX_LINE: Final = 16 * 1024 * 1024
"""The longest line that is taken, in bytes. Ollama bounds its engines' lines at 8 MB."""

BOM: Final = b"\xef\xbb\xbf"
"""A byte order mark, which some proxies put before an answer; it is no part of it."""

T = TypeVar("T")
S = TypeVar("S", bound=msgspec.Struct)


class FramingError(Exception):
    """What came is not in the server's own format."""


class Lines:
    """Splits a stream of bytes into lines."""

    def __init__(self, limit: int = MAX_LINE) -> None:
        self._limit = limit
        self._parts: list[bytes] = []
        self._held = 0
        self._first = True
        """No line has been complete yet, so that a byte order mark may come."""

    def feed(self, data: bytes) -> list[bytes]:
        """The lines that are complete now, without their ends (`\\n` or `\\r\\n`).

        Raises:
            FramingError: a line is longer than the limit.
        """
        end = data.rfind(b"\n")
        if end < 0:
            self._hold(data)
            return []
        complete = b"".join((*self._parts, data[:end]))
        self._parts, self._held = [], 0
        if end + 1 < len(data):
            self._hold(data[end + 1 :])
        lines = [line.removesuffix(b"\r") for line in self._unmarked(complete).split(b"\n")]
        if len(complete) > self._limit and max(map(len, lines)) > self._limit:
            raise self._too_long
        return lines

    def rest(self) -> bytes:
        """What came after the last line's end; nothing is held afterwards."""
        held = self._unmarked(b"".join(self._parts))
        self._parts, self._held = [], 0
        return held

    def _unmarked(self, data: bytes) -> bytes:
        first, self._first = self._first, False
        return data.removeprefix(BOM) if first else data

    def _hold(self, data: bytes) -> None:
        self._held += len(data)
        if self._held > self._limit:
            raise self._too_long
        self._parts.append(data)

    @property
    def _too_long(self) -> FramingError:
        return FramingError(f"a line of more than {self._limit // 2**20} MB")


class ServerEvent(msgspec.Struct, frozen=True):
    """One server-sent event."""

    name: str
    """`message` where the stream names none; `error` is what servers use for errors."""
    data: bytes


class Events:
    """Splits a stream of bytes into server-sent events, as the HTML standard describes them.

    Liberties for servers in use: an `error:` field counts as an event of that name; `rest` gives an event that was not
    followed by an empty line; lines that end in `\r` alone are told apart at the stream's end; and a body that is one
    JSON object, for a request to stream that was ignored, is one event.
    """

    def __init__(self, limit: int = MAX_LINE) -> None:
        self._lines = Lines(limit)
        self._name = ""
        self._data: list[bytes] = []
        self._begun = False
        self._is_object = False

    def feed(self, data: bytes) -> list[ServerEvent]:
        """The events that are complete now. Raises FramingError as `Lines.feed` does."""
        events: list[ServerEvent] = []
        for line in self._lines.feed(data):
            self._line(line, events)
        return events

    def rest(self) -> list[ServerEvent]:
        """The event that the stream ended in, if any."""
        events: list[ServerEvent] = []
        rest = self._lines.rest()
        for line in (rest,) if self._is_object else rest.split(b"\r"):
            self._line(line, events)
        self._end(events)
        return events

    def _line(self, line: bytes, events: list[ServerEvent]) -> None:
        if not self._begun and line.strip():
            self._begun, self._is_object = True, line.lstrip().startswith(b"{")
        if self._is_object:
            self._data.append(line)
            return
        if not line:
            self._end(events)
            return
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        match field:
            case b"data":
                # No JSON goes on like this: it is the next event, from a server that leaves out the empty line.
                if self._data and self._data[-1].endswith(b"}") and value.startswith((b"{", b"[DONE]")):
                    self._end(events)
                self._data.append(value)
            case b"event":
                self._name = value.decode("utf-8", "replace")
            case b"error":
                self._name = "error"
                self._data.append(value)

    def _end(self, events: list[ServerEvent]) -> None:
        if self._data:
            events.append(ServerEvent(self._name or "message", b"\n".join(self._data)))
        self._name, self._data = "", []


def decode(decoder: "msgspec.json.Decoder[T]", line: bytes) -> T:
    """A line of JSON, in the decoder's type.

    What a strict decoder refuses but a person can still read is let through: invalid UTF-8 and lone surrogates become
    U+FFFD, control characters inside strings stay.

    Raises:
        FramingError: it isn't JSON, or not of that type.
    """
    try:
        return decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        pass
    try:
        return msgspec.convert(_value(line), decoder.type, strict=False)
    except msgspec.ValidationError as error:
        raise FramingError("a line that is not in its own format") from error


def decode_object(answer: bytes, kind: type[S]) -> S:
    """Return a JSON object; a field that isn't of its type is left at its default.

    Raises:
        FramingError: it is no JSON object.
    """
    value = _value(answer.removeprefix(BOM))
    if not isinstance(value, dict):
        raise FramingError("an answer that is not in its own format")
    return _fields(value, kind)


def decode_list(answer: bytes, name: str, kind: type[S]) -> list[S]:
    """Return the objects of a list that stands under a name in a JSON object, or by itself.

    A field that isn't of its type is left at its default, and what is no object is left out.

    Raises:
        FramingError: there is no list.
    """
    value = _value(answer.removeprefix(BOM))
    if isinstance(value, dict) and name in value:
        value = value[name] or []
    if not isinstance(value, list):
        raise FramingError("an answer that is not in its own format")
    return [_fields(item, kind) for item in value if isinstance(item, dict)]


def _value(data: bytes) -> Any:
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    try:
        return _scrubbed(json.loads(data.decode("utf-8", "replace"), strict=False))
    except (ValueError, RecursionError) as error:
        raise FramingError("a line that is not in its own format") from error


def _fields(value: dict[str, Any], kind: type[S]) -> S:
    try:
        return msgspec.convert(value, kind, strict=False)
    except msgspec.ValidationError:
        pass
    found: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):
        if field.encode_name in value:
            with contextlib.suppress(msgspec.ValidationError):
                found[field.name] = msgspec.convert(value[field.encode_name], field.type, strict=False)
    return kind(**found)


def _scrubbed(value: Any) -> Any:
    match value:
        case str():
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case list():
            return [_scrubbed(item) for item in value]
        case dict():
            return {_scrubbed(key): _scrubbed(item) for key, item in value.items()}
    return value
