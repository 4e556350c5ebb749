"""From bytes to lines and events, without any input or output: lines of JSON, and server-sent events.

Lines end at the byte `\\n` and at nothing else. Text splitters also break at U+0085, U+2028 and others, which models do
write and servers do not always escape; splitting bytes also leaves characters whole that arrive in two pieces.
"""

import json
from typing import Any, Final, TypeVar

import msgspec

MAX_LINE: Final = 16 * 1024 * 1024
"""The longest line that is taken, in bytes. Ollama bounds its engines' lines at 8 MB."""

T = TypeVar("T")


class FramingError(Exception):
    """What came is not in the server's own format."""


class Lines:
    """Splits a stream of bytes into lines."""

    def __init__(self, limit: int = MAX_LINE) -> None:
        self._limit = limit
        self._parts: list[bytes] = []
        self._held = 0

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
        lines = [line.removesuffix(b"\r") for line in complete.split(b"\n")]
        if len(complete) > self._limit and max(map(len, lines)) > self._limit:
            raise self._too_long
        return lines

    def rest(self) -> bytes:
        """What came after the last line's end; nothing is held afterwards."""
        held = b"".join(self._parts)
        self._parts, self._held = [], 0
        return held

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

    Two liberties, both for servers in use: an `error:` field counts as an event of that name, and `rest` gives an event
    that was not followed by an empty line.
    """

    def __init__(self, limit: int = MAX_LINE) -> None:
        self._lines = Lines(limit)
        self._name = ""
        self._data: list[bytes] = []

    def feed(self, data: bytes) -> list[ServerEvent]:
        """The events that are complete now. Raises FramingError as `Lines.feed` does."""
        events: list[ServerEvent] = []
        for line in self._lines.feed(data):
            self._line(line, events)
        return events

    def rest(self) -> list[ServerEvent]:
        """The event that the stream ended in, if any."""
        events: list[ServerEvent] = []
        for line in (self._lines.rest(), b""):
            self._line(line, events)
        return events

    def _line(self, line: bytes, events: list[ServerEvent]) -> None:
        if not line:
            if self._data:
                events.append(ServerEvent(self._name or "message", b"\n".join(self._data)))
            self._name, self._data = "", []
            return
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        match field:
            case b"data":
                self._data.append(value)
            case b"event":
                self._name = value.decode("utf-8", "replace")
            case b"error":
                self._name = "error"
                self._data.append(value)


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
        value: Any = json.loads(line.decode("utf-8", "replace"), strict=False)
        return msgspec.convert(_scrubbed(value), decoder.type)
    except (ValueError, RecursionError, msgspec.ValidationError) as error:
        raise FramingError("a line that is not in its own format") from error


def _scrubbed(value: Any) -> Any:
    match value:
        case str():
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case list():
            return [_scrubbed(item) for item in value]
        case dict():
            return {_scrubbed(key): _scrubbed(item) for key, item in value.items()}
    return value
