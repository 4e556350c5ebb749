"""Messages for what went wrong at a hub: what happened, where, and what to do next."""

import shlex
import sys
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from alignscope.backends.base import Fault, ServerError
from alignscope.backends.embedded.hub.names import Reference

INSTALL: Final = shlex.join((sys.executable, "-m", "pip", "install", "alignscope[hub]"))
"""Puts huggingface_hub where this Python finds it, whichever environment the person's shell is in."""
_KEPT: Final = "What has come is kept, and the next pull goes on from there."
_TOKENS: Final = "https://huggingface.co/settings/tokens"


class Hub(NamedTuple):
    """A model hub."""

    url: str
    host: str
    """Its host, with a port if it has one, for messages."""
    proxy: str = ""
    """Environment variable that names the proxy on the way to it, "" without one."""


def refusal(hub: Hub, reference: Reference, answer: Mapping[str, Any]) -> ServerError:
    """Return the error for what the child says of an order: see there."""
    error, kinds = str(answer["error"]), answer.get("kinds", ())
    message, fault = _by_word(hub, reference, error, str(answer.get("message", "")))
    if not message and answer.get("status"):
        message, fault = _by_status(hub, reference, answer)
    if not message and (
        "TransportError" in kinds or "ConnectError" in answer.get("causes", ()) or error == "LocalEntryNotFoundError"
    ):
        message, fault = _by_connection(hub, answer)
    if not message:
        said = f": {answer.get('message')}" if answer.get("message") else ""
        message, fault = f"What {hub.host} answered could not be used ({error}{said:.200}).", Fault.BROKEN
    return ServerError(message, fault, status=answer.get("status"))


def _by_word(hub: Hub, reference: Reference, error: str, reason: str) -> tuple[str, Fault]:
    """Return the message for an error that the child has a word for, or that has a name of its own."""
    path = reference.path
    match error:
        case "busy":
            return f"Another alignscope is pulling {path} already. Wait for it, or stop it.", Fault.BUSY
        case "kind":
            return f"What {hub.host} sent is no GGUF file, whatever its name says. Take another one.", Fault.INVALID
        case "longer":
            return f"{hub.host} sent more than the file of {path} that it had listed, so it was stopped.", Fault.BROKEN
        case "other":
            return (
                f"What came from {hub.host} is not the file that it had listed (its SHA-256 is another one), so it was "
                "deleted. Pull it again; if that goes on, something on the way changes it.",
                Fault.BROKEN,
            )
        case "full":
            return f"The disk is full. {_KEPT} Free some of it first.", Fault.FAILED
        case "unwritable":
            return f"The file can't be written: {reason}. {_KEPT}", Fault.FAILED
        case "OSError":
            return f"The download from {hub.host} broke off. {_KEPT}", Fault.FAILED
        case "nonsense" | "JSONDecodeError" | "TypeError" | "KeyError" | "AttributeError":
            return f"What answers at {hub.url} does not speak like a model hub. Check HF_ENDPOINT.", Fault.BROKEN
        case "OfflineModeIsEnabled":
            return "HF_HUB_OFFLINE forbids to ask a hub. Unset it, or set it to 0.", Fault.UNREACHABLE
        case "ImportError" | "ModuleNotFoundError":
            return (
                f"The package huggingface_hub can't be used: {reason}. Install it again with `{INSTALL}`.",
                Fault.FAILED,
            )
        case "ended":
            return f"The process that pulls from {hub.host} ended before its time. {_KEPT}", Fault.FAILED
    return "", Fault.FAILED


def _by_status(hub: Hub, reference: Reference, answer: Mapping[str, Any]) -> tuple[str, Fault]:
    """Return the message for an answer that is a refusal."""
    status, code, path = answer["status"], answer.get("code", ""), reference.path
    with_token = answer.get("token")
    if code == "GatedRepo":
        token = "the account of the token in use" if with_token else "an account, and let HF_TOKEN hold a token of it"
        return f"{path} is gated: accept its terms at {hub.url}/{path} with {token}.", Fault.REFUSED
    if code == "EntryNotFound" or (status == 404 and answer["error"] == "RemoteEntryNotFoundError"):
        return f"{hub.host} lists that file of {path}, and doesn't have it. Try again later.", Fault.NO_MODEL
    if code == "RepoNotFound" or status == 404 or "RepositoryNotFoundError" in answer.get("kinds", ()):
        see = "that the token in use may see it" if with_token else "if it is private, let HF_TOKEN hold a token for it"
        return f"{hub.host} has no repository {path}. Check the name, or {see}.", Fault.NO_MODEL
    if status in (401, 403):
        if with_token:
            return (
                f"{hub.host} refuses the token in use. Check HF_TOKEN, or make another at {_TOKENS}.",
                Fault.REFUSED,
            )
        return f"{hub.host} wants to know who asks for {path}. Let HF_TOKEN hold a token.", Fault.REFUSED
    if status == 429:
        return f"{hub.host} has been asked too often. Wait some minutes. {_KEPT}", Fault.BUSY
    return f"{hub.host} answers with status {status}. Try again later. {_KEPT}", Fault.FAILED


def _by_connection(hub: Hub, answer: Mapping[str, Any]) -> tuple[str, Fault]:
    """Return the message for a connection that failed or broke."""
    error, reason = str(answer["error"]), str(answer.get("message", "")).strip().rstrip(".")
    if "CERTIFICATE_VERIFY_FAILED" in reason:
        own = "If it is one of your own, let SSL_CERT_FILE name the file with it"
        return f"{hub.host} shows a certificate that can't be trusted. {own}.", Fault.UNREACHABLE
    at = f"The proxy in {hub.proxy} on the way to {hub.host}"
    if error == "ProxyError":
        return f"{at} refused: {reason}. Check it, or put {hub.host} into NO_PROXY.", Fault.UNREACHABLE
    if error in ("ConnectError", "ConnectTimeout"):
        if hub.proxy:
            return f"{at} does not answer. Check it, or put {hub.host} into NO_PROXY.", Fault.UNREACHABLE
        reason = reason.rpartition("] ")[2] or "no answer in time"
        check = "Check the network, a proxy if you need one, and HF_ENDPOINT if you have set it"
        return f"{hub.host} can't be reached: {reason}. {check}.", Fault.UNREACHABLE
    silent = "fell silent" if "Timeout" in error else "broke the connection"
    return f"{hub.host} {silent}. {_KEPT}", Fault.UNREACHABLE
