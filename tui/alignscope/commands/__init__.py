"""Commands, a module for each.

The package itself is cheap to import, since every start of alignscope imports it.
"""

from enum import IntEnum


class Status(IntEnum):
    """Exit status of the process."""

    OK = 0
    FAILED = 1
    """A pane or the chosen server failed."""
    USAGE = 2
    INTERRUPTED = 130
    """128 and SIGINT's number, as shells report it."""
    PIPE_CLOSED = 141
    """128 and SIGPIPE's number: the reader of the output has gone."""


class UsageError(Exception):
    """Wrong usage; `str()` is one line for the person: what is wrong, and what to do."""


class OutputError(Exception):
    """Failed write to standard output; `str()` is the reason for the person."""
