"""The person's own files and where they are: settings, prompt history, directories."""
