"""Replies in a form that a program reads: JSON, and Python."""

import ast
import json
import re
import warnings
from enum import StrEnum
from typing import Final

LONGEST: Final = 20_000
"""Characters that are parsed; a longer text isn't judged."""
_BLOCK: Final = re.compile(r"```[ \t]*([\w+-]*)[ \t]*\n(.*?)(?:\n[ \t]*```|\Z)", re.DOTALL)
_PYTHON: Final = frozenset({"", "python", "py", "python3"})


class Json(StrEnum):
    """The part of a reply that is JSON."""

    WHOLE = "whole"
    """All of it, which is what was asked for."""
    FENCED = "fenced"
    """One block of code, with or without words around it."""
    WITHIN = "within"
    """An object or a list between words."""
    NONE = "none"
    """Nothing that parses; also a bare word or number."""


def json_in(text: str) -> Json | None:
    """Return what of a reply is a JSON object or list; None for an empty or a very long one."""
    stripped = text.strip()
    if not stripped or len(stripped) > LONGEST:
        return None
    if _is_json(stripped):
        return Json.WHOLE
    if any(_is_json(block) for _, block in _BLOCK.findall(text)):
        return Json.FENCED
    starts = [place for place in (stripped.find("{"), stripped.find("[")) if place >= 0]
    ends = max(stripped.rfind("}"), stripped.rfind("]")) + 1
    return Json.WITHIN if any(_is_json(stripped[start:ends]) for start in starts) else Json.NONE


def is_python(text: str, before: str = "") -> bool | None:
    """Return whether a reply's code is Python by its grammar, which says nothing of what it does. Nothing is run.

    Args:
        before: code that the reply goes on with: the prompt, for a completion.

    Returns:
        None for a reply without anything to parse, or a very long one. With blocks of code, their Python must parse.
    """
    blocks = [block for name, block in _BLOCK.findall(text) if name.casefold() in _PYTHON]
    parts = blocks or [before + text]
    if not any(part.strip() for part in parts) or not text.strip() or sum(map(len, parts)) > LONGEST:
        return None
    return all(_is_python(part) for part in parts)


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict | list)
    except (ValueError, RecursionError):
        return False


def _is_python(text: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    # A single word is Python's grammar, too, and so is a number.
    return any(not (isinstance(each, ast.Expr) and isinstance(each.value, ast.Name | ast.Constant)) for each in body)
