"""Backends that are connected to the stand-ins."""

import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from alignscope.backends import connect
from alignscope.backends.base import Backend
from tests.standin import Ollama, OpenAIStyle


@pytest_asyncio.fixture
async def backend(ollama: Ollama) -> AsyncIterator[Backend]:
    """The `ollama` fixture's server, connected."""
    connected = await connect(ollama.url)
    yield connected
    await connected.close()


@pytest_asyncio.fixture
async def llama(llama_cpp: OpenAIStyle) -> AsyncIterator[Backend]:
    """The `llama_cpp` fixture's server, connected."""
    connected = await connect(llama_cpp.url)
    yield connected
    await connected.close()


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for 127.0.0.1 that signs itself, with its key in the same file."""
    file = tmp_path / "certificate.pem"
    if shutil.which("openssl") is None:
        pytest.skip("openssl isn't installed, and nothing else here makes certificates")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout",
         tmp_path / "key.pem", "-out", file, "-days", "2", "-subj", "/CN=x", "-addext", "subjectAltName=IP:127.0.0.1"],
        capture_output=True, check=True,
    )  # fmt: skip
    file.write_bytes(file.read_bytes() + (tmp_path / "key.pem").read_bytes())
    return file
