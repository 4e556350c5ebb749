"""Files of lines that are only ever added to, such as JSON Lines, and what a kill leaves of them."""

import contextlib
import errno
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from alignscope.files.whole import open_regular, sync
from alignscope.text.wording import counted

_CHUNK: Final = 2**20
T = TypeVar("T")


def lines(path: Path, most: int) -> Iterator[bytes]:
    """Yield a file's lines with their line feeds; nothing if there is no file. Raises OSError.

    Args:
        most: bytes of a line; what is longer comes in parts.
    """
    try:
        file = open_regular(path)
    except FileNotFoundError:
        return
    with file:
        while line := file.readline(most):
            yield line


def decoded(path: Path, decode: Callable[[bytes], T], most: int) -> Iterator[T]:
    """Yield what a file's lines say; a line that isn't whole yet, or damaged, is left out. Raises OSError.

    Args:
        most: bytes of a line; what is longer is damaged.
    """
    for line in lines(path, most):
        if line.endswith(b"\n"):
            with contextlib.suppress(msgspec.MsgspecError, UnicodeError):
                yield decode(line)


def unread(path: Path, decode: Callable[[bytes], object], most: int) -> str:
    """Return what of a file can't be read, and `decoded` leaves out, in a sentence for the person; "" for nothing.

    A last line that isn't whole yet is none of it: it may be being written.
    """
    damaged = 0
    try:
        for line in lines(path, most):
            if line.endswith(b"\n"):
                try:
                    decode(line)
                except (msgspec.MsgspecError, UnicodeError):
                    damaged += 1
    except OSError as error:
        return unreadable(path, error)
    return damaged_lines(path, damaged)


def unreadable(path: Path, error: OSError) -> str:
    """Return that a file can't be read, in a sentence."""
    return f"{path.name} can't be read ({error.strerror or error}), and counts for nothing."


def damaged_lines(path: Path, number: int) -> str:
    """Return that so many of a file's lines can't be read, in a sentence; "" for none."""
    counts = "counts" if number == 1 else "count"
    return f"{counted(number, 'line')} of {path.name} can't be read, and {counts} for nothing." if number else ""


def append_to(path: Path) -> int:
    """Return a descriptor that reads a file and adds to it, which is made if it isn't there.

    A folder may be a stranger's. A link in it would have the lines go to any file of the person's, and a pipe would
    keep them waiting. Raises OSError for both.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
    try:
        descriptor = os.open(path, flags, 0o666)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise OSError(errno.ELOOP, "it is a link, which may lead anywhere", str(path)) from error
        raise
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is not a regular file", str(path))
    return descriptor


def append(path: Path, added: bytes) -> tuple[int, int]:
    """Add lines, each with its line feed, and return the file's size before and after. Raises OSError.

    They are on the disk when this returns. A torn last line stays one of its own, which no reader takes for more.
    """
    descriptor = append_to(path)
    try:
        before = os.fstat(descriptor).st_size
        if before and os.pread(descriptor, 1, before - 1) != b"\n":
            added = b"\n" + added
        write_line(descriptor, added)
        sync(descriptor)
    finally:
        os.close(descriptor)
    return before, before + len(added)


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
    """Drop a last line without a line feed, and return how many that were. Raises OSError."""
    start = start_of_last(path, ended=False)
    if start is None:
        return 0
    _cut(path, start)
    return 1


def cut_last(path: Path) -> None:
    """Drop the last line. Raises OSError."""
    if (start := start_of_last(path, ended=True)) is not None:
        _cut(path, start)


def _cut(path: Path, size: int) -> None:
    descriptor = append_to(path)
    try:
        os.ftruncate(descriptor, size)
    finally:
        os.close(descriptor)


def start_of_last(path: Path, *, ended: bool) -> int | None:
    """Return where a file's last line begins, if it has one that ends with a line feed, or one that doesn't."""
    try:
        file = open_regular(path)
    except FileNotFoundError:
        return None
    with file:
        size = file.seek(0, os.SEEK_END)
        if not size:
            return None
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
