"""The signs that alignscope draws are in the fonts that terminals have."""

import ast
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

import alignscope
from alignscope.files.experiments import experiments
from alignscope.model.launch import Launch
from alignscope.model.lineup.tones import MARKS
from alignscope.ui.app import AlignscopeApp
from alignscope.ui.ascii import to_ascii
from tests.snapshots import fixed
from tests.snapshots.test_pictures import Scene, commands, empty, help_, pull, sampling
from tests.ui.screens.host import screen_text

PACKAGE: Final = Path(alignscope.__file__).parent
SAFE: Final = frozenset(
    {chr(code) for code in range(0x20, 0x7F)}
    | {chr(code) for code in range(0xA0, 0x100)}
    # Terminals draw these two blocks themselves, whatever the font.
    | {chr(code) for code in range(0x2500, 0x25A0)}
    # Windows Glyph List 4: in Liberation Mono and in every other font that is meant for a terminal.
    | set("–—‘’“”…›‹•≈≠≡←↑→↓■□▲►▼◄○●")
    # DejaVu Sans Mono has these, which fontconfig falls back on where the terminal's own font lacks them.
    | set("◆❯✓⏎⟦⟧�")
)
"""What any part of alignscope may draw."""
INSTEAD_OF_TEXT: Final = {"text/clean.py", "ui/ascii.py", "files/experiments.yaml"}
"""What these name are characters of other people's texts, and what is drawn for those that can't be."""
TEXTS_OF_OTHERS: Final = (
    "measure/refusal/", "measure/unanswerable/", "measure/task/", "measure/wording/", "lab/prompt_sets/",
)  # fmt: skip
"""Words that replies are searched for, and prompts: as others write, in their languages."""
NEVER_DRAWN: Final = {
    "sessions/format/yaml.py",
    "sessions/format/timeline.py",
    "export/csv.py",
    "ui/pasting.py",
}
"""What these name are characters that file formats, scripts without blanks, or pastes on their way treat specially."""


def signs(source: str) -> Iterator[tuple[int, str]]:
    """Characters outside ASCII in the strings of Python code that aren't docstrings, each with its line."""
    tree = ast.parse(source)
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            yield from ((node.lineno, char) for char in node.value if not char.isascii())


def test_strings_in_the_code_have_safe_signs_only() -> None:
    drawn = sorted(path for path in PACKAGE.rglob("*.py"))
    bad = [
        f"{path.relative_to(PACKAGE)}:{line}: {char} U+{ord(char):04X}"
        for path in drawn
        if (name := path.relative_to(PACKAGE).as_posix()) not in INSTEAD_OF_TEXT | NEVER_DRAWN
        and not name.startswith(TEXTS_OF_OTHERS)
        for line, char in signs(path.read_text("utf-8"))
        if char not in SAFE
    ]
    assert len(drawn) > 100 and not bad


def test_words_in_data_files_have_safe_signs_only() -> None:
    files = [
        path
        for path in PACKAGE.rglob("*.yaml")
        if (name := path.relative_to(PACKAGE).as_posix()) not in INSTEAD_OF_TEXT
        and not name.startswith(TEXTS_OF_OTHERS)
    ]
    assert len(files) >= 3
    example = "こんにちは"  # of a greeting, which is shown as any prompt is
    for path in files:
        assert set(path.read_text("utf-8").replace(example, "")) <= SAFE | {"\n"}, path


def test_what_is_said_of_an_experiment_has_safe_signs_only() -> None:
    for each in experiments():
        assert set(f"{each.title}{each.group}{each.why}{each.look_for}") <= SAFE, each.id


@pytest.mark.parametrize("scene", [empty, help_, pull, sampling, commands], ids=lambda scene: scene.__name__.strip("_"))
async def test_what_textual_draws_is_safe_too(scene: Callable[[Scene], Awaitable[None]], tmp_path: Path) -> None:
    app = AlignscopeApp(Launch(embedded=True))
    async with app.run_test(size=(120, 40)) as pilot:
        await Scene(pilot, tmp_path).show(scene)
        texts = {text for turn in fixed.turns() for text in (turn.prompt, turn.text("base"), turn.text("instruct"))}
        assert set(screen_text(app)) <= SAFE.union("\n", *texts)


def test_every_safe_sign_has_an_ascii_one_that_differs_between_marks() -> None:
    assert all(to_ascii(sign).isascii() for sign in SAFE)
    assert len({to_ascii(mark) for mark in MARKS.values()}) == len(MARKS)
