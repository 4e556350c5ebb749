"""Embedded engine: one child process that runs llama.cpp, started at its first use."""

import asyncio
import contextlib
import importlib.util
import itertools
import json
import logging
import os
import signal
import sys
from pathlib import Path
from typing import Any, Final, NamedTuple

from alignscope.backends.base import Fault, ServerError
from alignscope.backends.embedded.gguf import GGUFError, Header, read_header
from alignscope.backends.embedded.hub import store
from alignscope.files.locations import state_dir
from alignscope.model.lineup.pane import MAX_PANES, is_hub, is_twin

TWINS: Final = {
    "twin:text": "twin-text.gguf",
    "twin:sft": "twin-sft.gguf",
    "twin:latest": "twin-latest.gguf",
}
"""Models that come with alignscope, and their files."""
_MODELS: Final = Path(__file__).parent / "models"
_CHILD: Final = Path(__file__).with_name("child.py")
_LEAVE_SECONDS: Final = 2.0
"""Timeout of the child's own ending."""
_CONTEXT: Final = 8192
"""Tokens of context that the replies of one model share."""
_TWIN_SLOTS: Final = 8
_SLOTS: Final = 4
"""Replies that any other model writes at once; more are queued."""
_NOT_AT_FAULT: Final[dict[str, Any]] = {}
"""Answer to an order during which another one broke the child down."""
_Stamp = tuple[Path, int, int]
"""Identity of a file: path, modification time, size."""
_log = logging.getLogger(__name__)


class Address(NamedTuple):
    """Address of a model."""

    url: str
    model: str
    """Its name on that server."""


class Engine:
    """Runs GGUF files, for any number of tasks; `close` ends it."""

    def __init__(self) -> None:
        self.key = os.urandom(16).hex()
        """Bearer token of requests, which keeps other users of the machine out."""
        self._process: asyncio.subprocess.Process | None = None
        self._listener: asyncio.Task[None] | None = None
        self._gate = asyncio.Lock()
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._loads: dict[str, asyncio.Task[Address]] = {}
        self._served: dict[str, _Stamp] = {}
        """Models in memory or on their way there, least recently used first."""
        self._headers: dict[_Stamp, Header] = {}

    @property
    def log(self) -> Path:
        """File of llama.cpp's own messages."""
        return state_dir() / "engine.log"

    @property
    def pid(self) -> int | None:
        """Process id of the child; None if it isn't running."""
        process = self._process
        if process is None or process.returncode is not None:
            return None
        # The end of its output is known sooner than that of the process.
        return None if process.stdout and process.stdout.at_eof() else process.pid

    def loading(self, model: str) -> bool:
        """Return whether a model is on its way into memory."""
        load = self._loads.get(model)
        return load is not None and not load.done()

    def loaded(self, model: str) -> bool:
        """Return whether a model is in memory."""
        return self.pid is not None and model in self._served and not self.loading(model)

    async def header(self, model: str) -> Header:
        """Return the header of a model's file. Raises ServerError if it is missing, no GGUF file, or damaged."""
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
        """Return the address of a twin or a GGUF file; load it, and start the child, if need be.

        Cancelling a call doesn't stop the load. Raises ServerError if the engine is missing or the file is unusable.
        """
        if reason := engine_problem():
            raise ServerError(reason, Fault.UNREACHABLE)
        header = await self.header(model)
        stamp = _stamp(header.path)
        for _ in range(4):
            await asyncio.sleep(0)  # the loop needs so many steps to notice the end of the child
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
        """Drop the least recently used of the person's own models if there are as many as a lineup has panes."""
        others = [served for served in self._served if served != model and not is_twin(served)]
        if len(others) >= MAX_PANES and not is_twin(model) and not self.loading(others[0]):
            del self._served[others[0]], self._loads[others[0]]
            if self._process is not None:
                _send(self._process, {"drop": others[0]})

    async def close(self) -> None:
        """End the child, and wait for its end."""
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
        """Send an order, and return the answer; if the child broke down over it, its exit status under `ended`.

        If it broke down over another order, send this one to the next child.
        """
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
            await self._listener  # it ends what waits for the old process, and must not end what waits for the new one
        # A session of its own keeps the terminal's interrupt and hang-up away.
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", str(_CHILD), str(self.log), str(os.getpid()),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        self._process = process
        self._listener = asyncio.create_task(self._listen(process))
        return process

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        """Pass the child's answers on until it ends, then answer the remaining orders with its end."""
        assert process.stdout is not None
        async for line in process.stdout:
            answer = json.loads(line)
            future = self._answers.get(answer["id"])
            if future is not None and not future.done():
                future.set_result(answer)
        code = await process.wait()
        if self._process is process:
            _log.warning("the embedded engine ended with status %s; its log is %s", code, self.log)
        # Orders are carried out one by one, so the oldest without an answer brought it down.
        culprit: dict[str, Any] = {"ended": code}
        for _, future in sorted(self._answers.items()):
            if not future.done():
                future.set_result(culprit)
                culprit = _NOT_AT_FAULT


def engine_problem() -> str:
    """Return why the embedded engine can't run here, "" if it can."""
    if importlib.util.find_spec("xllamacpp") is None:
        return (
            "The embedded engine is not installed: llama.cpp comes as the package xllamacpp, which has no build for "
            "this platform. Use Ollama, or another server with --host."
        )
    return ""


def _send(process: asyncio.subprocess.Process, order: dict[str, Any]) -> None:
    """Send an order. If the process has ended meanwhile, its listener answers it."""
    assert process.stdin is not None
    process.stdin.write(json.dumps(order).encode() + b"\n")


def _file(model: str) -> Path:
    """Return the file of a twin, of a model from a hub, or of a path as the person wrote it."""
    if is_twin(model):
        if model not in TWINS:
            raise ServerError(f"There is no {model}: the twins are {', '.join(TWINS)}.", Fault.NO_MODEL)
        return _MODELS / TWINS[model]
    if is_hub(model):
        return store.find(model).path
    return Path(os.path.abspath(Path(model).expanduser()))  # noqa: PTH100 - resolve() would follow symlinks


def _stamp(path: Path) -> _Stamp:
    status = path.stat()
    return path, status.st_mtime_ns, status.st_size
