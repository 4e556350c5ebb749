"""What is said when a hub refuses, or can't be reached."""

import shlex
import subprocess
from typing import Any

import pytest

from alignscope.backends.base import Fault
from alignscope.backends.embedded.hub.errors import INSTALL, Hub, refusal
from alignscope.backends.embedded.hub.names import Reference

HUB = Hub("https://a.test", "a.test")
MODEL = Reference("acme", "tuned")

ANSWERS: list[tuple[dict[str, Any], Fault, str]] = [
    ({"error": "X", "status": 401}, Fault.REFUSED, "a.test wants to know who asks for acme/tuned. Let HF_TOKEN"),
    ({"error": "X", "status": 403}, Fault.REFUSED, "a.test wants to know who asks for acme/tuned."),
    ({"error": "X", "status": 403, "token": True}, Fault.REFUSED, "a.test refuses the token in use. Check HF_TO"),
    (
        {"error": "X", "status": 403, "code": "GatedRepo"},
        Fault.REFUSED,
        "acme/tuned is gated: accept its terms at https://a.test/acme/tuned with an account, and let HF_TOKEN hold",
    ),
    (
        {"error": "X", "status": 403, "code": "GatedRepo", "token": True},
        Fault.REFUSED,
        "acme/tuned is gated: accept its terms at https://a.test/acme/tuned with the account of the token in use.",
    ),
    (
        {"error": "X", "status": 404},
        Fault.NO_MODEL,
        "a.test has no repository acme/tuned. Check the name, or if it",
    ),
    (
        {"error": "X", "status": 401, "code": "RepoNotFound"},
        Fault.NO_MODEL,
        "a.test has no repository acme/tuned.",
    ),
    (
        {"error": "X", "status": 401, "kinds": ["RepositoryNotFoundError"], "token": True},
        Fault.NO_MODEL,
        "a.test has no repository acme/tuned. Check the name, or that the token in use may see it.",
    ),
    (
        {"error": "X", "status": 404, "code": "EntryNotFound"},
        Fault.NO_MODEL,
        "a.test lists that file of acme/tuned,",
    ),
    (
        {"error": "RemoteEntryNotFoundError", "status": 404},
        Fault.NO_MODEL,
        "a.test lists that file of acme/tuned,",
    ),
    (
        {"error": "X", "status": 429},
        Fault.BUSY,
        "a.test has been asked too often. Wait some minutes. What has come",
    ),
    (
        {"error": "X", "status": 500},
        Fault.FAILED,
        "a.test answers with status 500. Try again later. What has come",
    ),
    (
        {"error": "ReadTimeout", "kinds": ["TransportError"]},
        Fault.UNREACHABLE,
        "a.test fell silent. What has come",
    ),
    ({"error": "X", "kinds": ["TransportError"]}, Fault.UNREACHABLE, "a.test broke the connection. What has come"),
    ({"error": "X", "causes": ["ConnectError"]}, Fault.UNREACHABLE, "a.test broke the connection."),
    ({"error": "LocalEntryNotFoundError"}, Fault.UNREACHABLE, "a.test broke the connection."),
    (
        {"error": "ConnectError", "kinds": ["TransportError"], "message": "[Errno 111] Connection refused."},
        Fault.UNREACHABLE,
        "a.test can't be reached: Connection refused. Check the network, a proxy if you need one, and HF_ENDPOINT",
    ),
    (
        {"error": "ConnectTimeout", "kinds": ["TransportError"]},
        Fault.UNREACHABLE,
        "a.test can't be reached: no answer in time. Check",
    ),
    (
        {
            "error": "ConnectError",
            "kinds": ["TransportError"],
            "message": "[SSL: CERTIFICATE_VERIFY_FAILED] self-signed",
        },
        Fault.UNREACHABLE,
        "a.test shows a certificate that can't be trusted. If it is one of your own, let SSL_CERT_FILE name",
    ),
    ({"error": "Odd", "message": "why"}, Fault.BROKEN, "What a.test answered could not be used (Odd: why)."),
    ({"error": "Odd"}, Fault.BROKEN, "What a.test answered could not be used (Odd)."),
    (
        {"error": "nonsense", "status": 404},
        Fault.BROKEN,
        "What answers at https://a.test does not speak like a model",
    ),
]


@pytest.mark.parametrize(("answer", "fault", "words"), ANSWERS)
def test_every_refusal_is_said_with_a_way_on(answer: dict[str, Any], fault: Fault, words: str) -> None:
    error = refusal(HUB, MODEL, answer)
    assert str(error).startswith(words)
    assert (error.fault, error.status) == (fault, answer.get("status"))


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            "ConnectError",
            "The proxy in HTTPS_PROXY on the way to a.test does not answer. Check it, or put a.test",
        ),
        ("ProxyError", "The proxy in HTTPS_PROXY on the way to a.test refused: 407 who are you. Check it, or put"),
    ],
)
def test_a_proxy_on_the_way_is_named(error: str, words: str) -> None:
    answer = {"error": error, "kinds": ["TransportError"], "message": "407 who are you."}
    found = refusal(HUB._replace(proxy="HTTPS_PROXY"), MODEL, answer)
    assert str(found).startswith(words)
    assert found.fault is Fault.UNREACHABLE


def test_the_command_that_installs_what_a_hub_needs_is_one() -> None:
    asked = subprocess.run([*shlex.split(INSTALL), "--help"], capture_output=True, text=True, check=False)
    assert asked.returncode == 0 and "pip install" in asked.stdout
