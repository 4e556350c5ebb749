"""Choosing models and pulling them."""
