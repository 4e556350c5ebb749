"""Bounded reading of regular files."""

import errno
import os
import stat
from pathlib import Path


def read_regular(path: Path, limit: int) -> tuple[bytes, os.stat_result]:
    """Return what a file holds, and its status. Waits for no pipe or device, and reads no more than the limit.

    Args:
        limit: bytes.

    Raises:
        OSError: it can't be read, isn't a regular file, or is larger.
    """
    # Not blocking, so that a pipe among the files can't hold us.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with open(descriptor, "rb") as file:  # noqa: PTH123, opened by hand for its flags
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file", str(path))
        data = file.read(limit + 1) if status.st_size <= limit else b""
        if len(data) > limit or status.st_size > limit:
            raise OSError(errno.EFBIG, f"it is larger than {limit >> 20} MB", str(path))
    return data, status
