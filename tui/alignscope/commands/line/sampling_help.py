"""Help on sampling parameters and presets, from their table."""

import shutil
import textwrap
from collections.abc import Sequence

from alignscope.model.sampling import PARAMETERS, PRESETS, ValueType


def sampling_help() -> str:
    """Return the lists of parameters and presets, as wide as the terminal."""
    width = min(shutil.get_terminal_size((80, 24)).columns, 120)
    numeric = (ValueType.FLOAT, ValueType.INT)
    rows = [(p.name, f"{f'{p.type} ' if p.type in numeric else ''}{p.range}. {p.help}") for p in PARAMETERS.values()]
    presets = [(preset.name, preset.help) for preset in PRESETS.values()]
    return "\n".join(
        [
            "sampling parameters, for --set; NAME=off leaves one out, and the model's own value holds:",
            *_columns(rows, width),
            "",
            "presets, for --preset, and your own from the settings file:",
            *_columns(presets, width),
        ]
    )


def _columns(rows: Sequence[tuple[str, str]], width: int) -> list[str]:
    left = max(len(name) for name, _ in rows) + 4
    return [
        line
        for name, text in rows
        for line in textwrap.wrap(
            text, width, initial_indent=f"  {name}".ljust(left), subsequent_indent=" " * left, break_on_hyphens=False
        )
    ]
