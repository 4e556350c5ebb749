"""A model's weights with fewer bits, in the same file format: `python -m tests.lab.claims.coarse IN OUT BITS`.

Weights of Q8_0 are rounded to so many bits, in its own blocks of 32 with a scale each, and kept as Q8_0: the file is as
large as before, and the model as coarse as one of so many bits.
"""

import struct
import sys
from pathlib import Path
from typing import Final

import numpy as np

_Q8_0: Final = 8
_BLOCK: Final = np.dtype([("scale", "<f2"), ("weights", "i1", 32)])
_FIXED: Final = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
"""Bytes of a value, by its kind."""
_STRING, _ARRAY = 8, 9


class _Header:
    """Walks over a GGUF header, version 3."""

    def __init__(self, data: bytes) -> None:
        self.data, self.place = data, 0

    def number(self, layout: str) -> int:
        [value] = struct.unpack_from(f"<{layout}", self.data, self.place)
        self.place += struct.calcsize(f"<{layout}")
        return int(value)

    def string(self) -> bytes:
        length = self.number("Q")
        self.place += length
        return self.data[self.place - length : self.place]

    def skip(self, kind: int) -> int:
        """Skip a value, and return it where it is a number of four bytes."""
        if kind == _STRING:
            self.string()
        elif kind == _ARRAY:
            inner, length = self.number("I"), self.number("Q")
            for _ in range(length):
                self.skip(inner)
        elif _FIXED[kind] == 4:
            return self.number("I")
        else:
            self.place += _FIXED[kind]
        return 0


def coarser(source: Path, target: Path, bits: int) -> int:
    """Write a model with so many bits a weight, 2 to 8, and return the number of weights that were rounded."""
    data = source.read_bytes()
    header = _Header(data)
    assert header.number("I") == int.from_bytes(b"GGUF", "little") and header.number("I") == 3
    tensors, pairs = header.number("Q"), header.number("Q")
    alignment = 32
    for _ in range(pairs):
        name, kind = header.string(), header.number("I")
        value = header.skip(kind)
        alignment = value if name == b"general.alignment" else alignment
    found = []
    for _ in range(tensors):
        header.string()
        size = 1
        for _ in range(header.number("I")):
            size *= header.number("Q")
        kind, offset = header.number("I"), header.number("Q")
        found += [(offset, size)] if kind == _Q8_0 else []
    start = -(-header.place // alignment) * alignment
    made = bytearray(data)
    most = 2 ** (bits - 1) - 1
    for offset, size in found:
        blocks = np.frombuffer(made, _BLOCK, size // 32, start + offset)
        weights = blocks["scale"].astype(np.float32)[:, None] * blocks["weights"]
        scale = (np.abs(weights).max(axis=1) / most).astype(np.float16)
        safe = np.where(scale == 0, 1, scale).astype(np.float32)[:, None]
        blocks["scale"] = scale
        blocks["weights"] = np.clip(np.rint(weights / safe), -most, most).astype(np.int8)
    target.write_bytes(made)
    return sum(size for _, size in found)


if __name__ == "__main__":
    print(f"{coarser(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])):,} weights have {sys.argv[3]} bits")
