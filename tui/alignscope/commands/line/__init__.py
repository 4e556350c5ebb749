"""The command line: its parser, and values read from it."""
