"""What the stand-ins' models write, and what goes wrong on the way."""
