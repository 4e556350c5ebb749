"""Reading and writing the documents of session files."""
