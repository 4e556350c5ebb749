"""HTTP client of a backend: connections, timeouts, and errors with messages for the person."""

import asyncio
import contextlib
import os
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from typing import Final, NamedTuple, cast

import httpx

from alignscope.backends import errors
from alignscope.backends.base import Backend, Fault, ServerError, ServerInfo
from alignscope.backends.framing import FramingError, Lines, T
from alignscope.backends.network import KEEP_ALIVE, proxy_for, trusted

ANSWER_SECONDS: Final = 15.0
"""Timeout of an answer that isn't a reply."""
PHASE_SECONDS: Final = 2.0
"""Timeout of an answer about a silent reply's phase."""
MAX_BODY: Final = 32 * 1024 * 1024
"""Limit of an answer that isn't a stream, in bytes."""


class Answer(NamedTuple):
    """A server's answer, complete."""

    url: str
    """The request's URL."""
    status: int
    body: bytes
    location: str
    """Target of a redirection, "" if it is none."""


class Client:
    """Connections to one server, or to several on this machine. The backend that uses a client closes it.

    A user and password in the URL stay in here: no message and no file contains them. Raises httpx.InvalidURL, or
    ServerError if the environment names an unusable proxy or unusable certificates.
    """

    def __init__(self, url: str, *, api_key: str | None = None) -> None:
        headers = {"Accept-Encoding": "identity", "User-Agent": "alignscope"}
        if api_key:
            headers["Authorization"] = f"Bearer {api_key}"
        parts = httpx.URL(url)
        self.proxy = proxy_for(url, os.environ)
        schemes = {parts.scheme, httpx.URL(self.proxy.url).scheme if self.proxy else ""}
        # Reading the machine's certificates takes longer than all the rest, and plain HTTP needs none.
        context = trusted(os.environ) if "https" in schemes else None
        self._http = httpx.AsyncClient(
            headers=headers,
            auth=(parts.username, parts.password) if parts.username else None,
            # Reading waits as long as a model takes to load; connecting does not.
            timeout=httpx.Timeout(connect=errors.CONNECT_SECONDS, read=None, write=30, pool=None),
            trust_env=False,
            transport=httpx.AsyncHTTPTransport(
                verify=context or False,
                trust_env=False,
                proxy=httpx.Proxy(self.proxy.url, ssl_context=context) if self.proxy else None,
                # Some servers close an idle connection after five seconds; a request must not meet that moment.
                limits=httpx.Limits(max_connections=None, max_keepalive_connections=8, keepalive_expiry=3),
                socket_options=KEEP_ALIVE,
            ),
        )

    async def ask(
        self,
        info: ServerInfo,
        method: str,
        url: str,
        decode: Callable[[bytes], T],
        body: object = None,
        *,
        model: str = "",
        seconds: float = ANSWER_SECONDS,
    ) -> T:
        """Send a request, and return its answer, decoded. Raises ServerError without a decodable one."""
        answer = await self.fetch(method, url, body, seconds=seconds)
        if answer.location:
            raise errors.moved(url, answer.location)
        if answer.status >= 300:
            raise errors.refusal(info, errors.body_text(answer.body), status=answer.status, model=model)
        try:
            return decode(answer.body)
        except FramingError as error:
            raise errors.not_understood(info) from error

    async def fetch(self, method: str, url: str, body: object = None, *, seconds: float = ANSWER_SECONDS) -> Answer:
        """Send a request, and return its answer of any status. Raises ServerError if none comes in time."""
        try:
            async with asyncio.timeout(seconds):
                response = await self._http.send(self._http.build_request(method, url, json=body), stream=True)
                try:
                    return Answer(url, response.status_code, await _all(response), _location(response))
                finally:
                    await response.aclose()
        except TimeoutError as error:
            raise errors.too_slow(url, seconds) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise errors.unreachable(error, url, self.proxy) from error

    @asynccontextmanager
    async def stream(
        self, info: ServerInfo, url: str, body: object, *, model: str
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """Yield the bytes of a reply as they come. Leaving early closes the connection.

        Raises ServerError for a refusal or no answer; reading raises httpx.HTTPError if the connection breaks.
        """
        request = self._http.build_request("POST", url, json=body)
        if info.dialect.closes_streams:
            # It closes a connection that has carried a stream, and a request sent into that moment would be lost.
            request.headers["Connection"] = "close"
        try:
            response = await self._http.send(request, stream=True)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise errors.unreachable(error, url, self.proxy) from error
        try:
            if location := _location(response):
                raise errors.moved(url, location)
            if response.status_code >= 300:
                try:
                    text = errors.body_text(await _all(response))
                except httpx.HTTPError:
                    text = ""
                raise errors.refusal(info, text, status=response.status_code, model=model)
            async with aclosing(cast(AsyncGenerator[bytes, None], response.aiter_bytes())) as incoming:
                yield incoming
        finally:
            await response.aclose()

    async def close(self) -> None:
        """Close all connections."""
        await self._http.aclose()


class HTTPBackend(Backend):
    """A backend that speaks HTTP, with a client of its own."""

    def __init__(self, info: ServerInfo, client: Client) -> None:
        self.info = info
        self._client = client

    async def close(self) -> None:
        """Close all connections."""
        await self._client.close()


async def lines_of(incoming: AsyncIterator[bytes]) -> AsyncGenerator[list[bytes], None]:
    """Yield the lines of a body that came together, without empty ones; the last may lack its line break.

    Raises FramingError.
    """
    lines = Lines()
    async for data in incoming:
        if complete := [line for line in lines.feed(data) if line]:
            yield complete
    if rest := lines.rest().strip():
        yield [rest]


async def drain(incoming: AsyncIterator[bytes]) -> None:
    """Read up to the end of the body, for at most half a second, so that the connection can be used again."""
    with contextlib.suppress(httpx.HTTPError, TimeoutError):
        async with asyncio.timeout(0.5):
            async for _ in incoming:
                pass


def _location(response: httpx.Response) -> str:
    return str(response.headers["Location"]) if response.has_redirect_location else ""


async def _all(response: httpx.Response) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in response.aiter_bytes():
        parts.append(part)
        size += len(part)
        if size > MAX_BODY:
            raise ServerError(f"{errors.url_of(str(response.url))} sent more than anyone asked for.", Fault.BROKEN)
    return b"".join(parts)
