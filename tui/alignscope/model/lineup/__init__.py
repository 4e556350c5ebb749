"""A lineup: its panes, what tells a base model from its twin, and the colours that panes have."""
