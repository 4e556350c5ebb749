"""The command line: parse, then hand over.

`--help` and `--version` are answered from here, with nothing but the standard library and the sampling table loaded.
"""

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from alignscope.commands import OutputError, Status, UsageError
from alignscope.commands.parser import make_parser

if TYPE_CHECKING:
    from alignscope.model.launch import Launch

_NAME: Final = "alignscope"
_EXPLORER_ONLY: Final = ("prompt", "sessions", "theme")
_LINEUP_OPTIONS: Final = ("base", "instruct", "panes", "sets", "preset", "samples", "system")
_NOT_FOR_SESSIONS: Final = ("prompt", *_LINEUP_OPTIONS, "host", "embedded")


def main(argv: Sequence[str] | None = None) -> int:
    """Run what the arguments ask for, and return the exit status: 0, 1, 2, 130 or 141."""
    parser = make_parser()
    if "_ARGCOMPLETE" in os.environ:
        from alignscope.commands import completion

        completion.answer(parser)
    try:
        return _dispatch(parser.parse_args(argv))
    except UsageError as error:
        print(f"{_NAME}: {error}", file=sys.stderr)
        return Status.USAGE
    except OutputError as error:
        _drop_output()
        print(f"{_NAME}: {error}", file=sys.stderr)
        return Status.FAILED
    except KeyboardInterrupt:
        return Status.INTERRUPTED
    except BrokenPipeError:
        _drop_output()
        return Status.PIPE_CLOSED


def _drop_output() -> None:
    """Forget what is still buffered: it can't be written, and Python would complain of it at exit."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _dispatch(arguments: argparse.Namespace) -> int:
    # Nothing is imported before it is known to be wanted: --help pays for none of it, and a mistake is told at once.
    from alignscope.commands import arguments as choices

    match arguments.command:
        case "ask":
            choices.refuse(arguments, _EXPLORER_ONLY)
            launch = choices.launch(arguments, choices.chosen())
            launch = replace(launch, prompt=choices.read_prompt(arguments.text))
            from alignscope.commands import ask

            return ask.run(launch, as_json=arguments.json)
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
            return _run_screen(launch)
    launch = choices.launch(arguments, choices.chosen())
    choices.need_terminal()
    return _run_screen(launch)


def _run_screen(launch: "Launch") -> int:
    # What is made before the first frame stays: looking for garbage in it takes a seventh of the time to that frame.
    gc.disable()
    from alignscope.ui.app import run

    return run(launch)


if __name__ == "__main__":
    raise SystemExit(main())
