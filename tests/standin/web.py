"""As much of an HTTP/1.1 server as a stand-in needs: routes, chunked replies, and a record of what clients did."""

import asyncio
import json
import ssl
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Self

from tests.waiting import HANGS

MAX_BODY = 32 * 1024 * 1024
_TURNS = 5
"""Of the event loop, from the acceptance of a connection to its handler."""


@dataclass(eq=False)
class Seen:
    """One request as the server saw it, at `time.monotonic()` seconds: a clock that all processes here share."""

    method: str
    path: str
    headers: dict[str, str]
    body: dict[str, Any] = field(default_factory=dict)
    opened: float = 0.0
    first_byte: float | None = None
    last_byte: float | None = None
    closed: float | None = None
    status: int = 0
    pieces: int = 0
    """How many tokens were written for it."""
    client_closed: bool = False
    """The client went away before the answer was complete."""

    @property
    def model(self) -> str:
        """The model that the body names."""
        return str(self.body.get("model", ""))

    def overlaps(self, other: "Seen") -> bool:
        """Whether both were streaming at one moment: from the first byte to the last."""
        if self.first_byte is None or other.first_byte is None:
            return False
        now = time.monotonic()
        mine = self.last_byte if self.closed else now
        theirs = other.last_byte if other.closed else now
        return self.first_byte < (theirs or now) and other.first_byte < (mine or now)


class HangupError(Exception):
    """Raised by a route: close the connection at once, in the middle of whatever was being said."""

    def __init__(self, *, reset: bool = False) -> None:
        super().__init__()
        self.reset = reset


class Exchange:
    """One request on one connection, and the means to answer it."""

    def __init__(self, seen: Seen, writer: asyncio.StreamWriter) -> None:
        self.seen = seen
        self.writer = writer
        self.keep_alive = True
        self._chunked = False

    @property
    def begun(self) -> bool:
        """Whether the status line is out, so that nothing but more body can follow."""
        return self._chunked or self.seen.status != 0

    async def json(self, value: object, status: int = 200) -> None:
        """Answer with one JSON value."""
        body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        await self.plain(body, status, "application/json; charset=utf-8")

    async def plain(self, body: bytes = b"", status: int = 200, kind: str = "text/plain") -> None:
        """Answer with these bytes."""
        self.seen.status, self.seen.first_byte = status, time.monotonic()
        self.writer.write(
            f"HTTP/1.1 {status} Status\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
        )
        await self.writer.drain()

    def begin(self, kind: str) -> None:
        """Send status 200 and the headers of a body that comes in chunks."""
        self._chunked = True
        self.seen.status, self.seen.first_byte = 200, time.monotonic()
        self.writer.write(f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nTransfer-Encoding: chunked\r\n\r\n".encode())

    async def chunk(self, data: bytes) -> None:
        """Send one HTTP chunk."""
        self.seen.last_byte = time.monotonic()
        self.writer.write(b"%x\r\n%b\r\n" % (len(data), data))
        await self.writer.drain()

    async def finish(self) -> None:
        """End a body that came in chunks."""
        if self._chunked:
            self.writer.write(b"0\r\n\r\n")
            await self.writer.drain()
            self._chunked = False


Route = Callable[[Exchange], Coroutine[Any, Any, None]]


class Server:
    """A loopback server on a port that the system picks, with every request on record.

    Use it as an async context manager. Leaving it closes every connection.
    """

    def __init__(self, *, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        self.host, self.port, self.tls = host, port, tls
        self.requests: list[Seen] = []
        self.routes: dict[tuple[str, str], Route] = {}
        self.otherwise: Route = _missing
        """The answer where there is no route."""
        self.connections = 0
        """How many connections were accepted so far."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._listener: asyncio.Server | None = None
        self._ended = False

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http{'s' if self.tls else ''}://{self.host}:{self.port}"

    @property
    def connected(self) -> int:
        """How many connections are open."""
        return len(self._tasks)

    def open_now(self, path: str = "") -> list[Seen]:
        """The requests that are being answered at this moment."""
        return [seen for seen in self.requests if seen.closed is None and path in seen.path]

    def seen(self, path: str, model: str = "") -> list[Seen]:
        """The requests for a path, and a model if one is given, in order."""
        return [s for s in self.requests if s.path == path and model in ("", s.model)]

    async def until(self, condition: Callable[[], bool], seconds: float = HANGS) -> None:
        """Wait until something is true of the server. Raises TimeoutError after `seconds`."""
        async with asyncio.timeout(seconds):
            while not condition():  # noqa: ASYNC110, the condition may be about anything
                await asyncio.sleep(0.005)

    async def __aenter__(self) -> Self:
        self._listener = await asyncio.start_server(self._connected, self.host, self.port, ssl=self.tls)
        self.port = self._listener.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._listener is not None
        self._ended = True
        await self._accept_no_more(self._listener)
        self._listener.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._listener.wait_closed()

    async def _accept_no_more(self, listener: asyncio.Server) -> None:
        """Have what is accepted already come to its handler: asyncio forgets it otherwise, with its client waiting."""
        loop = asyncio.get_running_loop()
        for listening in listener.sockets:
            loop.remove_reader(listening.fileno())
        for _ in range(_TURNS):
            await asyncio.sleep(0)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._ended:  # accepted at the last moment
            writer.transport.abort()
            return
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            while (exchange := await _read(reader, writer)) is not None:
                self.requests.append(exchange.seen)
                if not await self._answer(exchange, reader) or not exchange.keep_alive:
                    break
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError, ValueError):
            pass
        finally:
            self._tasks.discard(task)
            writer.close()
            try:
                await asyncio.wait_for(writer.wait_closed(), 1)
            except (OSError, TimeoutError, asyncio.CancelledError):
                writer.transport.abort()

    async def _answer(self, exchange: Exchange, reader: asyncio.StreamReader) -> bool:
        """Run the route until it is done or the client has gone; whether the connection can be used again."""
        seen = exchange.seen
        route = self.routes.get((seen.method, seen.path.partition("?")[0]), self.otherwise)
        work = asyncio.create_task(route(exchange))
        # A client says nothing while it is being answered: a read that returns means that it has closed.
        gone = asyncio.create_task(reader.read(1))
        try:
            await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                seen.client_closed = True
                return False
            try:
                work.result()
                await exchange.finish()
            except HangupError as hangup:
                if hangup.reset:
                    exchange.writer.transport.abort()
                return False
            except ConnectionError:
                seen.client_closed = True
                return False
            return not gone.done()
        finally:
            for task in (work, gone):
                task.cancel()
            await asyncio.gather(work, gone, return_exceptions=True)
            seen.closed = time.monotonic()


async def _missing(exchange: Exchange) -> None:
    await exchange.plain(b"404 page not found", 404)


async def _read(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Exchange | None:
    line = await reader.readline()
    if not line:
        return None
    method, path, _ = line.decode("latin-1").split(" ", 2)
    seen = Seen(method, path, {}, opened=time.monotonic())
    while (line := await reader.readline()) not in (b"\r\n", b""):
        name, _, value = line.decode("latin-1").partition(":")
        seen.headers[name.strip().lower()] = value.strip()
    length = int(seen.headers.get("content-length", "0"))
    if length > MAX_BODY:
        raise ValueError("too long a body")
    if length:
        raw = await reader.readexactly(length)
        try:
            value = json.loads(raw)
            seen.body = value if isinstance(value, dict) else {"": value}
        except ValueError:
            seen.body = {"": raw.decode("utf-8", "replace")}
    exchange = Exchange(seen, writer)
    exchange.keep_alive = seen.headers.get("connection", "").lower() != "close"
    return exchange
