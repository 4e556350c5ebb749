"""Reports of a run: text for a terminal, and one HTML page, both with plots."""
