"""Small plots of a run, each described once and drawn twice: with signs in a terminal, and as SVG in a page."""
