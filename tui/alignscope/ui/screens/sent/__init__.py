"""The requests of a turn, pane by pane."""
