"""Child process that speaks to a hub through huggingface_hub, on order.

That library is set up by environment variables, waits in calls that nothing interrupts, and speaks of its retries on
standard error. In a process of its own it can do all that, and is ended without more ado; what came is on disk.

It is run by path and imports nothing of alignscope. Orders come in on standard input, answers go out on standard
output, one JSON object a line:

    {"list": "OWNER/REPO"}    {"revision": "…", "license": "…", "files": [{"name": "…", "size": 1, "sha256": "…"}]}
    {"get": "OWNER/REPO", "revision": "…", "file": "…", "size": 1, "to": "/…"}    {"at": 1} … {"sha256": "…"}
    any                       {"error": "…", "status": 404, "code": "…", "token": true, "message": "…"}

It ends with its standard input, however the parent ends.
"""

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import queue
import re
import sys
import threading
import time
from pathlib import Path
from typing import Any, BinaryIO, cast

MOST_FILES = 10_000
"""Maximum of GGUF files in a listing."""
_CHUNK = 256 * 1024
"""Bytes between two looks at the progress; by itself the library takes 10 MiB, which is long on a slow line."""
_REPORT_SECONDS = 0.1
_REPORT_BYTES = 1024 * 1024
"""The progress is told after so much or so long, whichever comes first."""
_SECONDS = 15.0
"""Timeout of a listing."""
_MAGIC = b"GGUF"


class _StopError(Exception):
    """Raised when a download can't be kept; the message is a word for the parent."""


def main(version: str) -> None:
    """Carry out orders until standard input ends. `version` is alignscope's, which the hub is told."""
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), 1)
    orders: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(orders,), daemon=True).start()

    def answer(value: dict[str, Any]) -> None:
        answers.write(json.dumps(value).encode() + b"\n")

    while True:
        order = orders.get()
        try:
            answer(_list(order, version) if "list" in order else _get(order, version, answer))
        except Exception as error:
            answer(_told(error))


def _listen(orders: "queue.SimpleQueue[dict[str, Any]]") -> None:
    with os.fdopen(0, "rb", buffering=0, closefd=False) as stream:
        for line in iter(stream.readline, b""):
            orders.put(json.loads(line))
    os._exit(0)


def _list(order: dict[str, Any], version: str) -> dict[str, Any]:
    from huggingface_hub import HfApi

    api = HfApi(library_name="alignscope", library_version=version)
    info = api.model_info(order["list"], files_metadata=True, timeout=_SECONDS)
    files: list[dict[str, Any]] = []
    for file in info.siblings or ():
        if file.rfilename.lower().endswith(".gguf") and len(files) < MOST_FILES:
            size = file.lfs.size if file.lfs else file.size
            files.append({"name": file.rfilename, "size": size or 0, "sha256": file.lfs.sha256 if file.lfs else ""})
    licenses = (re.fullmatch(r"license:([A-Za-z0-9._+-]{1,60})", tag) for tag in info.tags or ())
    named = next((match[1] for match in licenses if match), "")
    return {"revision": info.sha or "", "license": named, "files": files}


def _get(order: dict[str, Any], version: str, answer: Any) -> dict[str, Any]:
    from huggingface_hub import constants, hf_hub_url
    from huggingface_hub.file_download import http_get
    from huggingface_hub.utils import build_hf_headers  # type: ignore[attr-defined]

    constants.DOWNLOAD_CHUNK_SIZE = _CHUNK
    # hf_hub_download keeps nothing of what it hasn't finished; this part of it goes on from what is there.
    url = hf_hub_url(order["get"], order["file"], revision=order["revision"] or None)
    headers = build_hf_headers(library_name="alignscope", library_version=version)
    headers["Accept-Encoding"] = "identity"  # a packed answer would ignore the range
    with _Part(Path(order["to"]), order["size"], lambda at: answer({"at": at})) as part:
        http_get(url, cast(BinaryIO, part), resume_size=part.size, headers=headers, expected_size=order["size"])
        return {"sha256": part.digest}


class _Part:
    """A file that is on its way: hashed as it is written, no longer than it was said to be, and of the right kind."""

    def __init__(self, path: Path, whole: int, report: Any) -> None:
        self._file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600), "r+b")
        self._whole = whole
        self._report = report
        self._reported = 0
        self._reported_at = 0.0
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _StopError("busy") from None
        self._hash = hashlib.sha256()
        self.size = 0
        for chunk in iter(lambda: self._file.read(1 << 20), b""):
            self._hash.update(chunk)
            self.size += len(chunk)
        if self.size > whole or not self._fits():
            self.truncate(0)
        report(self.size)

    @property
    def digest(self) -> str:
        """The SHA-256 of what is there, in hexadecimal digits."""
        return self._hash.hexdigest()

    def __enter__(self) -> "_Part":
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            os.fsync(self._file.fileno())
        self._file.close()

    def write(self, data: bytes) -> int:
        """Append bytes."""
        if self.size + len(data) > self._whole:
            raise _StopError("longer")
        self._file.write(data)
        self._file.flush()
        self._hash.update(data)
        self.size += len(data)
        if self.size - len(data) < len(_MAGIC) and not self._fits():
            self.truncate(0)
            raise _StopError("kind")
        far, long = self.size - self._reported > _REPORT_BYTES, time.monotonic() - self._reported_at > _REPORT_SECONDS
        if far or long or self.size == self._whole:
            self._reported, self._reported_at = self.size, time.monotonic()
            self._report(self.size)
        return len(data)

    def tell(self) -> int:
        """Return how much is there."""
        return self.size

    def seek(self, offset: int, _whence: int = 0) -> int:
        """Do nothing: the library seeks only before it truncates."""
        return offset

    def truncate(self, _size: int | None = None) -> int:
        """Begin again: the library does that where a server sends all of the file instead of the rest."""
        self._file.seek(0)
        self._file.truncate()
        self._hash = hashlib.sha256()
        self.size = 0
        return 0

    def _fits(self) -> bool:
        """Return whether the file may be GGUF, by as much of its magic word as is there."""
        place = self._file.tell()
        self._file.seek(0)
        begin = self._file.read(len(_MAGIC))
        self._file.seek(place)
        return _MAGIC.startswith(begin)


def _told(error: Exception) -> dict[str, Any]:
    """Return an error as the parent reads it."""
    from huggingface_hub import get_token

    names = [kind.__name__ for kind in type(error).__mro__]
    response = getattr(error, "response", None)
    told: dict[str, Any] = {"error": names[0], "kinds": names, "message": str(error)[:500]}
    if isinstance(error, _StopError):
        told["error"] = str(error)
    elif isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        told["error"] = "full"
    elif isinstance(error, OSError) and error.errno and response is None:
        told |= {"error": "unwritable", "message": os.strerror(error.errno)}
    elif response is not None:
        told |= {"status": response.status_code, "code": response.headers.get("X-Error-Code", "")}
    with contextlib.suppress(Exception):
        told["token"] = bool(get_token())
    causes: list[str] = []
    cause = error.__cause__ or error.__context__
    while cause is not None and len(causes) < 8:
        causes.append(type(cause).__name__)
        cause = cause.__cause__ or cause.__context__
    return told | {"causes": causes}


if __name__ == "__main__":
    main(sys.argv[1])
