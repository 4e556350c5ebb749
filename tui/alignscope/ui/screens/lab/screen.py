"""The lab's screen: a run's table as it fills, one measure with its plots, and the rows underneath."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from alignscope.lab.summary import words
from alignscope.lab.watching.messages import Lines, Page, Table
from alignscope.measure.refusal.judging import Label
from alignscope.ui.screens.lab.bindings import BINDINGS
from alignscope.ui.screens.lab.lines import Lines as LineList
from alignscope.ui.screens.lab.page import MeasurePage
from alignscope.ui.screens.lab.rows import RowList
from alignscope.ui.screens.lab.table import GapTable
from alignscope.ui.screens.lab.verbs import RowVerbs
from alignscope.ui.widgets.keybar import KeyBar
from alignscope.ui.widgets.status import NoticeLine


class LabScreen(RowVerbs):
    """A run's folder, and the run itself where it was begun here.

    Args:
        folder: the run's; it needn't be there yet.
        arguments: those of `lab run` that go on with it; () where its spec isn't known.
        begin: whether to run at once.
    """

    AUTO_FOCUS = ""
    BINDINGS = BINDINGS
    BINDING_GROUP_TITLE = "Lab"
    DEFAULT_CSS = """
    LabScreen {
        layout: vertical;
        & #lab-heading { height: 1; padding: 0 1; background: $surface; text-wrap: nowrap; text-overflow: ellipsis; }
        & #lab-upper { height: 1fr; }
        &.-page #lab-upper { height: 2fr; }
        &.-page GapTable { display: none; }
        &.-page MeasurePage { display: block; }
        & RowList { height: 1fr; }
        &.-upper RowList { display: none; }
        &.-rows #lab-upper { display: none; }
        & NoticeLine { display: block; height: 2; }
        & KeyBar { margin-left: 1; }
    }
    """

    _measure_told = True
    """Whether no other message stands that the measure's figures, which change as rows come, would take away."""

    def compose(self) -> ComposeResult:
        yield Static(id="lab-heading", markup=False)
        with Vertical(id="lab-upper"):
            yield GapTable()
            yield MeasurePage()
        yield RowList(self.index, self.given)
        yield NoticeLine()
        yield KeyBar()

    def on_mount(self) -> None:
        """Begin in the table."""
        self.set_focus(self.table)

    # What is shown

    def took(self, table: Table, *, first: bool) -> None:
        """Show other figures."""
        self.table.show(table.summary)
        self.rows.show(table.summary)
        if first or self._measure_told:
            self._measure_changed(ask=first, tell=self._measure_told)

    def took_lines(self, lines: Lines) -> None:
        """Show the measure's plots."""
        if self._page_shown and lines.measure == self.table.measure:
            measured = self.table.measured
            self.page.show(measured.label if measured else "", lines.lines)

    def say(self, message: str, severity: str = "information") -> None:
        """Show a message in place of the one before."""
        self._measure_told = False
        super().say(message, severity)

    @property
    def footer_words(self) -> dict[str, str]:
        """Labels for the line of keys."""
        of_rows = {"tokens": "", "model": "", **{f"label('{label}')": "" for label in Label}}
        of_table = {"measure(1)": "", "pair": ""}
        return {
            "stop": "Stop" if self.running else "",
            "go_on": "Go on" if self.may_go_on else "",
            "open": "Replies" if self._in_rows else "Table" if self._page_shown else "Plots",
            "part": "Table" if self._in_rows else "Rows",
            "blind": "Blind",
            **(of_table if self._in_rows else of_rows),
            **({} if len(self.table.pairs) > 1 else {"pair": ""}),
        }

    # The parts, and their lines

    @property
    def _in_rows(self) -> bool:
        """Whether keys are for the rows."""
        return self.focused is self.rows

    @property
    def _upper(self) -> LineList | MeasurePage:
        return self.page if self._page_shown else self.table

    @property
    def _page_shown(self) -> bool:
        return self.has_class("-page")

    def action_part(self) -> None:
        """Go to the rows, or back."""
        zoomed = self.has_class("-upper") or self.has_class("-rows")
        self.set_focus(self._upper if self._in_rows else self.rows)
        if zoomed:
            self._zoom(True)
        self.refresh_bindings()
        if self._in_rows:
            self.tell_row()

    def action_zoom(self) -> None:
        """Give the part with the focus all the room, or give it back."""
        self._zoom(not (self.has_class("-upper") or self.has_class("-rows")))

    def _zoom(self, on: bool) -> None:
        self.set_class(on and not self._in_rows, "-upper")
        self.set_class(on and self._in_rows, "-rows")

    def action_move(self, how: str) -> None:
        """Move by a line or a page, or to an end."""
        here = self.rows if self._in_rows else self._upper
        if isinstance(here, MeasurePage):
            getattr(here, f"scroll_{how}")(animate=False)
        else:
            here.move(how)

    @on(GapTable.Moved)
    def _table_moved(self, event: GapTable.Moved) -> None:
        event.stop()
        if event.lines is self.table:
            self._measure_changed()
        else:
            self.tell_row()

    @on(GapTable.Chosen)
    def _line_chosen(self, event: GapTable.Chosen) -> None:
        event.stop()
        self.action_open()

    def _measure_changed(self, *, ask: bool = True, tell: bool = True) -> None:
        self.rows.show_measure(self.table.measure)
        measured = self.table.measured
        if measured is not None and tell:
            found = self.table.difference(measured)
            figures = [f"{label}: {words.with_n(measured, each)}" for label, each in measured.figures.items()]
            said = words.difference_with_n(measured, found) if found else " · ".join(figures)
            beside = words.beside_difference(measured, found) if found else []
            self.say(" · ".join([f"{measured.label}: {said}", *beside]))
            self._measure_told = True
        if ask and self._page_shown:
            self._ask_page()

    def action_measure(self, step: int) -> None:
        """Go to the next measure, or to the one before."""
        if (count := self.table.count()) > 0:
            self.table.go((self.table.cursor + step) % count)

    def action_pair(self) -> None:
        """Compare the next two."""
        if len(self.table.pairs) < 2:
            self.say("There are no other two to compare.")
            return
        self.table.next_pair()
        if pair := self.table.pair:
            self.say(f"{pair[0]} less {pair[1]}, paired by prompt.")

    def action_model(self) -> None:
        """Show rows of the next model, and after the last those of all."""
        arms, only = self.index.arms, self.index.only
        at = arms.index(only) + 1 if only is not None else 0
        self.index.choose(arms[at] if at < len(arms) else None)
        self.rows.cursor = 0
        self.rows.changed()
        self.rows.move("home")
        chosen_arm = self.index.only
        said = f"Rows of {self.rows.name_of(chosen_arm)}" if chosen_arm else "Rows of all models"
        self.say(f"{said}: {len(self.index.shown):,}.")

    # Plots and replies

    def action_open(self) -> None:
        """Show the measure's plots or the row's replies, or go back to the table."""
        if self._in_rows:
            self.ask_replies(tokens=False)
            return
        self._page(not self._page_shown)

    def _page(self, shown: bool) -> None:
        self.set_class(shown, "-page")
        self.set_focus(self._upper)
        self.refresh_bindings()
        if shown:
            self.page.scroll_home(animate=False)
            self.call_after_refresh(self._ask_page)

    def _ask_page(self) -> None:
        if name := self.table.measure:
            self.measurer.ask(Page(name, self.page.room))
        else:
            self.page.show("", ())

    def on_resize(self) -> None:
        """Have plots drawn for the new width."""
        if self._page_shown:
            self.call_after_refresh(self._ask_page)

    # Leaving

    async def action_leave(self) -> None:
        """Go back to the table, or leave."""
        if self._page_shown:
            self._page(False)
            return
        await self.end_run()
        self.dismiss(None)
