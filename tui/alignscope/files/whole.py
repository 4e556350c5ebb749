"""Reading and writing of whole files."""

import errno
import os
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO


def open_regular(path: Path) -> BinaryIO:
    """Open a file to read. Never blocks on a pipe or device.

    Raises:
        OSError: it can't be read, or isn't a regular file.
    """
    # Not blocking, in case it is a pipe.
    file = open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK))  # noqa: SIM115
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError(errno.EINVAL, "it is not a regular file", str(path))
    return file


def read_regular(path: Path, limit: int) -> bytes:
    """Return a file's content, at most `limit` bytes. Never blocks on a pipe or device.

    Raises:
        OSError: it can't be read, isn't a regular file, or is larger.
    """
    with open_regular(path) as file:
        # As much memory as the file needs, not as the limit allows.
        data = file.read(min(limit, os.fstat(file.fileno()).st_size) + 1)
        if len(data) > limit:
            raise OSError(errno.EFBIG, f"it is larger than {limit >> 20} MB", str(path))
    return data


def write_whole(path: Path, parts: Iterable[bytes], mode: int = 0o666) -> None:
    """Write a file completely or not at all. An existing one keeps its mode; a link itself is replaced.

    Args:
        mode: of a new file, less the umask.

    Raises:
        OSError: the disk is full or refuses.
    """
    # A random name, so that no link can have been put there.
    new = path.with_name(f".{os.urandom(8).hex()}.new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with open(descriptor, "wb") as file:  # noqa: PTH123, opened by hand for its flags
            file.writelines(parts)
            file.flush()
            sync(descriptor)
            if path.exists() and not path.is_symlink():
                os.fchmod(descriptor, stat.S_IMODE(path.stat().st_mode))
        new.replace(path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise


def sync(descriptor: int) -> None:
    """Flush a file to the disk if its file system can. Raises OSError if the disk fails."""
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.ENOSYS):
            raise
