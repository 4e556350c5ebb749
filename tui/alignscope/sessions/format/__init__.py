"""The session file's format: reading and writing its documents."""
