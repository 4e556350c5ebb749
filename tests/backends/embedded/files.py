"""GGUF files to try the engine on: the shipped ones, whole and spoilt."""

import hashlib
import shutil
import struct
from pathlib import Path

import alignscope.backends.embedded
from alignscope.backends.embedded.hub import store
from alignscope.backends.embedded.hub.names import HubFile, read_reference
from alignscope.backends.embedded.hub.store import Pulled, Record

MODELS = Path(alignscope.backends.embedded.__file__).parent / "models"
TEXT = MODELS / "twin-text.gguf"
SFT = MODELS / "twin-sft.gguf"
LATEST = MODELS / "twin-latest.gguf"


def keep_as(name: str, file: Path) -> None:
    """Put a file where a model of that name lies after it was pulled from a hub."""
    reference = read_reference(name)
    folder = store.directory(reference, reference.wanted)
    folder.mkdir(parents=True)
    part = Path(shutil.copy(file, folder / "m.part"))
    whole = HubFile("m.gguf", file.stat().st_size, hashlib.sha256(file.read_bytes()).hexdigest())
    store.keep(Pulled(name, folder, Record((whole,), "https://hub.example", "")), {whole: part})


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


def with_pairs(*pairs: tuple[bytes, bytes]) -> bytes:
    """The base twin's bytes with more keys in its header, each with the bytes of its type and value."""
    whole = TEXT.read_bytes()
    count = struct.unpack_from("<Q", whole, 16)[0] + len(pairs)
    added = b"".join(struct.pack("<Q", len(key)) + key + value for key, value in pairs)
    return whole[:16] + struct.pack("<Q", count) + added + whole[24:]


def split(folder: Path) -> tuple[Path, Path]:
    """The base twin in two files, as llama.cpp's own tool splits it with `--no-tensor-first-split`."""
    whole = TEXT.read_bytes()
    tensors, pairs = struct.unpack_from("<QQ", whole, 8)
    start = whole.index(struct.pack("<Q", 17) + b"token_embd.weight")
    end = start
    for _ in range(tensors):
        end += 8 + struct.unpack_from("<Q", whole, end)[0]
        end += 4 + 8 * struct.unpack_from("<I", whole, end)[0] + 12
    files = folder / "twin-00001-of-00002.gguf", folder / "twin-00002-of-00002.gguf"
    for number, (file, own) in enumerate(zip(files, (whole[24:start], b""), strict=True)):
        values = {b"split.no": (2, "H", number), b"split.count": (2, "H", 2), b"split.tensors.count": (5, "i", tensors)}
        told = b"".join(
            struct.pack("<Q", len(key)) + key + struct.pack(f"<I{layout}", kind, value)
            for key, (kind, layout, value) in values.items()
        )
        head = struct.pack("<IQQ", 3, tensors if number else 0, 3 + (0 if number else pairs))
        data = b"GGUF" + head + own + told + (whole[start:end] if number else b"")
        file.write_bytes(data + bytes(-len(data) % 32) + (whole[-(-end // 32) * 32 :] if number else b""))
    return files
