"""`alignscope lab judge DIR --by MODEL`: a model says which of two replies is better, by written principles."""

import argparse
import asyncio
import time
from itertools import combinations
from pathlib import Path
from typing import Final

import msgspec

from alignscope.backends.base import ServerError
from alignscope.commands import Status, UsageError, printing
from alignscope.commands.lab import opening
from alignscope.commands.lab.servers import servers_for
from alignscope.commands.lab.vote import two_arms
from alignscope.commands.line.arguments import read_settings, whole
from alignscope.files.settings.model import Settings
from alignscope.files.settings.reader import read_lineup
from alignscope.files.yaml_file import FileError
from alignscope.lab.report.text import paragraph
from alignscope.lab.report.votes import laid_out
from alignscope.lab.spec.file import MAX_CONCURRENCY
from alignscope.lab.summary.rows import RunError
from alignscope.lab.votes import words
from alignscope.lab.votes.feedback import feedback_of
from alignscope.lab.votes.index import Index, Pair
from alignscope.lab.votes.judging.answers import Record
from alignscope.lab.votes.judging.principles import Principles, known, read_principles
from alignscope.lab.votes.judging.work import Judging, Seat, seat_of
from alignscope.model.lineup.pane import LineupError, PaneRequest
from alignscope.model.vote import VotesError
from alignscope.text.wording import counted

_CONCURRENCY: Final = 4
_MOST_PAIRS: Final = 10**9
_TICK_SECONDS: Final = 0.5


def run(options: argparse.Namespace) -> int:
    """Ask the judge what it wasn't asked yet, sum up, and return the exit status. Raises UsageError."""
    folder = Path(options.file).expanduser()
    if options.by is None:
        raise UsageError(
            f"{options.file} is a folder: say which model judges with --by MODEL, or name its samples.jsonl to find"
            " refusals by rule"
        )
    if options.principles is None:
        raise UsageError(f"say by which principles with --principles: {', '.join(known())}, or a file")
    concurrency = whole("--concurrency", options.concurrency, 1, MAX_CONCURRENCY) or _CONCURRENCY
    most = whole("--pairs", options.pairs, 1, _MOST_PAIRS)
    chosen = read_settings()
    try:
        wanted = read_lineup([f"judge={options.by}"], chosen.servers)[0]
        principles = read_principles(options.principles)
        index = Index(folder)
        pairs = _pairs(index, options.between, most)
        with Record(folder) as record:
            judging = asyncio.run(_judge(options, chosen, wanted, principles, index, pairs, record, concurrency))
    except LineupError as error:
        raise UsageError(f"--by: {error}") from error
    except (FileError, RunError, VotesError) as error:
        raise UsageError(str(error)) from error
    except ServerError as error:
        printing.notes().line(f"alignscope: {error}")
        return Status.FAILED
    except KeyboardInterrupt:
        printing.notes().over("")
        printing.notes().line("Stopped. Every answer that came is kept; the same command goes on.")
        return Status.INTERRUPTED
    return _end(options, index, judging)


def _pairs(index: Index, between: list[str] | None, most: int | None) -> list[Pair]:
    """Return the pairs to judge: of the two arms that were named, or of every two. Raises VotesError."""
    if between is not None:
        return index.pairs(*two_arms(index, between))[:most]
    pairs = [pair for two in combinations(index.arms, 2) for pair in index.pairs(*two)[:most]]
    if not pairs:
        raise VotesError(f"{index.folder} has no two models with whole replies to one prompt, so there are no pairs")
    return pairs


async def _judge(
    options: argparse.Namespace,
    chosen: Settings,
    wanted: PaneRequest,
    principles: Principles,
    index: Index,
    pairs: list[Pair],
    record: Record,
    concurrency: int,
) -> Judging:
    notes = printing.notes()
    async with servers_for(options, chosen, [wanted]) as servers:
        seat = await seat_of(wanted, servers)
        judging = Judging(
            index, pairs, seat, principles, record, concurrency=concurrency, on_trouble=lambda said: _say(said)
        )
        notes.line(_beginning(judging, seat, principles, len(pairs)))
        ticking = asyncio.create_task(_tick(judging))
        try:
            await judging.run()
        finally:
            ticking.cancel()
            await asyncio.gather(ticking, return_exceptions=True)
            if notes.terminal:
                notes.over("")
    return judging


def _say(said: str) -> None:
    notes = printing.notes()
    if notes.terminal:
        notes.over("")
    notes.line(said)


def _beginning(judging: Judging, seat: Seat, principles: Principles, pairs: int) -> str:
    there = f", {judging.before:,} of them there" if judging.before else ""
    return (
        f"{seat.model} judges {counted(pairs, 'pair')} as a {seat.mode} by {principles.name}, both ways round:"
        f" {counted(judging.total, 'answer')}{there}."
    )


async def _tick(judging: Judging) -> None:
    """Say on a terminal how far it is, again and again."""
    notes, began = printing.notes(), time.monotonic()
    while notes.terminal:
        await asyncio.sleep(_TICK_SECONDS)
        left = judging.total - judging.before - judging.came
        seconds = (time.monotonic() - began) * left / judging.came if judging.came else 0.0
        about = f" · about {counted(max(1, round(seconds)), 'second')} left" if seconds else ""
        notes.over(f"{judging.before + judging.came:,} of {counted(judging.total, 'answer')}{about}")


def _end(options: argparse.Namespace, index: Index, judging: Judging) -> int:
    """Print what the judge's answers come to, and return the exit status."""
    notes, out = printing.notes(), printing.out()
    found = feedback_of(index)
    for line in found.unread:
        notes.line(line)
    if judging.failed:
        notes.line(f"{counted(judging.failed, 'request')} failed, and the same command asks again.")
    if judging.stopped:
        notes.line("The judge was given up.")
    if judging.gone:
        notes.line(f"{counted(judging.gone, 'question')} are of rows that can't be read any more.")
    mine = {facts.by for facts in found.judges if facts.by.startswith(judging.by)}
    if options.json:
        out.json(msgspec.json.encode(found))
    else:
        for heading, lines in words.voted(found):
            if heading in {words.who(by) for by in mine}:
                for line in laid_out(heading, lines, opening.width()):
                    out.line(line)
        for line in paragraph(words.ABOUT_JUDGES, opening.width()):
            out.line(line)
    readable = any(facts.answers > facts.unreadable for facts in found.judges if facts.by in mine)
    if mine and not readable:
        notes.line(
            "alignscope: no answer says A, B or tie, so there is no verdict. Ask a larger model, or one that chats:"
            " --by MODEL,chat."
        )
        return Status.FAILED
    return Status.FAILED if judging.failed or judging.stopped else Status.OK
