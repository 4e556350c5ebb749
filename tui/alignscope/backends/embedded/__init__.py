"""The embedded engine: the twins, and any other GGUF file."""
