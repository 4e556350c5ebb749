"""A sampling parameter: its type, range and help."""

import json
import math
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, assert_never

Value = float | int | str | tuple[str, ...]


class ValueType(StrEnum):
    """The type of a parameter's value."""

    FLOAT = "number"
    INT = "whole number"
    STRINGS = "list of strings"
    DURATION = "duration"
    """Seconds, or a number with a unit such as `5m`; a negative one means for ever."""


class SamplingError(ValueError):
    """An unknown parameter, or a value out of range; the message is for the person."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One sampling parameter."""

    name: str
    type: ValueType
    default: Value
    """Ollama's documented default, and the value after switching the parameter on."""
    help: str
    low: float = -math.inf
    high: float = math.inf
    step: float = 1
    special: Mapping[float, str] = field(default_factory=dict)
    """Values with a meaning of their own, and that meaning."""
    without: float | None = None
    """A refused value in the range, since servers disagree on its meaning."""

    @property
    def range(self) -> str:
        """The allowed values as text, such as `from 0 to 2`."""
        match self.type:
            case ValueType.STRINGS:
                return "one or more strings"
            case ValueType.DURATION:
                return "seconds, or a time such as 30s, 5m or 1h; -1 for ever"
            case ValueType.FLOAT | ValueType.INT:
                but = "" if self.without is None else f" but not {self.without:g}"
                return f"from {self.low:,.10g} to {self.high:,.10g}{but}"
            case _:
                assert_never(self.type)

    def parse(self, text: str) -> Value:
        """Return the value of a typed text. Raises SamplingError for a wrong type or a value out of range."""
        text = text.strip()
        if self.type is ValueType.STRINGS:
            return self.check(_parsed_strings(text))
        if len(text) > _MAX_DIGITS or not _NUMBER.fullmatch(text):
            return self.check(text)
        return self.check(float(text) if set(text) & set(".eE") else int(text))

    def check(self, value: object) -> Value:
        """Return the value in the type that is sent. Raises SamplingError as `parse` does."""
        match self.type:
            case ValueType.STRINGS:
                return self._strings(value)
            case ValueType.DURATION:
                return self._duration(value)
            case ValueType.FLOAT | ValueType.INT:
                return self._number(value)
            case _:
                assert_never(self.type)

    def _strings(self, value: object) -> tuple[str, ...]:
        items = [value] if isinstance(value, str) else value
        if not isinstance(items, (list, tuple)) or not all(isinstance(item, str) for item in items):
            raise self._refused(value)
        strings = tuple(str(item) for item in items)
        if len(strings) > 16 or any(not item or len(item) > 256 for item in strings):
            raise SamplingError(f"{self.name} takes at most 16 strings, none empty or over 256 characters")
        return strings

    def _duration(self, value: object) -> str:
        seconds = isinstance(value, (int, float)) and not isinstance(value, bool)
        if seconds and math.isfinite(float(str(value))):
            return str(value)
        if not isinstance(value, str) or not _DURATION.fullmatch(value):
            raise self._refused(value)
        return value

    def _number(self, value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            raise self._refused(value)
        fraction = self.type is ValueType.INT and value != int(value)
        if fraction or not self.low <= value <= self.high or value == self.without:
            raise self._refused(value)
        return int(value) if self.type is ValueType.INT else float(value)

    def moved(self, value: Value, steps: int) -> Value:
        """Return the value moved by steps, held within the range; unchanged for types without steps."""
        if self.type not in (ValueType.FLOAT, ValueType.INT) or not isinstance(value, (int, float)):
            return value
        moved = round(value + steps * self.step, 6)
        if moved == self.without:
            moved += math.copysign(1, steps)
        return self.check(min(max(moved, self.low), self.high))

    def format(self, value: Value) -> str:
        """Return the value as text that `parse` reads back."""
        if isinstance(value, tuple):
            return json.dumps(list(value), ensure_ascii=False)
        if isinstance(value, float):
            return f"{value:.6g}" if value != int(value) else f"{value:.1f}"
        return str(value)

    def _refused(self, value: object) -> SamplingError:
        text = value if isinstance(value, str) else json.dumps(value, default=str)
        return SamplingError(f"{self.name} is a {self.type}, {self.range}; {text:.60} is not")


_NUMBER: Final = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")
"""As YAML 1.2 has them, so that a settings file and the command line agree."""
_MAX_DIGITS: Final = 300
_DURATION: Final = re.compile(r"-?\d+(\.\d+)?(ms|s|m|h)?(\d+(\.\d+)?(ms|s|m|h))*")


def _parsed_strings(text: str) -> tuple[str, ...]:
    """Return the strings of a JSON list, or the text itself, with `\\n` and `\\t` replaced, as one string."""
    if text.startswith("["):
        with suppress(ValueError):
            return tuple(json.loads(text))
    return (text.replace("\\n", "\n").replace("\\t", "\t"),)
