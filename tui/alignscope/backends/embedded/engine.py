"""The embedded engine: one child process that runs llama.cpp, started when it is first used."""

import asyncio
import contextlib
import importlib.util
import itertools
import json
import logging
import os
import secrets
import signal
import sys
from pathlib import Path
from typing import Any, Final, NamedTuple

from alignscope.backends.base import Fault, ServerError
from alignscope.backends.embedded.gguf import GGUFError, Header, read_header
from alignscope.files.locations import state_dir
from alignscope.model.pane import MAX_PANES, is_twin

TWINS: Final = {
    "twin:text": "twin-text.gguf",
    "twin:sft": "twin-sft.gguf",
    "twin:latest": "twin-latest.gguf",
}
"""The models that come with alignscope, and their files."""
_MODELS: Final = Path(__file__).parent / "models"
_CHILD: Final = Path(__file__).with_name("child.py")
_LEAVE_SECONDS: Final = 2.0
"""How long the child may take to end by itself."""
_CONTEXT: Final = 8192
"""Tokens that the replies of one model share; each may have as many of them as the model was trained for."""
_TWIN_SLOTS: Final = 8
_SLOTS: Final = 4
"""Replies that any other model writes at once; the rest queue."""
_NOT_AT_FAULT: Final[dict[str, Any]] = {"broke": "over another order"}
_Stamp = tuple[Path, int, int]
"""A file's identity: another file under the same name is another model."""
_log = logging.getLogger(__name__)


class Address(NamedTuple):
    """Where a model is served."""

    url: str
    model: str
    """What the server there calls it."""


class Engine:
    """Runs GGUF files. Safe to use from many tasks at once; call `close` when done."""

    def __init__(self) -> None:
        self.key = secrets.token_urlsafe(16)
        """What requests must carry as their bearer token, so that nobody else on the machine talks to the engine."""
        self._process: asyncio.subprocess.Process | None = None
        self._listener: asyncio.Task[None] | None = None
        self._gate = asyncio.Lock()
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._loads: dict[str, asyncio.Task[Address]] = {}
        self._served: dict[str, _Stamp] = {}
        """What is in memory or on its way there, least recently asked for first."""
        self._headers: dict[_Stamp, Header] = {}

    @property
    def log(self) -> Path:
        """Where llama.cpp's own messages go."""
        return state_dir() / "engine.log"

    @property
    def pid(self) -> int | None:
        """The child's process id while it runs."""
        process = self._process
        # The end of its output is known sooner than that of the process.
        gone = process is None or process.returncode is not None or (process.stdout and process.stdout.at_eof())
        return None if process is None or gone else process.pid

    def loading(self, model: str) -> bool:
        """Whether the model is on its way into memory."""
        load = self._loads.get(model)
        return load is not None and not load.done()

    def loaded(self, model: str) -> bool:
        """Whether the model is in memory."""
        return self.pid is not None and model in self._served and not self.loading(model)

    async def header(self, model: str) -> Header:
        """What the file of a twin, or of a path, says of itself.

        Raises:
            ServerError: there is no such file, or it is no GGUF file, or damaged.
        """
        path = _file(model)
        try:
            stamp = _stamp(path)
            if stamp not in self._headers:
                self._headers[stamp] = await asyncio.to_thread(read_header, path)
            return self._headers[stamp]
        except OSError as error:
            reason = "Check the path." if isinstance(error, FileNotFoundError) else f"{error.strerror}."
            raise ServerError(f"There is no file {path}. {reason}", Fault.NO_MODEL) from None
        except GGUFError as error:
            raise ServerError(str(error), Fault.INVALID) from None

    async def url_for(self, model: str) -> Address:
        """Where a twin or a GGUF file is served; loads it, and starts the child, if need be.

        A caller that is cancelled does not stop a load: the next one finds it further along.

        Raises:
            ServerError: the engine isn't installed, or the file can't be served.
        """
        if reason := engine_available():
            raise ServerError(reason, Fault.UNREACHABLE)
        header = await self.header(model)
        stamp = _stamp(header.path)
        for _ in range(4):
            await asyncio.sleep(0)  # so many steps the loop takes to learn that the child has ended, if it has
        load = self._loads.get(model)
        stale = self.pid is None or self._served.get(model) != stamp
        if load is None or (load.done() and stale):
            self._make_room(model)
            load = self._loads[model] = asyncio.create_task(self._load(model, header))
            load.add_done_callback(lambda task: task.cancelled() or task.exception())  # its callers may have left
        self._served.pop(model, None)
        self._served[model] = stamp
        try:
            return await asyncio.shield(load)
        except ServerError:
            if self._loads.get(model) is load:
                del self._loads[model], self._served[model]
            raise

    def _make_room(self, model: str) -> None:
        """Keep in memory no more of a person's own models than a lineup has panes. The twins take hardly any."""
        others = [served for served in self._served if served != model and not is_twin(served)]
        if len(others) >= MAX_PANES and not is_twin(model) and not self.loading(others[0]):
            del self._served[others[0]], self._loads[others[0]]
            if self._process is not None:
                _send(self._process, {"drop": others[0]})

    async def close(self) -> None:
        """End the child, and wait until it is gone."""
        for load in self._loads.values():
            load.cancel()
        await asyncio.gather(*self._loads.values(), return_exceptions=True)
        self._loads.clear()
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None
        process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), _LEAVE_SECONDS)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        if self._listener is not None:
            await self._listener

    async def _load(self, model: str, header: Header) -> Address:
        small = is_twin(model)
        result = await self._order(
            path=str(header.path),
            name=model,
            key=self.key,
            context=_CONTEXT,
            slots=_TWIN_SLOTS if small else _SLOTS,
            threads=1 if small else 0,
        )
        if url := result.get("url"):
            return Address(url, model)
        name = header.path.name
        if error := result.get("error"):
            reason = error.removeprefix("error loading model: ").rstrip(".")
            raise ServerError(f"The embedded engine can't load {name}: {reason}. Choose another file.", Fault.INVALID)
        reasons = {
            -signal.SIGILL: "This machine's processor lacks instructions that it needs: use Ollama or another server",
            -signal.SIGKILL: "The system ended it, most likely for want of memory: take a smaller model",
        }
        reason = reasons.get(result["ended"], "The file may be damaged, or too large for this machine's memory")
        raise ServerError(
            f"The embedded engine broke down while it loaded {name}. {reason}; {self.log} may say more.", Fault.FAILED
        )

    async def _order(self, **order: str | int) -> dict[str, Any]:
        """The child's answer; when it broke down over this order, its exit status under `ended`. If it was over another
        one, this one is given again, to the next child."""
        while True:
            async with self._gate:
                process = await self._running()
            number = next(self._numbers)
            answer = self._answers[number] = asyncio.get_running_loop().create_future()
            try:
                _send(process, {"id": number, **order})
                result: dict[str, Any] = await answer
            finally:
                self._answers.pop(number, None)
            if result is not _NOT_AT_FAULT:
                return result

    async def _running(self) -> asyncio.subprocess.Process:
        if self._process is not None and self._listener is not None:
            if self.pid is not None and not self._listener.done():
                return self._process
            await self._listener  # it fails what still waits for the old process, and must not do so to the new one
        # A session of its own keeps the terminal's interrupt and hang-up away: its life hangs on the pipe alone.
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", str(_CHILD), str(self.log), str(os.getpid()),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        self._process = process
        self._listener = asyncio.create_task(self._listen(process))
        return process

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        """Hand the child's answers out, until it ends; who still waits then learns that there is none."""
        assert process.stdout is not None
        async for line in process.stdout:
            answer = json.loads(line)
            future = self._answers.get(answer["id"])
            if future is not None and not future.done():
                future.set_result(answer)
        code = await process.wait()
        if self._process is process:
            _log.warning("the embedded engine ended with status %s; its log is %s", code, self.log)
        # Orders are taken one by one, so what brought it down is the oldest of those without an answer.
        culprit: dict[str, Any] = {"ended": code}
        for _, future in sorted(self._answers.items()):
            if not future.done():
                future.set_result(culprit)
                culprit = _NOT_AT_FAULT


def engine_available() -> str:
    """Empty when the embedded engine can run here, else the reason why it can't."""
    if importlib.util.find_spec("xllamacpp") is None:
        return (
            "The embedded engine is not installed: llama.cpp comes as the package xllamacpp, which has no build for "
            "this platform. Use Ollama, or another server with --host."
        )
    return ""


def _send(process: asyncio.subprocess.Process, order: dict[str, Any]) -> None:
    """Give an order; one that has ended in the meantime doesn't hear it, and its listener tells so."""
    assert process.stdin is not None
    process.stdin.write(json.dumps(order).encode() + b"\n")


def _file(model: str) -> Path:
    """The file of a twin or of a path that a person wrote."""
    if is_twin(model):
        if model not in TWINS:
            raise ServerError(f"There is no {model}: the twins are {', '.join(TWINS)}.", Fault.NO_MODEL)
        return _MODELS / TWINS[model]
    return Path(os.path.abspath(Path(model).expanduser()))  # noqa: PTH100 - resolve() would follow symlinks


def _stamp(path: Path) -> _Stamp:
    status = path.stat()
    return path, status.st_mtime_ns, status.st_size
