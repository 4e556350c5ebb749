"""Files of lines that are only ever added to, such as JSON Lines, and what a kill leaves of them."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_CHUNK: Final = 2**20


def lines(path: Path, most: int) -> Iterator[bytes]:
    """Yield a file's lines with their line feeds; nothing if there is no file.

    Args:
        most: bytes of a line; what is longer comes in parts.
    """
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return
    with file:
        while line := file.readline(most):
            yield line


def append_to(path: Path) -> int:
    """Return a descriptor that adds to a file, which is made if it isn't there. Raises OSError."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o666)


def write_line(descriptor: int, line: bytes) -> None:
    """Write a line completely or not at all. Raises OSError."""
    written = os.write(descriptor, line)
    if written == len(line):
        return
    before = os.fstat(descriptor).st_size - written
    try:
        view = memoryview(line)[written:]
        while view:
            view = view[os.write(descriptor, view) :]
    except OSError:
        with contextlib.suppress(OSError):
            os.ftruncate(descriptor, before)
        raise


def cut_torn(path: Path) -> int:
    """Drop a last line without a line feed, and return how many that were."""
    start = start_of_last(path, ended=False)
    if start is None:
        return 0
    os.truncate(path, start)
    return 1


def cut_last(path: Path) -> None:
    """Drop the last line."""
    if (start := start_of_last(path, ended=True)) is not None:
        os.truncate(path, start)


def start_of_last(path: Path, *, ended: bool) -> int | None:
    """Return where a file's last line begins, if it has one that ends with a line feed, or one that doesn't."""
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        return None
    if not size:
        return None
    with path.open("rb") as file:
        file.seek(size - 1)
        if (file.read(1) == b"\n") is not ended:
            return None
        end = size - 1 if ended else size
        while end > 0:
            begin = max(0, end - _CHUNK)
            file.seek(begin)
            found = file.read(end - begin).rfind(b"\n")
            if found >= 0:
                return begin + found + 1
            end = begin
    return 0
