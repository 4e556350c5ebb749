"""The network, how its weights move, and GGUF files made of it and read back."""
