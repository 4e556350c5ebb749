"""Error messages for the person: what happened, at which server, and what to do next."""

import os
import re
import socket
import ssl
from collections.abc import Collection
from typing import Final
from urllib.parse import unquote

import httpx
import msgspec

from alignscope.backends.base import Fault, ServerError, ServerInfo
from alignscope.backends.network import Proxy, from_inside
from alignscope.model.lineup.host import DEFAULT_PORT, is_loopback
from alignscope.model.lineup.pane import EMBEDDED
from alignscope.text.wording import counted

CONNECT_SECONDS: Final = 3.0
"""Timeout of connecting."""

_MEMORY: Final = re.compile(
    r"out[- ]of[- ]memory|more system memory|\boom\b|cudamalloc|(unable|failed) to allocate|insufficient memory",
    re.IGNORECASE,
)
_CONTEXT: Final = re.compile(r"context (length|size|window)|maximum context|exceed_context", re.IGNORECASE)
_ABSENT: Final = re.compile(
    r"model\b.*\b(not found|does not exist|not exist)|file does not exist|no such model", re.IGNORECASE
)
_SYSTEM: Final = re.compile(
    r"system (role|message|prompt)s?\b.* not\b|\bno system (role|message|prompt)", re.IGNORECASE
)
_NO_NAME: Final = ("model is required", "invalid model name", "unqualified name")
"""Ollama's answers to an impossible model name."""
_NO_SUCH_PATH: Final = frozenset({"404 page not found", "not found", "file not found"})


def url_of(url: str) -> str:
    """Return the server's part of a URL for messages: no path, no password."""
    parts = httpx.URL(url)
    host = f"[{parts.host}]" if ":" in parts.host else parts.host
    return f"{parts.scheme}://{host}{f':{parts.port}' if parts.port else ''}"


def named(info: ServerInfo) -> str:
    """Return a server's name for messages: `Ollama 0.32.15 at http://localhost:11434`."""
    return info.name or f"{info.label} at {info.url}{f' (through {info.proxy})' if info.proxy else ''}"


def unreachable(error: Exception, url: str, proxy: Proxy | None = None) -> ServerError:
    """Return the error for a connection that failed, or broke before the answer, from that of httpx."""
    if isinstance(error, httpx.InvalidURL | httpx.UnsupportedProtocol):
        return ServerError(f"{url} is not the address of a server: write it as http://HOST:PORT.", Fault.INVALID)
    if message := _not_connected(error, url, proxy):
        return ServerError(message, Fault.UNREACHABLE)
    url = url_of(url)
    if isinstance(error, httpx.RemoteProtocolError) and "without sending" not in str(error):
        return ServerError(f"What answers at {url} does not speak HTTP. Check the address and the port.", Fault.BROKEN)
    secure = ", or write https:// if it speaks that" if url.startswith("http://") else ""
    return ServerError(
        f"{url} closed the connection without an answer. The server may have stopped: look at its log, then try "
        f"again{secure}.",
        Fault.FAILED,
    )


def _not_connected(error: Exception, url: str, proxy: Proxy | None) -> str:
    """Return why there was no connection, "" if there was one."""
    host, url = unquote(httpx.URL(url).host), url_of(url)
    causes = _causes(error)
    certificate = next((cause for cause in causes if isinstance(cause, ssl.SSLCertVerificationError)), None)
    if certificate is not None:
        return (
            f"{url} shows a certificate that can't be trusted: {certificate.verify_message}. If it is one of your own, "
            "let SSL_CERT_FILE name the file with it."
        )
    if proxy is not None and isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.ProxyError):
        did = f"refused: {error}" if isinstance(error, httpx.ProxyError) else "does not answer"
        at = f"The proxy {url_of(proxy.url)} on the way to {url}"
        return f"{at} {did}. Check {proxy.variable}, or put {host} into NO_PROXY."
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return f"No machine called {host} is known here. Check the name, or give another server with --host."
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        hint = "If the server speaks plain HTTP, write http:// instead of https://."
        return f"No secure connection to {url}: {error}. {hint}"
    if isinstance(error, httpx.ConnectTimeout):
        hint = "Check the address and the network, or name another server with --host."
        return f"{url} did not answer within {counted(CONNECT_SECONDS, 'second')}. {hint}"
    if isinstance(error, httpx.ConnectError):
        ollama = httpx.URL(url).port == DEFAULT_PORT
        start = "Start Ollama with `ollama serve`" if ollama else "Start the server there"
        inside = from_inside(os.environ) if is_loopback(url) else ""
        return f"Nothing answers at {url}. {start}, or name another server with --host. {inside}".rstrip()
    return ""


def too_slow(url: str, seconds: float) -> ServerError:
    """Return the error for an answer that wasn't complete in time."""
    return ServerError(
        f"{url_of(url)} took the connection, and its answer wasn't complete within {counted(seconds, 'second')}. "
        "It may be busy or hang: try again, or restart it.",
        Fault.UNREACHABLE,
    )


def moved(url: str, location: str) -> ServerError:
    """Return the error for a redirection. None is followed, since a key or a prompt is for the named server only."""
    asked = httpx.URL(url)
    target = asked.join(location)
    path = target.raw_path.decode("ascii").partition("?")[0].removesuffix(asked.raw_path.decode("ascii")).rstrip("/")
    return ServerError(
        f"{url_of(url)} redirects to {url_of(str(target))}{path}. If that is the server you mean, give that address.",
        Fault.BROKEN,
    )


def broke_off(info: ServerInfo) -> str:
    """Return the message of a reply whose connection broke in the middle."""
    return f"The connection to {named(info)} broke in the middle of the reply. What came is kept; send it again."


def ended_early(info: ServerInfo) -> str:
    """Return the message of a reply that stopped without being marked as complete."""
    return (
        f"{named(info)} ended the stream without saying that the reply is complete: its model may have stopped. "
        "What came is kept; send it again."
    )


def garbled(info: ServerInfo, error: Exception) -> str:
    """Return the message of a reply that went on in an unknown format."""
    return (
        f"{named(info)} sent {error!s:.200}, and the reply is broken off there. What came is kept; send it again, and "
        "if it stays so, see what stands between here and the server."
    )


def not_understood(info: ServerInfo) -> ServerError:
    """Return the error for an answer in an unknown format."""
    message = f"{named(info)} answered something that is not its own format. Check the address."
    return ServerError(message, Fault.BROKEN)


def left_out(info: ServerInfo, fields: Collection[str], refusal: str) -> str:
    """Return the note on a reply whose request went without optional fields, which a server had refused."""
    if "logprobs" in fields:
        return f"{refusal} This reply came without log-probabilities."
    return f"{named(info)} would not take {' and '.join(sorted(fields))}, so the request went without."


def gave_up(info: ServerInfo) -> str:
    """Return the message of a reply that the server ended because it repeated itself."""
    return (
        f"{info.label} gave up because the model kept repeating itself. A higher temperature or repeat_penalty, or "
        "another seed, may get it out."
    )


def refusal(info: ServerInfo, text: str, *, status: int | None = None, model: str = "") -> ServerError:
    """Return the error for a refusal: a status before the reply, or an error object within it (status None).

    Args:
        text: the server's message, from `body_text`; may be empty.
        model: the model in the request, if any.
    """
    at, detail = named(info), f": {text}" if text else ""

    def error(fault: Fault, message: str) -> ServerError:
        return ServerError(message, fault, status=status)

    match status:
        case 401:
            if info.dialect.needs_sign_in:
                return error(Fault.REFUSED, f"{at} wants you signed in for this. Run `ollama signin`, then try again.")
            return error(Fault.REFUSED, f"{at} wants {_key_wanted(info.key_variable)}")
        case 403:
            hint = detail or " without saying why: it may not accept requests under this host name"
            return error(Fault.REFUSED, f"{at} refused (403){hint}. Check the address, or the proxy in front of it.")
        case 405:
            return error(Fault.BROKEN, f"{at} does not speak the protocol that was expected (405){detail}.")
        case 408 | 502 | 504:
            return error(
                Fault.UNREACHABLE, f"The server behind {info.url} did not answer ({status}){detail}. Try again."
            )
        case 429 | 503:
            if "loading" in text.lower():
                return error(Fault.BUSY, f"{at} is still loading the model. Try again in a moment.")
            return error(
                Fault.BUSY, f"{at} is busy and takes no more requests now{detail}. Wait a little, then try again."
            )
    if _MEMORY.search(text):
        return error(
            Fault.MEMORY,
            f"{at} ran out of memory{f' with {model}' if model else ''}{detail}. Take a smaller model or quantization, "
            "lower num_ctx, or close what else uses memory.",
        )
    if model and text.startswith(_NO_NAME):
        message = f"{model} is not a name that {at} takes. Write it as NAME or NAME:TAG, as `ollama list` does."
        return error(Fault.NO_MODEL, message)
    if status == 404 or _ABSENT.search(text):
        return error(*_absent(info, at, detail, model))
    if _CONTEXT.search(text):
        remedy = "Shorten it." if info.url == EMBEDDED else "Shorten it, or give the model a larger context."
        context = f"The prompt does not fit into the context of {model or 'the model'} on {at}{detail}. {remedy}"
        return error(Fault.CONTEXT, context)
    if status in (400, 413, 422) or "must be of type" in text or _SYSTEM.search(text):
        return error(Fault.INVALID, f"{at} would not take the request{detail}. {_remedy(text)}")
    if not text:
        return error(Fault.FAILED, f"{at} failed ({status or 'no reason given'}). Look at its log, then try again.")
    return error(Fault.FAILED, f"{at} failed{detail}. Try again; if it stays so, look at the server's log.")


def _key_wanted(variable: str) -> str:
    if variable:
        return f"a key, or another one. Set {variable} to yours and start again."
    return (
        "a key. Name it with --host and set ALIGNSCOPE_API_KEY, or call it NAME under `servers:` in the settings and "
        "set ALIGNSCOPE_API_KEY_NAME; then start again."
    )


def _absent(info: ServerInfo, at: str, detail: str, model: str) -> tuple[Fault, str]:
    if not model or detail[2:].lower() in _NO_SUCH_PATH:
        return Fault.BROKEN, f"{at} does not know what it was asked{detail}. Check the address and its path."
    if info.dialect.can_pull:
        remedy = f"Pull it with `ollama pull {model}`, or choose another."
    else:
        remedy = "Choose one of those that it has."
    return Fault.NO_MODEL, f"{at} has no model called {model}. {remedy}"


def _remedy(text: str) -> str:
    if _SYSTEM.search(text):
        return "Its chat template knows no system prompt: take this pane's away, or choose another model."
    if "thinking" in text:
        return "Switch thinking off for this pane, or choose a model that can."
    if re.search(r"does not support (generate|chat|completion)|chat template", text, re.IGNORECASE):
        return "Choose another mode or another model for this pane."
    return "Change what it names, then send again."


def body_text(body: bytes) -> str:
    """Return the message in an error body of any shape in use, on one line of at most 300 characters."""
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _line(body.decode("utf-8", "replace")) if not body.lstrip().startswith(b"<") else ""
    return error_text(value)


def error_text(value: object) -> str:
    """Return the message in an error value: a string, or an object with one under `error`, `message` or `detail`."""
    match value:
        case str():
            return _line(value)
        case {"error": inner} | {"message": inner} | {"detail": inner} | {"msg": inner} if inner:
            return error_text(inner)
        case [first, *_]:
            return error_text(first)
    return ""


def _line(text: str) -> str:
    line = " ".join("".join(c if c.isprintable() else " " for c in text[:2000]).split()).rstrip(".")
    return line if len(line) <= 300 else line[:299] + "…"


def _causes(error: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    while error is not None and len(found) < 10:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found
