"""What was sent for a turn, pane by pane."""
