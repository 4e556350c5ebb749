"""Which dialect a server speaks: found out by asking it, once."""

from typing import Final

import httpx
import msgspec

from alignscope.backends import errors
from alignscope.backends.base import Backend, Fault, ServerError, ServerInfo
from alignscope.backends.client import Client, url_of
from alignscope.backends.dialects import FLAVOURS, LLAMA_CPP, OLLAMA, OPENAI
from alignscope.backends.framing import MARK, FramingError, decode_list
from alignscope.backends.host import parse_host
from alignscope.backends.ollama.backend import OllamaBackend
from alignscope.backends.openai.backend import OpenAIBackend
from alignscope.backends.openai.models import Listed

PROBE_SECONDS: Final = 8.0
"""How long a server may take to say who it is."""


async def connect(url: str, *, api_key: str | None = None) -> Backend:
    """The backend for a server, after asking which it is.

    Args:
        url: a URL, or anything that OLLAMA_HOST may hold; a `/v1` at its end is not part of it.

    Raises:
        ServerError: nobody answers, or nobody that is known.
    """
    url = parse_host(url).removesuffix("/v1")
    try:
        client = Client(url, api_key=api_key)
        base = url_of(url) + httpx.URL(url).path.rstrip("/")
    except httpx.InvalidURL as error:
        raise errors.unreachable(error, url) from error
    try:
        info = await _ask(client, base)
    except BaseException:
        await client.close()
        raise
    if info.dialect is OLLAMA:
        return OllamaBackend(info, client)
    return OpenAIBackend(info, client)


async def _ask(client: Client, base: str) -> ServerInfo:
    """Ollama is asked for first, then what only one of the OpenAI-style servers has, then their common listing."""
    refused: int | None = None
    status, answer = await client.fetch("GET", base + OLLAMA.mark, seconds=PROBE_SECONDS)
    if status == 200 and (version := OLLAMA.version(_object(answer))) is not None:
        return ServerInfo(base, OLLAMA, version)
    if status in (401, 403):
        refused = status
    status, answer = await client.fetch("GET", f"{base}/v1/models")
    if status in (401, 403):
        refused = status
    elif status == 503:
        # A llama.cpp says so while it loads; it will answer everything else then.
        return ServerInfo(base, LLAMA_CPP)
    listing = _listing(answer) if status == 200 else None
    if listing is None:
        if refused is not None:
            words = errors.body_text(answer)
            raise errors.refusal(ServerInfo(base, OPENAI), words, status=refused)
        raise ServerError(
            f"{base} answers, but neither as Ollama nor as an OpenAI-style server. Check the address and the port.",
            Fault.BROKEN,
        )
    owners = {entry.owned_by for entry in listing if entry.owned_by}
    for dialect in sorted(FLAVOURS, key=lambda each: each.owner not in owners):
        status, answer = await client.fetch("GET", base + dialect.mark)
        version = dialect.version(_object(answer)) if status == 200 else None
        if version is not None or dialect.owner in owners:
            return ServerInfo(base, dialect, version or "")
    return ServerInfo(base, OPENAI)


def _listing(answer: bytes) -> list[Listed] | None:
    try:
        return decode_list(answer, "data", Listed)
    except FramingError:
        return None


def _object(answer: bytes) -> dict[str, object]:
    try:
        value = msgspec.json.decode(answer.removeprefix(MARK))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
