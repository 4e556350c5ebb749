"""Playing a session again on its own clock."""
