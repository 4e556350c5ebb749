"""Which dialect a server speaks: found out by asking it, once."""

import os
from typing import Final

import httpx
import msgspec

from alignscope.backends import errors
from alignscope.backends.base import Backend, Fault, ServerError, ServerInfo
from alignscope.backends.client import Answer, Client
from alignscope.backends.dialects import FLAVOURS, LLAMA_CPP, OLLAMA, OPENAI, Dialect
from alignscope.backends.framing import MARK, FramingError, decode_list
from alignscope.backends.host import parse_host
from alignscope.backends.ollama.backend import OllamaBackend
from alignscope.backends.openai.backend import OpenAIBackend
from alignscope.backends.openai.models import Listed

PROBE_SECONDS: Final = 8.0
"""How long a server may take to say who it is."""


async def connect(url: str, *, key_variable: str = "") -> Backend:
    """The backend for a server, after asking which it is.

    Args:
        url: a URL, or anything that OLLAMA_HOST may hold.
        key_variable: the environment variable whose value is sent as `Authorization: Bearer`, if it has one.

    Raises:
        ServerError: nobody answers, or nobody that is known.
    """
    url = parse_host(url)
    try:
        client = Client(url, api_key=os.environ.get(key_variable))
        base = errors.url_of(url) + httpx.URL(url).path.rstrip("/")
    except httpx.InvalidURL as error:
        raise errors.unreachable(error, url) from error
    try:
        proxy = client.proxy.variable if client.proxy else ""
        info = await _ask(client, ServerInfo(base, OPENAI, proxy=proxy, key_variable=key_variable))
    except BaseException:
        await client.close()
        raise
    return OllamaBackend(info, client) if info.dialect is OLLAMA else OpenAIBackend(info, client)


async def _ask(client: Client, unknown: ServerInfo) -> ServerInfo:
    """Ollama is asked for first, then the OpenAI-style servers' common listing, then what only one of them has."""

    def known(dialect: Dialect, version: str = "") -> ServerInfo:
        return msgspec.structs.replace(unknown, dialect=dialect, version=version)

    base = unknown.url
    ollama = await client.fetch("GET", base + OLLAMA.mark, seconds=PROBE_SECONDS)
    version = _version(OLLAMA, ollama)
    if version is not None and _listing(await client.fetch("GET", base + OLLAMA.listing), "models") is not None:
        return known(OLLAMA, version)
    common = await client.fetch("GET", base + OPENAI.listing)
    said = errors.body_text(common.body)
    if common.status == 503 and "loading" in said.lower():
        # A llama.cpp says so while it loads; it will answer everything else then.
        return known(LLAMA_CPP)
    listing = _listing(common, "data")
    if listing is None:
        raise _stranger(client, unknown, [ollama, common], said)
    owners = {entry.owned_by for entry in listing if entry.owned_by}
    for dialect in sorted(FLAVOURS, key=lambda each: each.owner not in owners):
        version = _version(dialect, await client.fetch("GET", base + dialect.mark))
        if version is not None or dialect.owner in owners:
            return known(dialect, version or "")
    return unknown


def _stranger(client: Client, info: ServerInfo, answers: list[Answer], said: str) -> ServerError:
    """The error for a server that answers, and is none of those that are known."""
    base = info.url
    if refused := [answer.status for answer in answers if answer.status in (401, 403)]:
        return errors.refusal(info, said, status=refused[-1])
    if client.proxy and all(answer.status >= 400 and answer.status != 404 for answer in answers):
        return ServerError(
            f"The proxy {errors.url_of(client.proxy.url)} on the way to {base} answered in its place, with status "
            f"{answers[-1].status}. Check {client.proxy.variable}, or put {httpx.URL(base).host} into NO_PROXY.",
            Fault.UNREACHABLE,
        )
    if moved := next((answer for answer in answers if answer.location), None):
        return errors.moved(moved.url, moved.location)
    return ServerError(
        f"{base} answers, but neither as Ollama nor as an OpenAI-style server. Check address, port and path.",
        Fault.BROKEN,
    )


def _version(dialect: Dialect, answer: Answer) -> str | None:
    return dialect.version(_object(answer.body)) if answer.status == 200 else None


def _listing(answer: Answer, name: str) -> list[Listed] | None:
    try:
        return decode_list(answer.body, name, Listed) if answer.status == 200 else None
    except FramingError:
        return None


def _object(answer: bytes) -> dict[str, object]:
    try:
        value = msgspec.json.decode(answer.removeprefix(MARK))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
