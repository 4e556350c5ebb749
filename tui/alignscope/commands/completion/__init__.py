"""`alignscope completion`: what a shell needs to complete a command line, made from the parser itself.

One reading of the parser gives a tree of commands, and three writers say it in the shells' words. An option that is
added to the parser is completed without a word here, unless its values can be listed.
"""

import argparse
from collections.abc import Callable, Mapping
from typing import Final

from alignscope.commands import Status, UsageError
from alignscope.commands import printing as output
from alignscope.commands.completion import bash, fish, zsh
from alignscope.commands.completion.tree import NAMES, SHELLS, Command, read

__all__ = ["SHELLS", "read", "run", "script"]

_WRITERS: Final[Mapping[str, Callable[[Command], str]]] = {"bash": bash.script, "zsh": zsh.script, "fish": fish.script}


def run(parser: argparse.ArgumentParser, arguments: argparse.Namespace) -> int:
    """Print the script for a shell, or the names of sessions that such a script asks for. Returns the exit status.

    Raises UsageError for another shell.
    """
    wanted = arguments.shell
    if wanted not in (*SHELLS, NAMES):
        raise UsageError(f"there is no completion for {wanted:.40}; there is one for {', '.join(SHELLS)}")
    out = output.out()
    if wanted == NAMES:
        from alignscope.commands import arguments as choices
        from alignscope.commands.session_args import store_in

        for entry in store_in(choices.sessions_directory(arguments, choices.chosen())).list():
            out.line(entry.name)
    else:
        out.write(script(parser, wanted))
    return Status.OK


def script(parser: argparse.ArgumentParser, shell: str) -> str:
    """The script that makes one of SHELLS complete command lines of this parser."""
    return _WRITERS[shell](read(parser))
