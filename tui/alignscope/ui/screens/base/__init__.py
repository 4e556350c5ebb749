"""Base classes of screens, and labels of panes."""
