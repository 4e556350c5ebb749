"""Reading of a session file's documents without what only a replay needs, as lists and searches do.

What alignscope itself wrote is in few forms, which are read line by line, several times as fast as any YAML. A document
in which something has another form is left to the parser.
"""

import re
from functools import lru_cache
from typing import Any, Final

from alignscope.files.yaml_file import MAX_NODES
from alignscope.sessions.format import yaml

# Fields that only a replay needs, in the form that they are written in here.
_DETAIL: Final = (
    r"  (?:timeline|positions|request|stats|sent|ended):.*\n(?:    .*+\n|\n)*+"
    r"|  url: .*\n(?=  (?:request|text):)"
    r"|sampling:.*\n"
)
# Other blocks are matched whole, so that nothing in them is mistaken for such a field.
_DETAILS: Final = re.compile(
    rf"^(?:{_DETAIL})|^(  [^ \n].*: [|>].*\n(?:(?:    .*)?\n)*|[^ \n].*: [|>].*\n(?:(?:  .*)?\n)*)".encode(),
    re.MULTILINE,
)
_PART: Final = re.compile(
    rf"(?:{_DETAIL})++"
    r"|(- |  )([a-z_]{1,60}): \|(2?)([-+]?)\n((?:    .*+\n|\n)++)"
    r"|([a-z_]{1,60}): \|(2?)([-+]?)\n((?:  .*+\n|\n)++)"
    r"|(- |  )?([a-z_]{1,60}):(?: (.+))?\n"
    r"|- (\{.+\})\n"
    r"|([\s\S])"
)
_FIELD: Final = re.compile(r'([a-z_]{1,60}): ("(?:[^"\\]|\\["\\nt])*"|[^,\[\]{}":]+)(?:, (?=.)|\}\Z)')
_QUOTED: Final = re.compile(r'"((?:[^"\\]|\\["\\nt])*)"')
_ESCAPE: Final = re.compile(r"\\(.)")
_PLAIN: Final = re.compile(r"[^\W\d_](?:[\w \-./+()'!]*[\w\-./+()'!])?")
_NUMBER: Final = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,25})?")
_TIME: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,16}Z")
_ESCAPED: Final = {"n": "\n", "t": "\t"}
_WORDS: Final = {"null": None, "true": True, "false": False}
_MOST_REPEATED: Final = 300
"""Characters of a value that is kept: sessions repeat their lineups, which are short."""


class _OtherFormError(Exception):
    """The document isn't in the form that is written here."""


def read(document: bytes) -> Any:
    """Read a document's outline. Raises FormError as `yaml.read` does, and UnicodeDecodeError."""
    try:
        return _read_own(document.decode())
    except (_OtherFormError, UnicodeDecodeError):
        return yaml.read(_DETAILS.sub(lambda found: found[1] or b"", document).decode())


def _read_own(text: str) -> dict[str, Any]:
    """Read a document in our own form. Raises _OtherFormError if it isn't in it."""
    document: dict[str, Any] = {}
    items: list[Any] | None = None
    """The open list of the document."""
    item: dict[str, Any] | None = None
    """Its open item."""
    nodes = 0
    """No fewer than there are; one character is at most one."""
    for found in _PART.finditer(text.removeprefix("\n")):
        last = found.lastindex
        if last is None:
            continue
        value: Any
        if last == 5:
            nodes += 3
            indent, key, depth, chomping, block = found.group(1, 2, 3, 4, 5)
            value = _block(block, "    ", depth, chomping)
        elif last == 9:
            nodes += 3
            key, depth, chomping, block = found.group(6, 7, 8, 9)
            indent, value = None, _block(block, "  ", depth, chomping)
        elif last == 12 or last == 11:
            indent, key, written = found.group(10, 11, 12)
            nodes += len(found[0])
            value = _value(written) if written else []
        elif last == 13 and items is not None:
            nodes += len(found[0])
            items.append(_value(found[13]))
            item = None
            continue
        else:
            raise _OtherFormError
        if indent is None:
            if items is not None and not items:
                raise _OtherFormError
            holder, items, item = document, None, None
            if last == 11:
                items = value
        elif indent == "- " and items is not None and last != 11:
            holder = item = {}
            items.append(item)
        elif indent == "  " and item is not None and last != 11:
            holder = item
        else:
            raise _OtherFormError
        if key in holder:
            raise _OtherFormError
        holder[key] = value
    if nodes > MAX_NODES or not document or (items is not None and not items):
        raise _OtherFormError
    return document


def _block(block: str, indent: str, depth: str, chomping: str) -> str:
    """Return the text of a literal block."""
    text = f"\n{block}".replace(f"\n{indent}", "\n")[1:]
    body = text.rstrip("\n")
    if not body or (not depth and body[0] in " \t\n"):
        raise _OtherFormError
    if not body.replace("\n", "").isprintable() and yaml.UNSAFE.search(body):
        raise _OtherFormError
    return body if chomping == "-" else text if chomping else f"{body}\n"


def _value(written: str) -> Any:
    """Return the value of a field on one line, or of an item."""
    value = _repeated(written) if len(written) <= _MOST_REPEATED else _read_value(written)
    return dict(value) if isinstance(value, dict) else value


def _read_value(written: str) -> Any:
    if written[0] == "{":
        return _mapping(written)
    return written if written[0] == "2" and _TIME.fullmatch(written) else _scalar(written)


_repeated: Final = lru_cache(maxsize=1024)(_read_value)


def _mapping(written: str) -> dict[str, Any]:
    """Return a mapping on one line, without others in it."""
    values: dict[str, Any] = {}
    place = 1
    while place < len(written) or not values:
        found = _FIELD.match(written, place)
        if found is None or found[1] in values:
            raise _OtherFormError
        values[found[1]] = _scalar(found[2])
        place = found.end()
    return values


def _scalar(written: str) -> Any:
    if not written.isprintable():
        raise _OtherFormError
    if _PLAIN.fullmatch(written):
        return _WORDS.get(written.lower(), written) if len(written) <= 5 else written
    if quoted := _QUOTED.fullmatch(written):
        text = quoted[1]
        return _ESCAPE.sub(lambda found: _ESCAPED.get(found[1], found[1]), text) if "\\" in text else text
    if number := _NUMBER.fullmatch(written):
        return float(written) if number[1] else int(written)
    raise _OtherFormError
