"""`python -m tests.commands.warm SOCKET`: alignscope, imported once, and forked for each run of a command.

What is forked is a process like any other, with outputs, an environment and a status of its own; it only doesn't
import again what all before it imported, which takes longer than most commands do.
"""

import asyncio
import atexit
import gc
import importlib
import json
import os
import pkgutil
import random
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, Final

_HEAD: Final = 8
"""Bytes that say how long a message is."""
_ROOT: Final = Path(__file__).parents[2]
_NOT_BEFORE: Final = ("alignscope.__main__", "alignscope.ui", "alignscope.backends.embedded.child")
"""What no command imports: it begins something at once, or draws."""


class Warm:
    """The process that is forked, seen from the tests."""

    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", __name__, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                cwd=_ROOT,  # a test may be in a directory of its own
            )

    def stop(self) -> None:
        """Let it end, and wait for that."""
        self._socket.close()
        self._process.wait()

    @asynccontextmanager
    async def started(
        self, arguments: tuple[str, ...], environment: dict[str, str], stdin: bytes | None = None
    ) -> AsyncIterator["Fork"]:
        """A command under way, which is killed when the block is left before it has ended."""
        given = os.open(os.devnull, os.O_RDONLY)
        if stdin is not None:
            os.close(given)
            given, give = os.pipe()
            os.set_blocking(give, False)  # what is more than a pipe holds is an error, and waits for nobody
            os.write(give, stdin)
            os.close(give)
        pipes = [os.pipe() for _ in range(3)]
        theirs = [given, *(end for _, end in pipes)]
        message = json.dumps([arguments, environment, str(Path.cwd())]).encode()
        socket.send_fds(self._socket, [len(message).to_bytes(_HEAD, "big")], theirs)
        self._socket.sendall(message)
        for end in theirs:
            os.close(end)
        async with AsyncExitStack() as stack:
            out, err, told = [await stack.enter_async_context(_reading(end)) for end, _ in pipes]
            fork = Fork(int(await told.readline()), asyncio.gather(out.read(), err.read(), told.read()))
            try:
                yield fork
            finally:
                fork.kill()
                await fork.wait()


class Fork:
    """A command under way, or at its end."""

    def __init__(self, process: int, written: "asyncio.Future[tuple[bytes, bytes, bytes]]") -> None:
        self._process = process
        self._written = written
        """Both outputs and the status, once it has ended."""

    @property
    def ended(self) -> bool:
        """Whether it has ended."""
        return self._written.done()

    def kill(self) -> None:
        """End it by SIGKILL, unless it has ended."""
        if not self.ended:
            with suppress(ProcessLookupError):
                os.kill(self._process, signal.SIGKILL)

    async def wait(self) -> tuple[int, str, str]:
        """Return its status and both its outputs once it has ended."""
        out, err, status = await asyncio.shield(self._written)
        return int(status), out.decode(), err.decode()


@cache
def warm() -> Warm:
    """This process's own, which ends with it."""
    started = Warm()
    atexit.register(started.stop)
    return started


@asynccontextmanager
async def _reading(end: int) -> AsyncIterator[asyncio.StreamReader]:
    reader = asyncio.StreamReader(limit=1 << 20)
    pipe = os.fdopen(end, "rb", buffering=0)
    connected = asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), pipe)
    transport, _ = await connected
    try:
        yield reader
    finally:
        transport.close()


def _serve(told: socket.socket) -> None:
    _import_all()
    gc.freeze()  # else every fork would look through all that was imported at its end, and copy it by that
    while True:
        head, ends, _, _ = socket.recv_fds(told, _HEAD, 4)
        if not head:
            return
        message = b""
        while len(message) < int.from_bytes(head, "big"):
            message += told.recv(1 << 16)
        if os.fork() == 0:
            told.close()
            _mind(json.loads(message), ends)
            os._exit(0)
        for end in ends:
            os.close(end)
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _import_all() -> None:
    package = importlib.import_module("alignscope")
    for found in pkgutil.walk_packages(package.__path__, "alignscope.", onerror=lambda _: None):
        if not found.name.startswith(_NOT_BEFORE):
            importlib.import_module(found.name)


def _mind(message: list[Any], ends: list[int]) -> None:
    """Run the command in a process of its own; tell which that is, and at its end its status."""
    *streams, told = ends
    command = os.fork()
    if command == 0:
        os.close(told)
        for own, end in enumerate(streams):
            os.dup2(end, own)
            os.close(end)
        _become(*message)
    os.write(told, f"{command}\n".encode())
    for end in streams:
        os.close(end)
    status = os.waitstatus_to_exitcode(os.waitpid(command, 0)[1])
    os.write(told, str(status).encode())


def _become(arguments: list[str], environment: dict[str, str], directory: str) -> None:
    """Be what `python -m alignscope` is: what Python makes of the environment and of its streams at its start."""
    os.chdir(directory)
    os.environ.clear()
    os.environ.update(environment)
    random.seed()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for name, stream in (("stdin", sys.stdin), ("stdout", sys.stdout), ("stderr", sys.stderr)):
        number = stream.fileno()
        again = open(number, stream.mode, encoding=stream.encoding, errors=stream.errors, closefd=False)  # noqa: SIM115
        setattr(sys, name, again)
    sys.argv = ["alignscope", *arguments]
    from alignscope.cli import main

    sys.exit(main())


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
