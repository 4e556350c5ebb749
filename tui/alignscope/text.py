"""The one way from a model's text to the screen."""
