"""A run as a person reads it: as text in a terminal, and as one page; with plots."""
