"""Headers of GGUF files, and checks for damage, without loading them.

Layout after https://github.com/ggml-org/ggml/blob/master/docs/gguf.md: a magic word, a version, counts, then key-value
pairs, then one record per tensor, then the tensors' data, aligned.
"""

import hashlib
import mmap
import os
import struct
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

from alignscope.backends.base import TokenTable
from alignscope.text.wording import counted

T = TypeVar("T")

_PREFIX: Final = "tokenizer.ggml."
TOKEN_LISTS: Final = frozenset({f"{_PREFIX}{name}" for name in ("tokens", "token_type", "scores", "merges")})
"""Names of the pairs that list tokens and what belongs to each."""
_CONTROL: Final = (3, 4, 5)
"""Kinds of tokens that text doesn't have by itself: control, added by the tuner, unused; `llama_token_type`."""
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
    return _read(path, lambda reader: reader.header())


def read_pairs(path: Path, lists: frozenset[str]) -> dict[str, Any]:
    """Read a file's key-value pairs, with the lists of these names; others are None. Raises GGUFError."""
    return _read(path, lambda reader: reader.pairs(lists))


def _read(path: Path, use: Callable[["_HeaderReader"], T]) -> T:
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size < 24:
                raise GGUFError(f"{path} is not a GGUF file: it has only {counted(size, 'byte')}.")
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                return use(_HeaderReader(path, data))
    except FileNotFoundError:
        raise GGUFError(f"There is no file {path}. Check the path.") from None
    except IsADirectoryError:
        raise GGUFError(f"{path} is a directory. Name the GGUF file in it.") from None
    except OSError as error:
        raise GGUFError(f"{path} can't be read: {error.strerror}.") from None


def token_table(info: Mapping[str, Any]) -> TokenTable | None:
    """Return what a file's key-value pairs say of its tokens; None for a file without them.

    The order doesn't matter, and a file of a tuned model may have more tokens that mark a conversation.
    """
    told = {name: info.get(f"{_PREFIX}{name}") for name in ("model", "pre", "tokens", "token_type", "merges", "scores")}
    tokens = told["tokens"]
    if not isinstance(tokens, list) or not tokens:
        return None
    kinds, scores = _as_long(told["token_type"], tokens, 1), _as_long(told["scores"], tokens, 0)
    listed = zip(tokens, kinds, scores, strict=True)
    text = sorted((str(token), float(score)) for token, kind, score in listed if kind not in _CONTROL)
    digest = hashlib.sha256(msgspec.json.encode([told["model"], told["pre"], text, told["merges"]]))
    return TokenTable(digest.hexdigest(), len(text))


def _as_long(values: Any, tokens: list[Any], default: int) -> list[Any]:
    return values if isinstance(values, list) and len(values) == len(tokens) else [default] * len(tokens)


class _HeaderReader:
    """Reads the header of one file from its bytes."""

    def __init__(self, path: Path, data: mmap.mmap) -> None:
        self._path = path
        self._data = data
        self._at = 0
        self._lists = frozenset[str]()
        """Names of the lists to read; others are skipped."""

    def header(self) -> Header:
        return self._opened(self._body)

    def pairs(self, lists: frozenset[str]) -> dict[str, Any]:
        self._lists = lists
        return self._opened(lambda: self._pairs()[1])

    def _opened(self, read: Callable[[], T]) -> T:
        if self._data[:4] != _MAGIC:
            raise GGUFError(f"{self._path} is not a GGUF file. llama.cpp runs models in that format only.")
        self._at = 4
        version = self._scalar("<I")
        if version not in _VERSIONS:
            raise GGUFError(f"{self._path} is GGUF of version {version}; versions 2 and 3 are known.")
        try:
            return read()
        except (struct.error, OverflowError, KeyError):
            raise self._damaged("its header breaks off or makes no sense") from None

    def _pairs(self) -> tuple[int, dict[str, Any], int]:
        """Return the number of tensors, the key-value pairs, and the number of tokens."""
        tensors, pairs = self._scalar("<Q"), self._scalar("<Q")
        if tensors > _MOST_TENSORS or pairs > _MOST_KEYS:
            raise self._damaged("its header makes no sense")
        known: dict[str, Any] = {}
        vocabulary = 0
        for _ in range(pairs):
            key, kind = self._string(), self._scalar("<I")
            if key == "tokenizer.ggml.tokens" and kind == _ARRAY:
                (vocabulary,) = struct.unpack_from("<Q", self._data, self._at + 4)
            known[key] = self._list() if kind == _ARRAY and key in self._lists else self._value(kind)
        return tensors, known, vocabulary

    def _body(self) -> Header:
        tensors, known, vocabulary = self._pairs()
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

    def _list(self) -> list[Any]:
        kind, length = self._scalar("<I"), self._scalar("<Q")
        if length > len(self._data):
            raise struct.error
        if kind == _STRING:
            return [self._string() for _ in range(length)]
        layout = f"<{length}{_SCALARS[kind][1]}"
        values = struct.unpack_from(layout, self._data, self._at)
        self._at += struct.calcsize(layout)
        return list(values)

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
