"""`alignscope shift`: score one model's reply by another, token by token, without a screen."""

import argparse
import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from alignscope.backends.base import Backend, Fault, ServerError
from alignscope.commands import Status, UsageError, printing
from alignscope.commands.line.arguments import whole
from alignscope.commands.shift.output import JsonPrinter, TextPrinter
from alignscope.measure.shift.comparison import Comparison, compare
from alignscope.model.events import End
from alignscope.model.launch import Launch
from alignscope.model.lineup.pane import EMBEDDED, Lineup, Mode, Pane, is_twin
from alignscope.model.reply import Reply
from alignscope.model.score import Frame, Position, own_positions
from alignscope.model.turn import MAX_ALTERNATIVES
from alignscope.run.ask import Run
from alignscope.run.discovery import find_lineup
from alignscope.run.servers import Servers
from alignscope.scoring.frame import Framed, framed
from alignscope.scoring.scorer import NoLogprobsError, Scorer, compare_tokenizers, split
from alignscope.scoring.silence import CHAT, TOKENS, Patience, answered, unless_silent
from alignscope.text.wording import counted

_WHOLE: Final = 1_000_000
"""Alternatives to ask the embedded engine for where its answer shall have the whole vocabulary."""
_LONG: Final = 1000
"""Alternatives to ask it for where the vocabulary is large."""
_MAX_TEXT: Final = 1 << 20
"""Bytes of a text to score."""
_GREEDY: Final = "greedy"
"""Preset of the reply: a sampled one shifts by itself."""


@dataclass(frozen=True)
class Wanted:
    """The panes and the text to compare."""

    of: str = ""
    """Pane whose reply it is; "" for the first chat pane."""
    by: str = ""
    """Pane whose model scores it; "" for the first completion pane."""
    frame: Frame = Frame.CHAT
    alternatives: int | None = None
    """None for as many as is sensible: whole lists from the twins, 1,000 from the embedded engine, else 20."""
    text: str = ""
    """Text to score instead of a reply."""


def wanted(options: argparse.Namespace) -> Wanted:
    """Return what the arguments want compared, and let the reply be greedy unless they say otherwise.

    Raises UsageError.
    """
    if options.samples:
        raise UsageError("--samples means nothing to `shift`, which compares one reply; leave it out")
    if options.frame not in set(Frame):
        raise UsageError(f"--frame is one of {', '.join(Frame)}; {options.frame:.40} is not")
    options.preset = options.preset or _GREEDY
    alternatives = whole("--alternatives", options.alternatives, 1, _WHOLE)
    return Wanted(options.of, options.by, Frame(options.frame), alternatives, _text(options.file))


def _text(file: str | None) -> str:
    """Return the text of --text's file, "" without one. Raises UsageError if it can't be used."""
    if file is None:
        return ""
    try:
        with Path(file).open("rb") as opened:
            raw = opened.read(_MAX_TEXT + 1)
    except OSError as error:
        raise UsageError(f"--text: {file} can't be read: {error.strerror}") from error
    if not raw or len(raw) > _MAX_TEXT:
        raise UsageError(f"--text: {file} is {'longer than a reply can be' if raw else 'empty'}")
    return raw.decode("utf-8", "replace")


def run(launch: Launch, wanted: Wanted, *, as_json: bool = False) -> int:
    """Ask, score, print, and return the exit status: 0, 1 if a server failed, 130 if interrupted."""
    return asyncio.run(_shift(launch, wanted, as_json))


async def _shift(launch: Launch, wanted: Wanted, as_json: bool) -> int:
    async with Servers(launch.host, launch.key_variables) as servers:
        try:
            return await _compared(launch, wanted, servers, as_json)
        except (ServerError, NoLogprobsError) as error:
            printing.notes().line(f"alignscope: {error}")
            return Status.FAILED


async def _compared(launch: Launch, wanted: Wanted, servers: Servers, as_json: bool) -> int:
    plan = await find_lineup(servers, launch, strict=True)
    if plan.why:
        printing.notes().line(plan.why)
    of, by = panes(plan.lineup, wanted)
    own_backend, other_backend = await servers.get(of.server), await servers.get(by.server)
    alternatives, patience = wanted.alternatives or _most(of, by), Patience(launch.silence)
    chat = framed(wanted.frame, launch.prompt, of, launch.settings, own_backend)
    before = await answered(chat, of.name, CHAT, patience)
    printer = (JsonPrinter if as_json else TextPrinter)(of, by, wanted.frame)
    # Lists that long of a whole reply would fill the memory, so that its model reads them beside the other one.
    beside = wanted.text != "" or (alternatives > MAX_ALTERNATIVES and own_backend.info.dialect.leads)
    with printing.Progress() as progress:
        if wanted.text:
            tokens, ended = await _split(own_backend, of, launch, wanted.text), False
        else:
            reply = await _reply(launch, of, servers, None if beside else alternatives, progress)
            told = own_positions(reply)
            tokens, ended = [position.token for position in told if not position.end], reply.end is End.STOP
        if not (tokens or ended):
            progress.clear()
            printing.notes().line(f"alignscope: {of.name} wrote nothing, so there is nothing to compare.")
            return Status.FAILED
        scorers = [Scorer(other_backend, by.model, alternatives=alternatives)]
        if beside:
            scorers.append(Scorer(own_backend, of.model, alternatives=alternatives))
            read_before = await _own_frame(own_backend, of, launch)
            mine = unless_silent(scorers[1].along(read_before, tokens, ended=ended), of.name, patience)
        else:
            mine = _each(told)
        alike = await answered(
            compare_tokenizers(own_backend, of.model, other_backend, by.model, before, "".join(tokens)),
            f"{of.name} or {by.name}", TOKENS, patience,
        )  # fmt: skip
        found: list[Comparison] = []
        progress.clear()
        try:
            asked = unless_silent(scorers[0].along(before, tokens, ended=ended), by.name, patience)
            async with aclosing(asked) as theirs, aclosing(mine):
                async for position in theirs:
                    found.append(compare(await anext(mine), position, wanted=alternatives))
                    printer.position(found[-1])
                    if not printer.out.terminal:  # there the reply itself shows how far it is
                        every = counted(len(tokens) + ended, "position")
                        progress.say(f"{by.name} scores: {len(found):,} of {every}")
        finally:
            progress.clear()
            if found:  # what came before a failure or ctrl+c is summed up as well
                printer.end(found, alike, scorers)
    return Status.OK


async def _each(positions: Sequence[Position]) -> AsyncGenerator[Position, None]:
    for position in positions:
        yield position


def _most(of: Pane, by: Pane) -> int:
    """Return how long a list to ask for: as long as every server can give, and a line of JSON can hold."""
    if is_twin(of.model) and is_twin(by.model):
        return _WHOLE
    return _LONG if of.server == by.server == EMBEDDED else MAX_ALTERNATIVES


def panes(lineup: Lineup, wanted: Wanted) -> tuple[Pane, Pane]:
    """Return the pane whose reply is scored, and the one that scores it. Raises UsageError if there is none."""
    of = _named(lineup, wanted.of, "--of", Mode.CHAT)
    others = tuple(pane for pane in lineup if pane is not of)
    if not wanted.by and not any(pane.mode is Mode.COMPLETION for pane in others):
        known = ", ".join(pane.name for pane in others)
        raise UsageError(
            f"--by is needed: without it a completion pane scores the reply of {of.name}, and there is no other."
            f"{f' Name one: {known}' if known else ''}"
        )
    by = _named(lineup if wanted.by else others, wanted.by, "--by", Mode.COMPLETION)
    return of, by


def _named(lineup: Lineup, name: str, option: str, mode: Mode) -> Pane:
    if name:
        if (found := next((pane for pane in lineup if pane.name == name), None)) is None:
            raise UsageError(f"{option}: no pane is called {name:.40}; there are {', '.join(p.name for p in lineup)}")
        return found
    if (found := next((pane for pane in lineup if pane.mode is mode), None)) is None:
        raise UsageError(f"{option} is needed: there is no {mode} pane to take by itself")
    return found


async def _reply(
    launch: Launch, of: Pane, servers: Servers, alternatives: int | None, progress: printing.Progress
) -> Reply:
    """Return the pane's reply, also one that broke off, with a note on that. Raises ServerError if nothing came.

    Args:
        alternatives: None for a reply without log-probabilities.
    """
    settings = msgspec.structs.replace(launch.settings, logprobs=alternatives, samples=1)
    reply = Reply(of.name)
    async with aclosing(Run((of,), launch.prompt, settings, servers, silence=launch.silence).events()) as events:
        async for event in events:
            reply.apply(event)
            progress.say(f"{of.name} writes: {counted(len(reply.texts), 'token')}")
    progress.clear()
    if reply.failed and not reply.texts:
        raise ServerError(reply.message, Fault.FAILED)
    if reply.message:
        printing.notes().line(reply.message)
    return reply


async def _split(backend: Backend, of: Pane, launch: Launch, text: str) -> list[str]:
    """Return a text in the tokens in which its pane's model reads it behind its own prompt."""
    before = await _own_frame(backend, of, launch)
    return await answered(split(backend, of.model, before, text), of.name, TOKENS, Patience(launch.silence))


async def _own_frame(backend: Backend, of: Pane, launch: Launch) -> Framed:
    """Return what a pane's own model reads before its reply."""
    chat = framed(Frame.CHAT, launch.prompt, of, launch.settings, backend)
    return await answered(chat, of.name, CHAT, Patience(launch.silence))
