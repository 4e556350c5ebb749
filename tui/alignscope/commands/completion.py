"""Completion in bash, zsh and fish: the shell runs alignscope, which answers from its parser through argcomplete."""

import argparse
import os
from typing import Any, Final

import argcomplete
from argcomplete.shell_integration import shellcode

from alignscope.commands import Status, UsageError, printing
from alignscope.commands.line.lab_reading import LAB_FORMS
from alignscope.commands.line.session_commands import EXPORT_FORMS
from alignscope.model.sampling import PARAMETERS, PRESETS
from alignscope.model.scaffold import SCAFFOLDS

SHELLS: Final = ("bash", "zsh", "fish")
_BASH_ADDITION: Final = """
# From the words, where readline has not set the line.
_alignscope() {
    local COMP_LINE="${COMP_LINE-${COMP_WORDS[*]}}"
    local COMP_POINT="${COMP_POINT-${#COMP_LINE}}"
    _python_argcomplete alignscope
}
"""


def run(shell: str) -> int:
    """Print the completion script for a shell, and return the exit status. Raises UsageError for unknown shells."""
    if shell not in SHELLS:
        raise UsageError(f"there is no completion for {shell:.40}; there is one for {', '.join(SHELLS)}")
    printing.out().write(shellcode(["alignscope"], shell=shell) + _BASH_ADDITION * (shell == "bash"))
    return Status.OK


def answer(parser: argparse.ArgumentParser) -> None:
    """Print the completions at the cursor for the shell, and end the process."""
    argcomplete.autocomplete(parser, always_complete_options=False, default_completer=_Completer())


class _Completer(argcomplete.completers.BaseCompleter):
    """Completions of an option's value or of an argument."""

    def __call__(self, *, prefix: str, action: argparse.Action, parsed_args: argparse.Namespace, **_: Any) -> list[str]:
        metavar = action.metavar if isinstance(action.metavar, str) else ""
        match action.option_strings[-1] if action.option_strings else action.dest:
            case "--set":
                return [f"{name}=" for name in PARAMETERS]
            case "--preset":
                return [*PRESETS]
            case "--scaffold":
                return [*SCAFFOLDS]
            case "--format":
                return [*(LAB_FORMS if parsed_args.command == "lab" else EXPORT_FORMS)]
            case "--measure":
                return _measures()
            case "--claim" | "--ladder":
                return _claims() if action.option_strings[-1] == "--claim" else _ladders()
            case "--theme":
                return _themes()
            case "--session":
                return _sessions(parsed_args) + _paths(prefix)
            case "shell":
                return [*SHELLS]
            case "name" | "names" if metavar.startswith("NAME"):
                return _sessions(parsed_args) + (_paths(prefix) if "FILE" in metavar else [])
        return _paths(prefix) if metavar in ("FILE", "SPEC", "DIR") else []


def _themes() -> list[str]:
    from alignscope.files.locations import bundled

    return [each.stem for each in bundled("themes").glob("*.yaml")]


def _measures() -> list[str]:
    from alignscope.lab.summary.measures import MEASURES

    return [measure.name for measure in MEASURES]


def _claims() -> list[str]:
    from alignscope.lab.claims.claim import names

    return [*names()]


def _ladders() -> list[str]:
    from alignscope.lab.spec.ladders.ladder import names

    return [*names()]


def _sessions(arguments: argparse.Namespace) -> list[str]:
    from alignscope.commands.line.arguments import read_settings, sessions_directory
    from alignscope.commands.line.session_args import store_in

    names = (entry.name for entry in store_in(sessions_directory(arguments, read_settings())).list())
    # A tilde in front would mean a home directory, and a line break would end the name.
    return [name for name in names if name.isprintable() and not name.startswith("~")]


def _paths(prefix: str) -> list[str]:
    directory, beginning = os.path.split(prefix)
    try:
        entries = [*os.scandir(os.path.expanduser(directory) or ".")]  # noqa: PTH111, what was typed stays as it is
    except OSError:
        return []
    return sorted(
        os.path.join(directory, entry.name) + "/" * entry.is_dir()  # noqa: PTH118
        for entry in entries
        if entry.name.startswith(beginning) and entry.name.isprintable()
    )
