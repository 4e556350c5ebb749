"""Opening the folder of a run."""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from alignscope.commands import UsageError, printing
from alignscope.files.whole import write_whole
from alignscope.lab.summary.opening import open_run
from alignscope.lab.summary.rows import Arm, RunError
from alignscope.lab.summary.tally import Tally
from alignscope.text.clean import clean_line

_WIDE: Final = 120
"""Cells of a line, where the output is no terminal."""
_LEAST: Final = 40
"""Least cells of a line, however narrow the terminal."""


def measured(folder: str) -> Tally:
    """Return a run's rows, measured. Raises UsageError if there are none."""
    try:
        return open_run(Path(folder).expanduser())
    except RunError as error:
        raise UsageError(str(error)) from error


def arm(tally: Tally, label: str | None, option: str) -> Arm | None:
    """Return the arm with a label, None for no label. Raises UsageError if there is no such arm."""
    if label is None:
        return None
    if label not in tally.labels:
        raise UsageError(f"{option}: this run has no {clean_line(label):.40}; it has {', '.join(tally.labels)}")
    return tally.arms[tally.labels.index(label)]


def width() -> int:
    """Return how many cells a line may have."""
    return max(_LEAST, shutil.get_terminal_size().columns) if printing.out().terminal else _WIDE


def write(path: Path, parts: Iterable[bytes]) -> None:
    """Write a file whole or not at all. Raises UsageError."""
    try:
        if path.exists() and not path.is_file():  # a pipe or a device
            with path.open("wb") as file:
                file.writelines(parts)
        else:
            write_whole(Path(os.path.realpath(path)), parts)
    except OSError as error:
        raise UsageError(f"{path} can't be written: {error.strerror or error}; name another file with -o") from error
