"""Docstrings begin with an imperative verb or a plain noun, and not with a relative clause or a riddle."""

import ast
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "tui" / "alignscope"
RIDDLES = {"What", "How", "Who", "Whom", "Whose", "Which", "Where", "When", "Why", "From", "Something", "Somebody"}


def firsts(node: ast.AST) -> Iterator[str]:
    """Yield the first lines of the docstrings of a module, and of its classes, functions and methods."""
    if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        yield from (ast.get_docstring(node) or "").splitlines()[:1]
    for child in ast.iter_child_nodes(node):
        yield from firsts(child)


def test_docstrings_begin_with_a_verb_or_a_noun() -> None:
    assert not [
        f"{path.relative_to(PACKAGE)}: {line}"
        for path in sorted(PACKAGE.rglob("*.py"))
        for line in firsts(ast.parse(path.read_text(encoding="utf-8")))
        if line.split()[0].strip(",:;.") in RIDDLES
    ]
