"""Text for the screen and for exports: cleaned, measured, worded."""
