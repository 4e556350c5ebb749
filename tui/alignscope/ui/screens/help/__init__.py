"""Help on the keys of a screen, on terms and on parameters."""
