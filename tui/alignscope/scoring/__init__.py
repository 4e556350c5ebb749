"""Scoring: what one model thinks of a text that another wrote, token by token."""
