"""The processes that a screen has at work: one that measures, and the run itself."""

import asyncio
import contextlib
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Final

import msgspec

from alignscope.lab.run.reported import DECODER, Said
from alignscope.lab.watching.messages import LENGTH, Answer, Asked, answer, packed

_LONGEST: Final = 2**20
"""Bytes of a line that a run says of itself."""
_WORDS: Final = 2000
"""Characters of what a process wrote before it ended that are kept."""
_SECONDS: Final = 5.0
"""How long a process may take to end before it is killed."""


class Measurer:
    """The process that measures a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: Process | None = None
        self._complaint: asyncio.Task[str] | None = None

    @property
    def pid(self) -> int | None:
        """Number of the process; None before it has begun."""
        return None if self._process is None else self._process.pid

    async def answers(self) -> AsyncIterator[Answer]:
        """Begin, and yield what it says until it is closed. Raises OSError, also if it ends by itself."""
        command = (sys.executable, "-m", "alignscope.lab.watching.child", str(self._folder))
        process = self._process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=PIPE)
        assert process.stdout and process.stderr
        self._complaint = asyncio.create_task(_tail(process.stderr))
        while True:
            try:
                length = await process.stdout.readexactly(LENGTH)
                content = await process.stdout.readexactly(int.from_bytes(length, "big"))
            except asyncio.IncompleteReadError:
                words = (await self._complaint).strip().splitlines()
                raise OSError(f"Measuring has ended{f': {words[-1]}' if words else ''}") from None
            yield answer(content)

    def ask(self, wanted: Asked) -> None:
        """Ask something; nothing where it doesn't run."""
        if self._process is not None and self._process.stdin is not None and not self._process.stdin.is_closing():
            self._process.stdin.write(packed(wanted))

    async def close(self) -> None:
        """End it."""
        if self._process is not None:
            if self._process.stdin is not None:
                self._process.stdin.close()
            await _end(self._process)
        if self._complaint is not None:
            self._complaint.cancel()
            await asyncio.gather(self._complaint, return_exceptions=True)


class Running:
    """A run in a process of its own: `alignscope lab run`, as a person would type it."""

    def __init__(self, arguments: Sequence[str]) -> None:
        """Prepare.

        Args:
            arguments: of `lab run`, the spec's file among them.
        """
        self._arguments = tuple(arguments)
        self._process: Process | None = None
        self.stopping = False

    @property
    def whole(self) -> bool:
        """Whether it has ended with nothing missing."""
        return self._process is not None and self._process.returncode == 0

    @property
    def pid(self) -> int | None:
        """Number of its process; None before it has begun."""
        return None if self._process is None else self._process.pid

    async def said(self) -> AsyncIterator[Said]:
        """Begin, and yield what it says until it ends. Raises OSError with its words if it fails to begin."""
        command = (sys.executable, "-m", "alignscope", "lab", "run", "--json", *self._arguments)
        process = self._process = await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.DEVNULL, stdout=PIPE, stderr=PIPE, limit=_LONGEST
        )
        assert process.stdout and process.stderr
        complaint = asyncio.create_task(_tail(process.stderr))
        try:
            async for line in process.stdout:
                with contextlib.suppress(msgspec.MsgspecError):
                    yield DECODER.decode(line)
            await process.wait()
            if words := (await complaint).strip():
                raise OSError(words.splitlines()[-1].removeprefix("alignscope: "))
        finally:
            complaint.cancel()
            await asyncio.gather(complaint, return_exceptions=True)

    def stop(self) -> None:
        """Stop it as ctrl+c does; it says what there is, and ends."""
        self.stopping = True
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGINT)

    async def close(self) -> None:
        """Stop it, and wait until it has ended."""
        self.stop()
        if self._process is not None:
            await _end(self._process)


async def _end(process: Process) -> None:
    try:
        async with asyncio.timeout(_SECONDS):
            await process.wait()
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _tail(stream: asyncio.StreamReader) -> str:
    """Read to the end, and return the last of it."""
    words = ""
    while part := await stream.read(2**16):
        words = (words + part.decode("utf-8", "replace"))[-_WORDS:]
    return words
