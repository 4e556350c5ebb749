"""GGUF files to try the engine on: the shipped ones, whole and spoilt."""

import struct
from pathlib import Path

import alignscope.backends.embedded

MODELS = Path(alignscope.backends.embedded.__file__).parent / "models"
TEXT = MODELS / "twin-text.gguf"
LATEST = MODELS / "twin-latest.gguf"


def with_number(key: str, value: int) -> bytes:
    """The base twin's bytes with another number under a key of its header."""
    data = bytearray(TEXT.read_bytes())
    name = key.encode()
    at = data.index(struct.pack("<Q", len(name)) + name) + 8 + len(name) + 4
    struct.pack_into("<I", data, at, value)
    return bytes(data)


def crashing() -> bytes:
    """A file whose header is in order, and over which llama.cpp aborts the process."""
    return with_number("llama.block_count", 0)
