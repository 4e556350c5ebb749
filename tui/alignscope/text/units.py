"""Numbers as people write them."""

from typing import Final

_UNITS: Final = ("B", "kB", "MB", "GB", "TB")


def format_bytes(count: float | None) -> str:
    """A number of bytes, such as `397 MB` or `4.9 GB`, in powers of 1000; nothing when it isn't known."""
    if count is None:
        return ""
    number, unit = float(count), 0
    while number >= 999.5 and unit < len(_UNITS) - 1:
        number, unit = number / 1000, unit + 1
    return f"{number:.0f} {_UNITS[unit]}" if unit < 3 or number >= 99.5 else f"{number:.1f} {_UNITS[unit]}"
