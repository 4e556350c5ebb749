"""Theme files: the bundled ones can be read in, and a broken one is named with field and reason."""

import json
import math
import subprocess
import sys
from collections.abc import Awaitable, Callable
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml
from textual.app import App
from textual.color import Color
from textual.command import CommandPalette

from alignscope.files.locations import bundled
from alignscope.files.yaml_file import FileError
from alignscope.model.launch import Launch
from alignscope.model.lineup.tones import TONES
from alignscope.text.clean import cell_width
from alignscope.ui.app import AlignscopeApp
from alignscope.ui.screens.base.chooser import Chooser
from alignscope.ui.screens.themes import ThemesScreen
from alignscope.ui.themes import (
    DEFAULT,
    FileTheme,
    OwnThemes,
    bundled_theme,
    bundled_themes,
    find_theme,
    read,
    save_theme,
    saved_theme,
    suggested_theme,
)
from tests.snapshots.test_pictures import SCENES, Scene, turn

GOOD = """\
name: mine
dark: true
colors: {primary: "#123456"}
tones: {base: red, instruct: blue, third: green, fourth: yellow}
"""
THEMES = tuple(bundled_themes())
COLOURED = tuple(theme for theme in THEMES if not theme.ansi)
HIGH = ("beacon", "ink")
USUAL = ("lamp", "paper", "beacon", "terminal")
"""One dark, one light, one of high contrast, one of the terminal's own colours."""
DECORATION = " ─│┄▏▎▍▌▋▊▁▂▃▄▅▆▇█▔"


def broken(path: Path, text: str) -> str:
    file = path / "mine.yaml"
    file.write_text(text)
    with pytest.raises(FileError) as caught:
        read(file)
    return str(caught.value)


@cache
def contrast(one: Color, other: Color) -> float:
    """The contrast ratio of WCAG 2.2 (1 to 21), from its definition of relative luminance."""

    def luminance(color: Color) -> float:
        parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in color.normalized]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


Triple = tuple[float, float, float]
# What is seen with deuteranopia and protanopia, on linear RGB: Machado, Oliveira and Fernandes, "A Physiologically-
# based Model for Simulation of Color Vision Deficiency", 2009, severity 1.0.
EYES: dict[str, tuple[Triple, Triple, Triple]] = {
    "usual": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881),
    ),
    "protanopia": (
        (0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998),
    ),
}  # fmt: skip


def difference(one: str, other: str, eyes: str) -> float:
    """How far two colours lie apart for some eyes: CIE 1976, the distance in L*a*b*; 2.3 is just seen."""

    def lab(text: str) -> Triple:
        linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in Color.parse(text).normalized]
        r, g, b = (min(max(sum(k * v for k, v in zip(row, linear, strict=True)), 0), 1) for row in EYES[eyes])
        x, y, z = (
            value ** (1 / 3) if value > 0.008856 else 7.787 * value + 16 / 116
            for value in (
                (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047,
                0.2126 * r + 0.7152 * g + 0.0722 * b,
                (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883,
            )
        )
        return 116 * y - 16, 500 * (x - y), 200 * (y - z)

    return math.dist(lab(one), lab(other))


def tones(theme: FileTheme) -> list[str]:
    return [theme.variables[f"{tone}-tone"] for tone in TONES]


def weak(app: App[Any], text: float, line: float = 3) -> set[tuple[str, float, str, str]]:
    """What is drawn on the uppermost screen with too little contrast: texts and signs, and lines and bars."""
    found = set()
    for y, strip in enumerate(app.screen._compositor.render_strips(app.size)):
        x = 0
        for piece, style, _ in strip:
            start = x + len(piece) - len(piece.lstrip())
            x += cell_width(piece)
            if not piece.strip() or style is None or style.color is None or style.bgcolor is None:
                continue
            # What shows behind a dialog is faded on purpose: nothing can be done there now.
            if app.screen.is_modal and start < app.size.width and app.screen.get_widget_at(start, y)[0] is app.screen:
                continue
            color, ground = Color.from_rich_color(style.color), Color.from_rich_color(style.bgcolor)
            reached = contrast(color, ground)
            if reached < (text if piece.strip(DECORATION) else line):
                found.add((piece.strip(), round(reached, 2), color.hex, ground.hex))
    return found


def hidden(app: App[Any]) -> set[tuple[str, object]]:
    """What is drawn on the uppermost screen in the colour of its own ground: all that can be said of ANSI colours."""
    strips = app.screen._compositor.render_strips(app.size)
    return {
        (piece.strip(), style.color)
        for strip in strips
        for piece, style, _ in strip
        if piece.strip(DECORATION) and style is not None and style.color is not None
        # The terminal's own colour for text differs from its own ground, though both are called default.
        if style.color == style.bgcolor and not style.color.is_default
    }


def test_bundled_themes_are_there_and_have_names_of_their_own() -> None:
    names = [theme.name for theme in THEMES]
    assert DEFAULT in names
    assert len(names) == len(set(names)) >= 8
    assert {True, False} == {theme.dark for theme in COLOURED} == {theme.dark for theme in THEMES if theme.ansi}
    assert all(theme.about.endswith(".") and len(theme.about) < 110 for theme in THEMES)
    assert bundled_theme().name == DEFAULT


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
async def test_every_bundled_theme_can_be_worn_and_read(theme: FileTheme) -> None:
    app: App[None] = App()
    async with app.run_test():
        app.register_theme(theme)
        app.theme = theme.name
        variables = app.get_css_variables()
    if theme.ansi:
        assert all(Color.parse(tone).ansi is not None for tone in tones(theme))
        assert variables["scrollbar-background"] == theme.background, "a groove that nothing scrolls in isn't seen"
        return
    least = 7 if theme.name in HIGH else 4.5
    named = [f"{tone}-tone" for tone in TONES]
    named += ["foreground", "text-muted", "accent", "success", "warning", "error", "text-error", "text-warning"]
    for ground in ("background", "surface", "panel"):
        for name in named:
            found = contrast(Color.parse(variables[name]), Color.parse(variables[ground]))
            assert found >= least, f"{name} on {ground} is hard to read"
    assert contrast(Color.parse(variables["text-error"]), Color.parse(variables["error-muted"])) >= 4.5


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__.strip("_"))
async def test_everything_on_every_screen_can_be_seen(
    scene: Callable[[Scene], Awaitable[None]], tmp_path: Path
) -> None:
    # What a theme gives its colours for is one for all screens, so that all themes are tried on one that has most.
    worn = THEMES if scene is turn else [theme for theme in THEMES if theme.name in USUAL]
    app = AlignscopeApp(Launch(embedded=True, theme="lamp"))
    async with app.run_test(size=(100, 30)) as pilot:
        set_ = Scene(pilot, tmp_path)
        await set_.show(scene)
        for theme in worn:
            app.register_theme(theme)
            app.theme = theme.name
            if isinstance(app.screen, CommandPalette):  # it keeps the colours that it was opened with
                await pilot.press("escape")
                await scene(set_)
            await pilot.pause()
            for keys in ((), ("ctrl+j",)) if isinstance(app.screen, Chooser) else ((),):
                await pilot.press(*keys)
                await pilot.pause()
                found = hidden(app) if theme.ansi else weak(app, 7 if theme.name in HIGH else 4.5)
                assert {each for each in found if not _sample(app, each[0])} == set(), theme.name
            if isinstance(app.screen, Chooser):
                app.screen.action_filter()


def _sample(app: App[Any], text: str) -> bool:
    """Whether it is drawn in another theme's colours, on that theme's ground."""
    return isinstance(app.screen, ThemesScreen) and text in ("≈", "◆", "▲", "●")


@pytest.mark.parametrize("theme", COLOURED, ids=lambda theme: theme.name)
def test_colour_blind_eyes_tell_base_from_instruct_in_every_theme(theme: FileTheme) -> None:
    base, instruct, *_ = tones(theme)
    assert all(difference(base, instruct, eyes) > 30 for eyes in EYES)


def test_one_theme_keeps_every_tone_apart_for_colour_blind_eyes() -> None:
    prism = next(theme for theme in THEMES if theme.name == "prism")
    states = [str(prism.success), str(prism.warning), str(prism.error)]
    for eyes in EYES:
        for group in (tones(prism), states):
            assert all(difference(one, other, eyes) > 20 for one, other in combinations(group, 2)), eyes


def test_a_broken_theme_is_named_with_field_and_reason(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(GOOD)
    assert read(tmp_path / "mine.yaml").name == "mine"
    assert "tones.base" in broken(tmp_path, GOOD.replace("base: red", "base: mauve-ish"))
    assert "primery" in broken(tmp_path, GOOD.replace("primary", "primery"))
    assert "dark" in broken(tmp_path, GOOD.replace("dark: true", "dark: maybe"))
    assert "mine.yaml" in broken(tmp_path, "{[")
    assert "mine.yaml" in broken(tmp_path, "!!python/object:os.system {}")
    assert "larger" in broken(tmp_path, "#" * 2_000_000)
    assert "name" in broken(tmp_path, GOOD.replace("name: mine", "name: 'a, b'"))
    assert "line 2" in broken(tmp_path, "name: x\n  dark: [\n")
    assert "colors.primary: ‘#1234’ must be solid" in broken(tmp_path, GOOD.replace("#123456", "#1234"))
    assert "auto 50%" in broken(tmp_path, GOOD.replace('"#123456"', "auto 50%"))
    assert "`ansi: true`" in broken(tmp_path, GOOD.replace("base: red", "base: ansi_red"))


def test_ours_are_yaml_and_read_without_importing_it() -> None:
    for file in bundled("themes").glob("*.yaml"):
        assert yaml.safe_load(file.read_bytes()) == json.loads(file.read_bytes()), file.name
    code = "import sys; from alignscope.ui import themes; themes.bundled_theme(); sys.exit('yaml' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_own_themes_are_read_when_they_are_new_and_when_they_are_saved(tmp_path: Path) -> None:
    own = OwnThemes(tmp_path / "themes")
    assert not own.scan().themes
    (tmp_path / "themes").mkdir()
    file = tmp_path / "themes" / "mine.yaml"
    file.write_text(GOOD)
    assert [theme.name for theme in own.scan().themes] == ["mine"]
    assert not own.scan().themes
    file.write_text(GOOD.replace("#123456", "#6543210"[:7]) + "# saved\n")
    assert [theme.primary for theme in own.scan().themes] == ["#654321"]
    (tmp_path / "themes" / "twice.yaml").write_text(GOOD)
    assert own.scan().problems == ["twice.yaml: name: mine is already the theme of mine.yaml"]
    file.write_text("dark: maybe\n")
    changes = own.scan()
    assert "mine.yaml" in changes.problems[0]
    assert own.names == {"mine"}, "a broken file keeps the colours that it had"
    file.unlink()
    assert own.scan().gone == ["mine"]


def test_the_first_theme_is_found_without_reading_the_others() -> None:
    for name in (DEFAULT, "nord"):
        found = find_theme(name)
        assert found is not None
        assert found.name == name
    assert find_theme("../lamp") is None
    assert find_theme("unheard-of") is None


def test_what_was_chosen_is_remembered() -> None:
    assert saved_theme() == ""
    save_theme("dusk")
    assert saved_theme() == "dusk"


def test_sixteen_colours_get_the_terminals_own() -> None:
    assert suggested_theme("truecolor", {}) == suggested_theme("256", {}) == suggested_theme(None, {}) == DEFAULT
    assert suggested_theme("standard", {}) == "terminal"
    assert suggested_theme("standard", {"COLORFGBG": "0;15"}) == "terminal-light"
