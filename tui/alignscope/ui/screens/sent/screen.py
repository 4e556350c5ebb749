"""The screen of what was sent: warnings first, then every pane with its request, its prompt and who set what."""

from collections.abc import Sequence
from typing import Final

from textual import work
from textual.app import ComposeResult
from textual.containers import Container, VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Static

from alignscope.model.lineup.pane import MAX_PANES
from alignscope.model.sampling import PRESETS, Preset
from alignscope.model.turn import Turn
from alignscope.run.sent.asking import asked
from alignscope.run.sent.kept import kept
from alignscope.run.sent.pane import SentPane, SentTurn
from alignscope.run.sent.words import curl, request_json
from alignscope.run.servers import Servers
from alignscope.text.clean import clean
from alignscope.text.wording import counted
from alignscope.ui.screens.base.labels import labels
from alignscope.ui.screens.base.screen import AppScreen
from alignscope.ui.screens.sent.account import account, warned
from alignscope.ui.screens.sent.bindings import BINDINGS
from alignscope.ui.widgets.keybar import KeyBar

_LEAST: Final = 48
"""Cells of a pane from which on panes stand side by side."""


class SentScreen(AppScreen[None]):
    """The requests of a turn, as the models read them.

    Args:
        turns: all turns so far, the one to show among them.
        number: that turn's number.
        servers: those to ask; None to show only what was kept.
        sample: the sample of each pane whose request is shown.
        pane: name of the pane whose request is copied first.
        presets: presets that may have set something.
        partial: whether requests are put together from a run's rows.
    """

    AUTO_FOCUS = ""
    BINDINGS = BINDINGS
    BINDING_GROUP_TITLE = "What was sent"
    heading = query_one("#sent-heading", Static)
    notice = query_one("#sent-notice", Static)
    columns = query_one("#sent-panes", Container)
    DEFAULT_CSS = """
    SentScreen {
        layout: vertical;
        & #sent-heading { height: 1; padding: 0 1; background: $surface; text-wrap: nowrap; text-overflow: ellipsis; }
        & VerticalScroll { height: 1fr; scrollbar-size-vertical: 1; scrollbar-gutter: stable; padding: 0 1; }
        & #sent-warnings { padding: 1 0; height: auto; }
        & #sent-panes { height: auto; layout: vertical; }
        & #sent-panes.-beside { layout: horizontal; }
        & #sent-panes Static { height: auto; width: 1fr; padding-bottom: 1; }
        & #sent-panes.-beside Static { padding-right: 2; }
        & #sent-notice { height: 1; padding: 0 1; color: $text-muted; text-wrap: nowrap; text-overflow: ellipsis; }
        & KeyBar { margin-left: 1; }
    }
    """

    def __init__(
        self,
        turns: Sequence[Turn],
        number: int,
        servers: Servers | None = None,
        *,
        sample: int = 1,
        pane: str = "",
        presets: Sequence[Preset] = tuple(PRESETS.values()),
        partial: bool = False,
    ) -> None:
        super().__init__()
        self._partial = partial
        self._turns = turns
        self._at = next((at for at, turn in enumerate(turns) if turn.number == number), len(turns) - 1)
        self._servers = servers
        self._sample = sample
        self._here = pane
        self._presets = presets
        self._beside: bool | None = None
        """Whether the person wants panes side by side; None for what fits."""
        self._sent = SentTurn(())

    def compose(self) -> ComposeResult:
        yield Static(id="sent-heading", markup=False)
        with VerticalScroll(can_focus=False):
            yield Static(id="sent-warnings", markup=False)
            with Container(id="sent-panes"):
                for _ in range(MAX_PANES):
                    yield Static(markup=False)
        yield Static(id="sent-notice", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        self._begin()

    def on_resize(self) -> None:
        """Lay out for the new width."""
        self.call_after_refresh(self._draw)

    @property
    def _turn(self) -> Turn:
        return self._turns[self._at]

    @property
    def _pane(self) -> SentPane:
        """The pane whose request is copied."""
        return next((pane for pane in self._sent.panes if pane.pane == self._here), self._sent.panes[0])

    # What is shown

    def _begin(self, *, load: bool = False) -> None:
        """Show what was kept of the turn, then ask its servers.

        Args:
            load: whether models that aren't in memory may be loaded for that.
        """
        before = self._turns[: self._at]
        self._show(kept(self._turn, turns=before, sample=self._sample, presets=self._presets, partial=self._partial))
        self.query_one(VerticalScroll).scroll_home(animate=False)
        self._say("")
        if self._servers is not None:
            self._say("Asking the servers …")
            self._ask(self._servers, self._turn, load=load)

    @work(group="sent", exclusive=True, exit_on_error=False)
    async def _ask(self, servers: Servers, turn: Turn, *, load: bool) -> None:
        before = self._turns[: self._at]
        found = await asked(turn, servers, turns=before, sample=self._sample, presets=self._presets, load=load)
        self._show(found)
        gone, resting = ([pane.pane for pane in found.panes if each(pane)] for each in (_gone, _resting))
        said = [f"Not all could be asked about {', '.join(gone)}."] if gone else []
        if resting:
            key = self.key_of("sent.refresh")
            said.append(f"{key} asks more about {', '.join(resting)}, and loads what isn't in memory for that.")
        self._say(" ".join(said))

    def _show(self, sent: SentTurn) -> None:
        self._sent = sent
        for number, column in enumerate(self.columns.query(Static)):
            column.display = number < len(sent.panes)
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        """Lay everything out for the width there is."""
        sent, turn = self._sent, self._turn
        room = self.query_one(VerticalScroll).scrollable_content_region.width
        if not sent.panes or not room:
            return
        fits = room // len(sent.panes) >= _LEAST
        beside = fits if self._beside is None else self._beside
        self.columns.set_class(beside, "-beside")
        width = max(12, room // len(sent.panes) - 2 if beside else room)
        of = f"turn {turn.number}" + (f" of {self._turns[-1].number}" if len(self._turns) > 1 else "")
        self.heading.update(Content.assemble(("What was sent", "bold"), (f"  ·  {of}", "$text-muted")))
        self.query_one("#sent-warnings", Static).update(warned(sent.warnings, room))
        named = labels(turn.lineup)
        for column, pane in zip(self.columns.query(Static), sent.panes, strict=False):
            mark = "› " if pane is self._pane and len(sent.panes) > 1 else "  " if len(sent.panes) > 1 else ""
            label = Content.assemble((mark, "bold $accent"), named.get(pane.pane) or clean(pane.pane))
            column.update(account(pane, label, width))

    def _say(self, message: str) -> None:
        self.notice.update(clean(message))

    # Keys

    def action_scroll(self, how: str) -> None:
        """Scroll by a line, a page, or to an end."""
        getattr(self.query_one(VerticalScroll), f"scroll_{how}")(animate=False)

    def action_pane(self, by: int) -> None:
        """Go to another pane, and bring its beginning into view."""
        names = [pane.pane for pane in self._sent.panes]
        self._here = names[(names.index(self._pane.pane) + by) % len(names)]
        self._draw()
        if not self.columns.has_class("-beside"):
            self.columns.children[names.index(self._here)].scroll_visible(top=True, animate=False)

    def action_turn(self, by: int) -> None:
        """Show the next turn, or the one before."""
        at = self._at + by
        if not 0 <= at < len(self._turns):
            self._say("This is the last turn." if by > 0 else "This is the first turn.")
            return
        self._at = at
        self._begin()

    def action_rotate_split(self) -> None:
        """Put the panes side by side, or one below the other."""
        self._beside = not self.columns.has_class("-beside")
        self._draw()

    def action_refresh(self) -> None:
        """Ask the servers again."""
        if self._servers is None:
            self._say("A recording asks no server: this is what was kept.")
        else:
            self._begin(load=True)

    def action_copy_request(self) -> None:
        """Copy the pane's request as JSON."""
        pane = self._pane
        self._copy(request_json(pane, indent=2) if pane.request else "", f"{pane.pane}'s request")

    def action_copy_prompt(self) -> None:
        """Copy the prompt as the pane's model reads it."""
        self._copy(self._pane.rendered or "", f"{self._pane.pane}'s prompt")

    def action_copy_curl(self) -> None:
        """Copy a command that sends the pane's request again."""
        pane = self._pane
        if pane.request and not curl(pane):
            self._say(f"Nothing but alignscope can send {pane.pane}'s request to its own engine.")
        else:
            self._copy(curl(pane), f"a command for {pane.pane}'s request")

    @work(exit_on_error=False)
    async def _copy(self, text: str, what: str) -> None:
        from alignscope.ui.widgets.clipboard import CopyError, copy

        if not text:
            self._say(f"There is nothing to copy: {what} isn't known.")
            return
        try:
            how = await copy(self.app, text)
            self._say(f"Copied {what} ({counted(len(text), 'character')}) {how}.")
        except CopyError as error:
            self._say(str(error))

    def action_leave(self) -> None:
        """Go back."""
        self.dismiss(None)


def _gone(pane: SentPane) -> bool:
    return bool(pane.problem)


def _resting(pane: SentPane) -> bool:
    return pane.resting
