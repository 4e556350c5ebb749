"""Theme files: the bundled ones can be read in, and a broken one is named with field and reason."""

from pathlib import Path

import pytest
from textual.app import App
from textual.color import Color

from alignscope.themes import DEFAULT, ThemeError, bundled_themes, default_theme, read

GOOD = """\
name: mine
dark: true
colors: {primary: "#123456"}
tones: {base: red, instruct: blue, third: green, fourth: yellow}
"""


def broken(path: Path, text: str) -> str:
    file = path / "mine.yaml"
    file.write_text(text)
    with pytest.raises(ThemeError) as caught:
        read(file)
    return str(caught.value)


def contrast(one: Color, other: Color) -> float:
    """The contrast ratio of WCAG 2.2 (1 to 21), from its definition of relative luminance."""

    def luminance(color: Color) -> float:
        parts = [
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in color.normalized
        ]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_bundled_themes_are_there_and_have_names_of_their_own() -> None:
    names = [theme.name for theme in bundled_themes()]
    assert DEFAULT in names
    assert len(names) == len(set(names)) >= 2
    assert default_theme().name == DEFAULT


@pytest.mark.parametrize("theme", bundled_themes(), ids=lambda theme: theme.name)
async def test_every_bundled_theme_can_be_worn_and_read(theme: object) -> None:
    themes = {each.name: each for each in bundled_themes()}
    worn = themes[getattr(theme, "name", "")]
    app: App[None] = App()
    async with app.run_test():
        app.register_theme(worn)
        app.theme = worn.name
        variables = app.get_css_variables()
    ground = Color.parse(variables["background"])
    for name in ("foreground", "accent", "error", "base-tone", "instruct-tone", "third-tone", "fourth-tone"):
        assert contrast(Color.parse(variables[name]), ground) >= 4.5, f"{name} is hard to read"


def test_a_broken_theme_is_named_with_field_and_reason(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(GOOD)
    assert read(tmp_path / "mine.yaml").name == "mine"
    assert "tones.base" in broken(tmp_path, GOOD.replace("base: red", "base: mauve-ish"))
    assert "primery" in broken(tmp_path, GOOD.replace("primary", "primery"))
    assert "dark" in broken(tmp_path, GOOD.replace("dark: true", "dark: maybe"))
    assert "mine.yaml" in broken(tmp_path, "{[")
    assert "mine.yaml" in broken(tmp_path, "!!python/object:os.system {}")
    assert "larger" in broken(tmp_path, "#" * 100_000)
