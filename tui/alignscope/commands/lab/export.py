"""`alignscope lab export`: a run in a form that other programs read."""

import argparse
import codecs
from itertools import chain
from pathlib import Path

from alignscope.commands import Status, UsageError, printing
from alignscope.commands.lab import opening
from alignscope.lab.export import FORMS, Form
from alignscope.lab.summary.rows import Arm
from alignscope.lab.summary.tally import Tally


def run(options: argparse.Namespace) -> int:
    """Write the file, and return the exit status. Raises UsageError."""
    form = _form(options)
    tally = opening.measured(options.folder)
    opening.tell_unread(tally)
    arm = opening.arm(tally, options.only, "--only")
    if arm is None and form.one_model:
        if len(tally.arms) > 1:
            raise UsageError(
                f"in {form.name}, a file holds one model's rows: say whose with --only; there are"
                f" {', '.join(tally.labels)}"
            )
        arm = tally.arms[0]
    _write(form, tally, arm, options)
    if remark := form.remark(tally, arm):
        printing.notes().line(remark)
    return Status.OK


def _write(form: Form, tally: Tally, arm: Arm | None, options: argparse.Namespace) -> None:
    parts = form.write(tally, arm)
    if options.output is None:
        printing.out().parts(parts)
        return
    path = Path(options.output).expanduser()
    if path.is_file() and not options.force:
        raise UsageError(f"{options.output} is there already; name another file, or replace it with --force")
    mark = codecs.BOM_UTF8 if form.encoding == "utf-8-sig" else b""
    opening.write(path, chain([mark], (part.encode() for part in parts)))


def _form(options: argparse.Namespace) -> Form:
    known = ", ".join(FORMS)
    if options.form is None:
        raise UsageError(f"say in which form with --format; there are {known}")
    if options.form not in FORMS:
        raise UsageError(f"there is no form {options.form:.40}; there are {known}")
    return FORMS[options.form]
