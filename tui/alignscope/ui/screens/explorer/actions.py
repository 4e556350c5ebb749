"""Base of the explorer's actions: what all of them act on."""

from typing import TYPE_CHECKING

from alignscope.ui.screens.base.actions import Actions
from alignscope.ui.widgets.pane.view import PaneView
from alignscope.ui.widgets.prompt import PromptEditor
from alignscope.ui.widgets.split import Split

if TYPE_CHECKING:
    from alignscope.ui.screens.explorer.screen import ExplorerScreen


class ExplorerActions(Actions):
    """Actions on what is explored, and on the panes that show it."""

    screen: "ExplorerScreen"

    def __init__(self, screen: "ExplorerScreen") -> None:
        super().__init__(screen)
        self.launch = screen.launch
        self.exploration = screen.exploration
        self.show_notice = screen.show_notice
        self.key = screen.key

    @property
    def split(self) -> Split:
        """The panes."""
        return self.screen.split

    @property
    def here(self) -> PaneView:
        """The pane with the focus, else the one that had it last, else the first."""
        return self.screen.here

    @property
    def prompt(self) -> PromptEditor:
        """The line in which prompts are written."""
        return self.screen.prompt
