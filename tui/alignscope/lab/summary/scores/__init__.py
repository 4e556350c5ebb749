"""What a run had scored beside its replies: read from its file, and what that comes to."""
