"""Pulling a model from a hub into the models directory."""

import asyncio
import contextlib
import importlib.util
import json
import os
import shutil
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Annotated, Any, Final

import httpx
import msgspec

from alignscope import __version__
from alignscope.backends.base import Fault, Pulling, ServerError
from alignscope.backends.embedded.hub import store
from alignscope.backends.embedded.hub.errors import INSTALL, Hub, refusal
from alignscope.backends.embedded.hub.known import known_sha256
from alignscope.backends.embedded.hub.names import Choice, HubFile, Reference, choose, nearness, read_reference
from alignscope.backends.embedded.hub.store import PART, Pulled, Record
from alignscope.backends.network import proxy_for, trusted
from alignscope.text.wording import format_bytes

HUB: Final = "https://huggingface.co"
_CHILD: Final = Path(__file__).with_name("child.py")
_LINE: Final = 16 * 1024 * 1024
"""Maximum of bytes in an answer of the child."""
_SPARE: Final = 64 * 1024 * 1024
"""Bytes that a pull leaves free on the disk."""
_SETTINGS: Final = {
    "HF_HUB_DISABLE_TELEMETRY": "1",  # also keeps it from asking the hub which programs to look for in the environment
    "HF_HUB_DISABLE_UPDATE_CHECK": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_DISABLE_XET": "1",  # by Xet, a download that was interrupted begins again
}
_PROXIES: Final = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


class _Listing(msgspec.Struct, frozen=True):
    """A hub's answer about a repository."""

    revision: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{0,64}$")]
    license: str
    files: list[HubFile]


async def pull(name: str) -> AsyncGenerator[Pulling, None]:
    """Download a model, and yield the progress; the last one has the model's full name.

    What came of a download that is cancelled or fails stays on disk, and the next one goes on from there. Raises
    ServerError.
    """
    reference = read_reference(name)
    if importlib.util.find_spec("huggingface_hub") is None:
        raise ServerError(
            f"Pulling from a hub needs the package huggingface_hub. Install it with `{INSTALL}`.",
            Fault.UNREACHABLE,
        )
    hub = _hub(os.environ)
    environment = _environment(hub, os.environ)
    yield Pulling(f"asking {hub.host}")
    async with _child(hub, environment) as child:
        listing = await child.list(reference)
        choice = choose(reference, listing.files)
        full = reference.named(choice.tag)
        if not reference.wanted.lower().endswith(".gguf"):
            _check_known(full, choice, hub)
        directory = store.directory(reference, choice.tag)
        total = sum(file.size for file in choice.files)
        if any((model.directory, model.record.files) == (directory, choice.files) for model in store.pulled()):
            yield Pulling("pulled already", total, total, full)
            return
        said = "" if reference.wanted or nearness(choice.tag) == nearness("Q4_K_M") else ", the nearest to Q4_K_M"
        with _explained(directory):
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            parts = _parts(directory, choice, listing.revision)
            _check_room(directory, full, total - sum(part.stat().st_size for part in parts.values() if part.exists()))
        before = 0
        for number, (file, part) in enumerate(parts.items(), 1):
            which = f" (part {number} of {len(parts)})" if len(parts) > 1 else ""
            status = f"pulling {choice.tag}{said}{which}"
            async with aclosing(child.get(reference, listing.revision, file, part)) as steps:
                async for at in steps:
                    yield Pulling(status, before + at, total, full)
            before += file.size
        yield Pulling("checking", total, total, full)
        record = Record(choice.files, hub.url, listing.revision, listing.license)
        with _explained(directory):
            await asyncio.to_thread(store.keep, Pulled(full, directory, record), parts)
    licence = f"; its licence is {listing.license}" if listing.license else ""
    yield Pulling(f"pulled{licence}", total, total, full)


def _hub(environment: Mapping[str, str]) -> Hub:
    """Return the hub that HF_ENDPOINT names, else huggingface.co. Raises ServerError if that or its proxy is no URL."""
    url = environment.get("HF_ENDPOINT", "").strip().rstrip("/") or HUB
    try:
        parts = httpx.URL(url)
    except httpx.InvalidURL:
        parts = httpx.URL("")
    if parts.scheme not in ("http", "https") or not parts.host:
        raise ServerError(f"HF_ENDPOINT should name a hub by a URL such as {HUB}, and doesn't.", Fault.INVALID)
    proxy = proxy_for(url, environment)
    return Hub(url, parts.netloc.decode("ascii").rpartition("@")[2], proxy.variable if proxy else "")


def _environment(hub: Hub, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of the child, with the proxy that the hub has here.

    Where the hub sends it elsewhere for a file, NO_PROXY holds as the library reads it. Raises ServerError for a proxy
    or certificates that can't be used.
    """
    proxy = proxy_for(hub.url, environment)
    if hub.url.startswith("https"):
        trusted(environment)
    ours = {name: value for name, value in environment.items() if name.lower() not in _PROXIES}
    if proxy:
        exempt = environment.get("no_proxy") or environment.get("NO_PROXY") or ""
        ours |= {"http_proxy": proxy.url, "https_proxy": proxy.url, "no_proxy": exempt}
    return ours | _SETTINGS | {"HF_ENDPOINT": hub.url}


def _check_known(name: str, choice: Choice, hub: Hub) -> None:
    """Raise ServerError for a known model whose file is another one on this hub; who names the file means that."""
    known = known_sha256(name)
    if known and known != choice.files[0].sha256:
        raise ServerError(
            f"The file of {name} at {hub.host} is not the one that is known by that name: somebody has replaced it. "
            f"To take it all the same, name it: {name.rpartition(':')[0]}:{choice.files[0].base}.",
            Fault.INVALID,
        )


def _parts(directory: Path, choice: Choice, revision: str) -> dict[HubFile, Path]:
    """Return where each file lies until it has come whole, and delete what is left of other versions of it."""
    parts = {file: directory / f"{file.base}.{(file.sha256 or revision)[:16]}{PART}" for file in choice.files}
    for stale in directory.glob(f"*{PART}"):
        if stale not in parts.values():
            stale.unlink()
    return parts


def _check_room(directory: Path, name: str, missing: int) -> None:
    free = shutil.disk_usage(directory).free - _SPARE
    if missing > free:
        raise ServerError(
            f"{name} takes {format_bytes(missing)} more, and only {format_bytes(max(free, 0))} are free in "
            f"{directory}. Free some, take a smaller quantisation, or let XDG_DATA_HOME name a place on another disk.",
            Fault.FAILED,
        )


@contextlib.contextmanager
def _explained(directory: Path) -> Iterator[None]:
    """Raise ServerError for a directory that can't be written to."""
    try:
        yield
    except OSError as error:
        raise ServerError(f"Nothing can be written into {directory}: {error.strerror}.", Fault.FAILED) from None


class _Child:
    """The process that speaks to the hub. Its methods raise ServerError for what it couldn't do."""

    def __init__(self, process: asyncio.subprocess.Process, hub: Hub) -> None:
        assert process.stdin is not None and process.stdout is not None
        self._orders, self._answers = process.stdin, process.stdout
        self._hub = hub

    async def list(self, reference: Reference) -> _Listing:
        """Return what the hub says of a repository."""
        self._send(list=reference.path)
        try:
            return msgspec.convert(await self._answer(reference), _Listing)
        except msgspec.ValidationError:
            raise refusal(self._hub, reference, {"error": "nonsense"}) from None

    async def get(self, reference: Reference, revision: str, file: HubFile, to: Path) -> AsyncGenerator[int, None]:
        """Download a file, and yield how many bytes are there. Deletes what isn't the file that the hub has named."""
        self._send(get=reference.path, revision=revision, file=file.name, size=file.size, to=str(to))
        while "at" in (answer := await self._answer(reference)):
            yield answer["at"]
        if file.sha256 not in ("", answer["sha256"]):
            await asyncio.to_thread(to.unlink)
            raise refusal(self._hub, reference, {"error": "other"})

    def _send(self, **order: object) -> None:
        self._orders.write(json.dumps(order).encode() + b"\n")

    async def _answer(self, reference: Reference) -> dict[str, Any]:
        try:
            line = await self._answers.readline()
        except ValueError:  # longer than a line may be
            line = b'{"error": "nonsense"}'
        answer: dict[str, Any] = json.loads(line) if line else {"error": "ended"}
        if "error" in answer:
            raise refusal(self._hub, reference, answer)
        return answer


@asynccontextmanager
async def _child(hub: Hub, environment: Mapping[str, str]) -> AsyncIterator[_Child]:
    """Run the child, and end it at once when the block is left: what came is on disk."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", str(_CHILD), __version__, env=environment, limit=_LINE, start_new_session=True,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield _Child(process, hub)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.communicate()  # its pipes are closed when this returns
