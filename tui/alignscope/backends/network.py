"""Proxies and certificates from the environment.

httpx reads the same variables by itself, but fails on some of their values with errors that don't name them, and knows
neither the loopback nor networks in NO_PROXY.
"""

import ipaddress
import re
import socket
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

import httpx

from alignscope.backends.base import Fault, ServerError
from alignscope.model.lineup.host import is_loopback

_IDLE: Final = "TCP_KEEPIDLE" if hasattr(socket, "TCP_KEEPIDLE") else "TCP_KEEPALIVE"  # the latter on macOS
KEEP_ALIVE: Final = [
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, getattr(socket, _IDLE), 30),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 10),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3),
]
"""Socket options that detect a lost machine within a minute, however long a model is silent."""


class Proxy(NamedTuple):
    """Proxy for the requests to a server."""

    variable: str
    """Environment variable that names it."""
    url: str


def proxy_for(url: str, environment: Mapping[str, str]) -> Proxy | None:
    """Return the environment's proxy for a URL; None for the loopback and exemptions in NO_PROXY.

    Raises ServerError if a variable holds anything but an HTTP proxy.
    """
    parts = httpx.URL(url)
    if is_loopback(url) or _exempt(parts.host, parts.port, _value(environment, "no_proxy")[1]):
        return None
    for name in (f"{parts.scheme}_proxy", "all_proxy"):
        variable, value = _value(environment, name)
        if value:
            return Proxy(variable, _checked(variable, value, parts.host))
    return None


def _value(environment: Mapping[str, str], name: str) -> tuple[str, str]:
    """Return the spelling of a variable that is set, preferably in small letters, and its value."""
    for variable in (name, name.upper()):
        if value := environment.get(variable, "").strip():
            return variable, value
    return name, ""


def _checked(variable: str, value: str, host: str) -> str:
    url = value if "://" in value else f"http://{value}"
    remedy = f"Correct it, unset it, or put {host} into NO_PROXY."
    try:
        parts = httpx.URL(url)
    except httpx.InvalidURL:
        parts = httpx.URL("")
    # The value itself may hold a password.
    if not parts.host:
        message = f"{variable} should name a proxy as http://HOST:PORT, and doesn't. {remedy}"
    elif parts.scheme not in ("http", "https"):
        message = f"{variable} names a proxy by {parts.scheme}://, and only http:// and https:// are spoken. {remedy}"
    else:
        return url
    raise ServerError(message, Fault.INVALID)


def _exempt(host: str, port: int | None, exempt: str) -> bool:
    """Return whether NO_PROXY exempts a host: by name, domain, address, network or `*`."""
    host = host.lower().rstrip(".")
    for item in re.split(r"[\s,]+", exempt.lower()):
        name, _, only = item.rpartition(":") if re.fullmatch(r"(\[.*\]|[^:]*):\d+", item) else (item, "", "")
        name = name.strip("[]").removeprefix("*").strip(".")
        named = name and only in ("", str(port)) and (_within(host, name) or f".{host}".endswith(f".{name}"))
        if named or item == "*":
            return True
    return False


def _within(host: str, network: str) -> bool:
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False


def from_inside(environment: Mapping[str, str], root: Path = Path("/")) -> str:
    """Return how to reach a server outside of WSL or a container from within, "" where this is neither."""
    if environment.get("WSL_DISTRO_NAME"):
        return (
            "This is WSL: a server on Windows is at the address that `ip route show default` names, if it listens on "
            "all of its own, for Ollama by OLLAMA_HOST=0.0.0.0."
        )
    if environment.get("container") or (root / ".dockerenv").exists() or (root / "run/.containerenv").exists():
        return (
            "This is a container: a server on its host is at host.docker.internal, or host.containers.internal with "
            "Podman, if it listens on more than the host's loopback."
        )
    return ""


def trusted(environment: Mapping[str, str]) -> ssl.SSLContext:
    """Return a context with the certificates in SSL_CERT_FILE or SSL_CERT_DIR, by default those of httpx.

    Raises ServerError if a variable names no certificates.
    """
    file, directory = environment.get("SSL_CERT_FILE"), environment.get("SSL_CERT_DIR")
    if not file and not directory:
        return httpx.create_ssl_context(trust_env=False)
    problem = ""
    if file and not Path(file).is_file():
        problem = f"SSL_CERT_FILE names {file}, and there is no such file"
    elif not file and not Path(directory or "").is_dir():
        problem = f"SSL_CERT_DIR names {directory}, and there is no such directory"
    try:
        if not problem:
            return ssl.create_default_context(cafile=file or None, capath=directory or None)
    except ssl.SSLError:
        problem = f"SSL_CERT_FILE names {file}, which holds no certificate"
    except OSError as error:
        problem = f"SSL_CERT_FILE names {file}, which can't be read: {error.strerror}"
    raise ServerError(f"{problem}. Correct or unset that variable.", Fault.INVALID)
