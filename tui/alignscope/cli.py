"""Command line: parse the arguments, and run the command.

`--help` and `--version` load nothing but the standard library and the sampling table.
"""

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from alignscope.commands import OutputError, Status, UsageError

if TYPE_CHECKING:
    from alignscope.model.launch import Launch

_EXPLORER_ONLY: Final = ("prompt", "sessions", "theme")
_LINEUP_OPTIONS: Final = ("base", "instruct", "panes", "sets", "preset", "samples", "system", "scaffold")
_NOT_FOR_SESSIONS: Final = ("prompt", *_LINEUP_OPTIONS, "host", "embedded")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command in the arguments, and return the exit status: 0, 1, 2, 130 or 141."""
    # What is imported stays: looking through it for garbage takes a tenth of the start.
    gc.disable()
    from alignscope.commands.line.parser import NAME, make_parser

    if "_ARGCOMPLETE" in os.environ:
        from alignscope.commands import completion

        completion.answer(make_parser(whole=True))
    try:
        return _dispatch(make_parser().parse_args(argv))
    except UsageError as error:
        print(f"{NAME}: {error}", file=sys.stderr)
        return Status.USAGE
    except OutputError as error:
        _drop_output()
        print(f"{NAME}: {error}", file=sys.stderr)
        return Status.FAILED
    except KeyboardInterrupt:
        return Status.INTERRUPTED
    except BrokenPipeError:
        _drop_output()
        return Status.PIPE_CLOSED
    finally:
        # What is left goes with the process: Python would look through all of it for garbage before it ends.
        gc.freeze()
        gc.enable()


def _drop_output() -> None:
    """Drop buffered output: Python would fail to write it at exit."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _dispatch(options: argparse.Namespace) -> int:
    # Each command is imported after its arguments were checked: a mistake is reported at once.
    from msgspec import structs

    from alignscope.commands.line import arguments

    gc.freeze()
    gc.enable()
    match options.command:
        case "ask":
            arguments.refuse(options, _EXPLORER_ONLY)
            launch = arguments.launch(options, arguments.read_settings())
            if options.text is None and options.prompts is None:
                raise UsageError("say what to ask: a PROMPT, or --prompts with a file of them")
            if options.text is not None and options.prompts is not None:
                raise UsageError("PROMPT and --prompts exclude each other; leave one of them out")
            if options.prompts is None:
                launch = structs.replace(launch, prompt=arguments.read_prompt(options.text))
            from alignscope.commands import ask

            return ask.run(launch, options.prompts, as_json=options.json, stats=options.stats)
        case "shift":
            arguments.refuse(options, _EXPLORER_ONLY)
            from alignscope.commands import shift

            wanted = shift.wanted(options)
            launch = arguments.launch(options, arguments.read_settings())
            launch = structs.replace(launch, prompt=arguments.read_prompt(options.text))
            return shift.run(launch, wanted, as_json=options.json)
        case "context":
            return _context(options)
        case "models":
            arguments.refuse(options, (*_EXPLORER_ONLY, *_LINEUP_OPTIONS))
            if options.action:
                arguments.refuse(options, ("embedded",))
                arguments.refuse_for_hub(options)
            launch = arguments.launch(options, arguments.read_settings())
            from alignscope.commands import models

            if options.action == "pull":
                return models.pull(launch, options.model)
            if options.action == "remove":
                return models.remove(options.model)
            return models.run(launch, as_json=options.json)
        case "doctor":
            from alignscope.files.settings.model import Settings

            arguments.refuse(options, (*_EXPLORER_ONLY, *_LINEUP_OPTIONS))
            try:
                problem, settings = "", arguments.read_settings()
            except UsageError as error:
                problem, settings = str(error), Settings()
            launch = arguments.launch(options, settings)
            from alignscope.commands import doctor

            return doctor.run(launch, problem, as_json=options.json)
        case "config":
            arguments.refuse(options, (*_NOT_FOR_SESSIONS, "sessions", "theme"))
            from alignscope.commands import config

            return config.run(options.action)
        case "completion":
            arguments.refuse(options, (*_NOT_FOR_SESSIONS, "sessions", "theme"))
            from alignscope.commands import completion

            return completion.run(options.shell)
        case "sessions":
            arguments.refuse(options, _NOT_FOR_SESSIONS)
            from alignscope.commands import sessions

            return sessions.run(options, arguments.sessions_directory(options, arguments.read_settings()))
        case "lab":
            server = () if options.action in ("run", "watch") else ("host",)
            own = ("base", "instruct") if options.action == "init" else ()
            lineup = [name for name in _LINEUP_OPTIONS if name not in own]
            arguments.refuse(options, (*_EXPLORER_ONLY, *lineup, "embedded", *server))
            from alignscope.commands import lab

            return lab.main(options)
        case "replay":
            arguments.refuse(options, _NOT_FOR_SESSIONS)
            from alignscope.commands import replay

            launch = arguments.launch(options, arguments.read_settings())
            launch = structs.replace(launch, playback=replay.playback(options))
            if not options.name and (options.plain or not arguments.has_terminal()):
                return replay.offer(launch)
            if options.plain:
                return replay.run(launch)
            arguments.need_terminal("the replay", "--plain")
            return _run_screen(launch)
    launch = arguments.launch(options, arguments.read_settings())
    arguments.need_terminal()
    return _run_screen(launch)


def _context(options: argparse.Namespace) -> int:
    from msgspec import structs

    from alignscope.commands import context
    from alignscope.commands.line import arguments

    turn = context.check(options)
    if options.session is not None:
        arguments.refuse(options, ("prompt", "theme"))
        arguments.refuse(options, (*_LINEUP_OPTIONS, "host", "embedded"), " --session")
        launch = arguments.launch(options, arguments.read_settings())
        return context.run_kept(launch, options.session, turn, as_json=options.json)
    arguments.refuse(options, _EXPLORER_ONLY)
    launch = arguments.launch(options, arguments.read_settings())
    return context.run(structs.replace(launch, prompt=arguments.read_prompt(options.text)), as_json=options.json)


def _run_screen(launch: "Launch") -> int:
    # Objects made before the first frame stay: collecting garbage takes a seventh of the time to that frame.
    gc.disable()
    from alignscope.ui.app import run

    return run(launch)


if __name__ == "__main__":
    raise SystemExit(main())
