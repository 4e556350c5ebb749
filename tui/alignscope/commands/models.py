"""`alignscope models`: list the servers' models, pull one, or remove one that was pulled from a hub."""

import asyncio
import os
import shutil
from collections.abc import Sequence
from contextlib import aclosing
from typing import Final

import msgspec

from alignscope.backends.base import Pulling, ServerError
from alignscope.backends.embedded.hub import store
from alignscope.commands import Status, printing
from alignscope.commands.printing import Printer, table
from alignscope.files.settings import HOST_VARIABLE
from alignscope.model.launch import Launch
from alignscope.model.lineup.pairing import judge, twins
from alignscope.model.lineup.pane import EMBEDDED, Model, is_hub
from alignscope.run.catalog import described
from alignscope.run.servers import Servers
from alignscope.text.clean import cell_width
from alignscope.text.wording import format_bytes

_BAR: Final = 24
_HEADINGS: Final = ("model", "kind", "twin", "loaded", "family", "parameters", "quantised", "on disk", "because")


class ModelRecord(msgspec.Struct, frozen=True):
    """A model in the list."""

    name: str
    server: str
    family: str
    parameter_size: str
    quantization: str
    size: int | None
    """Bytes on disk."""
    nature: str
    why: str
    loaded: bool | None
    twin: str | None


def run(launch: Launch, *, as_json: bool = False) -> int:
    """List the models, and return the exit status: 1 if the server that somebody chose fails."""
    return asyncio.run(_list(launch, as_json))


def pull(launch: Launch, name: str) -> int:
    """Download a model, and return the exit status.

    `hf:OWNER/REPO` comes from a hub for the embedded engine, any other name by the default server.
    """
    return asyncio.run(_pull(launch, name))


def remove(name: str) -> int:
    """Delete a model that was pulled from a hub, and return the exit status."""
    notes = printing.notes()
    try:
        model = store.remove(name)
    except ServerError as error:
        notes.line(f"alignscope: {error}")
        return Status.FAILED
    except OSError as error:
        notes.line(f"alignscope: {name} can't be deleted: {error.strerror}. Delete {error.filename} yourself.")
        return Status.FAILED
    notes.line(f"{model.name} is deleted, and {format_bytes(model.size)} are free again.")
    return Status.OK


async def _list(launch: Launch, as_json: bool) -> int:
    status = Status.OK
    chosen = bool(launch.host or os.environ.get(HOST_VARIABLE))
    async with Servers(launch.host, launch.key_variables) as servers:
        for server in (EMBEDDED,) if launch.embedded else (servers.default_host, EMBEDDED):
            try:
                backend = await servers.get(server)
                models = await described(backend)
            except ServerError as error:
                printing.notes().line(f"alignscope: {error}")
                status = Status.FAILED if launch.embedded or (chosen and server != EMBEDDED) else status
                continue
            twin = twins(models)
            rows = [_record(model, twin.get((model.server, model.name))) for model in models]
            if as_json:
                for row in rows:
                    printing.out().json(msgspec.json.encode(row))
            else:
                _print(printing.out(), backend.info.label, server, rows)
    return status


def _record(model: Model, twin: Model | None) -> ModelRecord:
    judgement = judge(model)
    return ModelRecord(
        model.name, model.server, model.family, model.parameter_size, model.quantization, model.size,
        judgement.nature, judgement.why, model.loaded, twin.name if twin else None,
    )  # fmt: skip


def _print(out: Printer, label: str, server: str, rows: list[ModelRecord]) -> None:
    out.line(label if server == EMBEDDED else f"{label} at {server}")
    cells = [
        (
            row.name, row.nature, row.twin or "", {True: "yes", False: "no", None: ""}[row.loaded], row.family,
            row.parameter_size, row.quantization, format_bytes(row.size), row.why,
        )
        for row in rows
    ]  # fmt: skip
    lines = table([_HEADINGS, *cells]) if cells else ["no models"]
    room = shutil.get_terminal_size().columns - 2
    if out.terminal and max(map(cell_width, lines)) > room:
        _print_narrow(out, cells, room)
    else:
        for line in lines:
            out.line(f"  {line}")
    out.line()


def _print_narrow(out: Printer, cells: Sequence[tuple[str, ...]], room: int) -> None:
    """Print a table that has `room` cells only: the reason goes below each row, then columns go that say least."""
    columns = list(range(len(_HEADINGS) - 1))
    lines: list[str] = []
    for spare in (None, *map(_HEADINGS.index, ("family", "parameters", "quantised", "twin"))):
        columns = [column for column in columns if column != spare]
        lines = table([[row[column] for column in columns] for row in (_HEADINGS, *cells)])
        if max(map(cell_width, lines)) <= room:
            break
    twin = _HEADINGS.index("twin")
    out.line(f"  {lines[0]}")
    for line, row in zip(lines[1:], cells, strict=True):
        out.line(f"  {line}")
        out.line(f"      {row[-1]}" + (f"; its twin is {row[twin]}" if row[twin] and twin not in columns else ""))


async def _pull(launch: Launch, name: str) -> int:
    notes = printing.notes()
    show = _Progress(notes)
    status, full = Status.OK, name
    try:
        async with Servers(launch.host, launch.key_variables) as servers:
            backend = await servers.get(EMBEDDED if is_hub(name) else servers.default_host)
            async with aclosing(backend.pull(name)) as progress:
                async for pulling in progress:
                    full = pulling.name or full
                    show.apply(pulling)
        message = f"{full} is there."
    except ServerError as error:
        status, message = Status.FAILED, f"alignscope: {error}"
    except asyncio.CancelledError:
        show.end()
        notes.line("Stopped. What has come is kept, and the next pull goes on from there.")
        raise
    finally:
        show.end()
    notes.line(message)
    return status


class _Progress:
    """Progress of a pull: a bar on a terminal; elsewhere a line for each step, and for each tenth of a download."""

    def __init__(self, notes: Printer) -> None:
        self._notes = notes
        self._last = ""
        self._status = ""

    def apply(self, pulling: Pulling) -> None:
        """Show the progress of a download."""
        share = pulling.completed / pulling.total if pulling.total else 0.0
        if self._notes.terminal:
            bar = "█" * round(share * _BAR)
            amount = f"{format_bytes(pulling.completed)} of {format_bytes(pulling.total)}" if pulling.total else ""
            self._last = pulling.status
            self._notes.over(f"{bar:·<{_BAR}} {share:4.0%}  {amount}  {pulling.status}")
            return
        tenth = f"{int(share * 10) * 10} % of {format_bytes(pulling.total)}" if pulling.total else ""
        for text, last in ((pulling.status, self._status), (tenth, self._last)):
            if text and text != last:
                self._notes.line(text)
        self._status, self._last = pulling.status, tenth

    def end(self) -> None:
        """End the bar's line."""
        if self._notes.terminal and self._last:
            self._last = ""
            self._notes.line()
