"""YAML, read within bounds.

Allowed are mappings, lists, text, numbers, true, false and null as in YAML 1.2 (`no` and `1:30` are text, `010` is
ten), in limited depth and number. Tags, anchors, aliases and merge keys are refused. libyaml parses if PyYAML has it.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import yaml

from alignscope.files.yaml_file import MAX_DEPTH, MAX_DIGITS, MAX_KEY, MAX_NODES, FormError, place_of

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
    """Return a document as plain data; None when it is empty.

    Args:
        decoded: converts text as written into text as meant.
        lines: filled with the line of every field and item, from 1, by its place.
        parser: PyYAML's loader; the fastest available unless given.

    Raises:
        FormError: it isn't YAML, or exceeds the bounds.
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
    """A mapping or list whose end hasn't been read yet."""

    holder: Any
    name: str | int = ""
    """Its key or index in the mapping or list around it."""
    key: str | None = None
    """In a mapping, the key that waits for its value."""


class _Reader:
    """Builds data from the parser's events without recursion."""

    def __init__(self, loader: Any, decoded: Callable[[str], str], lines: dict[str, int] | None) -> None:
        self._loader = loader
        self._decoded = decoded
        self._lines = lines
        self._nodes = 0
        self._stack = [_Open([])]
        """The open nodes, innermost last. The first is a list with the document as its one item."""

    def document(self) -> Any:
        documents = 0
        stack = self._stack
        top = stack[0]
        get = self._loader.get_event
        while not isinstance(event := get(), yaml.StreamEndEvent):
            if isinstance(event, yaml.NodeEvent):
                self._allow(event)
                if top.key is None and isinstance(top.holder, dict):
                    top.key = self._key(event)
                elif isinstance(event, yaml.ScalarEvent):
                    self._put(event, self._decoded(event.value) if event.style else self._plain_scalar(event))
                else:
                    if len(stack) > MAX_DEPTH:
                        raise self._refuse("nested too deep", event)
                    name = top.key or len(top.holder) + 1
                    new: dict[str, Any] | list[Any] = {} if isinstance(event, yaml.MappingStartEvent) else []
                    self._put(event, new)
                    stack.append(top := _Open(new, name))
            elif isinstance(event, yaml.CollectionEndEvent):
                stack.pop()
                top = stack[-1]
            elif isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise FormError("another document begins in its middle", line=_line(event))
        return stack[0].holder[0] if stack[0].holder else None

    def _allow(self, event: Any) -> None:
        self._nodes += 1
        if event.anchor is not None:
            what = "aliases" if isinstance(event, yaml.AliasEvent) else "anchors"
            raise self._refuse(f"{what} are not allowed", event)
        if event.tag is not None:
            raise self._refuse("tags are not allowed", event)
        if self._nodes > MAX_NODES:
            raise self._refuse(f"holds more than {MAX_NODES:,} values", event)

    def _key(self, event: Any) -> str:
        if not isinstance(event, yaml.ScalarEvent) or len(event.value) > MAX_KEY:
            raise self._refuse(f"a field's name is text of at most {MAX_KEY} characters", event)
        key = self._decoded(event.value)
        if key in self._stack[-1].holder:
            raise self._refuse("the field is there twice", event, key)
        if key == "<<" and not event.style:
            raise self._refuse("merge keys are not allowed", event)
        if self._lines is not None:
            self._lines[self._place(key)] = _line(event)
        return key

    def _put(self, event: Any, value: Any) -> None:
        top = self._stack[-1]
        if top.key is not None:
            top.holder[top.key], top.key = value, None
            return
        if self._lines is not None and len(self._stack) > 1:
            self._lines[self._place()] = _line(event)
        top.holder.append(value)

    def _plain_scalar(self, event: Any) -> Any:
        text: str = event.value
        word = text.lower() if len(text) <= 5 else text
        if word in _WORDS:
            return _WORDS[word]
        if text[0].isalpha():
            return self._decoded(text)
        if _INT.fullmatch(text):
            if len(text) > MAX_DIGITS:
                raise self._refuse("a number with too many digits", event)
            return int(text)
        if len(text) <= MAX_DIGITS and _FLOAT.fullmatch(text):
            return float(text)
        return _SPECIAL.get(word, self._decoded(text))

    def _refuse(self, reason: str, event: Any, key: str = "") -> FormError:
        return FormError(reason, self._place(key), _line(event))

    def _place(self, key: str = "") -> str:
        """Return the place of the current field, such as `replies[2].text`; lists count from 1."""
        place = ""
        for inner in self._stack[2:]:
            place = place_of(place, inner.name)
        top = self._stack[-1]
        name = len(top.holder) + 1 if isinstance(top.holder, list) else top.key or key
        return place_of(place, name) if name and len(self._stack) > 1 else place


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1
