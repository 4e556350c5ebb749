"""Finding and opening the sessions in a directory."""
