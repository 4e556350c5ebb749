"""The commands of `lab` that read a run, in the parser, a function for each."""

import argparse
from typing import Any, Final

from alignscope.commands.line.options import add_json

LAB_FORMS: Final = ("csv", "jsonl", "preferences", "inspect", "eee", "lm-eval")
"""Names in `lab.export.FORMS`, without its imports."""
_FOLDER: Final = "the folder of a run"


def add_reading(actions: Any) -> None:
    """Add the commands to those of `lab`."""
    _add_show(actions)
    _add_report(actions)
    _add_compare(actions)
    _add_export(actions)
    _add_vote(actions)


def _add_show(actions: Any) -> None:
    show = _add(
        actions,
        "show",
        "print what a run comes to: every measure, with intervals and n",
        "Print each measure of each model, and how the others differ from the base, paired by prompt, with intervals.",
    )
    show.set_defaults(measure=None)
    show.add_argument("folder", metavar="DIR", help=_FOLDER)
    show.add_argument("--measure", metavar="NAME", help="all that is known of this one, with its plots")
    add_json(show, "one JSON object with every figure")


def _add_report(actions: Any) -> None:
    report = _add(
        actions,
        "report",
        "write a run as one page: figures, plots and rows",
        "Write report.html into the run's folder, and summary.json and metrics.csv beside it. The page needs no network"
        " and no other file.",
    )
    report.set_defaults(output=None, rows=None, force=False)
    report.add_argument("folder", metavar="DIR", help=_FOLDER)
    report.add_argument("-o", "--output", metavar="FILE", help="write the page into this file, and nothing else")
    report.add_argument("--force", action="store_true", help="replace that file if it is there")
    report.add_argument("--rows", metavar="N", help="rows in the page at most (default: 20,000); figures are of all")


def _add_compare(actions: Any) -> None:
    compare = _add(
        actions,
        "compare",
        "print how a run differs from another, paired by prompt",
        "Print each measure in both runs and the second less the first, for prompts of the same words and models of the"
        " same name in the lineup.",
    )
    compare.add_argument("first", metavar="DIR", help=_FOLDER)
    compare.add_argument("second", metavar="DIR", help="that of another")
    add_json(compare, "one JSON object with every figure")


def _add_export(actions: Any) -> None:
    export = _add(
        actions,
        "export",
        "write a run in a form that other programs read",
        "Write a run's rows for other programs. In CSV, spreadsheets cut a text after 32,767 characters.",
    )
    export.set_defaults(form=None, output=None, only=None, force=False)
    export.add_argument("folder", metavar="DIR", help=_FOLDER)
    export.add_argument(
        "-f", "--format", dest="form", metavar="FORMAT", help=f"{', '.join(LAB_FORMS[:-1])} or {LAB_FORMS[-1]}"
    )
    export.add_argument("-o", "--output", metavar="FILE", help="write into this file (default: standard output)")
    export.add_argument("--force", action="store_true", help="replace the file if it is there")
    export.add_argument("--only", metavar="NAME", help="the rows of this one, as `lab show` names it")


def _add_vote(actions: Any) -> None:
    vote = _add(
        actions,
        "vote",
        "say which of two replies is better, without knowing whose they are",
        "Show pairs of replies to one prompt without names, the sides by chance. A key is a vote and is kept at once,"
        " in the run's folder, and the same command goes on where you left.",
    )
    vote.set_defaults(between=None, rank=None, summary=False)
    vote.add_argument("folder", metavar="DIR", help=_FOLDER)
    vote.add_argument(
        "--between", nargs=2, metavar=("NAME", "NAME"), help="whose replies, as `lab show` names them (default: the two"
        " that there are)",
    )  # fmt: skip
    vote.add_argument(
        "--rank", nargs="*", metavar="NAME", help="rank several replies at once, A > B > C: of all models, up to four,"
        " or of those named; of one model, four of its samples",
    )  # fmt: skip
    vote.add_argument("--summary", action="store_true", help="print how the votes stand, and show no pairs")


def _add(actions: Any, name: str, help: str, description: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(name, help=help, description=description)
    return parser
