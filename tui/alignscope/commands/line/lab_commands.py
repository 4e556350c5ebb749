"""The commands of `lab` in the parser, a function for each."""

import argparse
from pathlib import Path
from typing import Any, Final

from alignscope.commands.line.lab_reading import add_reading
from alignscope.commands.line.options import add_json

EXIT_HELP: Final = "exit status: 0 all rows are there, 1 some are missing, 2 wrong usage, 130 interrupted"

_LAB: Final = Path(__file__).parents[2] / "lab"


def _names(folder: str) -> str:
    """Return the names of the files in a folder of the lab, which reading would take many imports for."""
    *names, last = sorted(path.stem for path in (_LAB / folder).glob("*.yaml"))
    return f"{', '.join(names)} or {last}"


def add_lab(commands: Any) -> None:
    """Add `lab` with its commands."""
    commands.add_parser(
        "lab",
        help="many prompts to a lineup, many times each, kept as a folder of rows",
        description="Ask every model of a lineup every prompt of a set, as often as a file says, and keep the replies"
        " as a folder of rows.",
        fill=_fill_lab,
    )


def _fill_lab(lab: argparse.ArgumentParser) -> None:
    lab.set_defaults(action=None)
    actions = lab.add_subparsers(title="commands", dest="action", metavar="COMMAND", required=True)
    _add_init(actions)
    _add_claims(actions)
    _add_run(actions)
    _add_watch(actions)
    _add_judge(actions)
    add_reading(actions)


def _add_init(actions: Any) -> None:
    init: argparse.ArgumentParser = actions.add_parser(
        "init",
        help="write a file that says what to ask whom, with comments",
        description="Write a SPEC for `lab run`, in which everything is explained. It runs as it is, on the twins"
        " inside alignscope, unless others are named.",
    )
    init.set_defaults(file=None, force=False, claim=None, ladder=None)
    init.add_argument("file", metavar="FILE", nargs="?", help="the file (default: lab.yaml, or CLAIM.yaml)")
    init.add_argument("--force", action="store_true", help="replace the file if it is there")
    init.add_argument(
        "--claim", metavar="NAME", help=f"the run that answers something people say of alignment: {_names('claims')}"
    )
    init.add_argument("--ladder", metavar="NAME", help=f"the stages of a model as the lineup: {_names('spec/ladders')}")
    init.add_argument("--base", metavar="MODEL[@URL]", help="the base model, with --instruct")
    init.add_argument("--instruct", metavar="MODEL[@URL]", help="its aligned twin, with --base")


def _add_claims(actions: Any) -> None:
    actions.add_parser(
        "claims",
        help="list what people say of alignment, for which there is a ready run",
        description="List the claims for which `lab init --claim NAME` writes a run that answers them.",
    )


def _add_run(actions: Any) -> None:
    run: argparse.ArgumentParser = actions.add_parser(
        "run",
        help="ask all of it, or go on with what was stopped",
        description="Ask everything that a SPEC says and that isn't in the folder yet. ctrl+c stops; the same command"
        " goes on, and asks again for what failed.",
        epilog=EXIT_HELP,
    )
    run.set_defaults(dry_run=False, json=False, ladder=None)
    run.add_argument("file", metavar="SPEC", help="a file as `alignscope lab init` writes it")
    run.add_argument(
        "--ladder",
        metavar="NAME",
        help=f"instead of its lineup, ask the stages of a model: {_names('spec/ladders')}. It is a run of its own, with"
        " NAME added to the spec's",
    )
    _add_running(run)
    run.add_argument(
        "--dry-run",
        action="store_true",
        help="say how many requests and tokens it would be, and how long at the speed of one small request to each",
    )
    add_json(run, "say how far it is as lines of JSON on standard output")


def _add_watch(actions: Any) -> None:
    watch: argparse.ArgumentParser = actions.add_parser(
        "watch",
        help="see a run in a screen: its table as it fills, plots, rows; label replies",
        description="Run a SPEC and see what it comes to while it goes on, or look at the folder of a run: one that has"
        " ended, one that was stopped and can be gone on with, or one that another alignscope is writing.",
    )
    watch.add_argument("file", metavar="SPEC|DIR", help="a file as `alignscope lab init` writes it, or a run's folder")
    _add_running(watch)


def _add_running(parser: argparse.ArgumentParser) -> None:
    """Add the options of a run."""
    parser.set_defaults(out=None, concurrency=None, changed_models=False)
    parser.add_argument(
        "--host", metavar="URL", help="the server of entries that name none (default: OLLAMA_HOST, else Ollama on this"
        " machine)",
    )  # fmt: skip
    parser.add_argument("--out", metavar="DIR", help="the folder (default: runs/NAME, with the spec's name)")
    parser.add_argument(
        "--concurrency", metavar="N", help="requests at once to each server (default: the spec's, or 4)"
    )
    parser.add_argument(
        "--changed-models",
        action="store_true",
        help="go on though a model is another one than when the run began; rows of the old one are put aside",
    )


def _add_judge(actions: Any) -> None:
    judge: argparse.ArgumentParser = actions.add_parser(
        "judge",
        help="say which replies of a file decline what was asked; or let a model say which reply of a run is better",
        description="Judge a file's replies by rule: refused, other, or undetermined. Or, with a run's folder and --by,"
        " ask a model which of two replies is better by written principles, both ways round. ctrl+c stops; the same"
        " command goes on.",
        epilog="exit status: 0 all were judged, 1 some could not be, 2 wrong usage, 130 interrupted",
    )
    judge.set_defaults(json=False, by=None, principles=None, between=None, pairs=None, concurrency=None)
    judge.add_argument(
        "file",
        metavar="FILE|DIR",
        help="JSON Lines with `prompt` and `reply`, or the rows of a run; - for standard input. Where a line has a"
        " `label`, the summary compares. Or the folder of a run",
    )
    judge.add_argument(
        "--by", metavar="MODEL[@URL][,MODE]", help="the model that judges a run; MODE is chat or completion"
    )
    judge.add_argument(
        "--principles", metavar="NAME|FILE", help="by which list of questions: helpful, harmless, honest, or a file"
    )
    judge.add_argument(
        "--between", nargs=2, metavar=("NAME", "NAME"), help="whose replies, as `lab show` names them (default: every"
        " two)",
    )  # fmt: skip
    judge.add_argument("--pairs", metavar="N", help="pairs of every two models at most, in the order of `lab vote`")
    judge.add_argument("--concurrency", metavar="N", help="requests at once (default: 4)")
    judge.add_argument("--host", metavar="URL", help="the server of a judge that names none")
    judge.add_argument("--json", action="store_true", help="JSON: one object a line of a file; all votes of a run")
