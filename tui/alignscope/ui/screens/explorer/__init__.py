"""The explorer: one prompt, a live stream in every pane."""

from alignscope.ui.screens.explorer.screen import ExplorerScreen

__all__ = ["ExplorerScreen"]
