"""The colours by which panes are told apart outside the screen."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from alignscope.files.locations import bundled
from alignscope.model.tones import Tone

_HEX: Final = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours as `#rrggbb`. The ones to begin with are those of ink on paper, for print."""

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

    @classmethod
    def of(cls, colors: Mapping[str, object], tones: Mapping[str, object]) -> "Palette":
        """The colours of a theme file's `colors` and `tones`; what isn't written as `#rrggbb` stays as it is here."""
        plain = cls()

        def color(value: object, otherwise: str) -> str:
            if not isinstance(value, str) or not _HEX.fullmatch(value):
                return otherwise
            return value if len(value) == 7 else "#" + "".join(digit * 2 for digit in value[1:])

        return cls(
            foreground=color(colors.get("foreground"), plain.foreground),
            background=color(colors.get("background"), plain.background),
            surface=color(colors.get("surface"), plain.surface),
            line=color(colors.get("panel"), plain.line),
            muted=color(colors.get("secondary"), plain.muted),
            accent=color(colors.get("accent"), plain.accent),
            error=color(colors.get("error"), plain.error),
            tones={tone: color(tones.get(tone), otherwise) for tone, otherwise in plain.tones.items()},
        )


def bundled_palettes() -> dict[str, Palette]:
    """Those of the themes that come with alignscope, by name."""
    palettes = {}
    for file in sorted(bundled("themes").glob("*.yaml")):
        theme = json.loads(file.read_bytes())
        palettes[str(theme["name"])] = Palette.of(theme["colors"], theme["tones"])
    return palettes


def rgb(color: str) -> tuple[int, int, int]:
    """Red, green and blue, from 0 to 255, of `#rrggbb`."""
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)
