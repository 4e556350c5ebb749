"""What a run comes to: its rows by prompt, measured, with intervals over prompts."""
