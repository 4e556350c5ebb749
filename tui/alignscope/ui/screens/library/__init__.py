"""The library of sessions, and the lists and dialogs on what is in them."""
