"""The fields of a document of a session file: each is removed and checked, unknown ones remain."""

import math
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, Self, TypeVar

from alignscope.files.yaml_file import FormError, printable
from alignscope.model.turn import Extra
from alignscope.text.wording import counted

T = TypeVar("T")
_MISSING: Any = object()


class Fields:
    """A mapping of a document. Methods that remove a field raise FormError if it is invalid."""

    def __init__(self, data: Any, where: str = "") -> None:
        """Accept a mapping, at a place in the document such as `replies[2]`."""
        if not isinstance(data, dict):
            raise FormError(f"should be a mapping, not {_kind(data)}", where)
        self._data = dict(data)
        self._where = where

    def __contains__(self, name: str) -> bool:
        return name in self._data

    def place(self, name: str) -> str:
        """Return a field's name, with its place in the document."""
        return f"{self._where}.{name}" if self._where else name

    def refuse(self, name: str, reason: str) -> FormError:
        """Return the error for a field."""
        return FormError(reason, self.place(name))

    def text(self, name: str, default: str = _MISSING) -> str:
        """Return a field of text."""
        value = self.raw(name, default)
        if not isinstance(value, str):
            quotes = "; text that looks like that goes in quotes" if isinstance(value, int | float) else ""
            raise self.refuse(name, f"should be text, not {_kind(value)}{quotes}")
        return value

    def flag(self, name: str) -> bool:
        """Return a field that is true or false; false if missing."""
        value = self.raw(name, False)
        if not isinstance(value, bool):
            raise self.refuse(name, f"should be true or false, not {_kind(value)}")
        return value

    def whole(self, name: str, default: int = _MISSING, *, least: int = 1, most: int = 1_000_000) -> int:
        """Return a field with a whole number in a range."""
        value = self.raw(name, default)
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.refuse(name, f"should be a whole number, not {_kind(value)}")
        if not least <= value <= most:
            raise self.refuse(name, f"should be from {least} to {most:,}, not {printable(value)}")
        return value

    def number(self, name: str, default: T) -> float | T:
        """Return a field with a number of 0 or more; the default if missing or null."""
        value = self.raw(name)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.refuse(name, f"should be a number, not {_kind(value)}")
        if not (0 <= value <= 1e15 and math.isfinite(value)):
            raise self.refuse(name, f"should be 0 or more, and no more than 1e15; {printable(value)} is not")
        return float(value)

    def time(self, name: str) -> datetime:
        """Return a field with a point in time, in UTC unless it has a zone."""
        value = self.raw(name, _MISSING)
        try:
            at = datetime.fromisoformat(value if isinstance(value, str) else str(value))
            return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            raise self.refuse(name, f"‘{printable(value)}’ is no time such as 2026-11-20T21:03:11Z") from None

    def word(self, name: str, allowed: Callable[[str], T], default: T = _MISSING) -> T:
        """Return a field with a word that `allowed` knows."""
        if default is not _MISSING and name not in self._data:
            return default
        value = self.text(name)
        try:
            return allowed(value)
        except (ValueError, KeyError):
            raise self.refuse(name, f"‘{printable(value)}’ is unknown") from None

    def inner(self, name: str) -> Self | None:
        """Return a field with a mapping; None if missing."""
        value = self.raw(name)
        return None if value is None else type(self)(value, self.place(name))

    def items(self, name: str, most: int) -> Iterator[Any]:
        """Return the items of a list; none if missing."""
        value = self.raw(name)
        if value is None:
            return iter(())
        if not isinstance(value, list):
            raise self.refuse(name, f"should be a list, not {_kind(value)}")
        if len(value) > most:
            raise self.refuse(name, f"has {counted(len(value), 'item')}; there may be {most:,}")
        return iter(value)

    def each(self, name: str, most: int) -> Iterator[Self]:
        """Yield the mappings in a list; none if missing."""
        for number, item in enumerate(self.items(name, most), 1):
            yield type(self)(item, f"{self.place(name)}[{number}]")

    def raw(self, name: str, default: Any = None) -> Any:
        """Return a field as it is."""
        value = self._data.pop(name, default)
        if value is _MISSING:
            raise self.refuse(name, "is missing")
        return value

    def rest(self) -> Extra:
        """Return the remaining fields, which this version doesn't know."""
        return self._data


def _kind(value: Any) -> str:
    match value:
        case None:
            return "empty"
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case str():
            return f"‘{printable(value)}’"
    return printable(str(value).lower() if isinstance(value, bool) else value)
