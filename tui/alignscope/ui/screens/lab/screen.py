"""The lab's screen: a run's table as it fills, one measure with its plots, and the rows underneath."""

from typing import Final

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.getters import query_one
from textual.widgets import Static, TextArea

from alignscope.lab.summary import words
from alignscope.lab.watching.messages import Lines, Page, Table
from alignscope.measure.refusal.judging import Label
from alignscope.ui.screens.lab.bindings import BINDINGS
from alignscope.ui.screens.lab.lines import Lines as LineList
from alignscope.ui.screens.lab.page import MeasurePage
from alignscope.ui.screens.lab.rows import RowFilter, RowList
from alignscope.ui.screens.lab.table import GapTable
from alignscope.ui.screens.lab.verbs import RowVerbs
from alignscope.ui.widgets.keybar import KeyBar
from alignscope.ui.widgets.status import NoticeLine

_WHILE_TYPING: Final = frozenset({"open", "part", "leave", "help"})
"""Actions of the screen's keys while words are typed that rows are searched for."""


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
    filter = query_one(RowFilter)
    DEFAULT_CSS = """
    LabScreen {
        layout: vertical;
        & #lab-heading { height: 1; padding: 0 1; background: $surface; text-wrap: nowrap; text-overflow: ellipsis; }
        & #lab-upper { height: 1fr; }
        &.-page #lab-upper { height: 2fr; }
        &.-page GapTable { display: none; }
        &.-page MeasurePage { display: block; }
        & RowList { height: 1fr; }
        &.-search RowFilter { display: block; }
        &.-upper RowList, &.-upper RowFilter { display: none; }
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
        yield RowFilter()
        yield RowList(self.index, self.labels.given)
        yield NoticeLine()
        yield KeyBar()

    def on_mount(self) -> None:
        """Begin in the table."""
        self.set_focus(self.table)

    def on_screen_resume(self) -> None:
        """Draw rows with the labels that they were given on another screen."""
        self.rows.refresh()

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
    def footer_labels(self) -> dict[str, str]:
        """Labels for the line of keys."""
        of_rows = {"tokens": "", "model": "", **{f"label('{label}')": "" for label in Label}}
        of_table = {"measure(1)": "", "pair": ""}
        searched = self._typing or (self.index.words and not self._page_shown)
        return {
            "stop": "Stop" if self.running else "",
            "go_on": "Go on" if self.may_go_on else "",
            "open": "Replies" if self._in_rows else "Table" if self._page_shown else "Plots",
            "part": "Table" if self._in_rows else "Rows",
            "blind": "Blind",
            **({"leave": "All rows"} if searched else {}),
            **({"open": "Rows", "part": ""} if self._typing else {}),
            **(of_table if self._in_rows else of_rows),
            **({} if len(self.table.pairs) > 1 else {"pair": ""}),
        }

    # The parts, and their lines

    @property
    def _in_rows(self) -> bool:
        """Whether keys are for the rows."""
        return self.focused is self.rows

    @property
    def _typing(self) -> bool:
        """Whether keys are text that rows are searched for."""
        return self.filter.has_focus_within

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave to the field for words what is its own."""
        own = self._typing and action not in _WHILE_TYPING and parameters not in (("up",), ("down",))
        return False if own else super().check_action(action, parameters)

    @property
    def _upper(self) -> LineList | MeasurePage:
        return self.page if self._page_shown else self.table

    @property
    def _page_shown(self) -> bool:
        return self.has_class("-page")

    def action_part(self) -> None:
        """Go to the rows, or back."""
        if self._typing:
            self._to_rows()
            return
        zoomed = self.has_class("-upper") or self.has_class("-rows")
        self.set_focus(self._upper if self._in_rows else self.rows)
        if zoomed:
            self._zoom(True)
        self.refresh_bindings()
        if self._in_rows:
            self.say_rule()

    def action_zoom(self) -> None:
        """Give the part with the focus all the room, or give it back."""
        self._zoom(not (self.has_class("-upper") or self.has_class("-rows")))

    def _zoom(self, on: bool) -> None:
        self.set_class(on and not self._in_rows, "-upper")
        self.set_class(on and self._in_rows, "-rows")

    def action_move(self, how: str) -> None:
        """Move by a line or a page, or to an end."""
        if self._typing:
            self._to_rows()
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
            self.say_rule()

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
        self._show_chosen()
        chosen_arm = self.index.only
        said = f"Rows of {self.rows.name_of(chosen_arm)}" if chosen_arm else "Rows of all models"
        self.say(f"{said}." if self.index.words else f"{said}: {len(self.index.shown):,}.")

    def _show_chosen(self) -> None:
        """Show other rows than before, from the first on."""
        self.rows.cursor = 0
        self.look()
        self.rows.changed()
        self.rows.move("home")
        self.took_found()

    # Rows with some words

    def action_search(self) -> None:
        """Type words that rows are searched for."""
        self._zoom(False)
        self.add_class("-search")
        self.filter.field.focus()
        self.refresh_bindings()

    @on(TextArea.Changed)
    def _typed(self, event: TextArea.Changed) -> None:
        event.stop()
        self._search(self.filter.field.value)

    def _search(self, words: str) -> None:
        self.index.search(words)
        self._show_chosen()

    def took_found(self) -> None:
        """Show how many rows have the words."""
        self.filter.show_found(self.index)

    def _to_rows(self) -> None:
        self.set_class(bool(self.index.words), "-search")
        self.set_focus(self.rows)
        self.refresh_bindings()

    def _all_rows(self) -> None:
        self.filter.field.put("")
        self._search("")
        self._to_rows()

    # Plots and replies

    def action_open(self) -> None:
        """Show the measure's plots or the row's replies, or go back to the table."""
        if self._typing:
            self._to_rows()
            return
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
        """Go back to all rows or to the table, or leave."""
        if self._typing or (self.index.words and not self._page_shown):
            self._all_rows()
            return
        if self._page_shown:
            self._page(False)
            return
        await self.end_run()
        self.dismiss(None)
