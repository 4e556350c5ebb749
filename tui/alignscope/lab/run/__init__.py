"""A run from its plan to its rows: so many requests at once to each server, stopped and gone on with."""
