"""Replaying a session on its own clock."""
