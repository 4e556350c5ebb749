"""Prompts and replies as drawn rows."""
