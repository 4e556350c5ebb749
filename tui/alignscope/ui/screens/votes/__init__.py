"""Blind votes on the replies of a run."""
