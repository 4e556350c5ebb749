"""YAML, read so that no file can do harm.

Read are mappings, lists, text, numbers, true, false and null as YAML 1.2 knows them (`no` and `1:30` are text, `010` is
ten), in bounded depth and number. Tags, anchors, aliases and merge keys are refused. libyaml does the parsing where
PyYAML has it, and PyYAML itself elsewhere.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import yaml

from alignscope.files.yaml_file import MAX_DEPTH, MAX_KEY, MAX_NODES, FormError, place_of

_MAX_DIGITS: Final = 300
_INT: Final = re.compile(r"[-+]?[0-9]+")
_FLOAT: Final = re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))([eE][-+]?[0-9]+)?")
_SPECIAL: Final = {".inf": math.inf, "-.inf": -math.inf, ".nan": math.nan}
_WORDS: Final = {"": None, "~": None, "null": None, "true": True, "false": False}
_Loader: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read(
    source: str,
    *,
    decoded: Callable[[str], str] = str,
    lines: dict[str, int] | None = None,
    parser: Any = None,
) -> Any:
    """Return what a document holds, as plain data; None when it is empty.

    Args:
        decoded: turns text as it is written into text as it is meant.
        lines: gets the line of every field and item, from 1, by its place.
        parser: PyYAML's loader; the fastest that there is unless given.

    Raises:
        FormError: it isn't YAML, or more than a file may hold.
    """
    loader = None
    try:
        loader = (parser or _Loader)(source)
        return _Reader(loader, decoded, lines).document()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise FormError(f"not YAML: {error.problem or error.context or 'damaged'}", line=line) from None
    except (yaml.YAMLError, ValueError) as error:
        if isinstance(error, FormError):
            raise
        raise FormError(f"not YAML: {str(error).splitlines()[0]:.200}") from None
    finally:
        if loader is not None:
            loader.dispose()


@dataclass(slots=True)
class _Open:
    """A mapping or list whose end hasn't come yet."""

    holder: dict[str, Any] | list[Any]
    place: str
    """The field it is the value of."""
    key: str | None = None
    """In a mapping, the key that waits for its value."""


class _Reader:
    """Builds data from the parser's events, one after the other: nothing here or in the parser recurses."""

    def __init__(self, loader: Any, decoded: Callable[[str], str], lines: dict[str, int] | None) -> None:
        self._loader = loader
        self._decoded = decoded
        self._lines = lines
        self._nodes = 0

    def document(self) -> Any:
        result: Any = None
        documents = 0
        stack: list[_Open] = []
        get = self._loader.get_event
        while not isinstance(event := get(), yaml.StreamEndEvent):
            if isinstance(event, yaml.ScalarEvent):
                self._allow(event, stack)
                result = self._put(stack, event, self._scalar(event, stack), result)
            elif isinstance(event, yaml.CollectionStartEvent):
                self._allow(event, stack)
                if len(stack) >= MAX_DEPTH:
                    raise FormError("nested too deep", _path(stack), _line(event))
                new: dict[str, Any] | list[Any] = {} if isinstance(event, yaml.MappingStartEvent) else []
                place = _path(stack)
                result = self._put(stack, event, new, result)
                stack.append(_Open(new, place))
            elif isinstance(event, yaml.CollectionEndEvent):
                stack.pop()
            elif isinstance(event, yaml.AliasEvent):
                raise FormError("aliases are not allowed", _path(stack), _line(event))
            elif isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise FormError("another document begins in its middle", line=_line(event))
        return result

    def _allow(self, event: Any, stack: list[_Open]) -> None:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise FormError(f"holds more than {MAX_NODES:,} values", _path(stack), _line(event))
        if event.anchor is not None:
            raise FormError("anchors are not allowed", _path(stack), _line(event))
        if event.tag is not None:
            raise FormError("tags are not allowed", _path(stack), _line(event))

    def _put(self, stack: list[_Open], event: Any, value: Any, result: Any) -> Any:
        """Put a value where it belongs. Gives back the document's own value."""
        if not stack:
            return value
        top = stack[-1]
        holder = top.holder
        if isinstance(holder, list):
            if self._lines is not None:
                self._lines[_path(stack)] = _line(event)
            holder.append(value)
        elif top.key is not None:
            holder[top.key], top.key = value, None
        elif not isinstance(event, yaml.ScalarEvent) or len(event.value) > MAX_KEY:
            raise FormError(f"a field's name is text of at most {MAX_KEY} characters", _path(stack), _line(event))
        else:
            key = self._decoded(event.value)
            if key in holder:
                raise FormError("the field is there twice", _path(stack, key), _line(event))
            if key == "<<" and not event.style:
                raise FormError("merge keys are not allowed", _path(stack), _line(event))
            top.key = key
            if self._lines is not None:
                self._lines[_path(stack)] = _line(event)
        return result

    def _scalar(self, event: Any, stack: list[_Open]) -> Any:
        text: str = event.value
        if event.style:  # libyaml says "" where PyYAML says None
            return self._decoded(text)
        word = text.lower() if len(text) <= 5 else text
        if word in _WORDS:
            return _WORDS[word]
        if text[0].isalpha():
            return self._decoded(text)
        if _INT.fullmatch(text):
            if len(text) > _MAX_DIGITS:
                raise FormError("a number with too many digits", _path(stack), _line(event))
            return int(text)
        if len(text) <= _MAX_DIGITS and _FLOAT.fullmatch(text):
            return float(text)
        return _SPECIAL.get(word, self._decoded(text))


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _path(stack: list[_Open], last: str = "") -> str:
    """Return the place of the field that is being read, such as `replies[2].text`; lists count from 1."""
    if not stack:
        return ""
    top = stack[-1]
    if isinstance(top.holder, list):
        return place_of(top.place, len(top.holder) + 1)
    key = last if top.key is None else top.key
    return place_of(top.place, key) if key else top.place
