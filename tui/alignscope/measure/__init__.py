"""Measures: pure functions of distributions, replies and figures. They know no screen, no server and no file.

Logarithms are natural ones, so entropies and divergences are in nats; a screen divides by ln 2 for bits.
"""
