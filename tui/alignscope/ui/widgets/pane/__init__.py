"""One pane: header, transcript, footer."""
