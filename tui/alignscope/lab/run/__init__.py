"""A run from its plan to its rows, resumable: a number of requests at once to each server."""
