"""OLLAMA_HOST is read as Ollama reads it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alignscope.model.lineup.host import is_loopback, parse_host, public

# What is written, and where Ollama's own client would connect to.
TABLE = [
    ("", "http://127.0.0.1:11434"),
    ("1.2.3.4", "http://1.2.3.4:11434"),
    ("1.2.3.4:1234", "http://1.2.3.4:1234"),
    (":1234", "http://127.0.0.1:1234"),
    ("http://1.2.3.4", "http://1.2.3.4"),
    ("http://1.2.3.4:80", "http://1.2.3.4"),
    ("https://1.2.3.4", "https://1.2.3.4"),
    ("https://1.2.3.4:1234", "https://1.2.3.4:1234"),
    ("https://1.2.3.4:80", "https://1.2.3.4:80"),
    ("HTTPS://Example.com", "https://Example.com"),
    ("example.com", "http://example.com:11434"),
    ("example.com:1234", "http://example.com:1234"),
    ("http://example.com", "http://example.com"),
    ("https://example.com/ollama", "https://example.com/ollama"),
    ("https://example.com/ollama/", "https://example.com/ollama"),
    ("example.com/ollama", "http://example.com:11434/ollama"),
    ("example.com:1234/ollama", "http://example.com:1234/ollama"),
    ("http://gpu.example:8000/v1/", "http://gpu.example:8000"),
    ("ollama.com", "https://ollama.com"),
    ("[::1]", "http://[::1]:11434"),
    ("::1", "http://[::1]:11434"),
    ("[::1]:1337", "http://[::1]:1337"),
    ("http://[::1]:1337", "http://[::1]:1337"),
    ("0.0.0.0", "http://127.0.0.1:11434"),
    ("0.0.0.0:8080", "http://127.0.0.1:8080"),
    ("[::]:8080", "http://[::1]:8080"),
    ("::", "http://[::1]:11434"),
    ("localhost", "http://localhost:11434"),
    ("localhost:65535", "http://localhost:65535"),
    ("localhost:65536", "http://localhost:11434"),
    ("[fe80::1%lo]:9", "http://[fe80::1%lo]:9"),
    ("http://[fe80::1%25lo]:9", "http://[fe80::1%lo]:9"),
    ("localhost:-1", "http://localhost:11434"),
    ("localhost:port", "http://localhost:11434"),
    ("http://localhost:port", "http://localhost"),
    (' "1.2.3.4:5" ', "http://1.2.3.4:5"),
    ("' localhost '", "http://localhost:11434"),
    ("http://me:secret@example.com:8000", "http://me:secret@example.com:8000"),
]


@pytest.mark.parametrize(("text", "url"), TABLE)
def test_table(text: str, url: str) -> None:
    assert parse_host(text) == url


@pytest.mark.parametrize(("_text", "url"), TABLE)
def test_a_url_stays_what_it_is(_text: str, url: str) -> None:
    assert parse_host(url) == url


@given(st.text(max_size=40))
def test_anything_gives_some_url(text: str) -> None:
    assert "://" in parse_host(text)


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST", "a.localhost", "127.0.0.1", "127.1.2.3", "[::1]", "localhost."]
)
def test_loopback(host: str) -> None:
    assert is_loopback(f"http://{host}:1234/path")


@pytest.mark.parametrize("host", ["example.com", "128.0.0.1", "localhost.example.com", "[::2]", "10.0.0.1"])
def test_not_loopback(host: str) -> None:
    assert not is_loopback(f"http://{host}")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://gpu.example:8000/x", "http://gpu.example:8000/x"),
        ("http://me:secret@gpu.example:8000/x?a=b", "http://gpu.example:8000/x?a=b"),
        ("me:secret@gpu.example:8000", "gpu.example:8000"),
        ("http://me:secret@[not-an-address", "[not-an-address"),
    ],
)
def test_nobody_else_sees_a_name_and_a_password(url: str, shown: str) -> None:
    assert public(url) == shown
