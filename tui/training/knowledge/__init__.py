"""What the twins know, and what they can be asked."""
