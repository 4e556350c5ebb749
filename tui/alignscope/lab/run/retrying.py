"""Retries of failed requests: which problems are asked about again, after how long, and how often."""

from dataclasses import dataclass
from typing import Final

from alignscope.backends.base import Fault

PASSING: Final = frozenset({Fault.UNREACHABLE, Fault.BUSY})
"""Problems that pass by themselves, however long that takes."""
LASTING: Final = frozenset({Fault.NO_MODEL, Fault.REFUSED})
"""Problems that the next request to the same model would have, too."""
_ALIKE: Final = frozenset({Fault.INVALID, Fault.CONTEXT})
"""Problems of one request, which would be the same again."""
IN_A_ROW: Final = 10
"""Failed requests one after the other from which on a model is given up."""


@dataclass(frozen=True)
class Patience:
    """The limits of retrying: how often, and after how long."""

    pauses: tuple[float, ...] = (1, 2, 4, 8, 15, *(30,) * 10)
    """Seconds before a server that doesn't answer or is busy is asked again: five and a half minutes in all."""
    tries: int = 4
    """Requests for a reply that breaks off or fails, the first one included."""


class Tries:
    """The tries of one request."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._waits = self._failures = 0

    def pause(self, fault: Fault, *, begun: bool = False) -> float | None:
        """Return the seconds until the next try, None if there is none.

        Args:
            begun: whether a part of the reply came before the problem.
        """
        pauses = self._patience.pauses
        if fault in LASTING or fault in _ALIKE:
            return None
        if fault in PASSING and not begun:
            self._waits += 1
            return pauses[self._waits - 1] if self._waits <= len(pauses) else None
        self._failures += 1
        return pauses[min(self._failures, len(pauses)) - 1] if self._failures < self._patience.tries else None


def first_error(errors: ExceptionGroup[Exception]) -> Exception:
    """Return the first error in nested groups."""
    error: Exception = errors
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return error
