"""Child process that runs llama.cpp: loads GGUF files on order and serves each on a loopback port of its own.

It is run by path and imports nothing of alignscope, so that it starts as fast as llama.cpp is imported. Orders come in
on standard input, answers go out on standard output, one JSON object a line:

    {"id": 1, "path": "/m/a.gguf", "name": "twin:text", "key": "…", "context": 8192, "slots": 8, "threads": 1}
    {"id": 1, "url": "http://127.0.0.1:40773"}    or    {"id": 1, "error": "…"}
    {"drop": "twin:text"}    has no answer

It ends with its standard input, however the parent ends.
"""

import ctypes
import json
import os
import queue
import resource
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

MAX_LOG = 1_000_000
"""Maximum of bytes of log from earlier runs."""
_PR_SET_PDEATHSIG = 1


def main(log: Path, parent: int) -> None:
    """Serve until standard input ends, or the process `parent`. llama.cpp's output goes into `log`."""
    _die_with(parent)
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    _redirect_output(log)
    _die_fast()
    orders: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(orders,), daemon=True).start()
    # Models load in this thread, one at a time, while the listener waits for the end of standard input.
    servers: dict[str, object] = {}
    while True:
        order = orders.get()
        if "drop" in order:
            servers.pop(order["drop"], None)
            continue
        start = os.fstat(2).st_size
        answer: dict[str, Any] = {"id": order["id"]}
        try:
            server = _load(order)
        except Exception as error:
            answer["error"] = _reason(log, start) or str(error)
        else:
            servers[order["name"]] = server
            answer["url"] = server.listening_address
        answers.write(json.dumps(answer).encode() + b"\n")


def _die_with(parent: int) -> None:
    """Have Linux end this process with its parent, even while native code keeps the listener from running."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(0)


def _die_fast() -> None:
    """Have an abort of llama.cpp end the process at once: no backtrace by a debugger, no core dump."""
    os.environ["GGML_NO_BACKTRACE"] = "1"
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _redirect_output(log: Path) -> None:
    """Redirect standard output and error into the log, emptied if it is large."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    try:
        target = os.open(log, flags, 0o600)
        if os.fstat(target).st_size > MAX_LOG:
            os.ftruncate(target, 0)
    except OSError:
        target = os.open(os.devnull, os.O_WRONLY)
    os.dup2(target, 1)
    os.dup2(target, 2)
    os.close(target)


def _listen(orders: "queue.SimpleQueue[dict[str, Any]]") -> None:
    with os.fdopen(0, "rb", buffering=0, closefd=False) as stream:
        for line in iter(stream.readline, b""):
            orders.put(json.loads(line))
    # Without cleaning up, which may wait for threads in native code.
    os._exit(0)


def _load(order: dict[str, Any]) -> Any:
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = order["path"]
    params.model_alias = {order["name"]}
    params.hostnames = ["127.0.0.1"]
    params.port = 0  # llama.cpp binds before it reads, so the system's choice can't be lost to another process
    params.api_keys = [order["key"]]
    params.cors_origins = ""
    params.ui = False
    params.verbosity = 1  # errors only; 0 would hide the reason of a failed load
    params.fit_params = False
    params.cache_ram_mib = 0
    params.n_parallel = order["slots"]
    params.n_ctx = order["context"]
    params.kv_unified = True
    params.endpoint_slots = True
    if order["threads"]:
        # Small models are several times faster on one thread than when many threads wait for each other. Without a
        # warm-up and a prompt cache the first reply comes sooner, and the same seed gives the same reply every time.
        params.cpuparams.n_threads = params.cpuparams_batch.n_threads = order["threads"]
        params.warmup = params.cache_prompt = False
    return xllamacpp.Server(params)


def _reason(log: Path, start: int) -> str:
    """Return why llama.cpp would not load a file: the first error that it has logged since `start`.

    It writes its log from a thread of its own, which may be a little behind. Its last line says that it gives up; what
    is written after the answer would be taken for the next file's.
    """
    errors: list[str] = []
    for _ in range(25):
        try:
            with log.open("rb") as file:
                file.seek(start)
                lines = file.read(65_536).decode("utf-8", "replace").split("\n")
        except OSError:
            break
        errors = [
            text.partition(": ")[2] or text
            for _, error, text in (line.partition(" E ") for line in lines[:-1])
            if error
        ]
        if errors and errors[-1].startswith("exiting"):
            break
        time.sleep(0.02)
    return errors[0] if errors else ""


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
