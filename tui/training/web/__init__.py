"""A small made-up web: endless pages of many kinds, the same for the same seed."""

from training.web.pages import pages

__all__ = ["pages"]
