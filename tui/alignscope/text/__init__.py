"""Text on its way to a person: made safe to draw, measured, put into words."""
