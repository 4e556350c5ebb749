"""Writing of session files' YAML, which preserves any text.

Multi-line text is written as literal blocks, everything else on one line. Lone surrogates from broken bytes, which
YAML can't hold, are written as U+FFFF and the four hexadecimal digits of the code unit; so is U+FFFF itself.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

_EXPLICIT_KEY: Final = 900
"""YAML ends the search for a key's colon after 1024 characters; longer keys are marked as such."""

HIDES: Final = b"\xef\xbf\xbf"
"""What a hidden text begins with, in UTF-8, so that one that has it by itself is hidden too."""
_HIDDEN: Final = re.compile("[\ud800-\udfff\uffff]")
_SHOWN: Final = re.compile("\uffff([0-9a-f]{4})")
UNSAFE: Final = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
"""What may not stand in a literal block: control characters but tab and line feed, the line ends U+0085, U+2028 and
U+2029, halves of surrogate pairs, the byte order mark, and noncharacters."""
_PLAIN_CHARACTERS: Final = frozenset(" _-./+()'!")
_RESERVED: Final = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


class BlockMapping(dict[str, Any]):
    """A mapping written with a line for each of its fields; others are written on one line."""


class BlockText(str):
    """Text written as a literal block even if it is a single line."""

    __slots__ = ()


def hides(text: str) -> bool:
    """Return whether there is anything in a text to hide."""
    try:
        return HIDES in text.encode()  # takes half as long as the expression does to find nothing
    except UnicodeEncodeError:
        return True


def hide(text: str) -> str:
    """Return the text with escapes for what UTF-8 can't hold."""
    return _HIDDEN.sub(lambda found: f"\uffff{ord(found[0]):04x}", text) if hides(text) else text


def reveal(text: str) -> str:
    """Return the text that was hidden."""
    return _SHOWN.sub(lambda found: chr(int(found[1], 16)), text) if "\uffff" in text else text


def each_text(value: Any, change: Callable[[str], str]) -> Any:
    """Return plain data with every text in it changed, by `hide` or `reveal`."""
    match value:
        case str():
            return change(value)
        case dict():
            return {change(key): each_text(item, change) for key, item in value.items()}
        case list() | tuple():
            return [each_text(item, change) for item in value]
    return value


# Writing


def write(document: Mapping[str, Any]) -> str:
    """Return the lines of a document, each with its line feed, without the marks around it.

    Values may be None, bool, int, float, str, datetime (written in UTC), and lists and mappings of these.
    """
    return "".join(_fields(document, ""))


def _fields(mapping: Mapping[str, Any], indent: str) -> Iterator[str]:
    for key, value in mapping.items():
        head = f"{indent}{_key(key)}"
        if isinstance(value, str):
            yield f"{head} {_string(value, indent)}\n"
        elif isinstance(value, list | tuple) and value and all(isinstance(item, Mapping) for item in value):
            yield f"{head}\n"
            for item in value:
                if isinstance(item, BlockMapping) and item:
                    first, *rest = _fields(item, f"{indent}  ")
                    yield f"{indent}- {first[len(indent) + 2 :]}"
                    yield from rest
                else:
                    yield f"{indent}- {_flow(item)}\n"
        else:
            yield f"{head} {_flow(value)}\n"


def _key(key: str, space: str = "\n") -> str:
    written = _one_line(key)
    return f"? {written}{space}:" if len(written) > _EXPLICIT_KEY else f"{written}:"


def _string(text: str, indent: str) -> str:
    """Return a string as a field's value: a literal block if that holds it exactly, else one line."""
    long = "\n" in text or isinstance(text, BlockText)
    if not long or not text.strip("\n") or UNSAFE.search(text):
        return _one_line(text)
    # The depth is explicit where the first line's own white space would be mistaken for it.
    depth = "2" if text[0] in " \t\n" else ""
    body = text.rstrip("\n")
    ends = len(text) - len(body)
    chomping = "-" if ends == 0 else "" if ends == 1 else "+"
    lines = body.replace("\n", f"\n{indent}  ") + "\n" * max(ends - 1, 0)
    return f"|{depth}{chomping}\n{indent}  {lines}"


def _flow(value: Any) -> str:
    """Return a value on one line."""
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
            return "{" + ", ".join(f"{_key(key, ' ')} {_flow(item)}" for key, item in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(_flow, value)) + "]"
    raise TypeError(f"a {type(value).__name__} can't be written")


def moment(at: datetime) -> str:
    """Return a point in time in ISO 8601, in UTC."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _float(value: float) -> str:
    if not math.isfinite(value):
        return ".nan" if math.isnan(value) else ".inf" if value > 0 else "-.inf"
    # YAML 1.1, as many other programs read it, knows 1e-05 only as 1.0e-05.
    mantissa, exponent, power = repr(value).partition("e")
    return f"{mantissa}.0e{power}" if exponent and "." not in mantissa else repr(value)


def _one_line(text: str) -> str:
    """Return a string as a plain word or sentence if that is unambiguous, else in double quotes."""
    if (
        0 < len(text) <= 200
        and text[0].isalpha()
        and text[-1] != " "
        and text.casefold() not in _RESERVED
        and all(char.isalnum() or char in _PLAIN_CHARACTERS for char in text)
    ):
        return text
    escaped = hide(text).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{UNSAFE.sub(_escape, escaped)}"'


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"  # all beyond U+FFFF stay as they are


def read(text: str) -> Any:
    """Read a document. Raises FormError as `yaml_reader.read` does."""
    from alignscope.files import yaml_reader

    return yaml_reader.read(text, decoded=reveal)
