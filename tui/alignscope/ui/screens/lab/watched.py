"""A run's folder watched: its figures and rows as they come, and the run itself where it was begun here."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from textual import work
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Static

from alignscope.lab.folder import writer
from alignscope.lab.run.reported import Note, State, duration
from alignscope.lab.summary import labels
from alignscope.lab.summary.figures import Summary
from alignscope.lab.watching.index import Index
from alignscope.lab.watching.messages import Failed, Found, Lines, Table, Told
from alignscope.lab.watching.processes import Measurer, Running
from alignscope.text.clean import clean, clean_line, fit
from alignscope.text.wording import counted
from alignscope.ui.screens.base.screen import AppScreen
from alignscope.ui.screens.lab.page import MeasurePage
from alignscope.ui.screens.lab.rows import RowList
from alignscope.ui.screens.lab.table import GapTable
from alignscope.ui.widgets.status import NoticeLine

_LOOK_SECONDS: Final = 0.25
"""Seconds between two looks for rows."""
_STATE_SECONDS: Final = 1.0
"""Seconds between two looks at who writes."""
_NO_SPEC: Final = "alignscope lab watch SPEC goes on with it: this folder doesn't tell where its spec is."


class WatchedRun(AppScreen[None]):
    """The source of the lab screen's rows and figures.

    Args:
        folder: the run's; it needn't be there yet.
        arguments: those of `lab run` that go on with it; () where its spec isn't known.
        begin: whether to run at once.
    """

    heading = query_one("#lab-heading", Static)
    table = query_one(GapTable)
    page = query_one(MeasurePage)
    rows = query_one(RowList)
    notice = query_one(NoticeLine)

    def __init__(self, folder: Path, arguments: Sequence[str] = (), begin: bool = False) -> None:
        super().__init__()
        self.folder = folder
        self.arguments = tuple(arguments)
        self._begin = begin
        self.index = Index(folder)
        self.labels = labels.Following(folder)
        self.measurer = Measurer(folder)
        self._run_here: Running | None = None
        self._state: State | None = None
        self._told: Told | None = None
        """What the run's manifest tells; None until it was looked for."""
        self._elsewhere = ""
        """Who writes to the folder, if somebody else does."""
        self._table: Table | None = None
        self._leaving = False

    async def end_run(self) -> None:
        """Stop what was begun here, and wait until it has ended."""
        self._leaving = True
        if self._run_here is not None:
            self.say("Stopping …")
            await self._run_here.close()

    def on_mount(self) -> None:
        """Begin to measure, to look for rows, and to run if that was asked for."""
        self._measure()
        self._look_for_rows()
        self.set_interval(_STATE_SECONDS, self._look_around)
        self._look_around()
        if self._begin:
            self.action_go_on()
        self.call_after_refresh(self.draw_heading)

    async def on_unmount(self) -> None:
        """End what was begun here."""
        await self.measurer.close()
        if self._run_here is not None:
            await self._run_here.close()

    # What the screen does with it

    def took(self, table: Table, *, first: bool) -> None:
        """Show other figures."""
        raise NotImplementedError

    def took_found(self) -> None:
        """Show how many rows have the words that are searched for."""
        raise NotImplementedError

    def took_lines(self, lines: Lines) -> None:
        """Show a measure's plots."""
        raise NotImplementedError

    def took_replies(self, found: Found) -> None:
        """Show replies."""
        raise NotImplementedError

    # What comes

    @work(exit_on_error=False, group="measure")
    async def _measure(self) -> None:
        try:
            async for answer in self.measurer.answers():
                match answer:
                    case Told():
                        self._show_told(answer)
                    case Table():
                        first = self._table is None
                        self._table = answer
                        self.took(answer, first=first)
                        self.draw_heading()
                    case Lines():
                        self.took_lines(answer)
                    case Found():
                        self.took_replies(answer)
                    case Failed():
                        self.say(answer.message, "error")
        except OSError as error:
            if not self._leaving:
                self.say(f"{error}. Rows are shown as they come; leave and come back to measure.", "error")

    @work(exit_on_error=False, group="look")
    async def _look_for_rows(self) -> None:
        while True:
            more = self.look()
            await asyncio.sleep(0.0 if more else _LOOK_SECONDS)

    def look(self) -> bool:
        """Look for rows, and show those that came; return whether there may be more."""
        begun, there, shown, searched = self.index.begun, len(self.index), len(self.index.shown), self.index.searched
        try:
            more = self.index.look()
        except OSError as error:
            self.say(f"{self.folder} can't be read: {error.strerror or error}.", "error")
            return False
        if self.index.begun != begun:
            self.rows.grew(0)
        elif len(self.index.shown) != shown:
            self.rows.grew(shown)
        if len(self.index) != there:
            self.draw_heading()
        if self.index.searched != searched:
            self.took_found()
        return more

    def _show_told(self, told: Told) -> None:
        self._told = told
        self.refresh_bindings()
        self.draw_heading()

    def _look_around(self) -> None:
        """Look who writes, and what others say of replies."""
        if self.labels.look():
            self.rows.refresh()
        held = writer(self.folder)
        ours = self._run_here is not None
        now = held.who.strip(" ()") or "unknown" if held is not None and not ours else ""
        if now != self._elsewhere:
            self._elsewhere = now
            self.refresh_bindings()
            self.draw_heading()

    # The run

    @property
    def running(self) -> bool:
        """Whether the run goes on here."""
        return self._run_here is not None

    @property
    def may_go_on(self) -> bool:
        """Whether something is missing that could be asked for here."""
        known = self._told is not None
        return bool(self.arguments) and known and not (self.running or self._elsewhere or self._ended)

    @property
    def _ended(self) -> bool:
        """Whether nothing is missing: the figures may still be behind."""
        return self._told is not None and self._told.ended

    def action_go_on(self) -> None:
        """Ask for what is missing."""
        if self._run_here is not None:
            self.say("It is running.")
        elif self._elsewhere:
            self.say(f"Another alignscope is at it ({self._elsewhere}); what it writes is shown as it comes.")
        elif not self.arguments:
            self.say(_NO_SPEC, "warning")
        else:
            self._run_here = Running(self.arguments)
            self._state = None
            self._run(self._run_here)
            self.refresh_bindings()

    @work(exit_on_error=False, group="run")
    async def _run(self, running: Running) -> None:
        try:
            async for said in running.said():
                match said:
                    case State():
                        self._state = said
                        self.draw_heading()
                    case Note():
                        self.say(said.text)
        except OSError as error:
            self.say(str(error), "error")
            if running.whole and self._told is not None:
                self._told = Told(self._told.planned, ended=True)
        finally:
            await running.close()  # it may be left while it runs
            self._run_here = None
            self._state = None
            if self.is_attached:
                self.refresh_bindings()
                self.draw_heading()

    def action_stop(self) -> None:
        """Stop the run, as ctrl+c does."""
        if self._run_here is not None:
            self.say("Stopping …")
            self._run_here.stop()
        elif self._elsewhere:
            self.say(f"Another alignscope is at it ({self._elsewhere}); it is stopped there.")
        else:
            self.say("Nothing is running here.")

    # What is shown

    def draw_heading(self) -> None:
        if not (self.is_mounted and self.size.width):
            return
        name = clean_line(self.folder.resolve().name)
        parts = self._progress()
        text = Content.assemble(("Lab", "bold"), ("  ·  ", "$text-muted"), (fit(name, 40), "bold"))
        said = clean("".join(f"  ·  {part}" for part in parts))
        self.heading.update(Content.assemble(text, (said, "$text-muted")), layout=False)

    def _progress(self) -> list[str]:
        there = len(self.index)
        state, table, told = self._state, self._table, self._told
        planned = state.planned if state else told.planned if told else 0
        rows = f"{there:,} of {counted(planned, 'row')}" if planned else counted(there, "row")
        if self._run_here is not None:
            head = ["stopping" if self._run_here.stopping else "running", rows]
            if state is not None:
                left = state.seconds_left
                head += [f"{state.scores:,} of {counted(state.to_score, 'score')}"] if state.to_score else []
                head += [f"{state.left_out:,} left out"] if state.left_out else []
                head += [f"{state.tokens_per_second:,.0f} tokens/s"] if state.tokens_per_second else []
                head += [f"about {duration(left)} left"] if left else []
                head += [f"{state.retries:,} asked again"] if state.retries else []
        elif self._elsewhere:
            head = ["another alignscope runs it", rows]
        elif self._ended:
            head = ["ended", rows]
        else:
            head = ["reading" if told is None else "stopped" if planned else "rows", rows]
        scores = table.scores if table and not (state and state.to_score) else 0
        head += [counted(scores, "score")] if scores else []
        failed = self.index.failed
        head += [f"{failed:,} failed"] if failed else []
        claim = table.summary.claim if table else None
        head += [f"{claim.says}: {claim.verdict}"] if claim else []
        behind = there - table.measured if table else 0
        unknown = table.summary.unknown if table else ()
        head += [f"no measure is called {', '.join(unknown)}"] if unknown else []
        damaged = table.summary.damaged if table else 0
        head += [f"{counted(damaged, 'line')} can't be read"] if damaged else []
        head += [sentence.partition(", and ")[0] for sentence in (table.summary.unread if table else ())]
        return [*head, *([f"{table.measured:,} measured"] if table and behind > 0 else [])]

    def say(self, message: str, severity: str = "information") -> None:
        if self.is_attached:
            self.notice.set_message(message, severity)

    @property
    def processes(self) -> list[int]:
        """Numbers of the processes that are at work for this screen."""
        found = (self.measurer.pid, self._run_here.pid if self._run_here else None)
        return [process for process in found if process is not None]

    @property
    def measured_rows(self) -> int:
        """Number of rows that the figures are over."""
        return self._table.measured if self._table else 0

    @property
    def tested(self) -> bool:
        """Whether p values are among the figures, which come last."""
        return self._table is not None and self._table.tested

    @property
    def summary(self) -> Summary | None:
        """All figures so far."""
        return self._table.summary if self._table else None
