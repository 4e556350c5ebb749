"""Scoring: the probabilities that one model gives to a text that another wrote, token by token."""
