"""The README says what the program does."""

import re
import shlex
import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest
from textual.binding import Binding, BindingType

from alignscope.commands.line.parser import make_parser
from alignscope.model.sampling import PRESETS
from alignscope.ui.screens.explorer.bindings import BINDINGS
from alignscope.ui.screens.replay.bindings import BINDINGS as REPLAY
from alignscope.ui.screens.tokens.bindings import BINDINGS as TOKENS

ROOT = Path(__file__).parents[2]
PROJECT = (ROOT / "pyproject.toml").read_text()
README = (ROOT / "README.md").read_text()
SIGNS = {
    "question_mark": "?",
    "plus": "+",
    "equals_sign": "=",
    "minus": "-",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "left_curly_bracket": "{",
    "right_curly_bracket": "}",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "backslash": "\\",
    "slash": "/",
    "comma": ",",
    "full_stop": ".",
    "colon": ":",
}


def key_table(bindings: Sequence[BindingType]) -> str:
    """Keys, as the README shows them; `python -m tests.project.test_readme` puts them there."""
    lines = ["| key | does |", "|---|---|"]
    for binding in bindings:
        assert isinstance(binding, Binding) and binding.id
        keys = [
            SIGNS.get(key, key.upper() if key[0] == "f" and key[1:].isdecimal() else key)
            for key in binding.key.split(",")
        ]
        shown = " ".join(f"`{key}`" for key in keys)
        if binding.id.startswith("replay.share-"):
            if binding.id != "replay.share-0":
                continue
            shown, does = "`0` to `9`", "To so many tenths of the whole"
        elif re.search(r"alternative-\d$", binding.id):
            if binding.id != "tokens.alternative-1":
                continue
            shown, does = "`1` to `9`", "Choose the alternative of that rank"
        else:
            does = binding.tooltip
        lines.append(f"| {shown} | {does} |")
    return "\n".join(lines)


@pytest.mark.parametrize("bindings", [BINDINGS, REPLAY, TOKENS], ids=["explorer", "replay", "tokens"])
def test_the_key_tables_are_the_bindings(bindings: Sequence[BindingType]) -> None:
    assert key_table(bindings) in README


def test_the_pictures_are_there() -> None:
    pictures = re.findall(r"!\[[^]]+\]\((docs/[^)]+)\)", README)
    assert len(pictures) >= 5
    assert all((ROOT / picture).is_file() for picture in pictures)


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


def test_the_way_without_the_engine_installs_everything_else() -> None:
    [line] = re.findall(r"pip install (\S+(?: \S+)+) && \.venv/bin/pip install --no-deps -e \.\n", README)
    named = {re.split(r"[^a-z]", each)[0] for each in line.split()}
    needed = {re.split(r"[^a-z]", each)[0] for each in tomllib.loads(PROJECT)["project"]["dependencies"]}
    assert named == needed - {"xllamacpp"}


def test_every_command_line_that_is_shown_can_be_parsed() -> None:
    shown = re.findall(r"(?m)^(?:\$ )?(?:.* \| )?(alignscope [^|>\n]+)|`(alignscope [^`]+)`", README)
    commands = [one or other for one, other in shown if "--help" not in one + other]
    assert len(commands) > 8
    for command in commands:
        make_parser().parse_args(shlex.split(command)[1:])


if __name__ == "__main__":
    # A table ends at the first empty line; the explorer's comes first, then the replay's and the token view's.
    before, *tables = README.split("| key | does |\n")
    after = [table.partition("\n\n")[2] for table in tables]
    new = [
        before,
        *(f"{key_table(keys)}\n\n{rest}" for keys, rest in zip((BINDINGS, REPLAY, TOKENS), after, strict=True)),
    ]
    (ROOT / "README.md").write_text("".join(new))
