"""The stages of the training: pre-training, examples, preferences."""
