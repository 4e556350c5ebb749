"""A lock for the one writer of a session, which ends with its process."""

import fcntl
import os
import time
from pathlib import Path
from typing import Self

from alignscope.model.session import SessionError
from alignscope.sessions.names import lock_of


class LockedError(SessionError):
    """Another writer has the session; the message says which."""


class Lock:
    """A lock, held until `release`."""

    def __init__(self, session: Path) -> None:
        """Lock a session's file, which needn't exist yet.

        Raises:
            LockedError: this or another alignscope has locked it.
            OSError: the directory can't be written to.
        """
        self._path = lock_of(session)
        while True:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                holder = os.read(descriptor, 100).decode("ascii", "replace")
                os.close(descriptor)
                raise LockedError(_explanation(session, holder)) from None
            except OSError:
                # A network file system without locks: better no protection than no session.
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


def _same(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except OSError:
        return False


def _explanation(session: Path, holder: str) -> str:
    number, _, since = holder.partition(" ")
    name = session.stem
    if number == str(os.getpid()):
        return f"{name} is open in this alignscope already. Here it can only be read."
    who = ""
    if number.isdigit():
        when = time.strftime(", since %H:%M on %d %B", time.localtime(int(since))) if since.isdigit() else ""
        who = f" (process {number}{when})"
    return f"{name} is open in another alignscope{who}. Here it can be read, and forked to go on from it."
