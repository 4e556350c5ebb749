"""The spec of a run: the lineup, the prompts, and the sets that come along."""
