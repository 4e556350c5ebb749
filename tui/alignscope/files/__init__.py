"""A person's files and directories: YAML, settings, experiments, prompt history."""
