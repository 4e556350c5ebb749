"""The command line: parse, then hand over.

`--help` and `--version` are answered from here, with nothing but the standard library and the sampling table loaded.
"""

import argparse
import os
import shutil
import sys
import textwrap
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final, NoReturn

from alignscope import __version__
from alignscope.commands import Status, UsageError, session_options
from alignscope.model.sampling import DEFAULT_PRESET, PARAMETERS, PRESETS, Kind

_NAME: Final = "alignscope"
_WHAT: Final = "One prompt to a base model and to its aligned twin, streamed side by side."
_EXIT_HELP: Final = "exit status: 0 all panes ended well, 1 a pane failed, 2 wrong usage, 130 interrupted"
_EXPLORER_ONLY: Final = ("prompt", "sessions", "theme")
_LINEUP_OPTIONS: Final = ("base", "instruct", "panes", "sets", "preset", "samples", "system")
_NOT_FOR_SESSIONS: Final = ("prompt", *_LINEUP_OPTIONS, "host", "embedded")

_CONFIG: Final = {
    "init": "write a file in which everything is explained and nothing is set",
    "path": "say where the file is, or would be",
    "show": "say what holds now, and whether a file, the environment or nobody said so",
    "check": "say what is wrong with the file, the keys in it and your themes",
    "keys": "list the names of all actions, with their keys",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run what the arguments ask for, and return the exit status: 0, 1, 2, 130 or 141."""
    parser = _parser()
    if "_ARGCOMPLETE" in os.environ:
        from alignscope.commands import completion

        completion.answer(parser)
    try:
        return _dispatch(parser.parse_args(argv))
    except UsageError as error:
        print(f"{_NAME}: {error}", file=sys.stderr)
        return Status.USAGE
    except KeyboardInterrupt:
        return Status.INTERRUPTED
    except BrokenPipeError:
        # What is still buffered can't be written, and Python would complain of it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Status.PIPE_CLOSED


def _dispatch(arguments: argparse.Namespace) -> int:
    # Nothing is imported before it is known to be wanted: --help pays for none of it, and a mistake is told at once.
    from alignscope.commands import arguments as choices

    match arguments.command:
        case "ask":
            choices.refuse(arguments, _EXPLORER_ONLY)
            logprobs = choices.logprobs(arguments)
            launch = choices.launch(arguments, choices.chosen())
            launch = replace(launch, prompt=choices.read_prompt(arguments.text))
            from alignscope.commands import ask

            return ask.run(launch, as_json=arguments.json, logprobs=logprobs)
        case "models":
            choices.refuse(arguments, (*_EXPLORER_ONLY, *_LINEUP_OPTIONS))
            if arguments.action == "pull":
                choices.refuse(arguments, ("embedded",))
            launch = choices.launch(arguments, choices.chosen())
            from alignscope.commands import models

            if arguments.action == "pull":
                return models.pull(launch, arguments.model)
            return models.run(launch, as_json=arguments.json)
        case "doctor":
            choices.refuse(arguments, (*_EXPLORER_ONLY, *_LINEUP_OPTIONS))
            try:
                problem, settings = "", choices.chosen()
            except UsageError as error:  # a doctor looks at what is ill
                problem, settings = str(error), choices.NOTHING_CHOSEN
            launch = choices.launch(arguments, settings)
            from alignscope.commands import doctor

            return doctor.run(launch, problem, as_json=arguments.json)
        case "config":
            choices.refuse(arguments, (*_NOT_FOR_SESSIONS, "sessions", "theme"))
            from alignscope.commands import config

            return config.run(arguments.action)
        case "completion":
            choices.refuse(arguments, (*_NOT_FOR_SESSIONS, "sessions", "theme"))
            from alignscope.commands import completion

            return completion.run(arguments.shell)
        case "sessions":
            choices.refuse(arguments, _NOT_FOR_SESSIONS)
            from alignscope.commands import sessions

            return sessions.run(arguments, choices.sessions_directory(arguments, choices.chosen()))
        case "replay":
            choices.refuse(arguments, _NOT_FOR_SESSIONS)
            from alignscope.commands import replay

            launch = choices.launch(arguments, choices.chosen())
            launch = replace(launch, playback=replay.playback(arguments))
            if not arguments.name and (arguments.plain or not choices.has_terminal()):
                return replay.offer(launch)
            if arguments.plain:
                return replay.run(launch)
            choices.need_terminal("the replay", "--plain")
            from alignscope.ui.app import run

            return run(launch)
    launch = choices.launch(arguments, choices.chosen())
    choices.need_terminal()
    from alignscope.ui.app import run

    return run(launch)


class _Parser(argparse.ArgumentParser):
    """A parser that says what is wrong in one line, and what to do."""

    def error(self, message: str) -> NoReturn:
        option = message.removeprefix("argument ").partition(":")[0].rpartition("/")[2]
        if message.endswith("expected one argument"):
            message += f" (one that begins with a dash is written `{option}=-…`)"
        elif message.startswith(("unrecognized", "the following")) or "ignored explicit argument" in message:
            message += " (a text that begins with a dash goes behind `--`)"
        self.exit(Status.USAGE, f"{_NAME}: {message}; `{self.prog} --help` lists what there is\n")


class _Gather(argparse.Action):
    """`append`, into one list however often it is given, before a command's name or after it."""

    def __call__(self, _parser: Any, _namespace: Any, value: Any, _option: Any = None) -> None:
        self.const.append(value)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog=_NAME,
        description=_WHAT,
        epilog=f"{_sampling_help()}\n\n{_commands_help()}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        argument_default=argparse.SUPPRESS,
        allow_abbrev=False,
    )
    panes: list[str] = []
    sets: list[str] = []
    parser.set_defaults(
        command=None, prompt=None, base=None, instruct=None, host=None, preset=None, samples=None, system=None,
        embedded=False, panes=panes, sets=sets, sessions=None, theme=None,
    )  # fmt: skip
    parser.add_argument("--version", action="version", version=f"{_NAME} {__version__}")
    parser.add_argument("--prompt", metavar="TEXT", help="send this at once")
    session_options.add_directory(parser)
    parser.add_argument("--theme", metavar="NAME", help="the colours (default: those that were chosen last)")
    _add_options(parser, panes, sets)

    commands = parser.add_subparsers(title="commands", dest="command", metavar="COMMAND", parser_class=_Parser)
    common: dict[str, Any] = {
        "formatter_class": argparse.RawDescriptionHelpFormatter,
        "argument_default": argparse.SUPPRESS,
        "allow_abbrev": False,
    }
    ask = commands.add_parser(
        "ask",
        help="ask without a screen: replies as text, or every event as JSON",
        description="Send one prompt to every pane, and print the replies as they finish.",
        epilog=_sampling_help()
        + "\n\nexit status: 0 all panes ended well, 1 a pane failed, 2 wrong usage, 130 interrupted",
        **common,
    )
    ask.add_argument(
        "text", metavar="PROMPT", help="the prompt; - reads it from standard input, less one final line break"
    )
    _add_options(ask, panes, sets)
    _add_json(ask, "one JSON object a line for every event, as it happens")
    ask.set_defaults(logprobs=None)
    ask.add_argument(
        "--logprobs", metavar="N", help="ask for each token's log-probability, and for N alternatives (0 to 20)"
    )

    models = commands.add_parser(
        "models",
        help="list what the servers have, or pull a model",
        description="List the models of each server: base or instruct and why, whether loaded, and the twin.",
        **common,
    )
    _add_server(models)
    _add_json(models, "one JSON object a line for every model")
    models.set_defaults(action=None)
    pull = models.add_subparsers(title="commands", dest="action", metavar="COMMAND", parser_class=_Parser).add_parser(
        "pull", help="download a model to the server", description="Download a model to the server.", **common
    )
    pull.add_argument("model", metavar="NAME", help="such as llama3.2:1b-text-q4_K_M")
    _add_host(pull)

    session_options.add(commands, **common)

    config = commands.add_parser(
        "config",
        help="the settings file: write one, check it, say what it comes to",
        description="Write a settings file with comments, say where it is, what is wrong with it and what it comes to.",
        **common,
    )
    actions = config.add_subparsers(title="commands", dest="action", metavar="COMMAND", required=True)
    for name, text in _CONFIG.items():
        actions.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.", **common)

    completion = commands.add_parser(
        "completion",
        help="print the script by which bash, zsh or fish completes these commands",
        description="Print the script by which a shell completes alignscope's commands, options and names.",
        epilog="Write it where the shell looks when it is first needed, so that no start of a shell waits for it:\n"
        "bash: alignscope completion bash > ~/.local/share/bash-completion/completions/alignscope\n"
        "zsh:  alignscope completion zsh > a directory of $fpath, as _alignscope\n"
        "fish: alignscope completion fish > ~/.config/fish/completions/alignscope.fish",
        **common,
    )
    completion.add_argument("shell", metavar="bash|zsh|fish")

    doctor = commands.add_parser(
        "doctor",
        help="say what answers, what would be used, and what is missing",
        description="Say in plain words which servers answer, which pair would be used, where files live,"
        " and what to do about anything that is missing.",
        **common,
    )
    _add_server(doctor)
    _add_json(doctor, "one JSON object")
    return parser


def _add_host(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", metavar="URL", help="the server (default: OLLAMA_HOST, else Ollama on this machine)")


def _add_server(parser: argparse.ArgumentParser) -> None:
    _add_host(parser)
    parser.add_argument("--embedded", action="store_true", help="the embedded engine, even if Ollama is there")


def _add_json(parser: argparse.ArgumentParser, text: str) -> None:
    parser.set_defaults(json=False)
    parser.add_argument("--json", action="store_true", help=text)


def _add_options(parser: argparse.ArgumentParser, panes: list[str], sets: list[str]) -> None:
    parser.add_argument("--base", metavar="MODEL", help="the model of the base pane, asked for a raw completion")
    parser.add_argument("--instruct", metavar="MODEL", help="the model of the instruct pane, asked in a chat")
    _add_server(parser)
    parser.add_argument(
        "--pane", action=_Gather, const=panes, metavar="NAME=MODEL[@URL][,completion|,chat]",
        help="a pane of another lineup, one to four times; MODEL may be a path to a GGUF file",
    )  # fmt: skip
    parser.add_argument("--set", action=_Gather, const=sets, metavar="NAME=VALUE", help="set a sampling parameter")
    parser.add_argument("--preset", metavar="NAME", help=f"start from these parameters (default: {DEFAULT_PRESET})")
    parser.add_argument("--samples", metavar="N", help="replies per pane (default: 1)")
    parser.add_argument("--system", metavar="TEXT", help="the system prompt of the chat panes")


def _sampling_help() -> str:
    width = min(shutil.get_terminal_size((80, 24)).columns, 120)
    numeric = (Kind.FLOAT, Kind.INT)
    rows = [(p.name, f"{f'{p.kind} ' if p.kind in numeric else ''}{p.range}. {p.help}") for p in PARAMETERS.values()]
    presets = [(preset.name, preset.help) for preset in PRESETS.values()]
    return "\n".join(
        [
            "sampling parameters, for --set; NAME=off leaves one out, and the model's own value holds:",
            *_columns(rows, width),
            "",
            "presets, for --preset, and your own from the settings file:",
            *_columns(presets, width),
        ]
    )


def _commands_help() -> str:
    return "`alignscope COMMAND --help` tells more about a command. Inside, f1 lists the keys."


def _columns(rows: Sequence[tuple[str, str]], width: int) -> list[str]:
    left = max(len(name) for name, _ in rows) + 4
    return [
        line
        for name, text in rows
        for line in textwrap.wrap(
            text, width, initial_indent=f"  {name}".ljust(left), subsequent_indent=" " * left, break_on_hyphens=False
        )
    ]


if __name__ == "__main__":
    raise SystemExit(main())
