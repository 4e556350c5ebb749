"""Theme files: read, checked, and made into Textual's themes."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import msgspec
from textual.color import Color, ColorParseError
from textual.theme import Theme

from alignscope.locations import bundled

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

DEFAULT: Final = "lamp"
_LARGEST: Final = 64 * 1024


class ThemeError(ValueError):
    """A theme file that can't be used; the message is for the person and names file, field and reason."""


class Colors(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The colours that Textual builds everything else from; what is left out it derives."""

    primary: str
    secondary: str | None = None
    accent: str | None = None
    foreground: str | None = None
    background: str | None = None
    surface: str | None = None
    panel: str | None = None
    success: str | None = None
    warning: str | None = None
    error: str | None = None


class Tones(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The colours that tell panes apart."""

    base: str
    instruct: str
    third: str
    fourth: str


class ThemeFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a theme file holds."""

    name: str
    dark: bool
    colors: Colors
    tones: Tones


def read(file: "Traversable") -> Theme:
    """The theme of a file.

    Raises:
        ThemeError: it can't be read, isn't a theme, or names a colour that is none.
    """
    import yaml

    try:
        source = file.read_bytes()
        if len(source) > _LARGEST:
            raise ThemeError(f"{file.name}: larger than a theme can be")
        theme = msgspec.convert(yaml.safe_load(source), ThemeFile)
    except (OSError, yaml.YAMLError, msgspec.ValidationError, RecursionError) as error:
        raise ThemeError(f"{file.name}: {error}") from None
    colors: dict[str, Any] = {}
    for group, values in (("colors", theme.colors), ("tones", theme.tones)):
        for field, value in msgspec.structs.asdict(values).items():
            if value is None:
                continue
            try:
                Color.parse(value)
            except ColorParseError:
                raise ThemeError(f"{file.name}: {group}.{field}: ‘{value}’ is no colour") from None
            colors[f"{field}-tone" if group == "tones" else field] = value
    tones = {name: colors.pop(name) for name in list(colors) if name.endswith("-tone")}
    return Theme(name=theme.name, dark=theme.dark, variables=tones, **colors)


def bundled_themes() -> Iterator[Theme]:
    """The themes that come with alignscope."""
    for file in sorted(bundled("themes").iterdir(), key=lambda file: file.name):
        if file.name.endswith(".yaml"):
            yield read(file)


def default_theme() -> Theme:
    """The theme of the first frame."""
    return read(bundled("themes") / f"{DEFAULT}.yaml")
