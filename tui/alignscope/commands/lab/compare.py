"""`alignscope lab compare`: two runs, paired by prompt."""

import argparse

import msgspec

from alignscope.commands import Status, UsageError, printing
from alignscope.commands.lab import opening
from alignscope.lab.report import compared
from alignscope.lab.summary.comparison import compare


def run(options: argparse.Namespace) -> int:
    """Print how the second run differs from the first, and return the exit status. Raises UsageError."""
    tallies = [opening.measured(folder) for folder in (options.first, options.second)]
    for tally in tallies:
        opening.tell_unread(tally)
    comparison = compare(*tallies)
    if not comparison.prompts:
        raise UsageError(
            f"{options.first} and {options.second} have no prompt in common, so there is nothing to compare"
        )
    out = printing.out()
    if options.json:
        out.json(msgspec.json.encode(comparison))
        return Status.OK
    for line in compared.lines(comparison, opening.width()):
        out.line(line)
    return Status.OK
