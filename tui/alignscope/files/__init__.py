"""Files read and where they are: YAML, settings, experiments, prompt history, directories."""
