"""Opening the folder of a run."""

import math
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from alignscope.commands import UsageError, printing
from alignscope.files.whole import write_whole
from alignscope.lab.summary.figures import Summary
from alignscope.lab.summary.opening import open_run
from alignscope.lab.summary.rows import Arm, RunError
from alignscope.lab.summary.tally import Tally
from alignscope.lab.votes.ballots import VOTES
from alignscope.lab.votes.feedback import Feedback, feedback_of
from alignscope.lab.votes.index import Index
from alignscope.lab.votes.judging.answers import JUDGED
from alignscope.text.clean import clean_line
from alignscope.text.wording import counted

_TICK_SECONDS: Final = 0.2
_WIDE: Final = 120
"""Cells of a line, where the output is no terminal."""
_LEAST: Final = 40
"""Least cells of a line, however narrow the terminal."""


def measured(folder: str) -> Tally:
    """Return a run's rows, measured, and say how far that is on a terminal. Raises UsageError if there are none."""
    with _counting("measuring", "prompt", "reading rows …") as told:
        try:
            return open_run(Path(folder).expanduser(), told=told)
        except RunError as error:
            raise UsageError(str(error)) from error


def feedback(tally: Tally) -> Feedback | None:
    """Return what was said of a run's replies; None where there is nothing to tell. Raises UsageError."""
    folder = tally.rows.folder
    if not any((folder / name).exists() for name in (VOTES, JUDGED)):
        return None
    try:
        found = feedback_of(Index(folder))
    except RunError as error:
        raise UsageError(str(error)) from error
    return None if found.empty else found


def tell_unread(tally: Tally) -> None:
    """Say what of a run's labels and scores can't be read, beside what is printed of it."""
    for sentence in tally.unread:
        printing.notes().line(sentence)


def summed(tally: Tally) -> Summary:
    """Return all figures of a run, and say how far that is on a terminal."""
    with _counting("comparing", "measure", "comparing …") as told:
        found = []
        for number, measure in enumerate(tally.measures):
            if told is not None:
                told(number, len(tally.measures))
            found.append(tally.measured(measure))
        return tally.summed([each for each in found if each is not None])


@contextmanager
def _counting(doing: str, what: str, before: str) -> Iterator[Callable[[int, int], None] | None]:
    """Yield what shows on a terminal's standard error how many of something are done; it is wiped out at the end."""
    notes = printing.notes()
    if not notes.terminal:
        yield None
        return
    said = -math.inf

    def told(number: int, every: int) -> None:
        nonlocal said
        if (now := time.monotonic()) - said >= _TICK_SECONDS:
            said = now
            notes.over(f"{doing}: {number:,} of {counted(every, what)}")

    notes.over(before)
    try:
        yield told
    finally:
        notes.over("")


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
    """Write a file that the person named, through a link, whole or not at all. Raises UsageError."""
    try:
        if path.exists() and not path.is_file():  # a pipe or a device
            with path.open("wb") as file:
                file.writelines(parts)
        else:
            write_whole(Path(os.path.realpath(path)), parts)
    except OSError as error:
        raise UsageError(f"{path} can't be written: {error.strerror or error}; name another file with -o") from error


def write_beside(path: Path, parts: Iterable[bytes]) -> None:
    """Write a file of our own into a run's folder; a link that somebody put there is replaced. Raises UsageError."""
    try:
        write_whole(path, parts)
    except OSError as error:
        raise UsageError(f"{path} can't be written: {error.strerror or error}; name another file with -o") from error
