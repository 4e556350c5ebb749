"""Keeping a session while it happens: journal, session file, recovery after a crash."""
