"""Claims that people make about alignment, each answered by a run with yes, no or can't tell."""
