"""`alignscope models`: what the servers have; `alignscope models pull`: more of it."""

import asyncio
import shutil
from contextlib import aclosing
from typing import Final

import msgspec

from alignscope.backends.base import Pulling, ServerError
from alignscope.commands import Status
from alignscope.commands import printing as output
from alignscope.commands.printing import Printer, table
from alignscope.model.launch import Launch
from alignscope.model.pairing import judge, twins
from alignscope.model.pane import EMBEDDED, Model
from alignscope.run.catalog import described
from alignscope.run.servers import Servers
from alignscope.text.clean import cell_width
from alignscope.text.units import bytes_words

_BAR: Final = 24
_HEADINGS: Final = ("model", "kind", "twin", "loaded", "family", "parameters", "quantised", "on disk", "because")


class Row(msgspec.Struct, frozen=True):
    """One model as it is listed."""

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
    """List, and return the exit status: 1 when a server that was named doesn't answer."""
    return asyncio.run(_list(launch, as_json))


def pull(launch: Launch, name: str) -> int:
    """Download a model, and return the exit status."""
    return asyncio.run(_pull(launch, name))


async def _list(launch: Launch, as_json: bool) -> int:
    servers = Servers(launch.host, launch.key_variables)
    try:
        status = Status.OK
        for server in (EMBEDDED,) if launch.embedded else (servers.default_host, EMBEDDED):
            try:
                backend = await servers.get(server)
                models = await described(backend)
            except ServerError as error:
                output.notes().line(f"alignscope: {error}")
                status = Status.FAILED if server != EMBEDDED or launch.embedded else status
                continue
            twin = twins(models)
            rows = [_row(model, twin.get((model.server, model.name))) for model in models]
            if as_json:
                for row in rows:
                    output.out().json(msgspec.json.encode(row))
            else:
                _print(output.out(), backend.info.label, server, rows)
        return status
    finally:
        await servers.close()


def _row(model: Model, twin: Model | None) -> Row:
    judgement = judge(model)
    return Row(
        model.name, model.server, model.family, model.parameter_size, model.quantization, model.size,
        judgement.nature, judgement.why, model.loaded, twin.name if twin else None,
    )  # fmt: skip


def _print(out: Printer, label: str, server: str, rows: list[Row]) -> None:
    out.line(label if server == EMBEDDED else f"{label} at {server}")
    cells = [
        (
            row.name, row.nature, row.twin or "", {True: "yes", False: "no", None: ""}[row.loaded], row.family,
            row.parameter_size, row.quantization, bytes_words(row.size), row.why,
        )
        for row in rows
    ]  # fmt: skip
    lines = table([_HEADINGS, *cells]) if cells else ["no models"]
    if out.terminal and max(map(cell_width, lines)) + 2 > shutil.get_terminal_size().columns:
        # The reason is the longest and goes below, so that the rest stays a table.
        reasons = ["", *(row.why for row in rows)]
        for line, reason in zip(table([row[:-1] for row in [_HEADINGS, *cells]]), reasons, strict=True):
            out.line(f"  {line}")
            if reason:
                out.line(f"      {reason}")
    else:
        for line in lines:
            out.line(f"  {line}")
    out.line()


async def _pull(launch: Launch, name: str) -> int:
    notes = output.notes()
    show = _Progress(notes)
    servers = Servers(launch.host, launch.key_variables)
    try:
        backend = await servers.get(servers.default_host)
        async with aclosing(backend.pull(name)) as progress:
            async for pulling in progress:
                show.apply(pulling)
        show.end()
        notes.line(f"{name} is there.")
        return Status.OK
    except ServerError as error:
        show.end()
        notes.line(f"alignscope: {error}")
        return Status.FAILED
    finally:
        show.end()
        await servers.close()


class _Progress:
    """A bar on a terminal; elsewhere a line for each step, and for each tenth of a download."""

    def __init__(self, notes: Printer) -> None:
        self._notes = notes
        self._said = ""

    def apply(self, pulling: Pulling) -> None:
        """Show how far it is."""
        share = pulling.completed / pulling.total if pulling.total else 0.0
        if self._notes.terminal:
            bar = "█" * round(share * _BAR)
            amount = f"{bytes_words(pulling.completed)} of {bytes_words(pulling.total)}" if pulling.total else ""
            self._said = pulling.status
            self._notes.over(f"{bar:·<{_BAR}} {share:4.0%}  {amount}  {pulling.status}")
            return
        tenth = f"{int(share * 10) * 10} % of {bytes_words(pulling.total)}" if pulling.total else pulling.status
        if tenth != self._said:
            self._said = tenth
            self._notes.line(tenth)

    def end(self) -> None:
        """Leave the bar as it is, and go on below it."""
        if self._notes.terminal and self._said:
            self._said = ""
            self._notes.line()
