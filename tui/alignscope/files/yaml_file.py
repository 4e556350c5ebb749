"""A person's YAML files: read and validated, with file, line and field of every mistake.

PyYAML is only imported when a file is read, since that takes 20 ms.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, TypeVar, get_args, get_origin

import msgspec

from alignscope.files.whole import read_regular

T = TypeVar("T")
MAX_BYTES: Final = 2**20
"""Size of a file of settings, a theme or the like."""
MAX_DEPTH: Final = 24
"""Depth of nested mappings and lists."""
MAX_NODES: Final = 50_000
"""Number of values in a document, keys included."""
MAX_KEY: Final = 200
"""Characters in a key."""
MAX_DIGITS: Final = 300
"""Digits in a number."""
_TYPES: Final = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "`name: value` lines",
    "null": "nothing",
}
"""msgspec's names of types, and plain ones."""


class FormError(ValueError):
    """A document with content that its file may not have."""

    def __init__(self, reason: str, field: str = "", line: int | None = None) -> None:
        """Describe what is wrong, in which field and line, from 1."""
        super().__init__(reason)
        self.reason = reason
        self.field = field
        self.line = line


class FileError(ValueError):
    """A person's file that can't be used; each problem is a sentence with file, line and field."""

    def __init__(self, *problems: str) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Document:
    """The content of a file as plain data."""

    name: str
    """The file's, for messages."""
    data: Any
    lines: Mapping[str, int]
    """The line of every field, by its place, such as `servers.gpu` or `lineup[2]`."""

    def problem(self, place: str, reason: str) -> str:
        """Return a sentence about what is wrong with a field, or missing there."""
        known = place
        while known and known not in self.lines:
            known = known[: max(known.rfind("."), known.rfind("["), 0)]
        where = f"{self.name}, line {self.lines[known]}" if known else self.name
        return ": ".join(filter(None, (where, place, reason)))


def load(path: Path, name: str = "") -> Document:
    """Read a file, which messages call `name`. Raises FileError if it can't be read or isn't allowed YAML."""
    from alignscope.files.yaml_reader import read

    name = name or path.name or str(path)
    lines: dict[str, int] = {}
    try:
        source = read_regular(path, MAX_BYTES)
        return Document(name, read(source.decode("utf-8-sig"), lines=lines), lines)
    except OSError as error:
        raise FileError(f"{name} can't be read: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        line = source.count(b"\n", 0, error.start) + 1
        raise FileError(f"{name}, line {line}: is not UTF-8") from None
    except FormError as error:
        where = f"{name}, line {error.line}" if error.line else name
        raise FileError(": ".join(filter(None, (where, error.field, error.reason)))) from None


# Validating


def convert(document: Document, wanted: type[T]) -> T:
    """Return a document's data as a type, checked field by field. Raises FileError with all mistakes."""
    return convert_part(document, "", document.data, wanted)


def convert_part(document: Document, place: str, value: Any, wanted: type[T]) -> T:
    """Return a part of a document's data as a type, as `convert` does."""
    problems: list[str] = []
    made = _convert(value, wanted, place, lambda where, reason: problems.append(document.problem(where, reason)))
    if problems:
        raise FileError(*problems)
    result: T = made
    return result


def _convert(value: Any, wanted: Any, place: str, refuse: Callable[[str, str], None]) -> Any:
    """Return a value as a type. Mistakes go to `refuse`; the return value then means nothing."""
    origin, arguments = get_origin(wanted), get_args(wanted)
    if isinstance(wanted, type) and issubclass(wanted, msgspec.Struct) and isinstance(value, dict | None):
        return _struct(value or {}, wanted, place, refuse)
    if origin is tuple and arguments[1:] == (...,) and isinstance(value, list):
        return tuple(_convert(item, arguments[0], place_of(place, n), refuse) for n, item in enumerate(value, 1))
    if origin is dict and isinstance(value, dict):
        return {key: _convert(item, arguments[1], place_of(place, key), refuse) for key, item in value.items()}
    if origin is Literal and value not in arguments:
        refuse(place, f"can't be {printable(value)}; there are {', '.join(filter(None, arguments))}")
        return None
    try:
        return msgspec.convert(value, wanted)
    except msgspec.ValidationError as error:
        refuse(place, _reason(error, value))
        return None


def _struct(value: dict[str, Any], wanted: type[msgspec.Struct], place: str, refuse: Callable[[str, str], None]) -> Any:
    fields = {field.name: field for field in msgspec.structs.fields(wanted)}
    for name in value:
        if name not in fields:
            refuse(place_of(place, name), _unknown(name, list(fields)))
    made = {}
    for name, field in fields.items():
        if value.get(name) is not None:
            made[name] = _convert(value[name], field.type, place_of(place, name), refuse)
        elif field.required:
            refuse(place_of(place, name), "is missing")
    try:
        return wanted(**made)
    except TypeError:  # a missing field, which has been refused
        return None


def _unknown(name: str, known: list[str]) -> str:
    from difflib import get_close_matches

    nearest = get_close_matches(name, known, 1)
    return f"is unknown; {f'did you mean {nearest[0]}? T' if nearest else 't'}here are {', '.join(known)}"


def _reason(error: msgspec.ValidationError, value: object) -> str:
    """Return msgspec's reason in plain words: for ‘Expected `str`, got `int`’, ‘must be text, not a whole number’."""
    reason = str(error).partition(" - at `")[0].replace("Expected", "must be")
    wanted, _, _ = reason.partition(", got")
    if isinstance(value, float) and wanted != reason:  # "a whole number, not a number" would be no help
        reason = f"{wanted}, not {'infinite' if math.isinf(value) else f'{value:g}'}"
    reason = reason.replace(", got", ", not")
    return re.sub(r"`([a-z |]+)`", lambda found: " or ".join(_TYPES.get(w, w) for w in found[1].split(" | ")), reason)


def place_of(place: str, below: str | int) -> str:
    """Return the place of a mapping's field, or of a list's item counted from 1."""
    return f"{place}[{below}]" if isinstance(below, int) else f"{place}.{printable(below)}".strip(".")


def printable(value: object) -> str:
    """Return text from a file, shortened and without anything that a terminal could obey."""
    text = str(value)
    text = text if len(text) <= 60 else f"{text[:59]}…"
    return "".join(char if char.isprintable() else "\ufffd" for char in text)
