"""A lock for the one writer of a session, which ends with its process."""

from pathlib import Path

from alignscope.files import lock
from alignscope.model.session import SessionError
from alignscope.sessions.names import lock_of


class LockedError(SessionError):
    """Another writer has the session; the message says which."""


class Lock(lock.Lock):
    """A lock, held until `release`."""

    def __init__(self, session: Path) -> None:
        """Lock a session's file, which needn't exist yet.

        Raises:
            LockedError: this or another alignscope has locked it.
            OSError: the directory can't be written to.
        """
        try:
            super().__init__(lock_of(session))
        except lock.HeldError as held:
            raise LockedError(_explanation(session.stem, held)) from None


def _explanation(name: str, held: lock.HeldError) -> str:
    if held.ours:
        return f"{name} is open in this alignscope already. Here it can only be read."
    return f"{name} is open in another alignscope{held.who}. Here it can be read, and forked to go on from it."
