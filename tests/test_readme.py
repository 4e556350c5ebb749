"""The README says what the program does."""

import re
import shlex
from pathlib import Path

import pytest
from textual.binding import Binding

from alignscope.cli import _parser
from alignscope.sampling import PRESETS
from alignscope.screens.explorer.bindings import BINDINGS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
SIGNS = {
    "question_mark": "?",
    "plus": "+",
    "equals_sign": "=",
    "minus": "-",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "backslash": "\\",
    "slash": "/",
}


def key_table() -> str:
    """The explorer's keys, as the README shows them; `python -m tests.test_readme` puts them there."""
    rows = [binding for binding in BINDINGS if isinstance(binding, Binding)]
    lines = ["| key | does |", "|---|---|"]
    for binding in rows:
        keys = [
            SIGNS.get(key, key.upper() if key[0] == "f" and key[1:].isdecimal() else key)
            for key in binding.key.split(",")
        ]
        lines.append(f"| {' '.join(f'`{key}`' for key in keys)} | {binding.tooltip} |")
    return "\n".join(lines)


def test_the_key_table_is_the_bindings() -> None:
    assert key_table() in README


def test_the_presets_are_those_of_the_table() -> None:
    assert "\n".join(f"| `{preset.name}` | {preset.help} |" for preset in PRESETS.values()) in README


@pytest.mark.parametrize(
    "command",
    [
        "python3 -m venv .venv && .venv/bin/pip install -e . && .venv/bin/alignscope",
        "python3 -m venv .venv && .venv/bin/pip install -e '.[dev]' && .venv/bin/pytest",
    ],
)
def test_the_two_commands_stand_there_word_for_word(command: str) -> None:
    assert f"\n{command}\n" in README


def test_every_command_line_that_is_shown_can_be_parsed() -> None:
    shown = re.findall(r"(?m)^(?:\$ )?(?:.* \| )?(alignscope [^|\n]+)|`(alignscope [^`]+)`", README)
    commands = [one or other for one, other in shown if "--help" not in one + other]
    assert len(commands) > 8
    for command in commands:
        _parser().parse_args(shlex.split(command)[1:])


if __name__ == "__main__":
    before, _, rest = README.partition("| key | does |")
    (ROOT / "README.md").write_text(before + key_table() + "\n\n" + rest.partition("\n\n")[2])
