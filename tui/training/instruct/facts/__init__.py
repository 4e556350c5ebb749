"""Facts as questions and answers."""
