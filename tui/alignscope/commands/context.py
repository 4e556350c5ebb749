"""`alignscope context`: what is sent for a prompt, or was sent for a turn, without a screen."""

import argparse
import asyncio
from typing import Any, Final

import msgspec

from alignscope.backends.base import ServerError
from alignscope.commands import Status, UsageError, printing
from alignscope.commands.line.arguments import whole
from alignscope.commands.line.session_args import open_session, run_on_store
from alignscope.commands.printing import Printer
from alignscope.model.launch import Launch
from alignscope.model.session import Session, SessionError
from alignscope.model.turn import Turn
from alignscope.run.discovery import find_lineup
from alignscope.run.sent.asking import asked, prepared
from alignscope.run.sent.kept import kept
from alignscope.run.sent.pane import SentPane, SentTurn
from alignscope.run.sent.words import sections, source
from alignscope.run.servers import Servers
from alignscope.sessions.library.store import Store
from alignscope.text.wording import counted, describe_pane

_MOST_TURNS: Final = 10**9


def check(options: argparse.Namespace) -> int | None:
    """Return the number of the turn that is meant, None for the last. Raises UsageError for a contradiction."""
    if options.session is None and options.text is None:
        raise UsageError("say what to look at: a PROMPT, or --session with a session's name")
    if options.session is not None and options.text is not None:
        raise UsageError("PROMPT and --session exclude each other; leave one of them out")
    if options.session is None and options.turn is not None:
        raise UsageError("--turn means nothing without --session; leave it out")
    return whole("--turn", options.turn, 1, _MOST_TURNS)


def run(launch: Launch, *, as_json: bool = False) -> int:
    """Print what would be sent for the launch's prompt; return the exit status: 0, or 1 if a server doesn't answer."""
    return asyncio.run(_made(launch, as_json))


async def _made(launch: Launch, as_json: bool) -> int:
    async with Servers(launch.host, launch.key_variables) as servers:
        try:
            plan = await find_lineup(servers, launch, strict=True)
        except ServerError as error:
            printing.notes().line(f"alignscope: {error}")
            return Status.FAILED
        if plan.why:
            printing.notes().line(plan.why)
        turn = await prepared(plan.lineup, launch.prompt, launch.settings, servers)
        found = await asked(turn, servers, presets=launch.presets, sent=False)
    _print(turn, found, as_json=as_json)
    return Status.FAILED if any(pane.problem for pane in found.panes) else Status.OK


def run_kept(launch: Launch, name: str, number: int | None, *, as_json: bool = False) -> int:
    """Print what is kept of what was sent for a session's turn, and return the exit status. No server is asked."""

    def show(store: Store) -> int:
        session = open_session(store, name)
        turn = _turn(session, number)
        before = session.turns[: session.turns.index(turn)]
        _print(turn, kept(turn, turns=before, presets=launch.presets), as_json=as_json)
        return Status.OK

    return run_on_store(launch.sessions, show)


def _turn(session: Session, number: int | None) -> Turn:
    if not session.turns:
        raise SessionError(f"‘{session.title}’ has no turns, so that nothing was sent.")
    if number is None:
        return session.turns[-1]
    found = next((turn for turn in session.turns if turn.number == number), None)
    if found is None:
        last = session.turns[-1].number
        raise SessionError(f"‘{session.title}’ has no turn {number}; its last is turn {last}.")
    return found


def _print(turn: Turn, found: SentTurn, *, as_json: bool) -> None:
    out = printing.out()
    if as_json:
        for pane in found.panes:
            out.json(msgspec.json.encode(_plain(pane, found)))
        return
    if found.warnings:
        out.line(counted(len(found.warnings), "warning"))
        for warning in found.warnings:
            out.line(f"  ! {warning.text}")
        out.line()
    panes = {pane.name: pane for pane in turn.lineup}
    for pane in found.panes:
        out.line(f"── {describe_pane(panes[pane.pane])} ──" if pane.pane in panes else f"── {pane.pane} ──")
        out.line(source(pane))
        for section in sections(pane):
            if section.rows or section.block:
                _section(out, section.title, section.rows, section.block)
        out.line()


def _section(out: Printer, title: str, rows: tuple[tuple[str, str], ...], block: str) -> None:
    out.line()
    out.line(title)
    out.table(rows, "  ")
    if block:
        out.line()
        out.write(block if block.endswith("\n") else f"{block}\n")


def _plain(pane: SentPane, found: SentTurn) -> dict[str, Any]:
    """Return a pane as plain data, with the warnings that concern it."""
    plain: dict[str, Any] = msgspec.to_builtins(pane)
    plain["warnings"] = [warning.text for warning in found.warnings if pane.pane in warning.panes]
    return plain
