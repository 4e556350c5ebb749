"""What is asked of whom: the spec of a run, its prompts, and sets of them."""
