"""Scores of a run: read from their file, and summed up."""
