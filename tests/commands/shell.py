"""Real processes of alignscope, and a real terminal for them."""

import asyncio
import fcntl
import json
import os
import pty
import struct
import sys
import termios
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from tests.commands.warm import warm
from tests.waiting import HANGS

LONG: Final = HANGS
_PROGRAM: Final = [sys.executable, "-m", "alignscope"]


@dataclass
class Done:
    status: int
    out: str
    err: str

    @property
    def events(self) -> list[dict[str, Any]]:
        """Standard output as JSON lines."""
        return [json.loads(line) for line in self.out.split("\n") if line]


class Shell:
    """Runs alignscope in an environment of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.program = _PROGRAM
        drop = ("OLLAMA_HOST", "ALIGNSCOPE_API_KEY", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME")
        self.environment = {name: value for name, value in os.environ.items() if name not in drop}
        self.environment |= {"HOME": str(home), "TERM": "xterm-256color"}

    def without(self, package: str) -> None:
        """Run alignscope as if a package weren't installed: Python looks for it no further."""
        code = f"import sys; sys.modules[{package!r}] = None; from alignscope.cli import main; sys.exit(main())"
        self.program = [sys.executable, "-c", code]

    @asynccontextmanager
    async def started(self, *arguments: str, **streams: Any) -> AsyncIterator[asyncio.subprocess.Process]:
        """A process that is ended when the block is left."""
        default = {
            "stdin": asyncio.subprocess.DEVNULL,
            "stdout": asyncio.subprocess.PIPE,
            "stderr": asyncio.subprocess.PIPE,
        }
        process = await asyncio.create_subprocess_exec(
            *self.program, *arguments, env=self.environment, **{**default, **streams}
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
            await process.communicate()

    async def run(self, *arguments: str, stdin: bytes | None = None) -> Done:
        """Run to the end, as a fork of what has imported alignscope already where that is the same."""
        if self.program == _PROGRAM and sys.platform == "linux":
            async with asyncio.timeout(LONG), warm().started(arguments, self.environment, stdin) as fork:
                return Done(*await fork.wait())
        streams = {} if stdin is None else {"stdin": asyncio.subprocess.PIPE}
        async with self.started(*arguments, **streams) as process:
            out, err = await asyncio.wait_for(process.communicate(stdin), LONG)
            return Done(process.returncode or 0, out.decode(), err.decode())


class Terminal:
    """A terminal of 120x30, and all that was written to it."""

    def __init__(self) -> None:
        self._self, self.end = pty.openpty()
        fcntl.ioctl(self.end, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 120, 0, 0))
        self._bytes = b""
        self._more = asyncio.Event()

    def __enter__(self) -> Self:
        os.set_blocking(self._self, False)
        asyncio.get_running_loop().add_reader(self._self, self._read)
        return self

    def __exit__(self, *_: object) -> None:
        self._read()
        os.close(self.end)
        self.hang_up()

    def hang_up(self) -> None:
        """Go away, as a window that is closed does. What runs in the terminal must be all that has it open."""
        if self._self >= 0:
            asyncio.get_running_loop().remove_reader(self._self)
            os.close(self._self)
            self._self = -1

    @property
    def written(self) -> str:
        return self._bytes.decode("utf-8", "replace")

    def press(self, keys: bytes) -> None:
        os.write(self._self, keys)

    async def until(self, text: str) -> None:
        """Wait until this has been written. Raises TimeoutError with what was written last."""
        try:
            async with asyncio.timeout(LONG):
                while text not in self.written:
                    self._more.clear()
                    await self._more.wait()
        except TimeoutError:
            raise TimeoutError(f"{text!r} did not come; last: {self.written[-8000:]!r}") from None

    def _read(self) -> None:
        with suppress(OSError):
            while self._self >= 0 and (chunk := os.read(self._self, 65536)):
                self._bytes += chunk
                self._more.set()


def running() -> str:
    """The command lines of all processes, where the system has a place to read them from."""
    lines = ""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            lines += path.read_text(errors="replace")
    return lines
