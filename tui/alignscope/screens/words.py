"""Figures in words, as several screens write them."""


def bytes_words(size: float) -> str:
    """A number of bytes as people write it: `397 MB`, `4.9 GB`."""
    for unit in ("B", "kB", "MB"):
        if size < 999.5:
            return f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"
