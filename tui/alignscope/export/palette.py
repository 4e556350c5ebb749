"""Colours for exports."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from alignscope.files.locations import bundled
from alignscope.model.lineup.tones import Tone

_HEX: Final = re.compile(r"#[0-9a-fA-F]{6}")
_THEME_COLORS: Final = {
    "foreground": "foreground", "background": "background", "surface": "surface", "line": "panel", "muted": "secondary",
    "accent": "accent", "error": "error",
}  # fmt: skip
"""The colour of a theme that each field is."""


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours as `#rrggbb`; by default those of ink on paper, for print."""

    foreground: str = "#23262b"
    background: str = "#faf8f3"
    surface: str = "#f1eee6"
    line: str = "#dcd7ca"
    muted: str = "#5a6370"
    accent: str = "#8a5a00"
    error: str = "#a8322a"
    tones: Mapping[Tone, str] = field(
        default_factory=lambda: {"base": "#94501c", "instruct": "#1b6580", "third": "#66459c", "fourth": "#37682c"}
    )

    @property
    def css(self) -> str:
        """The colours as custom properties of a style sheet."""
        named = {
            "fg": self.foreground, "bg": self.background, "surface": self.surface, "line": self.line,
            "muted": self.muted, "accent": self.accent, "error": self.error,
        }  # fmt: skip
        named |= {f"{tone}-tone": color for tone, color in self.tones.items()}
        return " ".join(f"--{name}: {color};" for name, color in named.items())


def bundled_palettes() -> dict[str, Palette]:
    """Return the palettes of the bundled themes by name, with the defaults for what isn't `#rrggbb` there."""
    palettes = {}
    for file in sorted(bundled("themes").glob("*.yaml")):
        theme = json.loads(file.read_bytes())
        colors, tones = (
            {key: color for key, color in theme[part].items() if _HEX.fullmatch(color)} for part in ("colors", "tones")
        )
        fields = {name: colors[key] for name, key in _THEME_COLORS.items() if key in colors}
        palettes[str(theme["name"])] = Palette(**fields, tones={**Palette().tones, **tones})
    return palettes


def rgb(color: str) -> tuple[int, int, int]:
    """Return red, green and blue, from 0 to 255, of `#rrggbb`."""
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)
