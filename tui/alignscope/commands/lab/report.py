"""`alignscope lab report`: a run as one page, with the files that are derived from its rows."""

import argparse
from pathlib import Path
from typing import Final

from alignscope.commands import Status, UsageError, printing
from alignscope.commands.lab import opening
from alignscope.commands.line.arguments import whole
from alignscope.lab.report import derived, page
from alignscope.lab.report.listing import MOST

_MOST_ROWS: Final = 10**9


def run(options: argparse.Namespace) -> int:
    """Write the page, say where it is, and return the exit status. Raises UsageError."""
    most = whole("--rows", options.rows, 0, _MOST_ROWS)
    tally = opening.measured(options.folder)
    folder = tally.rows.folder
    path = folder / derived.REPORT if options.output is None else Path(options.output).expanduser()
    if options.output is not None and path.is_file() and not options.force:
        raise UsageError(f"{options.output} is there already; name another file, or replace it with --force")
    summary, feedback = opening.summed(tally), opening.feedback(tally)
    parts = page.write(tally, summary, feedback=feedback, most_rows=MOST if most is None else most)
    pages = (part.encode() for part in parts)
    if options.output is None:
        opening.write_beside(path, pages)
        opening.write_beside(folder / derived.SUMMARY, [derived.as_json(summary, feedback)])
        opening.write_beside(folder / derived.METRICS, [derived.as_csv(summary).encode("utf-8-sig")])
    else:
        opening.write(path, pages)
    printing.out().line(f"Wrote {path}. It opens in any browser, and needs no network.")
    return Status.OK
