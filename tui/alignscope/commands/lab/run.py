"""`alignscope lab run`: ask everything that a spec says, and go on where it was stopped."""

import argparse
import asyncio
import math
import shlex
import time
from functools import partial
from pathlib import Path
from typing import Final

import msgspec

from alignscope.backends.base import ServerError
from alignscope.commands import Status, UsageError, printing
from alignscope.commands.lab.servers import servers_for
from alignscope.commands.line.arguments import read_settings, whole
from alignscope.files.settings.model import Settings
from alignscope.files.yaml_file import FileError
from alignscope.lab.folder import FolderError
from alignscope.lab.manifest import ChangedModelsError
from alignscope.lab.run.opening import RUNS, Opened, opened, planned
from alignscope.lab.run.plan import Count, Plan
from alignscope.lab.run.progress import Progress, at_most
from alignscope.lab.run.reported import Note, State, duration, state
from alignscope.lab.run.scores import Counts, count_scores, wants_scores
from alignscope.lab.run.scoring import Scoring
from alignscope.lab.run.trial import measure
from alignscope.lab.run.work import Lab, Trouble
from alignscope.lab.spec.file import MAX_CONCURRENCY, Spec, read_spec
from alignscope.lab.spec.ladders import ladder
from alignscope.model.lineup.pane import PaneRequest
from alignscope.run.servers import Servers
from alignscope.text.wording import counted

_TICK_SECONDS: Final = 0.5
_LINES: Final = 10
"""Lines about the progress of a whole run, where there is no terminal."""
_SILENT_SECONDS: Final = 300.0
"""Seconds after which there is one more, in a long run."""


def run(options: argparse.Namespace) -> int:
    """Run the spec in the arguments, and return the exit status: 0, 1 if rows are missing. Raises UsageError."""
    concurrency = whole("--concurrency", options.concurrency, 1, MAX_CONCURRENCY)
    chosen = read_settings()
    try:
        file = Path(options.file).expanduser()
        spec = _spec(file, chosen, options.ladder)
        out = Path(options.out).expanduser() if options.out else RUNS / spec.name
        show = _Lines(out) if options.json else _Show(out)
        try:
            status = asyncio.run(_run(options, file, spec, chosen, out, concurrency or spec.concurrency, show))
        except KeyboardInterrupt:
            show.stopped()
            return Status.INTERRUPTED
        except asyncio.CancelledError:
            # Nobody reads what it says any more, which ends a run as ctrl+c does.
            raise BrokenPipeError from None
        if status == Status.OK and not (options.json or options.dry_run):
            where = shlex.quote(str(out))
            printing.notes().line(f"What they come to: `alignscope lab show {where}`, or `lab report` for a page.")
        return status
    except FileError as error:
        raise UsageError(str(error)) from error
    except (FolderError, ChangedModelsError, ServerError) as error:
        printing.notes().line(f"alignscope: {error}")
        return Status.FAILED


def _spec(file: Path, chosen: Settings, rungs: str | None) -> Spec:
    """Return the spec in a file, or the same for the stages of a ladder. Raises FileError and UsageError."""
    if rungs is not None:
        try:
            ladder.read(rungs)
        except FileError as error:
            raise UsageError(f"--ladder: {error}") from error
    return read_spec(file, chosen.servers, chosen.all_presets, rungs)


async def _run(
    options: argparse.Namespace,
    file: Path,
    spec: Spec,
    chosen: Settings,
    out: Path,
    concurrency: int,
    show: "_Show",
) -> int:
    panes = [PaneRequest(entry.name, entry.model, entry.server or None) for entry in spec.lineup]
    async with servers_for(options, chosen, panes) as servers:
        plan, count = await planned(spec, servers)
        if options.dry_run:
            return await _dry_run(plan, count, servers, concurrency)
        # Whoever finds the folder could not go on with the file alone where it isn't its lineup that is asked.
        kept = None if options.ladder else file
        with opened(out, plan, count, accept_changed=options.changed_models, file=kept) as folder:
            progress = Progress.of(count, folder.settled.done)
            show.begin(count, folder, progress)
            lab = Lab(
                plan,
                servers,
                folder.folder,
                folder.settled.done,
                concurrency=concurrency,
                on_row=progress.add,
                on_trouble=show.trouble,
            )
            ticking = asyncio.create_task(show.tick(lab))
            if options.json:
                ticking.add_done_callback(partial(_ended, asyncio.current_task()))
            try:
                await lab.run()
            finally:
                ticking.cancel()
                await asyncio.gather(ticking, return_exceptions=True)
            if progress.whole == progress.total and lab.scored:
                folder.finish()
            return show.end(lab)


def _ended(running: "asyncio.Task[int] | None", ticking: "asyncio.Task[None]") -> None:
    """End a run that can't say any more how far it is."""
    if running is not None and not ticking.cancelled():
        running.cancel()


async def _dry_run(plan: Plan, count: Count, servers: Servers, concurrency: int) -> int:
    out = printing.out()
    tokens = "tokens without a limit" if count.tokens is None else f"at most {counted(count.tokens, 'token')}"
    out.line(f"{counted(count.prompts, 'prompt')}, {counted(count.rows, 'request')}, {tokens}")
    speeds = await measure(plan, count, servers)
    rows = [("entry", "requests", "tokens at most", "first token", "tokens a second")]
    for speed in speeds:
        share = speed.share
        rows.append(
            (
                share.seat.entry.name,
                f"{share.rows:,}",
                "no limit" if share.tokens is None else f"{share.tokens:,}",
                f"{speed.first_seconds * 1000:,.0f} ms",
                f"{speed.tokens_per_second:,.0f}",
            )
        )
    out.table(rows)
    if wants_scores(plan):
        out.line(_scored(await count_scores(plan, count)))
    soonest, latest = at_most(speeds, concurrency)
    if math.isinf(latest):
        out.line("How long it takes can't be said without num_predict.")
    elif concurrency == 1:
        out.line(f"At most {duration(latest)} at that speed, less where replies end by themselves.")
    else:
        out.line(
            f"At most {duration(soonest)} if {concurrency} requests at once go as fast as one, {duration(latest)} if "
            "they share that speed; less where replies end by themselves."
        )
    return Status.OK


def _scored(scores: Counts) -> str:
    """Return what is scored beside the replies, as far as that can be told before."""
    parts = [
        counted(scores.passages, "passage") if scores.passages else "",
        f"{counted(scores.choices, 'choice')} of {counted(scores.items, 'item')}" if scores.items else "",
        counted(scores.replies, "reply").replace("replys", "replies") if scores.replies else "",
    ]
    return (
        f"Scored beside them: {', '.join(filter(None, parts))}. That is a request for each where a server scores"
        " prompts, else one for each token that it wouldn't have written itself."
    )


class _Show:
    """Display of a run's progress: on a terminal in one line that changes, elsewhere in a few lines."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._notes = printing.notes()
        self._progress: Progress | None = None
        self._began = 0.0
        self._said = 0
        self._said_at = time.monotonic()
        self._over = False
        """Whether the last line is one that changes."""

    def begin(self, count: Count, opened: Opened, progress: Progress) -> None:
        self._progress, self._began = progress, time.monotonic()
        settled = opened.settled
        prompts = counted(count.prompts, "prompt")
        self._line(f"{opened.manifest.name}: {prompts}, {counted(progress.total, 'row')}, into {self._out}")
        remarks = [
            (progress.before, "{} there already"),
            (settled.failed, "{} failed before and asked again"),
            (settled.aside, "{} put aside, since the spec doesn't ask for them any more"),
            (settled.back, "{} taken back, since the spec asks for them again"),
        ]
        for number, words in remarks:
            if number:
                self._line(words.format(counted(number, "row")))
        if settled.torn:
            self._line(f"{counted(settled.torn, 'line')} dropped that were torn, as a kill leaves them")

    def trouble(self, trouble: Trouble) -> None:
        self._line(trouble.message)

    async def tick(self, lab: Lab) -> None:
        """Say how far the run is, again and again."""
        while True:
            await asyncio.sleep(_TICK_SECONDS)
            progress, scoring = self._progress, lab.scoring
            if not progress:
                continue
            if scoring and scoring.total:
                self._how_far(scoring.there, scoring.total, self._scores(scoring))
            elif progress.came and not scoring:
                self._how_far(progress.before + progress.came, progress.total, self._state(progress, lab))

    def _how_far(self, there: int, total: int, state: str) -> None:
        if self._notes.terminal:
            self._notes.over(state)
            self._over = True
            return
        tenth = _LINES * there // total
        if tenth != self._said or time.monotonic() - self._said_at > _SILENT_SECONDS:
            self._said, self._said_at = tenth, time.monotonic()
            self._line(state)

    def end(self, lab: Lab) -> int:
        """Say what there is, and return the exit status."""
        assert self._progress
        progress = self._progress
        missing = progress.total - progress.whole
        if not missing:
            scores = f" and {counted(lab.scoring.there, 'score')}" if lab.scoring and lab.scoring.there else ""
            self._line(f"All {counted(progress.total, 'row')}{scores} are in {self._out}, after {self._elapsed()}.")
            if lab.scoring and lab.scoring.left_out:
                self._line(f"{counted(lab.scoring.left_out, 'score')} left out, which can't be had.")
            if not lab.scored:
                self._line(f"{self._unscored(lab)} are missing; the same command asks for them again.")
                return Status.FAILED
            return Status.OK
        failed = f", {progress.failed:,} of which failed" if progress.failed else ""
        there = f"{progress.whole:,} of {counted(progress.total, 'row')}"
        self._line(
            f"{there} are in {self._out}; {missing:,} are missing{failed}. The same command asks for them again."
        )
        return Status.FAILED

    def _unscored(self, lab: Lab) -> str:
        scoring = lab.scoring
        return counted(scoring.total - scoring.there - scoring.left_out, "score") if scoring else "Scores"

    def stopped(self) -> None:
        """Say what there is after ctrl+c."""
        if self._progress is None:
            self._line("Stopped before anything was asked.")
            return
        there = f"{self._progress.whole:,} of {counted(self._progress.total, 'row')}"
        self._line(f"Stopped. {there} are in {self._out}; the same command goes on.")

    def _state(self, progress: Progress, lab: Lab) -> str:
        came = progress.before + progress.came
        elapsed = time.monotonic() - self._began
        left = progress.seconds_left(elapsed)
        parts = [
            f"{came:,} of {counted(progress.total, 'row')}",
            f"{progress.tokens / elapsed:,.0f} tokens/s",
            "" if left is None else f"about {duration(left)} left" if left else "",
            f"{lab.retries:,} asked again" if lab.retries else "",
            f"{progress.failed:,} failed" if progress.failed else "",
        ]
        return " · ".join(filter(None, parts))

    def _scores(self, scoring: Scoring) -> str:
        rest = scoring.seconds_left
        parts = [
            f"{scoring.there:,} of {counted(scoring.total, 'score')}",
            f"about {duration(rest)} left" if rest else "",
            f"{scoring.left_out:,} left out" if scoring.left_out else "",
        ]
        return " · ".join(filter(None, parts))

    def _elapsed(self) -> str:
        return duration(time.monotonic() - self._began)

    def _line(self, text: str) -> None:
        if self._over:
            self._notes.over("")
            self._over = False
        self._notes.line(text)


class _Lines(_Show):
    """The same as lines of JSON."""

    def __init__(self, out: Path) -> None:
        super().__init__(out)
        self._out_lines = printing.out()

    async def tick(self, lab: Lab) -> None:
        """Say how far the run is, again and again. Raises BrokenPipeError when nobody reads it any more."""
        while True:
            if self._progress is not None:
                self._say(state(self._progress, lab.retries, time.monotonic() - self._began, lab.scoring))
            await asyncio.sleep(_TICK_SECONDS)

    def _line(self, text: str) -> None:
        self._say(Note(text=text))

    def _say(self, said: State | Note) -> None:
        self._out_lines.json(msgspec.json.encode(said))
