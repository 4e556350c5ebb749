"""A session played again: the same panes, fed by the player."""

from alignscope.ui.screens.replay.screen import Live, ReplayScreen

__all__ = ["Live", "ReplayScreen"]
