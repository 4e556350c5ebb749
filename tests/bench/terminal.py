"""A program in a pseudo-terminal: what it draws and when, and what it costs."""

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from pathlib import Path
from types import TracebackType
from typing import Self


class Terminal:
    """Runs a command in a terminal of 160x48 until it is closed."""

    def __init__(self, command: list[str], home: str, columns: int = 160, rows: int = 48) -> None:
        self.started = time.monotonic()
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            settings = termios.tcgetattr(0)
            settings[3] &= ~termios.ECHO  # what is drawn comes from the program alone
            termios.tcsetattr(0, termios.TCSANOW, settings)
            foreign = ("XDG_", "OLLAMA", "TEXTUAL", "PYTHON", "ALIGNSCOPE")
            environment = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
            environment |= {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", "HOME": home}
            environment["PYTHONPYCACHEPREFIX"] = str(Path(home).parent / "compiled")
            os.execvpe(command[0], command, environment)
        self.resize(columns, rows)
        self.output = bytearray()
        self.arrivals: list[tuple[float, int]] = []
        """When how many bytes had come."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)
            for _ in range(50):
                if os.waitpid(self.pid, os.WNOHANG)[0]:
                    os.close(self._fd)
                    return
                with contextlib.suppress(RuntimeError):
                    self.read(0.02)

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size."""
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def write(self, data: bytes) -> None:
        """Press keys."""
        os.write(self._fd, data)

    def read(self, seconds: float) -> bool:
        """Take what it draws, for at most so long; whether anything came."""
        if not select.select([self._fd], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self._fd, 65536)
        except OSError:
            raise RuntimeError("the program ended: " + self.output[-2000:].decode(errors="replace")) from None
        self.output += data
        self.arrivals.append((time.monotonic(), len(self.output)))
        return True

    def wait_for(self, *marks: bytes, seconds: float = 120) -> float:
        """Read until all these have been drawn; the moment when the last was."""
        deadline = time.monotonic() + seconds
        left = list(marks)
        searched = 0
        while left:
            left = [mark for mark in left if self.output.find(mark, max(0, searched - 64)) < 0]
            searched = len(self.output)
            if left and time.monotonic() > deadline:
                raise TimeoutError(f"{left} did not come; last: {bytes(self.output[-300:])!r}")
            if left:
                self.read(0.5)
        return self.arrivals[-1][0]

    def settle(self, quiet: float = 0.5, seconds: float = 60) -> float:
        """Read until nothing is drawn and hardly any processor time is used for a while; the last moment of drawing."""
        deadline = time.monotonic() + seconds
        since, cpu, last = time.monotonic(), self.cpu(), time.monotonic()
        while time.monotonic() - since < quiet and time.monotonic() < deadline:
            if self.read(0.05):
                since = last = time.monotonic()
            if (now := self.cpu()) > cpu + 0.01:
                since, cpu = time.monotonic(), now
        return last

    def drawn_at(self, mark: bytes) -> float | None:
        """The moment by which a mark had been drawn for the first time."""
        place = self.output.find(mark)
        if place < 0:
            return None
        return next(moment for moment, length in self.arrivals if length >= place + len(mark))

    def cpu(self) -> float:
        """Seconds of processor time so far, of all threads there are."""
        total = 0
        for task in Path(f"/proc/{self.pid}/task").iterdir():
            with contextlib.suppress(FileNotFoundError):
                total += int((task / "schedstat").read_text().split()[0])
        return total / 1e9

    def memory(self, field: str = "VmRSS") -> float:
        """Megabytes resident now, or with `VmHWM` at the most."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(field):
                return int(line.split()[1]) / 1000
        raise RuntimeError(f"no {field}")
