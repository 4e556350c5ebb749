"""Files with prompts: lines of text, JSON Lines or CSV, each read when it is needed."""

import asyncio
import csv
import io
import os
import stat
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from alignscope.files.yaml_file import FileError

STANDARD_INPUT: Final = "-"
MAX_PROMPT: Final = 64 * 2**20
"""Maximum size of a prompt in bytes."""
EMPTY_PROMPT: Final = "the prompt is empty; give at least one character, since servers can't complete nothing"
_JSON: Final = (".jsonl", ".ndjson", ".json")
_CHUNK: Final = 2**16
"""Bytes read at once."""


class Prompt(NamedTuple):
    """A prompt, and what else its file says of it."""

    text: str
    fields: Mapping[str, Any] = {}
    """The other fields of its line, by name, for the output; encodable as JSON."""


async def check(name: str) -> None:
    """Read a file to its end, so that a mistake is reported before anything is sent. Only a regular file can be.

    Raises:
        FileError: the file can't be read, has a mistake, or has no prompts.
    """
    if _is_regular(name):
        async with aclosing(read(name)) as prompts:
            async for _ in prompts:
                pass


async def read(name: str, column: str = "prompt") -> AsyncGenerator[Prompt, None]:
    """Yield the prompts in a file; `-` is standard input. The ending of its name tells the form, text without one.

    Args:
        column: name of the field with the prompt, in JSON Lines and CSV.

    Raises:
        FileError: naming file and line.
    """
    parse: Callable[[_Numbered], _Parsed] = _text
    if name.lower().endswith(_JSON):
        parse = partial(_json, column=column)
    elif name.lower().endswith(".csv"):
        parse = partial(_table, column=column)
    called = "standard input" if name == STANDARD_INPUT else name
    found = False
    descriptor = _open(name)
    try:
        async with aclosing(_lines(descriptor)) as lines:
            async for number, prompt in parse(_decoded(lines)):
                if not prompt.text:
                    raise _LineError(number, EMPTY_PROMPT)
                found = True
                yield prompt
    except _LineError as error:
        raise FileError(f"{called}, line {error.line}: {error}") from error
    except OSError as error:
        raise FileError(f"{called} can't be read: {error.strerror or error}") from error
    finally:
        if name != STANDARD_INPUT:
            os.close(descriptor)
    if not found:
        raise FileError(f"{called} has no prompts; write one a line")


class _LineError(ValueError):
    """A line that can't be read as a prompt."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(what)
        self.line = line


_Numbered = AsyncIterator[tuple[int, str]]
_Parsed = AsyncIterator[tuple[int, Prompt]]


async def _text(lines: _Numbered) -> _Parsed:
    """Yield each line that isn't blank."""
    async for number, line in lines:
        if line.strip():
            yield number, Prompt(line)


async def _json(lines: _Numbered, column: str) -> _Parsed:
    """Yield the prompt of each line's object, with its other fields."""
    async for number, line in lines:
        if not line.strip():
            continue
        try:
            fields = msgspec.json.decode(line, type=dict[str, msgspec.Raw])
            text = msgspec.json.decode(fields.pop(column, msgspec.Raw(b"null")), type=str)
        except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
            raise _LineError(number, f"a JSON object with the text ‘{column}’ is needed here ({error})") from error
        yield number, Prompt(text, fields)


async def _table(lines: _Numbered, column: str) -> _Parsed:
    """Yield the cell of a column of each row of CSV, with the row's other cells."""
    header: list[str] = []
    record, first = "", 0
    csv.field_size_limit(MAX_PROMPT)
    async for number, line in lines:
        first = first if record else number
        record += f"{line}\n"
        if len(record) > MAX_PROMPT:
            raise _LineError(first, f"this row is over {MAX_PROMPT // 2**20} MiB; is a quotation mark missing?")
        if record.count('"') % 2:
            continue  # a cell goes on in the next line
        row = _row(record, first)
        record = ""
        if not header:
            header = row
            if column not in header:
                raise _LineError(number, f"no column is called {column}; there are {', '.join(header)[:200]}")
            if twice := next((name for name in header if name and header.count(name) > 1), ""):
                raise _LineError(number, f"two columns are called {twice:.40}; give each a name of its own")
        elif any(row):
            if len(row) > len(header):
                raise _LineError(first, f"this row has {len(row)} cells and the first has {len(header)}")
            fields = dict(zip(header, row, strict=False))
            yield first, Prompt(fields.pop(column, ""), fields)
    if record:
        raise _LineError(first, "a quotation mark is opened here and never closed")


def _row(record: str, number: int) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(record, newline=""), strict=True), [])
    except csv.Error as error:
        raise _LineError(number, f"this is no row of CSV ({error})") from error


async def _decoded(lines: AsyncIterator[bytes]) -> _Numbered:
    """Yield lines as text without their line breaks, numbered from 1."""
    number = 0
    async for line in lines:
        number += 1
        try:
            text = line.removesuffix(b"\r").decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise _LineError(number, "this is not UTF-8; save the file as UTF-8") from error
        if len(line) > MAX_PROMPT:
            raise _LineError(number, f"this prompt is over {MAX_PROMPT // 2**20} MiB; give a shorter one")
        yield number, text


# Bytes


def _is_regular(name: str) -> bool:
    """Return whether a name is a regular file's, which can be read twice. Raises FileError if there is nothing."""
    try:
        return name != STANDARD_INPUT and stat.S_ISREG(Path(name).expanduser().stat().st_mode)
    except OSError as error:
        raise FileError(f"{name} can't be read: {error.strerror or error}") from error


def _open(name: str) -> int:
    """Return the file descriptor of a file, or of standard input."""
    try:
        if name == STANDARD_INPUT:
            if sys.stdin is None:
                raise FileError("there is no standard input to read the prompts from")
            return sys.stdin.fileno()
        return os.open(Path(name).expanduser(), os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise FileError(f"{name} can't be read: {error.strerror or error}") from error


async def _lines(descriptor: int) -> AsyncGenerator[bytes, None]:
    """Yield lines without their line feeds, the last also without one; no more than a long line is in memory."""
    parts, size = list[bytes](), 0
    while True:
        await _readable(descriptor)
        chunk = os.read(descriptor, _CHUNK)
        if not chunk:
            break
        begun, *others = chunk.split(b"\n")
        if size <= MAX_PROMPT:  # the rest of a line that is too long is dropped
            parts.append(begun)
            size += len(begun)
        for line in others:
            yield b"".join(parts)
            parts, size = [line], len(line)
    if size:
        yield b"".join(parts)


async def _readable(descriptor: int) -> None:
    """Wait until there is something to read from a pipe or a terminal, while the rest goes on."""
    loop, ready = asyncio.get_running_loop(), asyncio.Event()
    try:
        loop.add_reader(descriptor, ready.set)
    except PermissionError:
        await asyncio.sleep(0)  # a regular file never has to be waited for
        return
    try:
        await ready.wait()
    finally:
        loop.remove_reader(descriptor)
