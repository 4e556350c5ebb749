"""Shift: how an aligned model's tokens stand in the base model's lists at the same prefixes."""
