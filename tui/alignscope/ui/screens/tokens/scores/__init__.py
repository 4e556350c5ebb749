"""Scores in the token view: the other model's list and figures, and the keys that ask for them."""
