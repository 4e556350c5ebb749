"""The commands of `lab` in the parser, a function for each."""

import argparse
from typing import Any, Final

EXIT_HELP: Final = "exit status: 0 all rows are there, 1 some are missing, 2 wrong usage, 130 interrupted"


def add_lab(commands: Any) -> None:
    """Add `lab` with its commands."""
    lab = commands.add_parser(
        "lab",
        help="many prompts to a lineup, many times each, kept as a folder of rows",
        description="Ask every model of a lineup every prompt of a set, as often as a file says, and keep the replies"
        " as a folder of rows.",
    )
    lab.set_defaults(action=None)
    actions = lab.add_subparsers(title="commands", dest="action", metavar="COMMAND", required=True)
    _add_init(actions)


def _add_init(actions: Any) -> None:
    init: argparse.ArgumentParser = actions.add_parser(
        "init",
        help="write a file that says what to ask whom, with comments",
        description="Write a SPEC for `lab run`, in which everything is explained. It runs as it is, on the twins"
        " inside alignscope.",
    )
    init.set_defaults(force=False)
    init.add_argument("file", metavar="FILE", nargs="?", default="lab.yaml", help="the file (default: lab.yaml)")
    init.add_argument("--force", action="store_true", help="replace the file if it is there")
