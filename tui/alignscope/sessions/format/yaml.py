"""The YAML of session files: written so that any text comes back as it was, read so that no file can do harm.

Written: multi-line text as literal blocks, everything else on one line. What YAML can't hold at all, lone surrogates
from broken bytes, is written as U+FFFF and the four hexadecimal digits of the code unit; so is U+FFFF itself.

Read: mappings, lists, text, numbers, true, false and null, in bounded depth and number. Tags, anchors, aliases and
merge keys are refused. libyaml does the parsing where PyYAML has it, and PyYAML itself elsewhere.
"""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import yaml

MAX_DEPTH: Final = 24
"""How deep mappings and lists may be nested."""
MAX_NODES: Final = 50_000
"""How many values a document may hold, keys included."""
MAX_KEY: Final = 200
"""Characters in a key."""
_MAX_DIGITS: Final = 300
_EXPLICIT_KEY: Final = 900
"""YAML ends the search for a key's colon after 1024 characters; longer keys are marked as such."""

_HIDDEN: Final = re.compile("[\ud800-\udfff\uffff]")
_SHOWN: Final = re.compile("\uffff([0-9a-f]{4})")
# What may stand in a literal block: no control characters but tab and line feed, none of the line ends U+0085, U+2028
# and U+2029, no byte order mark, no noncharacters.
_UNSAFE: Final = re.compile("[^\t\n -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_PLAIN_SIGNS: Final = frozenset(" _-./+()'!")
_RESERVED: Final = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
_INT: Final = re.compile(r"[-+]?[0-9]+")
_FLOAT: Final = re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))([eE][-+]?[0-9]+)?")
_SPECIAL: Final = {".inf": math.inf, "-.inf": -math.inf, ".nan": math.nan}
_WORDS: Final = {"": None, "~": None, "null": None, "true": True, "false": False}
_Loader: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class FormError(ValueError):
    """A document that isn't what a session file may hold."""

    def __init__(self, reason: str, field: str = "", line: int | None = None) -> None:
        """Say what is wrong, in which field, in which line of the document, from 1."""
        super().__init__(reason)
        self.reason = reason
        self.field = field
        self.line = line


class Block(dict[str, Any]):
    """A mapping that is written with a line for each of its fields; others stand on one line."""


class Text(str):
    """Text that is written as a literal block even when it is a single line."""

    __slots__ = ()


def hide(text: str) -> str:
    """The text with what UTF-8 can't hold in a form that it can."""
    if text.isascii():
        return text
    return _HIDDEN.sub(lambda found: f"\uffff{ord(found[0]):04x}", text)


def reveal(text: str) -> str:
    """The inverse of `hide`."""
    return _SHOWN.sub(lambda found: chr(int(found[1], 16)), text) if "\uffff" in text else text


# Writing


def write(document: Mapping[str, Any]) -> str:
    """The lines of a document, each with its line feed, without the marks around it.

    Values may be None, bool, int, float, str, datetime (written in UTC), and lists and mappings of these.
    """
    return "".join(parts(document))


def parts(document: Mapping[str, Any]) -> Iterator[str]:
    """The same, piece by piece, for whoever puts them together with more."""
    return _fields(document, "")


def _fields(mapping: Mapping[str, Any], indent: str) -> Iterator[str]:
    for key, value in mapping.items():
        head = f"{indent}{_key(key)}"
        if isinstance(value, str):
            yield f"{head} {_string(value, indent)}\n"
        elif isinstance(value, list | tuple) and value and all(isinstance(item, Mapping) for item in value):
            yield f"{head}\n"
            for item in value:
                if isinstance(item, Block) and item:
                    first, *rest = _fields(item, f"{indent}  ")
                    yield f"{indent}- {first[len(indent) + 2 :]}"
                    yield from rest
                else:
                    yield f"{indent}- {_flow(item)}\n"
        else:
            yield f"{head} {_flow(value)}\n"


def _key(key: str) -> str:
    written = _one_line(key)
    return f"? {written}\n:" if len(written) > _EXPLICIT_KEY else f"{written}:"


def _string(text: str, indent: str) -> str:
    """A string as a field's value: a literal block where that holds it exactly, else one line."""
    long = "\n" in text or isinstance(text, Text)
    if not long or not text.strip("\n") or _UNSAFE.search(text):
        return _one_line(text)
    # The depth is told where the first line's own white space would be taken for it.
    depth = "2" if text[0] in " \t\n" else ""
    body = text.rstrip("\n")
    ends = len(text) - len(body)
    keep = "-" if ends == 0 else "" if ends == 1 else "+"
    lines = body.replace("\n", f"\n{indent}  ") + "\n" * max(ends - 1, 0)
    return f"|{depth}{keep}\n{indent}  {lines}"


def _flow(value: Any) -> str:
    """A value on one line."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return _float(value)
        case str():
            return _one_line(value)
        case datetime():
            return moment(value)
        case Mapping():
            return "{" + ", ".join(f"{_flow_key(key)} {_flow(item)}" for key, item in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(_flow, value)) + "]"
    raise TypeError(f"a {type(value).__name__} can't be written")


def _flow_key(key: str) -> str:
    written = _one_line(key)
    return f"? {written} :" if len(written) > _EXPLICIT_KEY else f"{written}:"


def moment(at: datetime) -> str:
    """A point in time as it is written: ISO 8601, in UTC."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _float(value: float) -> str:
    if not math.isfinite(value):
        return ".nan" if math.isnan(value) else ".inf" if value > 0 else "-.inf"
    # YAML 1.1, as many other programs read it, knows 1e-05 only as 1.0e-05.
    mantissa, exponent, power = repr(value).partition("e")
    return f"{mantissa}.0e{power}" if exponent and "." not in mantissa else repr(value)


def _one_line(text: str) -> str:
    """A string as a plain word or sentence where nobody can take that for anything else, else in double quotes."""
    if (
        0 < len(text) <= 200
        and text[0].isalpha()
        and text[-1] != " "
        and text.casefold() not in _RESERVED
        and all(sign.isalnum() or sign in _PLAIN_SIGNS for sign in text)
    ):
        return text
    escaped = hide(text).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{_UNSAFE.sub(_escape, escaped)}"'


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


# Reading


def read(text: str) -> Any:
    """What a document holds, as plain data; None when it is empty.

    Raises:
        FormError: it isn't YAML, or more than a session file may hold.
    """
    loader = None
    try:
        loader = _Loader(text)
        return _Reader(loader).document()
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

    def __init__(self, loader: Any) -> None:
        self._loader = loader
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
                raise FormError("aliases are not allowed in a session file", _path(stack), _line(event))
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
            raise FormError("anchors are not allowed in a session file", _path(stack), _line(event))
        if event.tag is not None:
            raise FormError("tags are not allowed in a session file", _path(stack), _line(event))

    def _put(self, stack: list[_Open], event: Any, value: Any, result: Any) -> Any:
        """Put a value where it belongs. Gives back the document's own value."""
        if not stack:
            return value
        top = stack[-1]
        holder = top.holder
        if isinstance(holder, list):
            holder.append(value)
        elif top.key is not None:
            holder[top.key], top.key = value, None
        elif not isinstance(event, yaml.ScalarEvent) or len(event.value) > MAX_KEY:
            raise FormError(f"a field's name is text of at most {MAX_KEY} characters", _path(stack), _line(event))
        else:
            key = reveal(event.value)
            if key in holder:
                raise FormError("the field is there twice", _path(stack, key), _line(event))
            if key == "<<" and not event.style:
                raise FormError("merge keys are not allowed in a session file", _path(stack), _line(event))
            top.key = key
        return result

    def _scalar(self, event: Any, stack: list[_Open]) -> Any:
        text: str = event.value
        if event.style:  # libyaml says "" where PyYAML says None
            return reveal(text)
        word = text.lower() if len(text) <= 5 else text
        if word in _WORDS:
            return _WORDS[word]
        if text[0].isalpha():
            return reveal(text)
        if _INT.fullmatch(text):
            if len(text) > _MAX_DIGITS:
                raise FormError("a number with too many digits", _path(stack), _line(event))
            return int(text)
        if len(text) <= _MAX_DIGITS and _FLOAT.fullmatch(text):
            return float(text)
        return _SPECIAL.get(word, reveal(text))


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _path(stack: list[_Open], last: str = "") -> str:
    """The name of the field that is being read, such as `replies[2].text`; lists count from 1."""
    if not stack:
        return ""
    top = stack[-1]
    if isinstance(top.holder, list):
        return f"{top.place}[{len(top.holder) + 1}]"
    key = last if top.key is None else top.key
    return f"{top.place}.{shown(key)}".strip(".") if key else top.place


def shown(text: object) -> str:
    """What a stranger's file says, short and without anything that a terminal would act on."""
    word = str(text)
    word = word if len(word) <= 60 else f"{word[:59]}…"
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in word)
