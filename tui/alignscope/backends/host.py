"""Where a server is, from what a person wrote: the rules by which Ollama reads OLLAMA_HOST."""

from typing import Final
from urllib.parse import urlsplit

DEFAULT_PORT: Final = 11434
_PORTS: Final = {"http": 80, "https": 443}
_CONNECTABLE: Final = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}
"""Addresses that a server listens on and nobody can connect to, with what is meant."""


def parse_host(text: str) -> str:
    """The URL of a server, without a slash at its end.

    As Ollama does it: quotes and spaces around it don't count; the scheme is http unless it says otherwise; the port is
    11434, or the scheme's own where a scheme is written; a port that is none is as if it weren't there; a path stays,
    less the `/v1` of OpenAI-style servers; `ollama.com` means its https address. Addresses to listen on (0.0.0.0, ::,
    none) become the loopback ones.
    """
    text = text.strip().strip("\"'").strip()
    scheme, separator, rest = text.partition("://")
    if not separator:
        scheme, rest, port = "http", text, DEFAULT_PORT
        if text == "ollama.com":
            scheme, port = "https", 443
    else:
        scheme = scheme.lower()
        port = _PORTS.get(scheme, DEFAULT_PORT)
    authority, slash, path = rest.partition("/")
    user, at, authority = authority.rpartition("@")
    host, port = _split_port(authority, port)
    host = _CONNECTABLE.get(host, host)
    if ":" in host:
        host = host.replace("%25", "%")  # before a link-local address's interface, as URLs write it
    shown = f"[{host}]" if ":" in host else host
    if port != _PORTS.get(scheme):
        shown += f":{port}"
    return f"{scheme}://{user}{at}{shown}{slash}{path}".rstrip("/").removesuffix("/v1")


def _split_port(authority: str, default: int) -> tuple[str, int]:
    if authority.startswith("["):
        host, _, after = authority[1:].partition("]")
        port = after.removeprefix(":")
    elif authority.count(":") > 1:
        host, port = authority, ""
    else:
        host, _, port = authority.partition(":")
    if port.isascii() and port.isdecimal() and int(port) <= 65535:
        return host, int(port)
    return host, default


def is_loopback(url: str) -> bool:
    """Whether a URL's host is this machine by its name, so that no proxy can be meant for it."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    return host == "localhost" or host.endswith(".localhost") or host.startswith("127.") or host == "::1"
