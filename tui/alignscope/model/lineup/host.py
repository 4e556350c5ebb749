"""Addresses of servers, by the rules of OLLAMA_HOST."""

from typing import Final
from urllib.parse import urlsplit, urlunsplit

DEFAULT_PORT: Final = 11434
_PORTS: Final = {"http": 80, "https": 443}
_CONNECTABLE: Final = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}
"""Addresses to listen on, with the loopback address to connect to instead."""


def parse_host(text: str) -> str:
    """Return the URL of a server, without a slash at its end.

    As in Ollama: surrounding quotes and spaces are dropped; the default scheme is http; the default port is 11434, or
    the scheme's own if a scheme is given; an invalid port is ignored; a path stays, less the `/v1` of OpenAI-style
    servers; `ollama.com` is reached by https. Addresses to listen on (0.0.0.0, ::, none) become loopback addresses.
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
    bracketed = f"[{host}]" if ":" in host else host
    suffix = "" if port == _PORTS.get(scheme) else f":{port}"
    return f"{scheme}://{user}{at}{bracketed}{suffix}{slash}{path}".rstrip("/").removesuffix("/v1")


def public(url: str) -> str:
    """Return a URL without name and password, for what others see: screens, messages, session files."""
    if "@" not in url:
        return url
    if "://" not in url:
        return url.rpartition("@")[2]
    try:
        parts = urlsplit(url)
        return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
    except ValueError:
        return url.rpartition("@")[2]


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
    """Return whether a URL's host is this machine, by its name or address."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    return host == "localhost" or host.endswith(".localhost") or host.startswith("127.") or host == "::1"
