"""Parser of the command line. Imports the standard library and the sampling table only, so that --help is fast."""

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import Any, Final, NoReturn

from alignscope import __version__
from alignscope.commands import Status
from alignscope.commands.line.asking_commands import add_ask, add_context, add_shift
from alignscope.commands.line.lab_commands import add_lab
from alignscope.commands.line.options import add_directory, add_host, add_json, add_options, add_server, add_theme
from alignscope.commands.line.sampling_help import sampling_help
from alignscope.commands.line.session_commands import add_sessions

NAME: Final = "alignscope"
_DESCRIPTION: Final = "One prompt to a base model and to its aligned twin, streamed side by side."
_MORE_HELP: Final = "`alignscope COMMAND --help` tells more about a command. Inside, f1 lists the keys."

_CONFIG: Final = {
    "init": "write a file in which everything is explained and nothing is set",
    "path": "say where the file is, or would be",
    "show": "say what holds now, and whether a file, the environment or nobody said so",
    "check": "say what is wrong with the file, the keys in it and your themes",
    "keys": "list the names of all actions, with their keys",
}


class _Parser(argparse.ArgumentParser):
    """Parser without defaults and abbreviations, with error messages of one line.

    Args:
        fill: adds its arguments once they are needed: all commands' take longer than the one command that is given.
    """

    def __init__(self, *, fill: Callable[[argparse.ArgumentParser], None] | None = None, **options: Any) -> None:
        self._fill = fill
        super().__init__(
            formatter_class=argparse.RawDescriptionHelpFormatter,
            argument_default=argparse.SUPPRESS,
            allow_abbrev=False,
            **options,
        )

    def error(self, message: str) -> NoReturn:
        option = message.removeprefix("argument ").partition(":")[0].rpartition("/")[2]
        if message.endswith("expected one argument"):
            message += f" (one that begins with a dash is written `{option}=-…`)"
        elif message.startswith(("unrecognized", "the following")) or "ignored explicit argument" in message:
            message += " (a text that begins with a dash goes behind `--`)"
        self.exit(Status.USAGE, f"{NAME}: {message}; `{self.prog} --help` lists what there is\n")

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """Refuse what is unknown here, where the command is known, and not in the parser of all commands."""
        self._refuse_foreign_option(sys.argv[1:] if args is None else args)
        namespace, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self.error(f"unrecognized arguments: {' '.join(unknown)}")
        return namespace, unknown

    def _refuse_foreign_option(self, args: Sequence[str]) -> None:
        """Refuse an option before a command that doesn't have it, whose value would be taken for the command's name."""
        commands = self._commands()
        rest = iter(args)
        for arg in rest if commands else ():
            name, equals, _ = arg.partition("=")
            if not arg.startswith("--") or arg == "--":
                return
            if name not in self._option_string_actions:
                having = [f"`{command}`" for command, parser in commands.items() if parser._has_option(name)]
                if not having:
                    self.error(f"unrecognized arguments: {arg}")
                self.error(f"{name} is an option of {' and '.join(having)}, and goes behind that word")
            if not equals and self._option_string_actions[name].nargs is None:
                next(rest, None)

    def _commands(self) -> dict[str, "_Parser"]:
        """Return the parsers of the commands below this one, which from here on has its arguments."""
        fill, self._fill = self._fill, None
        if fill is not None:
            fill(self)
        return next((dict(each.choices or {}) for each in self._actions if each.dest in ("command", "action")), {})

    def _has_option(self, name: str) -> bool:
        commands = self._commands()
        return name in self._option_string_actions or any(each._has_option(name) for each in commands.values())


def make_parser(*, whole: bool = False) -> argparse.ArgumentParser:
    """Make the parser of all commands and options.

    Args:
        whole: with the arguments of all commands at once, for who looks at them before a command is parsed.
    """
    parser = _Parser(
        prog=NAME,
        description=_DESCRIPTION,
        epilog=f"{sampling_help()}\n\n{_MORE_HELP}",
    )
    panes: list[str] = []
    sets: list[str] = []
    parser.set_defaults(
        command=None, prompt=None, base=None, instruct=None, host=None, preset=None, samples=None, system=None,
        scaffold=None, embedded=False, panes=panes, sets=sets, sessions=None, theme=None, logprobs=None, timeout=None,
    )  # fmt: skip
    parser.add_argument("--version", action="version", version=f"{NAME} {__version__}")
    parser.add_argument("--prompt", metavar="TEXT", help="send this at once")
    add_directory(parser)
    add_theme(parser)
    add_options(parser, panes, sets)

    commands = parser.add_subparsers(title="commands", dest="command", metavar="COMMAND")
    add_ask(commands, panes, sets)
    add_shift(commands, panes, sets)
    add_context(commands, panes, sets)

    commands.add_parser(
        "models",
        help="list what the servers have, pull or remove a model",
        description="List the models of each server: base or instruct and why, whether loaded, and the twin.",
        fill=_fill_models,
    )
    add_sessions(commands)
    add_lab(commands)

    commands.add_parser(
        "config",
        help="the settings file: write one, check it, say what it comes to",
        description="Write a settings file with comments, say where it is, what is wrong with it and what it comes to.",
        fill=_fill_config,
    )
    completion = commands.add_parser(
        "completion",
        help="print the script by which bash, zsh or fish completes these commands",
        description="Print the script by which a shell completes alignscope's commands, options and names.",
        epilog="Write it where the shell looks when it is first needed, so that no start of a shell waits for it:\n"
        "bash: alignscope completion bash > ~/.local/share/bash-completion/completions/alignscope\n"
        "zsh:  alignscope completion zsh > a directory of $fpath, as _alignscope\n"
        "fish: alignscope completion fish > ~/.config/fish/completions/alignscope.fish",
    )
    completion.add_argument("shell", metavar="bash|zsh|fish")

    doctor = commands.add_parser(
        "doctor",
        help="say what answers, what would be used, and what is missing",
        description="Say in plain words which servers answer, which pair would be used, where files live,"
        " and what to do about anything that is missing.",
    )
    add_server(doctor)
    add_json(doctor, "one JSON object")
    if whole:
        parser._has_option("")
    return parser


def _fill_models(models: argparse.ArgumentParser) -> None:
    add_server(models)
    add_json(models, "one JSON object a line for every model")
    models.set_defaults(action=None)
    actions = models.add_subparsers(title="commands", dest="action", metavar="COMMAND")
    pull = actions.add_parser(
        "pull",
        help="download a model to the server, or from a hub for the embedded engine",
        description="Download a model: to the server by its own name, or as a GGUF file from huggingface.co (or the hub"
        " that HF_ENDPOINT names) for the embedded engine, by hf:OWNER/REPO.",
    )
    pull.add_argument(
        "model", metavar="NAME", help="such as llama3.2:1b-text-q4_K_M, or hf:OWNER/REPO[:FILE or quantisation]"
    )
    add_host(pull)
    remove = actions.add_parser(
        "remove",
        help="delete a model that was pulled from a hub",
        description="Delete a model that was pulled from a hub. Models of a server are the server's to delete.",
    )
    remove.add_argument("model", metavar="NAME", help="such as hf:OWNER/REPO:Q4_K_M, as `alignscope models` lists it")


def _fill_config(config: argparse.ArgumentParser) -> None:
    actions = config.add_subparsers(title="commands", dest="action", metavar="COMMAND", required=True)
    for name, text in _CONFIG.items():
        actions.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
