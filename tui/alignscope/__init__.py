"""One prompt to a base model and to its aligned twin, streamed side by side."""

__version__ = "0.1.0"
