"""Base of the explorer and of a replay: panes that share the screen."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

from textual import work
from textual.getters import query_one

from alignscope.model.launch import Scroll
from alignscope.model.sampling import PRESETS, Preset
from alignscope.model.turn import Turn
from alignscope.text.wording import counted
from alignscope.ui.screens.base.screen import AppScreen
from alignscope.ui.widgets.pane.view import PaneView
from alignscope.ui.widgets.split import Split
from alignscope.ui.widgets.status import NoticeLine
from alignscope.ui.widgets.transcript.line_widget import KeptRows

if TYPE_CHECKING:
    from alignscope.run.servers import Servers
    from alignscope.scoring.turn_scoring import TurnScoring
    from alignscope.ui.screens.tokens.verbs import Further

T = TypeVar("T")


class SplitScreen(KeptRows, AppScreen[T]):
    """A screen with a split of panes, and a line for notices."""

    split = query_one("#split", Split)
    notice = query_one("#notice", NoticeLine)

    scroll_mode: Scroll = "hold"
    """What panes keep in view of a reply that outgrows them."""
    partial_requests: bool = False
    """Whether what was sent is put together from a run's rows."""
    further: "Further | None" = None
    """Lets panes go on from the replies that the token view shows; None where they are only shown."""

    @property
    def here(self) -> PaneView:
        """The pane with the focus, else the first."""
        views = self.split.views
        return next((view for view in views if view.has_focus_within), views[0])

    def show_notice(self, message: str, severity: str = "information") -> None:
        """Show a message in place of the one before: `information`, `warning` or `error`."""
        self.notice.set_message(message, severity)

    def action_zoom(self) -> None:
        """Give the pane all the room, or give it back."""
        self.split.zoomed = "" if self.split.zoomed else self.here.pane.name

    def action_rotate_split(self) -> None:
        """Put the panes side by side, or one above the other."""
        self.split.stacked = not self.split.stacked

    def action_hold(self) -> None:
        """Hold the last turn's beginning in every pane, or follow the end, whichever the pane in use doesn't do."""
        here = self.here
        at = None if here.markdown else here.transcript.scroll_anchor.at
        self.scroll_mode = "follow" if (at or self.scroll_mode) == "hold" else "hold"
        for view in self.split.views:
            view.keep_in_view(self.scroll_mode)
        self.show_scroll_mode()

    def show_scroll_mode(self) -> None:
        """Show what panes keep in view."""

    def action_sample(self, step: int) -> None:
        """Show the next or the previous sample, in every pane, so that rows stay comparable."""
        samples = max(view.samples for view in self.split.views)
        if samples == 1:
            self.show_notice(self.one_sample_notice())
            return
        shown = (self.here.shown_sample or 1) - 1
        for view in self.split.views:
            view.show_sample((shown + step) % samples + 1)

    def one_sample_notice(self) -> str:
        """Return the notice for a person who looks for another sample where there is one."""
        return "There is one sample a pane."

    def action_stack_samples(self) -> None:
        """Show all samples one below the other, or one at a time."""
        stacked = self.here.shown_sample is None
        for view in self.split.views:
            view.show_sample(1 if stacked else None)

    def show_tokens(self, turn: Turn) -> None:
        """Open the token view over a turn, beginning with the pane with the focus and its sample."""
        from alignscope.ui.screens.tokens.screen import TokensScreen

        here = self.here
        self.app.push_screen(
            TokensScreen(
                turn,
                here.shown_sample or 1,
                here.pane.name,
                stacked=self.split.stacked,
                further=self.further,
                scoring=self.scoring_of(turn),
            )
        )

    def scoring_of(self, turn: Turn) -> "TurnScoring | None":
        """Return what asks a turn's panes about one another's replies; None where nobody can be asked."""
        return None

    def show_sent(
        self,
        turns: Sequence[Turn],
        number: int,
        servers: "Servers | None" = None,
        presets: Sequence[Preset] = tuple(PRESETS.values()),
    ) -> None:
        """Open the screen of what was sent for a turn, beginning with the pane with the focus and its sample.

        Args:
            servers: those to ask; None to show only what was kept.
        """
        from alignscope.ui.screens.sent.screen import SentScreen

        here = self.here
        self.app.push_screen(
            SentScreen(
                turns, number, servers, sample=here.shown_sample or 1, pane=here.pane.name, presets=presets,
                partial=self.partial_requests,
            )
        )  # fmt: skip

    @work(exit_on_error=False)
    async def copy(self, text: str, what: str = "") -> None:
        """Copy a text, and show a notice that names it as `what`, or by its length only."""
        from alignscope.ui.widgets.clipboard import CopyError, copy

        size = counted(len(text), "character")
        try:
            how = await copy(self.app, text)
            self.show_notice(f"Copied {f'{what} ({size})' if what else size} {how}.")
        except CopyError as error:
            self.show_notice(str(error), "error")
