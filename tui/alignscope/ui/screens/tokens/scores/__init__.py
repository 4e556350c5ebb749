"""Scores in the token view: what the other model would have written, its figures, and the keys that ask for it."""
