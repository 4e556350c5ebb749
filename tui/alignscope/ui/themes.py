"""Theme files: read, checked, and made into Textual's themes; ours, and the person's own."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

import msgspec
from textual.color import Color, ColorParseError
from textual.theme import BUILTIN_THEMES, Theme

from alignscope.files.locations import bundled, config_dir, state_dir
from alignscope.files.whole import read_regular, write_whole
from alignscope.files.yaml_file import MAX_BYTES, FileError, convert, load, printable
from alignscope.model.tones import TONES

DEFAULT: Final = "lamp"
_REMEMBERED: Final = "theme"


class Colors(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The colours that Textual builds everything else from; what is left out it derives."""

    primary: str
    secondary: str | None = None
    accent: str | None = None
    foreground: str | None = None
    muted: str | None = None
    """Text that matters less."""
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
    about: str = ""
    """One sentence, for whoever chooses."""
    ansi: bool = False
    """Whether the colours are the terminal's own."""


@dataclass
class FileTheme(Theme):
    """A theme of a file."""

    about: str = ""


def read(file: Path) -> FileTheme:
    """The theme of a file.

    Raises:
        FileError: it can't be read, isn't a theme, or names a colour that is none.
    """
    try:
        # Ours are JSON, which is YAML too: the first frame waits for a theme, and shouldn't for the import of PyYAML.
        theme = msgspec.json.decode(read_regular(file, MAX_BYTES), type=ThemeFile)
    except (OSError, ValueError, RecursionError):
        theme = convert(load(file), ThemeFile)
    if not theme.name.strip() or not theme.name.isprintable() or "," in theme.name:
        raise FileError(f"{file.name}: name: ‘{printable(theme.name)}’ can't be a name")
    return _theme(file.name, theme)


def _theme(file: str, theme: ThemeFile) -> FileTheme:
    colors: dict[str, Any] = {}
    for group, values in (("colors", theme.colors), ("tones", theme.tones)):
        for name, value in msgspec.structs.asdict(values).items():
            if value is None:
                continue
            if problem := _problem(value, theme.ansi):
                raise FileError(f"{file}: {group}.{name}: {problem}")
            colors[f"{name}-tone" if group == "tones" else name] = value
    variables = {name: colors.pop(name) for name in list(colors) if name.endswith("-tone")}
    if muted := colors.pop("muted", None):
        variables["text-muted"] = muted
    if theme.ansi:
        # What Textual's own themes of this kind set; without some of it a theme stops the application.
        own = BUILTIN_THEMES["ansi-dark" if theme.dark else "ansi-light"].variables
        kept: dict[str, str] = {name: colors[name] for name in ("surface", "panel") if name in colors}
        variables = {**own, **kept, **variables}
    elif {"background", "secondary"} <= colors.keys():
        grounds = [colors[name] for name in ("background", "surface") if name in colors]
        variables = {**_scrollbar(grounds, colors["secondary"]), **variables}
    made = FileTheme(
        name=theme.name, dark=theme.dark, ansi=theme.ansi, variables=variables, about=theme.about, **colors
    )
    try:
        made.to_color_system().generate()
    except Exception as error:  # whatever it is, it would stop the application when the theme is worn
        raise FileError(f"{file}: these colours don't go together: {error}") from None
    return made


def contrast(one: Color, other: Color) -> float:
    """The contrast ratio of WCAG 2.2, from 1 to 21."""

    def luminance(color: Color) -> float:
        parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in color.normalized]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _scrollbar(grounds: Sequence[str], mark: str) -> dict[str, str]:
    """Calmer than Textual's: no groove, and a mark that is just seen on every ground (3 to 1) and draws no eye.

    Lines between things have the same colour.
    """
    around, full = [Color.parse(ground) for ground in grounds], Color.parse(mark)
    shades = [around[0].blend(full, share / 100) for share in range(40, 100, 2)]
    calm = next((shade for shade in shades if all(contrast(shade, ground) >= 3.1 for ground in around)), full)
    groove = dict.fromkeys((f"scrollbar-background{state}" for state in ("", "-hover", "-active")), grounds[0])
    return {
        **groove,
        "scrollbar-corner-color": grounds[0],
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
    """The themes that come with alignscope."""
    yield from map(read, sorted(bundled("themes").glob("*.yaml")))


@cache
def _ours(name: str) -> FileTheme:
    return read(bundled("themes") / f"{name}.yaml")


def default_theme() -> FileTheme:
    """The theme for those who chose none."""
    return _ours(DEFAULT)


def tones_for(theme: Theme) -> dict[str, str]:
    """The tones of the panes in a theme that doesn't name them, such as Textual's own."""
    if isinstance(theme, FileTheme):
        return {}
    variables = _ours("terminal" if theme.ansi else DEFAULT if theme.dark else "paper").variables
    return {f"{tone}-tone": variables[f"{tone}-tone"] for tone in TONES}


def own_directory() -> Path:
    """Where the person's own themes are."""
    return config_dir() / "themes"


def find_theme(name: str) -> Theme | None:
    """One theme by its name without reading any other, for the first frame; None when it has to be looked for."""
    if name in BUILTIN_THEMES:
        return BUILTIN_THEMES[name]
    if "/" in name or "\\" in name or name.startswith("."):
        return None
    for directory in (own_directory(), bundled("themes")):
        file = directory / f"{name}.yaml"
        try:
            if file.is_file() and (theme := read(file)).name == name:
                return theme
        except FileError:  # told when all are read
            continue
    return None


def suggested_theme(color_system: str | None, environment: Mapping[str, str]) -> str:
    """The theme for those who chose none: with 16 colours the terminal's own, since no other can be shown.

    Args:
        color_system: Rich's name for what the terminal can do.
        environment: `COLORFGBG` tells in some terminals whether the background is light.
    """
    if color_system != "standard":
        return DEFAULT
    background = environment.get("COLORFGBG", "").rpartition(";")[2]
    return "terminal-light" if background in ("7", "15") else "terminal"


def saved_theme() -> str:
    """The theme that was chosen last, empty when none was."""
    try:
        return read_regular(state_dir() / _REMEMBERED, 200).decode("utf-8-sig").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def save_theme(name: str) -> None:
    """Keep the choice for the next start. Raises OSError."""
    write_whole(state_dir() / _REMEMBERED, [f"{name}\n".encode()])


@dataclass
class ThemeChanges:
    """What is different since the directory was looked at last."""

    themes: list[FileTheme] = field(default_factory=list)
    """New, or saved again."""
    problems: list[str] = field(default_factory=list)
    """Files that can't be used, each in one sentence."""
    gone: list[str] = field(default_factory=list)
    """Names of themes whose file isn't there any more."""


class OwnThemes:
    """The person's own theme files, looked at again and again: each is read when it is new and when it was saved."""

    def __init__(self, directory: Path | None = None) -> None:
        self._directory = directory or own_directory()
        self._seen: dict[str, tuple[int, int]] = {}
        self._names: dict[str, str] = {}

    def scan(self) -> ThemeChanges:
        """What is different. Costs one reading of the directory while nothing is."""
        changes = ThemeChanges()
        there = self._files()
        for file in [file for file in self._seen if file not in there]:
            del self._seen[file]
            if name := self._names.pop(file, ""):
                changes.gone.append(name)
        for file, stamp in there.items():
            if self._seen.get(file) == stamp:
                continue
            self._seen[file] = stamp
            before = self._names.get(file)
            try:
                theme = read(self._directory / file)
                twice = next((other for other, name in self._names.items() if name == theme.name and other != file), "")
                if twice:
                    raise FileError(f"{file}: name: {theme.name} is already the theme of {twice}")
            except FileError as error:
                changes.problems.append(str(error))  # it keeps the colours that it had before
                continue
            if before not in (None, theme.name):
                changes.gone.append(str(before))
            self._names[file] = theme.name
            changes.themes.append(theme)
        return changes

    @property
    def names(self) -> set[str]:
        """The names of those that could be read."""
        return set(self._names.values())

    def _files(self) -> dict[str, tuple[int, int]]:
        found = {}
        try:
            with os.scandir(self._directory) as entries:
                for entry in sorted(entries, key=lambda entry: entry.name):
                    if entry.name.endswith((".yaml", ".yml")) and not entry.name.startswith("."):
                        status = entry.stat()
                        found[entry.name] = (status.st_mtime_ns, status.st_size)
        except OSError:  # not there, or being written
            return found
        return found
