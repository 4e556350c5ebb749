"""`alignscope lab show`: what a run comes to, as text."""

import argparse

from alignscope.commands import Status, UsageError, printing
from alignscope.commands.lab import opening
from alignscope.lab.report import claimed, derived, text, votes


def run(options: argparse.Namespace) -> int:
    """Print the gap table, or one measure with its plots, and return the exit status. Raises UsageError."""
    tally = opening.measured(options.folder)
    summary = opening.summed(tally)
    out = printing.out()
    names = [measured.name for measured in summary.measures]
    if options.measure is not None and options.measure not in names:
        raise UsageError(f"--measure: this run has no {options.measure:.40}; it has {', '.join(names)}")
    if options.json:
        out.json(derived.in_a_line(summary, options.measure, feedback=opening.feedback(tally)))
        return Status.OK
    width = opening.width()
    if options.measure is not None:
        opening.tell_unread(tally)
        lines = text.one_measure(tally, summary, options.measure, width)
    else:
        lines = text.gap_table(summary, width)
        if summary.claim is not None:
            lines = [*claimed.lines(summary.claim, width), "", *lines]
        if (found := opening.feedback(tally)) is not None:
            lines += ["", *votes.lines(found, width)]
    for line in lines:
        out.line(line)
    return Status.OK
