"""Framing: bytes into lines of JSON or server-sent events, without input or output.

Lines end at the byte `\\n` and at nothing else. Text splitters also break at U+0085, U+2028 and others, which models do
write and servers do not always escape; splitting bytes also leaves characters whole that arrive in two pieces.
"""

import contextlib
import json
from typing import Any, Final, TypeVar

import msgspec

MAX_LINE: Final = 16 * 1024 * 1024
"""Limit of a line, in bytes. Ollama limits its engines' lines to 8 MB."""

BOM: Final = b"\xef\xbb\xbf"
"""Byte order mark, which some proxies put before an answer."""

T = TypeVar("T")
S = TypeVar("S", bound=msgspec.Struct)


class FramingError(Exception):
    """Data in a format that isn't the server's own."""


class Lines:
    """Splits a stream of bytes into lines."""

    def __init__(self, limit: int = MAX_LINE) -> None:
        self._limit = limit
        self._parts: list[bytes] = []
        self._held = 0
        self._first = True
        """Whether no line has been complete yet, so that a byte order mark may come."""

    def feed(self, data: bytes) -> list[bytes]:
        """Return the lines that `data` completes, without their ends (`\\n` or `\\r\\n`).

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
        """Return and forget the incomplete line at the end."""
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
    """`message` by default; servers use `error` for errors."""
    data: bytes


class Events:
    """Splits a stream of bytes into server-sent events, as the HTML standard describes them.

    Liberties for servers in use: an `error:` field is an event of that name; `rest` returns an event that no empty line
    followed; lines that end in `\r` alone are split at the stream's end; and a body that is one JSON object, from a
    server that doesn't stream, is one event.
    """

    def __init__(self) -> None:
        self._lines = Lines()
        self._name = ""
        self._data: list[bytes] = []
        self._begun = False
        self._is_object = False

    def feed(self, data: bytes) -> list[ServerEvent]:
        """Return the events that `data` completes. Raises FramingError as `Lines.feed` does."""
        events: list[ServerEvent] = []
        for line in self._lines.feed(data):
            self._line(line, events)
        return events

    def rest(self) -> list[ServerEvent]:
        """Return the event at the stream's end, if any."""
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
    """Decode a line of JSON into the decoder's type. Raises FramingError.

    Invalid UTF-8 and lone surrogates become U+FFFD, control characters inside strings stay.
    """
    try:
        return decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _decode_leniently(line, decoder.type)


def _decode_leniently(line: bytes, kind: type[T]) -> T:
    try:
        return msgspec.convert(decode_json(line), kind, strict=False)
    except msgspec.ValidationError as error:
        raise FramingError("a line that is not in its own format") from error


def decode_object(answer: bytes, kind: type[S]) -> S:
    """Decode a JSON object; a field that isn't of its type is left at its default. Raises FramingError."""
    value = decode_json(answer)
    if not isinstance(value, dict):
        raise FramingError("an answer that is not in its own format")
    return _fields(value, kind)


def decode_list(answer: bytes, name: str, kind: type[S]) -> list[S]:
    """Decode a list of objects, alone or under a name in an object, as `decode_object` does. Raises FramingError."""
    value = decode_json(answer)
    if isinstance(value, dict) and name in value:
        value = value[name] or []
    if not isinstance(value, list):
        raise FramingError("an answer that is not in its own format")
    return [_fields(item, kind) for item in value if isinstance(item, dict)]


def decode_json(data: bytes) -> Any:
    """Decode JSON as leniently as `decode`. Raises FramingError."""
    data = data.removeprefix(BOM)
    with contextlib.suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return msgspec.json.decode(data)
    try:
        return _scrubbed(json.loads(data.decode("utf-8", "replace"), strict=False))
    except (ValueError, RecursionError) as error:
        raise FramingError("a line that is not in its own format") from error


def _fields(value: dict[str, Any], kind: type[S]) -> S:
    with contextlib.suppress(msgspec.ValidationError):
        return msgspec.convert(value, kind, strict=False)
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
