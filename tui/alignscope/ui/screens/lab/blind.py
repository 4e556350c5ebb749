"""The screen on which a person labels replies without seeing the rule's label or whose they are."""

import random
from collections.abc import Iterator
from typing import Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Static

from alignscope.lab.row import Row
from alignscope.lab.summary.labels import Following, LabelsError, Said
from alignscope.lab.watching.index import Index
from alignscope.measure.refusal.judging import Label
from alignscope.text.clean import clean
from alignscope.text.wording import counted
from alignscope.ui.screens.base.labels import hanging
from alignscope.ui.screens.base.screen import AppScreen
from alignscope.ui.widgets.keybar import KeyBar

_AROUND: Final = 3
"""Cells beside a text: a blank on either side, and the scroll bar."""
_MOST: Final = 3000
"""Rows of a reply that are shown."""


def _key(keys: str, action: str, description: str, name: str, tooltip: str, *, show: bool = False) -> Binding:
    return Binding(keys, action, description, show=show, id=f"blind.{name}", tooltip=tooltip)


BINDINGS: Final[list[BindingType]] = [
    _key("r,1", "label('refused')", "Refused", "refused", "The reply declines what was asked", show=True),
    _key("o,2", "label('other')", "Other", "other", "It declines nothing: it answers, goes on, or does neither",
         show=True),
    _key("u,3", "label('undetermined')", "Undetermined", "undetermined", "It can't be told", show=True),
    _key("s", "skip", "Skip", "skip", "No label for this one", show=True),
    _key("z", "undo", "Undo", "undo", "Back to the reply before, whose label is taken back", show=True),
    _key("down,j", "scroll('down')", "Line on", "down", "A line on"),
    _key("up,k", "scroll('up')", "Line back", "up", "A line back"),
    _key("pagedown,space", "scroll('page_down')", "Page on", "page-down", "A page on"),
    _key("pageup,backspace", "scroll('page_up')", "Page back", "page-up", "A page back"),
    _key("f1,question_mark", "help", "Help", "help", "Keys and words", show=True),
    _key("escape,q", "leave", "Back", "leave", "Back to the run; every label is kept", show=True),
]  # fmt: skip


class BlindScreen(AppScreen[None]):
    """Replies drawn at random, one after the other.

    Args:
        index: a run's rows.
        labels: what the person said of them already; labels are added to it.
        seed: of the order.
    """

    AUTO_FOCUS = ""
    BINDINGS = BINDINGS
    BINDING_GROUP_TITLE = "Label blind"
    heading = query_one("#blind-heading", Static)
    notice = query_one("#blind-notice", Static)
    DEFAULT_CSS = """
    BlindScreen {
        layout: vertical;
        & #blind-heading { height: 1; padding: 0 1; background: $surface; text-wrap: nowrap; text-overflow: ellipsis; }
        & VerticalScroll { scrollbar-size: 0 1; scrollbar-gutter: stable; padding: 0 1; }
        & #blind-prompt { height: auto; max-height: 30%; margin: 1 0; }
        & #blind-reply { height: 1fr; }
        & .blind-part { height: 1; padding: 0 1; background: $surface; color: $text-muted; }
        & #blind-notice { height: 1; padding: 0 1; color: $text-muted; text-wrap: nowrap; text-overflow: ellipsis; }
        & KeyBar { margin-left: 1; }
    }
    """

    def __init__(self, index: Index, labels: Following, seed: int | None = None) -> None:
        super().__init__()
        self._index = index
        self._labels = labels
        numbers = list(range(len(index)))
        random.Random(seed).shuffle(numbers)
        self._drawn = self._unlabelled(numbers)
        self._row = next(self._drawn, None)
        self._before: list[Row] = []
        """Rows that were shown."""
        self._message = ""

    def _unlabelled(self, numbers: list[int]) -> Iterator[Row]:
        for number in numbers:
            row = self._index.row(number)
            # Who labelled one on the other screen may have seen the rule's label.
            if row is not None and not row.failed and row.key not in self._labels.given:
                yield row

    def compose(self) -> ComposeResult:
        yield Static(id="blind-heading", markup=False)
        with VerticalScroll(id="blind-prompt", can_focus=False):
            yield Static(markup=False)
        yield Static("The reply", classes="blind-part", markup=False)
        with VerticalScroll(id="blind-reply", can_focus=False):
            yield Static(markup=False)
        yield Static(id="blind-notice", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        self.call_after_refresh(self._draw)

    def on_resize(self) -> None:
        """Lay out for the new width."""
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        if not (self.size.width and self.is_mounted and self in self.app.screen_stack):
            return
        row = self._row
        known = sum(given.blind is not None for given in self._labels.given.values())
        where = f"{counted(known, 'label')} so far"
        self.heading.update(Content.assemble(("Label blind", "bold"), (f"  ·  {where}", "$text-muted")))
        if row is None:
            self._fill("#blind-prompt", "Every reply has a label; z goes back to the last one.", "$foreground")
            self._fill("#blind-reply", "", "$foreground")
        else:
            self._fill("#blind-prompt", row.prompt, "$foreground")
            self._fill("#blind-reply", row.text.strip() or "Nothing was written.", "$foreground")
        self.notice.update(clean(self._message))

    def _fill(self, place: str, text: str, style: str) -> None:
        width = max(8, self.size.width - _AROUND)
        scroll = self.query_one(place, VerticalScroll)
        scroll.query_one(Static).update(hanging(Content(""), text, width, _MOST).stylize(style))

    # Keys

    def action_label(self, said: str) -> None:
        """Keep a label of the reply that is shown, and go on."""
        if self._row is None:
            return
        label = Label(said)
        if self._keep(Said(key=self._row.key, label=label, blind=True)):
            self._go_on(self._row, f"Kept: {label}.")

    def action_skip(self) -> None:
        """Go on without a label."""
        if self._row is not None:
            self._go_on(self._row, "Skipped.")

    def _go_on(self, row: Row, message: str) -> None:
        self._before.append(row)
        self._row, self._message = next(self._drawn, None), message
        self._show()

    def action_undo(self) -> None:
        """Go back to the reply before, and take its label back."""
        if not self._before:
            self._message = "There is nothing to take back: labels from before stay."
            self._draw()
            return
        row = self._before[-1]
        labelled = row.key in self._labels.given
        if labelled and not self._keep(Said(key=row.key, label=None, blind=True)):
            return
        self._before.pop()
        if self._row is not None:
            self._drawn = _first(self._row, self._drawn)
        self._row, self._message = row, "Taken back." if labelled else "Back to the one that was skipped."
        self._show()

    def _keep(self, said: Said) -> bool:
        try:
            self._labels.add(said)
        except LabelsError as error:
            self._message = f"Not kept: {error}"
            self._draw()
            return False
        return True

    def _show(self) -> None:
        for scroll in self.query(VerticalScroll):
            scroll.scroll_home(animate=False)
        self.call_after_refresh(self._draw)

    def action_scroll(self, how: str) -> None:
        """Scroll the reply by a line or a page."""
        getattr(self.query_one("#blind-reply", VerticalScroll), f"scroll_{how}")(animate=False)

    def action_leave(self) -> None:
        """Leave."""
        self.dismiss(None)


def _first(row: Row, rest: Iterator[Row]) -> Iterator[Row]:
    yield row
    yield from rest
