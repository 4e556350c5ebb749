"""Output of commands: replies and tables on standard output, notes on standard error, safe for a terminal."""

import io
import os
import shutil
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Self, TextIO

from alignscope.commands import OutputError
from alignscope.text.clean import cell_width, clean, clean_json, clean_line, encodable, fit

_BOLD: Final = "\x1b[1m"
_NOT_BOLD: Final = "\x1b[22m"
_PERIOD: Final = 0.1
"""Seconds between two changes of a line of progress."""


class Printer:
    """Printer to one stream, unbuffered. It cleans what goes to a terminal, and nothing that goes to a file or pipe."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.terminal = stream.isatty()
        if isinstance(stream, io.TextIOWrapper):
            # A reply may hold any character, whatever the locale; only a terminal needs its own encoding.
            stream.reconfigure(encoding=None if self.terminal else "utf-8", errors="replace")

    def write(self, text: str) -> None:
        """Write a text."""
        with _explained():
            self._stream.write(clean(text) if self.terminal else text)
            self._stream.flush()

    def parts(self, parts: Iterable[str]) -> None:
        """Write the parts of an export: into a file or pipe byte by byte, as a file of it would be."""
        for part in parts:
            if self.terminal:
                self.write(part)
            else:
                self.raw(part.encode())

    def styled(self, text: str, style: str) -> None:
        """Write a text, where a terminal can in a style: numbers of an escape sequence such as `1;33`, "" for none."""
        if not self.terminal or not style or os.environ.get("TERM", "dumb") == "dumb":
            self.write(text)
            return
        if "NO_COLOR" in os.environ:
            style = ";".join(number for number in style.split(";") if not number.startswith("3"))
        # Line by line, since a style that goes over the end of a line colours the rest of it.
        lines = [f"\x1b[{style}m{line}\x1b[0m" if line else "" for line in clean(text).split("\n")]
        with _explained():
            self._stream.write("\n".join(lines))
            self._stream.flush()

    def line(self, text: str = "") -> None:
        """Write one line; line breaks inside it become blanks."""
        self.write(" ".join(text.splitlines()) + "\n")

    def marked(self, text: str, spans: Sequence[tuple[int, int]], indent: str = "") -> None:
        """Write one line with some of its parts in bold, where a terminal can."""
        text = encodable(text).replace("\n", " ")
        if not self.terminal or os.environ.get("TERM", "dumb") == "dumb":
            self.line(f"{indent}{text}")
            return
        end, parts = 0, [indent]
        for start, stop in spans:
            parts += [clean_line(text[end:start]), _BOLD, clean_line(text[start:stop]), _NOT_BOLD]
            end = stop
        with _explained():
            self._stream.write("".join([*parts, clean_line(text[end:]), "\n"]))
            self._stream.flush()

    def table(self, rows: Sequence[Sequence[str]], indent: str = "") -> None:
        """Write rows with aligned columns."""
        for line in table(rows):
            self.line(f"{indent}{line}")

    def over(self, text: str) -> None:
        """Write in place of the last line, which `over` wrote too. For terminals only."""
        room = shutil.get_terminal_size().columns - 1  # a line that fills the last column may wrap
        self._stream.write(f"\r\x1b[K{fit(' '.join(text.splitlines()), room)}")
        self._stream.flush()

    def json(self, line: bytes) -> None:
        """Write one line of JSON, with control characters escaped on a terminal."""
        self.raw((clean_json(line.decode()).encode() if self.terminal else line) + b"\n")

    def raw(self, content: bytes) -> None:
        """Write bytes as they are. For files and pipes only."""
        with _explained():
            self._stream.buffer.write(content)
            self._stream.buffer.flush()


class Progress:
    """A line on standard error that changes in place. Writes nothing where that is no terminal."""

    def __init__(self) -> None:
        self._notes = notes()
        self._there = False
        self._next = 0.0
        """When the line may change, by the monotonic clock."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()

    def say(self, how_far: str) -> None:
        """Say how far it is, unless that was said just now."""
        if self._notes.terminal and (now := time.monotonic()) >= self._next:
            self._notes.over(how_far)
            self._there, self._next = True, now + _PERIOD

    def clear(self) -> None:
        """Take the line away, so that others can be written."""
        if self._there:
            self._notes.over("")
            self._there, self._next = False, 0.0


@contextmanager
def _explained() -> Iterator[None]:
    """Raise OutputError for a failed write, and BrokenPipeError as it is."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(f"standard output can't be written to: {error.strerror or error}") from error


def out() -> Printer:
    """Return a printer on standard output. Raises OutputError if there is none."""
    if sys.stdout is None:
        raise OutputError("standard output is closed, so there is nowhere to print to")
    return Printer(sys.stdout)


def notes() -> Printer:
    """Return a printer on standard error, for messages beside the output."""
    return Printer(sys.stderr or Path(os.devnull).open("w"))


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows as lines with columns aligned by their width on a terminal."""
    cells = [[clean(" ".join(cell.splitlines())) for cell in row] for row in rows]
    widths = [max(cell_width(row[column]) for row in cells) for column in range(len(cells[0]))] if cells else []
    return [
        "  ".join(cell + " " * (width - cell_width(cell)) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]
