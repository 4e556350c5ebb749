"""A server's no becomes a sentence that says what to do, in whatever shape it comes."""

import json

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alignscope.backends import dialects
from alignscope.backends.base import Fault, ServerInfo
from alignscope.backends.errors import body_text, refusal, unreachable
from alignscope.backends.network import Proxy

OLLAMA = ServerInfo("http://localhost:11434", dialects.OLLAMA, "0.32.15")
VLLM = ServerInfo("https://gpu.example.com", dialects.VLLM, "0.11.2")


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"error": "model 'x' not found"}, "model 'x' not found"),
        ({"error": {"message": "too long", "type": "invalid_request_error"}}, "too long"),
        ({"object": "error", "message": "no such thing.", "code": 404}, "no such thing"),
        ({"detail": "Not Found"}, "Not Found"),
        ({"detail": [{"loc": ["body", "prompt"], "msg": "field required"}]}, "field required"),
        ({"error": {"error": {"message": "inside"}}}, "inside"),
        ({"error": ""}, ""),
        ({"status": 7}, ""),
        ([], ""),
        ("just words", "just words"),
    ],
)
def test_bodies_in_use(body: object, text: str) -> None:
    assert body_text(json.dumps(body).encode()) == text


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"404 page not found\n", "404 page not found"),
        (b"<html><body>Bad Gateway</body></html>", ""),
        (b"", ""),
        (b"\xff\x1b[2J oops", "\ufffd [2J oops"),
        (b"x" * 300, "x" * 300),
        (b"x" * 301, "x" * 299 + "…"),
        (b"[" * 100_000, "[" * 299 + "…"),
    ],
)
def test_bodies_that_are_no_json(body: bytes, text: str) -> None:
    assert body_text(body) == text


@given(st.binary(max_size=300), st.sampled_from([None, 400, 401, 403, 404, 405, 408, 413, 418, 429, 500, 502, 503]))
def test_any_body_makes_a_sentence(body: bytes, status: int | None) -> None:
    for info in (OLLAMA, VLLM):
        message = str(refusal(info, body_text(body), status=status, model="m"))
        assert message.isprintable()
        assert message.endswith(".")
        assert info.url in message


@pytest.mark.parametrize(
    ("text", "status", "fault", "words"),
    [
        ('option "temperature" must be of type float32', 500, Fault.INVALID, "Change what it names"),
        ('"mistral:text" does not support chat', 400, Fault.INVALID, "another mode"),
        ("model requires more system memory (8.0 GiB) than is available (4.0 GiB)", 500, Fault.MEMORY, "smaller model"),
        ("Jinja Exception: System role not supported", 500, Fault.INVALID, "take this pane's away"),
        ("timed out waiting for llama-server to start", 500, Fault.FAILED, "look at the server's log"),
        ("", 500, Fault.FAILED, "failed (500)"),
        ("", None, Fault.FAILED, "no reason given"),
        ("Loading model", 503, Fault.BUSY, "still loading"),
        ("rate limit", 429, Fault.BUSY, "Wait a little"),
        ("method not allowed", 405, Fault.BROKEN, "protocol"),
        ("", 502, Fault.UNREACHABLE, "did not answer (502)"),
        ("model 'm' not found", None, Fault.NO_MODEL, "`ollama pull m`"),
    ],
)
def test_what_to_do(text: str, status: int | None, fault: Fault, words: str) -> None:
    error = refusal(OLLAMA, text, status=status, model="m")
    assert error.fault is fault
    assert words in str(error)


def test_a_path_that_is_unknown_is_not_a_missing_model() -> None:
    assert refusal(VLLM, "Not Found", status=404, model="m").fault is Fault.BROKEN
    assert refusal(OLLAMA, "404 page not found", status=404, model="m").fault is Fault.BROKEN
    assert refusal(OLLAMA, "", status=404, model="m").fault is Fault.NO_MODEL


@pytest.mark.parametrize(
    ("error", "url", "proxy", "words"),
    [
        (httpx.ConnectError("no"), "http://h:11434", None, "Nothing answers at http://h:11434. Start Ollama with `"),
        (httpx.ConnectError("no"), "http://h:8000", None, "Nothing answers at http://h:8000. Start the server there, "),
        (httpx.ConnectTimeout("no"), "http://h", None, "http://h did not answer within 3 seconds. Check the address"),
        (
            httpx.ConnectError("no"),
            "http://h",
            Proxy("ALL_PROXY", "http://p:1"),
            "The proxy http://p:1 on the way to http://h does not answer. Check ALL_PROXY, or put h into NO_PROXY.",
        ),
        (
            httpx.ProxyError("403 Forbidden"),
            "http://h",
            Proxy("ALL_PROXY", "http://p:1"),
            "The proxy http://p:1 on the way to http://h refused: 403 Forbidden. Check ALL_PROXY",
        ),
        (httpx.ReadError("no"), "http://h", None, "http://h closed the connection without an answer. "),
    ],
)  # fmt: skip
def test_no_connection(error: Exception, url: str, proxy: Proxy | None, words: str) -> None:
    assert str(unreachable(error, url, proxy)).startswith(words)
