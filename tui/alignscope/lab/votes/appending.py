"""Lines added to the end of a file that is only ever added to, whatever a kill has left there."""

import os
from pathlib import Path


def append(path: Path, lines: bytes) -> tuple[int, int]:
    """Add lines, each with its line feed, and return the file's size before and after. Raises OSError.

    They are on the disk when this returns. A torn last line stays one of its own, which no reader takes for more.
    """
    with path.open("a+b") as file:
        before = file.seek(0, os.SEEK_END)
        if before:
            file.seek(before - 1)
            if file.read(1) != b"\n":
                lines = b"\n" + lines
        file.write(lines)
        file.flush()
        os.fsync(file.fileno())
    return before, before + len(lines)
