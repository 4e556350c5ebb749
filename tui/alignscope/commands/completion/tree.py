"""What a command line may hold, read off the parser that reads command lines."""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from alignscope.commands.session_options import EXPORT_FORMS
from alignscope.model.sampling import PARAMETERS, PRESETS

SHELLS: Final = ("bash", "zsh", "fish")
NAMES: Final = "names"
"""In a shell's place: what a script asks for, which is the names of sessions."""
NAMES_COMMAND: Final = f"alignscope completion {NAMES} 2>/dev/null"
"""How a script asks for them."""


@dataclass(frozen=True, slots=True)
class Value:
    """What may stand in a place: any of some words, a file, a directory, a session; nothing known unless said."""

    words: tuple[str, ...] = ()
    files: bool = False
    directories: bool = False
    sessions: bool = False


@dataclass(frozen=True, slots=True)
class Option:
    """An option."""

    flags: tuple[str, ...]
    help: str
    value: Value | None
    """None where it takes no value."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command with all that may follow it."""

    path: tuple[str, ...]
    """The words that lead to it, without the program's own; empty for the program."""
    help: str
    options: tuple[Option, ...]
    arguments: tuple[Value, ...]
    commands: "tuple[Command, ...]" = field(default=())

    def all(self) -> "Iterator[Command]":
        """This one, and every one below it."""
        yield self
        for command in self.commands:
            yield from command.all()


def read(parser: argparse.ArgumentParser, path: tuple[str, ...] = (), help: str = "") -> Command:
    """What a parser accepts."""
    options, arguments, commands = [], [], []
    # argparse has no public way to ask a parser what it accepts; these names have been the same since Python 2.7.
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            told = {choice.dest: choice.help or "" for choice in action._choices_actions}
            commands += [read(each, (*path, name), told.get(name, "")) for name, each in action.choices.items()]
        elif action.option_strings:
            value = None if action.nargs == 0 else _value(action)
            options.append(Option(tuple(action.option_strings), _line(action.help), value))
        else:
            arguments.append(_value(action))
    return Command(path, _line(help), tuple(options), tuple(arguments), tuple(commands))


def _value(action: argparse.Action) -> Value:
    metavar = action.metavar if isinstance(action.metavar, str) else ""
    if words := _listed(action.option_strings[-1] if action.option_strings else action.dest):
        return Value(words)
    return Value(
        files="FILE" in metavar,
        directories=metavar == "DIR",
        sessions=not action.option_strings and metavar.startswith("NAME") and action.dest != "model",
    )


def _listed(what: str) -> tuple[str, ...]:
    """The words that may stand behind an option or in a place, where they can be listed."""
    match what:
        case "--set":
            return tuple(f"{name}=" for name in PARAMETERS)
        case "--preset":
            return tuple(PRESETS)
        case "--format":
            return EXPORT_FORMS
        case "--theme":
            from alignscope.files.locations import bundled

            names = (each.name for each in bundled("themes").iterdir())
            return tuple(sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml")))
        case "shell":
            return SHELLS
    return ()


def _line(help: str | None) -> str:
    return " ".join((help or "").replace("%%", "%").split())
