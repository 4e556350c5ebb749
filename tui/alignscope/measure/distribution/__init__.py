"""Bounds that a server's list of the likeliest tokens puts on a model's whole distribution."""
