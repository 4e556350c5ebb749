"""The ways of declining in a language, and what only looks like them; a file for each language."""
