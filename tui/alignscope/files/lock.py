"""A lock for one writer, which ends with its process."""

import fcntl
import os
import time
from pathlib import Path
from typing import Self


class HeldError(Exception):
    """Another writer holds the lock."""

    def __init__(self, holder: str) -> None:
        """Take what the holder wrote into the lock's file: its process and when it began."""
        super().__init__(holder)
        number, _, since = holder.partition(" ")
        self.ours = number == str(os.getpid())
        """Whether it is this very process."""
        self.who = ""
        """The holder for messages, such as ` (process 12, since 10:30 on 26 November)`; "" if unknown."""
        if number.isdigit():
            self.who = f" (process {number}{_when(since)})"


class Lock:
    """A lock, held until `release`."""

    def __init__(self, path: Path) -> None:
        """Lock, by a file that is there as long as the lock is held.

        Raises:
            HeldError: this or another process has locked it.
            OSError: the directory can't be written to.
        """
        self._path = path
        while True:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                holder = os.read(descriptor, 100).decode("ascii", "replace")
                os.close(descriptor)
                raise HeldError(holder) from None
            except OSError:
                # A network file system without locks: better no protection than nothing written.
                pass
            # A release in the meantime has removed the file, and another writer may have made a new one.
            if _same(descriptor, self._path):
                break
            os.close(descriptor)
        self._descriptor: int | None = descriptor
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()} {int(time.time())}".encode())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def release(self) -> None:
        """Release the lock. Does nothing the second time."""
        if self._descriptor is not None:
            self._path.unlink(missing_ok=True)
            os.close(self._descriptor)
            self._descriptor = None


def holder(path: Path) -> HeldError | None:
    """Return who holds a lock; None if nobody does. What a killed process has left is nobody's."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)  # it may be a pipe
    except OSError:
        return None
    try:
        held = HeldError(os.read(descriptor, 100).decode("ascii", "replace"))
        number = str(held).partition(" ")[0]
        if not number.isdigit() or not _alive(int(number)):
            return None
        # Only now: whoever begins at this very moment would find the lock held by this look at it.
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return held
    except OSError:
        return None
    finally:
        os.close(descriptor)
    return None


def _when(since: str) -> str:
    """Return a time in seconds in words for a message, "" for what is none: anybody may have written it."""
    try:
        return time.strftime(", since %H:%M on %d %B", time.localtime(int(since)))
    except (ValueError, OverflowError, OSError):
        return ""


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    return True


def _same(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except OSError:
        return False
