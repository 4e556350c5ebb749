"""The terminal application: themes, keys, screens and widgets."""
