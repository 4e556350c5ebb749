"""Phrases written as templates, and the drawing of one wording out of the many that a template stands for.

A template is plain text with three marks: `<a|b>` is one of several, `[a]` is there half of the time, and `{name}` is
an entry of the word list `name`. An entry once drawn stays bound, so `{name}` means the same in a question and in its
answer; `{name2}` is another entry of the same list. An entry may have columns, divided by ` = `; `{name.2}` is the
second one.
A template that begins with `=` is literal.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, TypeAlias

import yaml

Bound: TypeAlias = dict[str, tuple[str, ...]]
Template: TypeAlias = "tuple[str | Slot | Choice, ...]"

INSTRUCT = Path(__file__).parents[1]
MARKS = re.compile(r"[<>\[\]|]|\{[^}]*\}")
ARTICLE = re.compile(
    r"\b([Aa]) (?=[aeiouAEIOU])(?!(?:(?:and|or|is|in|if|as|at|one|u)\b|uni|usb|once|euro|uku|use|usu|ute|u-))"
)
"""An `a` that should be `an`."""
NO_ARTICLE = re.compile(
    r"\ba (?=(?:bullets|ammo|ammunition|explosives|dynamite|tnt|c4|ransomware|spyware|malware|nerve gas|mustard gas"
    r"|tear gas|homemade explosives|\w+ (?:money|bills|ids|documents|papers|passports|euros|reviews|bars|stubs)"
    r"|fake (?:dollar bills|gold bars|pay stubs|reviews to)|code that)\b)"
)
"""An `a` before what has none."""


class Slot:
    """A place for an entry of a word list."""

    __slots__ = ("column", "key", "words")

    def __init__(self, body: str) -> None:
        key, _, column = body.partition(".")
        self.key = key
        self.words = key.rstrip("0123456789")
        self.column = int(column or 1) - 1


class Choice:
    """One of several wordings."""

    __slots__ = ("options",)

    def __init__(self, options: list[Template]) -> None:
        self.options = options


@cache
def load(name: str) -> dict[str, Any]:
    """The contents of a YAML file, named by its path in `instruct/`."""
    with (INSTRUCT / name).open(encoding="utf-8") as file:
        data: dict[str, Any] = yaml.safe_load(file)
    return data


def load_all(pattern: str) -> list[dict[str, Any]]:
    """The contents of all YAML files whose paths in `instruct/` match a pattern, by name."""
    return [load(str(path.relative_to(INSTRUCT))) for path in sorted(INSTRUCT.glob(pattern))]


def lines(block: str) -> list[str]:
    """The lines of a YAML block that are not empty."""
    return [line.strip() for line in block.splitlines() if line.strip()]


def entries(block: str) -> list[str]:
    """The entries of a word list: one a line, or on a single line divided by commas."""
    if "\n" in block.strip():
        return lines(block)
    return [entry.strip() for entry in block.split(",") if entry.strip()]


@cache
def lexicon() -> dict[str, tuple[tuple[Template, ...], ...]]:
    """All word lists: for each entry its columns as templates."""
    found: dict[str, tuple[tuple[Template, ...], ...]] = {}
    for data in load_all("templates/words/*.yaml"):
        for name, block in data.items():
            rows = [tuple(parse(column.strip()) for column in entry.split(" = ")) for entry in entries(block)]
            found[name] = tuple(rows)
    return found


@cache
def parse(text: str) -> Template:
    """A template's text as nodes.

    Raises:
        ValueError: brackets don't match.
    """
    if text.startswith("="):
        return (text[1:].replace("\\n", "\n"),)
    pieces: list[str] = []
    at = 0
    for match in MARKS.finditer(text):
        if match.start() > at:
            pieces.append(text[at : match.start()])
        pieces.append(match.group())
        at = match.end()
    if at < len(text):
        pieces.append(text[at:])
    nodes, end = _sequence(pieces, 0, "", text)
    assert end == len(pieces)
    return nodes


def _sequence(pieces: list[str], at: int, closer: str, text: str) -> tuple[Template, int]:
    """Nodes up to `|` or the closer, and where they end."""
    nodes: list[str | Slot | Choice] = []
    while at < len(pieces):
        piece = pieces[at]
        if closer and piece in ("|", closer):
            return tuple(nodes), at
        if piece in "<[":
            close = ">" if piece == "<" else "]"
            options: list[Template] = [] if piece == "<" else [()]
            while at < len(pieces) and pieces[at] != close:
                option, at = _sequence(pieces, at + 1, close, text)
                options.append(option)
            if at >= len(pieces):
                raise ValueError(f"a bracket is left open: {text}")
            nodes.append(Choice(options))
        elif piece in ">]|":
            raise ValueError(f"{piece!r} has no opening bracket: {text}")
        elif piece.startswith("{"):
            nodes.append(Slot(piece[1:-1]))
        else:
            nodes.append(piece.replace("\\n", "\n"))
        at += 1
    if closer:
        raise ValueError(f"a bracket is left open: {text}")
    return tuple(nodes), at


def draw(template: str | Template, rng: Random, bound: Bound | None = None) -> str:
    """One wording of a template; entries drawn on the way are added to `bound`.

    Raises:
        KeyError: there is no such word list.
    """
    nodes = parse(template) if isinstance(template, str) else template
    if len(nodes) == 1 and isinstance(nodes[0], str) and "\n" in nodes[0]:
        return nodes[0]
    out: list[str] = []
    _draw(nodes, rng, {} if bound is None else bound, out)
    text = "".join(out)
    if "  " in text:
        text = re.sub(r" {2,}(?!\s)", " ", text) if "\n" not in text else text
    text = text.replace(" .", ".").replace(" ,", ",") if " ." in text or " ," in text else text
    return ARTICLE.sub(r"\1n ", NO_ARTICLE.sub("", text)).strip()


def _draw(nodes: Template, rng: Random, bound: Bound, out: list[str]) -> None:
    for node in nodes:
        if isinstance(node, str):
            out.append(node)
        elif isinstance(node, Choice):
            _draw(node.options[int(rng.random() * len(node.options))], rng, bound, out)
        else:
            if node.key not in bound:
                rows = lexicon()[node.words]
                taken = {bound[key] for key in bound if key.rstrip("0123456789") == node.words}
                for _ in range(8):
                    row = rows[int(rng.random() * len(rows))]
                    entry = tuple(draw(column, rng, bound) for column in row)
                    if entry not in taken:
                        break
                bound[node.key] = entry
            out.append(bound[node.key][node.column])


@cache
def size(template: str) -> int:
    """How many wordings a template stands for, at most a million."""
    return _size(parse(template))


def _size(nodes: Template) -> int:
    total = 1
    for node in nodes:
        if isinstance(node, Choice):
            total *= sum(_size(option) for option in node.options)
        elif isinstance(node, Slot):
            total *= sum(_size(row[0]) for row in lexicon()[node.words])
        total = min(total, 1_000_000)
    return total
