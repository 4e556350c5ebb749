"""Models from a Hugging Face style hub, for the embedded engine: their names, files on disk, and pulling them."""
