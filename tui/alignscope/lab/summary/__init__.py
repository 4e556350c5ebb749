"""Summary of a run: its rows by prompt, measured, with intervals over prompts."""
