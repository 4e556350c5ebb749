"""A run watched while it goes on: rows found as they come, measured in a process of its own, and the run in another."""
