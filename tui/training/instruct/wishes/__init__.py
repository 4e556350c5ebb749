"""Requests to do something or to be helped with it, declined or answered."""
