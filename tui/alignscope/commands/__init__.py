"""What can be done without the explorer, one module for each command.

The package itself is cheap to import, since every start of alignscope does.
"""

from enum import IntEnum


class Status(IntEnum):
    """What the process ends with."""

    OK = 0
    FAILED = 1
    """A pane failed, or a server that was named."""
    USAGE = 2
    INTERRUPTED = 130
    """128 and SIGINT's number, as shells report it."""
    PIPE_CLOSED = 141
    """128 and SIGPIPE's number: whoever read our output stopped reading."""


class UsageError(Exception):
    """What was asked for can't be done; `str()` is one line for the person: what is wrong, and what to do."""


class OutputError(Exception):
    """Standard output takes nothing; `str()` says why, for the person."""
