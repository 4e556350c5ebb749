"""A stand-in for a model hub as huggingface.co is one: repositories, and their large files on another server.

What it sends was compared with what huggingface_hub reads of the real one: X-Repo-Commit, X-Linked-Size, X-Linked-Etag
and a redirection for a large file, X-Error-Code with a refusal, ranges at the place that the redirection names.
"""

import asyncio
import hashlib
import ssl
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Self
from urllib.parse import unquote

from tests.standin.web import Exchange, HangupError, Server

COMMIT = "2f1a" * 10
_CHUNK = 64 * 1024


@dataclass
class Repository:
    """One repository, with what may be wrong with it."""

    files: dict[str, bytes]
    license: str = "apache-2.0"
    refusal: str = ""
    """`GatedRepo` for files that need a token, `RepoNotFound` for a repository that needs one."""
    sizes: dict[str, int] = field(default_factory=dict)
    """Sizes that its listing says, where they aren't the files' own."""
    hashes: dict[str, str] = field(default_factory=dict)
    """Hashes that its listing says, where they aren't the files' own."""

    def sha256(self, name: str) -> str:
        """What the listing says of a file."""
        return self.hashes.get(name) or hashlib.sha256(self.files[name]).hexdigest()


class Hub(Server):
    """A hub, and as `store` the server that it redirects to for files."""

    def __init__(self, token: str = "hf_right", *, port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(port=port, tls=tls)
        self.token = token
        self.repositories: dict[str, Repository] = {}
        self.store = Server()
        self.cut_after: list[int] = []
        """After how many bytes of its body an answer of the store breaks off, one for each answer."""
        self.hold_after: int | None = None
        """After how many bytes of its body an answer of the store waits for `go`."""
        self.go = asyncio.Event()
        self.pause = 0.0
        """Seconds after each 64 KiB of the store, for a line as slow as that."""
        self.ranges = True
        """Whether the store heeds ranges."""
        self.status = 0
        """A status that all its answers have instead, and no body."""
        self.otherwise = self._answer_any
        self.store.otherwise = self._send

    def add(self, path: str, files: dict[str, bytes], **more: object) -> Repository:
        """Put a repository there."""
        repository = self.repositories[path] = Repository(files, **more)  # type: ignore[arg-type]
        return repository

    async def __aenter__(self) -> Self:
        await self.store.__aenter__()
        return await super().__aenter__()

    async def __aexit__(self, *_: object) -> None:
        self.go.set()
        await super().__aexit__()
        await self.store.__aexit__()

    async def _answer_any(self, exchange: Exchange) -> None:
        path = unquote(exchange.seen.path.partition("?")[0])
        api = path.startswith("/api/models/")
        name, _, rest = path.removeprefix("/api/models/" if api else "/").partition("/" if api else "/resolve/")
        if api:
            owner, (repository, _, rest) = name, rest.partition("/")
            name = f"{owner}/{repository}"
        known = self.repositories.get(name)
        right = exchange.seen.headers.get("authorization") == f"Bearer {self.token}"
        if self.status:
            await _head(exchange, self.status, {"Content-Length": "0"})
        elif known is None or (known.refusal == "RepoNotFound" and not right):
            # The hub says no more of a repository that isn't there than of one that isn't for everybody.
            await _refuse(exchange, 404 if right else 401, "RepoNotFound", "Repository not found")
        elif api:
            await exchange.json(self._listing(name, known))
        elif known.refusal == "GatedRepo" and not right:
            await _refuse(exchange, 401, "GatedRepo", f"Access to model {name} is restricted.")
        else:
            await self._resolve(exchange, known, rest.partition("/")[2])

    def _listing(self, name: str, repository: Repository) -> dict[str, object]:
        siblings = [
            {
                "rfilename": file,
                "size": repository.sizes.get(file, len(content)),
                "blobId": hashlib.sha1(content).hexdigest(),
                "lfs": {
                    "sha256": repository.sha256(file),
                    "size": repository.sizes.get(file, len(content)),
                    "pointerSize": 134,
                },
            }
            for file, content in repository.files.items()
        ]
        about = {"_id": "6", "id": name, "modelId": name, "sha": COMMIT, "private": False, "gated": False}
        return {**about, "tags": ["gguf", f"license:{repository.license}"], "siblings": siblings, "downloads": 1}

    async def _resolve(self, exchange: Exchange, repository: Repository, file: str) -> None:
        if file not in repository.files:
            await _refuse(exchange, 404, "EntryNotFound", "Entry not found")
            return
        linked = {
            "Location": f"{self.store.url}/{hashlib.sha256(repository.files[file]).hexdigest()}?X-Amz-Signature=1",
            "X-Repo-Commit": COMMIT,
            "X-Linked-Size": str(len(repository.files[file])),
            "X-Linked-Etag": f'"{repository.sha256(file)}"',
            "Content-Length": "0",
        }
        await _head(exchange, 302, linked)

    async def _send(self, exchange: Exchange) -> None:
        digest = exchange.seen.path[1:].partition("?")[0]
        every = (content for each in self.repositories.values() for content in each.files.values())
        whole = next((content for content in every if hashlib.sha256(content).hexdigest() == digest), b"")
        asked = exchange.seen.headers.get("range", "") if self.ranges else ""
        begin = int(asked.removeprefix("bytes=").rstrip("-") or "0")
        headers = {"Content-Length": str(len(whole) - begin), "Accept-Ranges": "bytes", "ETag": f'"{digest}"'}
        if asked:
            headers["Content-Range"] = f"bytes {begin}-{len(whole) - 1}/{len(whole)}"
        await _head(exchange, 206 if asked else 200, headers)
        cut = self.cut_after.pop(0) if self.cut_after else None
        for start in range(begin, len(whole), _CHUNK):
            sent = start - begin
            if cut is not None and sent >= cut:
                raise HangupError
            if self.hold_after is not None and sent >= self.hold_after:
                await self.go.wait()
            exchange.writer.write(whole[start : start + _CHUNK])
            await exchange.writer.drain()
            exchange.seen.pieces += 1
            await asyncio.sleep(self.pause)


async def _head(exchange: Exchange, status: int, headers: dict[str, str]) -> None:
    exchange.seen.status = status
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    exchange.writer.write(f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n{lines}\r\n".encode())
    await exchange.writer.drain()


async def _refuse(exchange: Exchange, status: int, code: str, message: str) -> None:
    await _head(exchange, status, {"X-Error-Code": code, "X-Error-Message": message, "Content-Length": "0"})
