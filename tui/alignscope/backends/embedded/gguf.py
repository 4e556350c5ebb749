"""Headers of GGUF files, and checks for damage, without loading them.

Layout after https://github.com/ggml-org/ggml/blob/master/docs/gguf.md: a magic word, a version, counts, then key-value
pairs, then one record per tensor, then the tensors' data, aligned.
"""

import mmap
import os
import struct
from pathlib import Path
from typing import Any, Final

import msgspec

from alignscope.text.wording import counted

_MAGIC: Final = b"GGUF"
_VERSIONS: Final = (2, 3)
_STRING: Final = 8
_ARRAY: Final = 9
_SCALARS: Final = {
    0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d",
}  # fmt: skip
_MOST_KEYS: Final = 65_536
_MOST_TENSORS: Final = 1 << 20
_LENGTH: Final = struct.Struct("<Q")
# general.file_type, as llama.cpp numbers it.
_QUANTISATIONS: Final = {
    0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 7: "Q8_0", 8: "Q5_0", 9: "Q5_1", 10: "Q2_K", 11: "Q3_K_S", 12: "Q3_K_M",
    13: "Q3_K_L", 14: "Q4_K_S", 15: "Q4_K_M", 16: "Q5_K_S", 17: "Q5_K_M", 18: "Q6_K", 19: "IQ2_XXS", 20: "IQ2_XS",
    22: "IQ3_XS", 23: "IQ3_XXS", 24: "IQ1_S", 25: "IQ4_NL", 26: "IQ3_S", 27: "IQ3_M", 30: "IQ4_XS", 32: "BF16",
}  # fmt: skip


class GGUFError(ValueError):
    """Unusable file; the message is for the person."""


class Header(msgspec.Struct, frozen=True):
    """Description of the model in a GGUF file."""

    path: Path
    size: int
    """Bytes."""
    architecture: str = ""
    parameters: int = 0
    """Number of weights; 0 if the model is split over several files."""
    quantization: str = ""
    context_length: int = 0
    """Tokens that the model was trained for; 0 if unknown."""
    vocabulary: int = 0
    """Number of tokens, which llama.cpp's distributions are over; 0 if unknown."""
    template: str = ""
    """Chat template, "" without one."""

    @property
    def parameter_size(self) -> str:
        """Number of weights as servers write it, such as `3.1M`."""
        for unit, size in (("B", 1e9), ("M", 1e6), ("K", 1e3)):
            if self.parameters >= size:
                return f"{self.parameters / size:.1f}{unit}"
        return ""


def read_header(path: Path) -> Header:
    """Read a file's header, and check that its tensors lie within the file. Raises GGUFError."""
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size < 24:
                raise GGUFError(f"{path} is not a GGUF file: it has only {counted(size, 'byte')}.")
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                return _HeaderReader(path, data).header()
    except FileNotFoundError:
        raise GGUFError(f"There is no file {path}. Check the path.") from None
    except IsADirectoryError:
        raise GGUFError(f"{path} is a directory. Name the GGUF file in it.") from None
    except OSError as error:
        raise GGUFError(f"{path} can't be read: {error.strerror}.") from None


class _HeaderReader:
    """Reads the header of one file from its bytes."""

    def __init__(self, path: Path, data: mmap.mmap) -> None:
        self._path = path
        self._data = data
        self._at = 0

    def header(self) -> Header:
        if self._data[:4] != _MAGIC:
            raise GGUFError(f"{self._path} is not a GGUF file. llama.cpp runs models in that format only.")
        self._at = 4
        version = self._scalar("<I")
        if version not in _VERSIONS:
            raise GGUFError(f"{self._path} is GGUF of version {version}; versions 2 and 3 are known.")
        try:
            return self._body()
        except (struct.error, OverflowError, KeyError):
            raise self._damaged("its header breaks off or makes no sense") from None

    def _body(self) -> Header:
        tensors, pairs = self._scalar("<Q"), self._scalar("<Q")
        if tensors > _MOST_TENSORS or pairs > _MOST_KEYS:
            raise self._damaged("its header makes no sense")
        known: dict[str, Any] = {}
        vocabulary = 0
        for _ in range(pairs):
            key, kind = self._string(), self._scalar("<I")
            if key == "tokenizer.ggml.tokens" and kind == _ARRAY:
                (vocabulary,) = struct.unpack_from("<Q", self._data, self._at + 4)
            known[key] = self._value(kind)
        weights, furthest = 0, 0
        for _ in range(tensors):
            self._string()
            dimensions = self._scalar("<I")
            if dimensions > 8:
                raise self._damaged("its header makes no sense")
            count = 1
            for _ in range(dimensions):
                count *= self._scalar("<Q")
            self._scalar("<I")
            furthest = max(furthest, self._scalar("<Q"))
            weights += count
        alignment = known.get("general.alignment", 32)
        if not isinstance(alignment, int) or alignment < 1:
            raise self._damaged("its header makes no sense")
        start = -(-self._at // alignment) * alignment
        # The first file of a split model may hold no weights at all.
        if tensors and start + furthest >= len(self._data):
            raise self._damaged("a part of its weights is missing")
        architecture = _text(known.get("general.architecture"))
        return Header(
            path=self._path,
            size=len(self._data),
            architecture=architecture,
            parameters=weights if _count(known.get("split.count")) < 2 else 0,
            quantization=_QUANTISATIONS.get(known.get("general.file_type", -1), ""),
            context_length=_count(known.get(f"{architecture}.context_length")),
            vocabulary=vocabulary,
            template=_text(known.get("tokenizer.chat_template")),
        )

    def _damaged(self, how: str) -> GGUFError:
        return GGUFError(f"{self._path} is damaged: {how}. Download or copy it again.")

    def _scalar(self, layout: str) -> Any:
        (value,) = struct.unpack_from(layout, self._data, self._at)
        self._at += struct.calcsize(layout)
        return value

    def _string(self) -> str:
        length = self._scalar("<Q")
        text = self._data[self._at : self._at + length]
        if len(text) < length:
            raise struct.error
        self._at += length
        return text.decode("utf-8", "replace")

    def _value(self, kind: int) -> Any:
        """Return a value; skip an array, which is a vocabulary, and return None."""
        if kind == _STRING:
            return self._string()
        if kind == _ARRAY:
            return self._skip_array(self._scalar("<I"), self._scalar("<Q"))
        return self._scalar(_SCALARS[kind])

    def _skip_array(self, kind: int, length: int) -> None:
        if length > len(self._data):
            raise struct.error
        if kind == _STRING:
            data, at = self._data, self._at
            for _ in range(length):
                at += 8 + _LENGTH.unpack_from(data, at)[0]
            self._at = at
        else:
            self._at += length * struct.calcsize(_SCALARS[kind])
        if self._at > len(self._data):
            raise struct.error


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _count(value: object) -> int:
    return value if isinstance(value, int) and value > 0 else 0
