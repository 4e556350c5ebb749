"""The explorer: one prompt, a live stream in every pane."""
