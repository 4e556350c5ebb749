"""Sent requests: each pane's as the model read it, who chose what in it, and where the twins don't match."""
