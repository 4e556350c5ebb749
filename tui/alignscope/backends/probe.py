"""Detection of a server's dialect, by asking the server."""

import contextlib
import os
from typing import Final

import httpx
import msgspec

from alignscope.backends import errors
from alignscope.backends.base import Backend, Fault, ServerError, ServerInfo
from alignscope.backends.client import Answer, Client
from alignscope.backends.dialects import FLAVOURS, LLAMA_CPP, OLLAMA, OPENAI, Dialect
from alignscope.backends.framing import FramingError, decode_json, decode_list
from alignscope.backends.ollama.backend import OllamaBackend
from alignscope.backends.openai.backend import OpenAIBackend
from alignscope.backends.openai.models import ListedModel
from alignscope.model.lineup.host import parse_host

PROBE_SECONDS: Final = 8.0
"""Timeout of the first answer."""


async def connect(url: str, *, key_variable: str = "") -> Backend:
    """Return the backend for a server; see `backends.connect`."""
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
    """Probe for Ollama, then for OpenAI-style servers' common listing, then for each flavour's own path."""

    def known(dialect: Dialect, version: str = "") -> ServerInfo:
        return msgspec.structs.replace(unknown, dialect=dialect, version=version)

    base = unknown.url
    ollama = await client.fetch("GET", base + OLLAMA.probe_path, seconds=PROBE_SECONDS)
    version = _version(OLLAMA, ollama)
    if version is not None and _listing(await client.fetch("GET", base + OLLAMA.listing), "models") is not None:
        return known(OLLAMA, version)
    common = await client.fetch("GET", base + OPENAI.listing)
    text = errors.body_text(common.body)
    if common.status == 503 and "loading" in text.lower():  # only a llama.cpp answers so
        return known(LLAMA_CPP)
    listing = _listing(common, "data")
    if listing is None:
        raise _unknown_server(client, unknown, [ollama, common], text)
    owners = {entry.owned_by for entry in listing if entry.owned_by}
    for dialect in sorted(FLAVOURS, key=lambda each: each.owner not in owners):
        version = _version(dialect, await client.fetch("GET", base + dialect.probe_path))
        if version is not None or dialect.owner in owners:
            return known(dialect, version or "")
    return unknown


def _unknown_server(client: Client, info: ServerInfo, answers: list[Answer], text: str) -> ServerError:
    """Return the error for a server of an unknown kind."""
    base = info.url
    if refused := [answer.status for answer in answers if answer.status in (401, 403)]:
        return errors.refusal(info, text, status=refused[-1])
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
    with contextlib.suppress(FramingError):
        value = decode_json(answer.body)
        return dialect.version(value) if answer.status == 200 and isinstance(value, dict) else None
    return None


def _listing(answer: Answer, name: str) -> list[ListedModel] | None:
    with contextlib.suppress(FramingError):
        return decode_list(answer.body, name, ListedModel) if answer.status == 200 else None
    return None
