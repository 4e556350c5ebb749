"""Theme files, bundled and the person's own, as Textual's themes."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

import msgspec
from textual.color import Color, ColorParseError
from textual.theme import BUILTIN_THEMES, Theme

from alignscope.files.locations import bundled, config_dir, state_dir
from alignscope.files.whole import read_regular, write_whole
from alignscope.files.yaml_file import MAX_BYTES, FileError, convert, load, printable
from alignscope.model.lineup.tones import TONES

DEFAULT: Final = "lamp"
_REMEMBERED: Final = "theme"


class Colors(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base colours; Textual derives those that are left out."""

    primary: str
    secondary: str | None = None
    accent: str | None = None
    foreground: str | None = None
    muted: str | None = None
    """Colour of less important text."""
    background: str | None = None
    surface: str | None = None
    panel: str | None = None
    success: str | None = None
    warning: str | None = None
    error: str | None = None


class Tones(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Colours of the panes."""

    base: str
    instruct: str
    third: str
    fourth: str


class ThemeFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Content of a theme file."""

    name: str
    dark: bool
    colors: Colors
    tones: Tones
    about: str = ""
    """Description in one sentence."""
    ansi: bool = False
    """Whether the colours are the terminal's own."""


@dataclass
class FileTheme(Theme):
    """Theme from a file."""

    about: str = ""


def read(file: Path) -> FileTheme:
    """Return the theme of a file.

    Raises:
        FileError: the file can't be read, or isn't a valid theme.
    """
    try:
        # Ours are JSON, a subset of YAML, so that the first frame doesn't wait for the import of PyYAML.
        theme = msgspec.json.decode(read_regular(file, MAX_BYTES), type=ThemeFile)
    except (OSError, ValueError, RecursionError):
        theme = convert(load(file), ThemeFile)
    if not theme.name.strip() or not theme.name.isprintable() or "," in theme.name:
        raise FileError(f"{file.name}: name: ‘{printable(theme.name)}’ can't be a name")
    return _theme(file.name, theme)


def _theme(file: str, theme: ThemeFile) -> FileTheme:
    colors = {name: value for name, value in msgspec.structs.asdict(theme.colors).items() if value is not None}
    tones = msgspec.structs.asdict(theme.tones)
    for group, values in (("colors", colors), ("tones", tones)):
        for name, value in values.items():
            if problem := _problem(value, theme.ansi):
                raise FileError(f"{file}: {group}.{name}: {problem}")
    variables = {f"{tone}-tone": value for tone, value in tones.items()}
    if muted := colors.pop("muted", None):
        variables["text-muted"] = muted
    if theme.ansi:
        # Variables of Textual's own ANSI themes, some of which are necessary.
        own = BUILTIN_THEMES["ansi-dark" if theme.dark else "ansi-light"].variables
        grooves = _grooves(colors["background"]) if "background" in colors else {}  # theirs are black on any ground
        variables = {**own, **grooves, **variables}
        variables |= {name: colors[name] for name in ("surface", "panel") if name in colors}
    elif {"background", "secondary"} <= colors.keys():
        grounds = [colors[name] for name in ("background", "surface") if name in colors]
        variables = {**_scrollbar(grounds, colors["secondary"]), **variables}
    made = FileTheme(
        name=theme.name, dark=theme.dark, ansi=theme.ansi, variables=variables, about=theme.about, **colors
    )
    try:
        made.to_color_system().generate()
    except Exception as error:  # it would stop the application when the theme is used
        raise FileError(f"{file}: these colours don't go together: {error}") from None
    return made


def contrast(one: Color, other: Color) -> float:
    """Return the contrast ratio of WCAG 2.2, from 1 to 21."""

    def luminance(color: Color) -> float:
        parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in color.normalized]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _grooves(ground: str) -> dict[str, str]:
    """Return variables for the grooves of scroll bars, which have the ground's colour and can't be seen."""
    names = (*(f"background{state}" for state in ("", "-hover", "-active")), "corner-color")
    return dict.fromkeys((f"scrollbar-{name}" for name in names), ground)


def _scrollbar(grounds: Sequence[str], mark: str) -> dict[str, str]:
    """Return variables for scroll bars and dividers: no groove, and the least visible mark on every ground (3 to 1)."""
    around, full = [Color.parse(ground) for ground in grounds], Color.parse(mark)
    shades = [around[0].blend(full, share / 100) for share in range(40, 100, 2)]
    calm = next((shade for shade in shades if all(contrast(shade, ground) >= 3.1 for ground in around)), full)
    return {
        **_grooves(grounds[0]),
        "scrollbar": calm.hex,
        "scrollbar-hover": calm.blend(full, 0.5).hex,
        "scrollbar-active": mark,
    }


def _problem(value: str, ansi: bool) -> str:
    try:
        color = Color.parse(value)
    except ColorParseError:
        return f"‘{value:.40}’ is no colour"
    if color.auto or (color.a < 1 and color.ansi is None):
        return f"‘{value:.40}’ must be solid"
    if color.ansi is not None and not ansi:
        return f"‘{value:.40}’ is the terminal's own colour, and goes only with `ansi: true`"
    return ""


def bundled_themes() -> Iterator[FileTheme]:
    """Yield the themes that come with alignscope, by name."""
    yield from map(read, sorted(bundled("themes").glob("*.yaml"), key=lambda path: path.stem))


@cache
def bundled_theme(name: str = DEFAULT) -> FileTheme:
    """Return a theme that comes with alignscope."""
    return read(bundled("themes") / f"{name}.yaml")


def tones_for(theme: Theme) -> dict[str, str]:
    """Return the panes' colours for a theme without them, such as Textual's own."""
    if isinstance(theme, FileTheme):
        return {}
    variables = bundled_theme("terminal" if theme.ansi else DEFAULT if theme.dark else "paper").variables
    return {f"{tone}-tone": variables[f"{tone}-tone"] for tone in TONES}


def own_directory() -> Path:
    """Return the directory of the person's own themes."""
    return config_dir() / "themes"


def find_theme(name: str) -> Theme | None:
    """Return a theme by its file's name without reading others, or None."""
    if name in BUILTIN_THEMES:
        return BUILTIN_THEMES[name]
    if "/" in name or "\\" in name or name.startswith("."):
        return None
    for directory in (own_directory(), bundled("themes")):
        file = directory / f"{name}.yaml"
        try:
            if file.is_file() and (theme := read(file)).name == name:
                return theme
        except FileError:  # reported by the scan of all files
            continue
    return None


def suggested_theme(color_system: str | None, environment: Mapping[str, str]) -> str:
    """Return the name of the default theme, which with 16 colours is the terminal's own.

    Args:
        color_system: Rich's name for the terminal's colours.
        environment: `COLORFGBG` is set to foreground and background colour by some terminals.
    """
    if color_system != "standard":
        return DEFAULT
    background = environment.get("COLORFGBG", "").rpartition(";")[2]
    return "terminal-light" if background in ("7", "15") else "terminal"


def saved_theme() -> str:
    """Return the name of the theme that was chosen last, or an empty string."""
    try:
        return read_regular(state_dir() / _REMEMBERED, 200).decode("utf-8-sig").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def save_theme(name: str) -> None:
    """Save the name of the chosen theme. Raises OSError."""
    write_whole(state_dir() / _REMEMBERED, [f"{name}\n".encode()])


@dataclass
class ThemeChanges:
    """Changes since the last scan."""

    themes: list[FileTheme] = field(default_factory=list)
    """New and changed themes."""
    problems: list[str] = field(default_factory=list)
    """Messages about invalid files."""
    gone: list[str] = field(default_factory=list)
    """Names of removed themes."""


class OwnThemes:
    """The person's own themes, whose files are read when they are new or changed."""

    def __init__(self, directory: Path | None = None) -> None:
        self._directory = directory or own_directory()
        self._stamps: dict[str, tuple[int, int]] = {}
        self._names: dict[str, str] = {}

    def scan(self) -> ThemeChanges:
        """Return the changes since the last scan. Reads only the directory if there are none."""
        changes = ThemeChanges()
        before, self._stamps = self._stamps, self._read_stamps()
        changes.gone += [self._names.pop(file) for file in before if file in self._names and file not in self._stamps]
        for file, stamp in self._stamps.items():
            if before.get(file) == stamp:
                continue
            try:
                theme = read(self._directory / file)
                twice = next((other for other, name in self._names.items() if name == theme.name and other != file), "")
                if twice:
                    raise FileError(f"{file}: name: {theme.name} is already the theme of {twice}")
            except FileError as error:
                changes.problems.append(str(error))  # the theme keeps its colours
                continue
            if self._names.get(file, theme.name) != theme.name:
                changes.gone.append(self._names[file])
            self._names[file] = theme.name
            changes.themes.append(theme)
        return changes

    @property
    def names(self) -> set[str]:
        """Names of the valid themes."""
        return set(self._names.values())

    def _read_stamps(self) -> dict[str, tuple[int, int]]:
        stamps = {}
        with suppress(OSError):  # not there, or being written
            for file in sorted(self._directory.iterdir()):
                if file.suffix in (".yaml", ".yml") and not file.name.startswith("."):
                    status = file.stat()
                    stamps[file.name] = status.st_mtime_ns, status.st_size
        return stamps
