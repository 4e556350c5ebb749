"""`alignscope lab init`: write a SPEC with comments."""

import argparse
from pathlib import Path

from alignscope.commands import Status, UsageError, printing
from alignscope.files.whole import write_whole
from alignscope.lab import TEMPLATE


def run(options: argparse.Namespace) -> int:
    """Write the file, say what to do with it, and return the exit status. Raises UsageError."""
    path = Path(options.file).expanduser()
    if path.exists() and not options.force:
        raise UsageError(f"{options.file} is there already; name another file, or replace it with --force")
    try:
        write_whole(path, [TEMPLATE.read_bytes()])
    except OSError as error:
        raise UsageError(f"{options.file} can't be written: {error.strerror or error}; name another file") from error
    printing.out().line(f"Wrote {options.file}. `alignscope lab run {options.file}` runs it as it is.")
    return Status.OK
