"""`alignscope config`: write, find, check and show the settings file."""

import os
from pathlib import Path

from alignscope.commands import Status, UsageError, printing
from alignscope.commands.line.arguments import read_settings
from alignscope.files import settings
from alignscope.files.settings.model import Settings
from alignscope.files.yaml_file import FileError
from alignscope.model.lineup.host import public

# Themes and keys import Textual, so they are imported where they are needed.


def run(action: str) -> int:
    """Do an action: init, path, show, check or keys. Return the exit status."""
    out = printing.out()
    match action:
        case "path":
            out.line(str(settings.config_file()))
        case "init":
            out.line(f"Written: {_write()}")
        case "show":
            out.table(_rows(read_settings()))
        case "keys":
            chosen = read_settings()
            from alignscope.ui import keymap

            bindings = keymap.actions(chosen.keymap, chosen.keys)
            out.table([(name, each.key, each.tooltip or each.description) for name, each in bindings.items()])
        case "check":
            return _check()
    return Status.OK


def _write() -> str:
    path = settings.config_file()
    text = Path(settings.__file__).with_name("template.yaml").read_text("utf-8")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError(f"{path} is there already, and stays as it is; move it away for a new one") from None
    except OSError as error:
        raise UsageError(f"{path} can't be written: {error.strerror or error}") from error
    return str(path)


def _rows(chosen: Settings) -> list[tuple[str, str, str]]:
    """Return each setting in force: name, value and source."""
    from alignscope.ui import themes

    path = settings.config_file()
    rows = [("file", str(path), "" if path.exists() else "not there")]
    by_environment = {
        "host": (settings.HOST_VARIABLE, settings.host("", chosen)),
        "theme": (settings.THEME_VARIABLE, settings.theme("", chosen)),
        "sessions": (settings.SESSIONS_VARIABLE, str(settings.sessions("", chosen) or "")),
    }
    plain = Settings()
    for name in Settings.__struct_fields__:
        value = getattr(chosen, name)
        source = "file" if value != getattr(plain, name) else "default"
        if name in by_environment:
            variable, value = by_environment[name]
            source = variable if os.environ.get(variable, "").strip() else source
        if name == "theme" and not value and (value := themes.saved_theme()):
            source = "chosen last"
        rows.append((name, _text_of(name, value) or "–", source))
    return rows


def _text_of(name: str, value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case dict():
            return ", ".join(value if name == "presets" else [f"{key}: {public(each)}" for key, each in value.items()])
        case tuple():
            return ", ".join(
                f"{pane.name}={pane.model}"
                + (f"@{public(pane.server)}" if pane.server else "")
                + (f",{pane.mode}" if pane.mode else "")
                for pane in value
            )
    return public(str(value)) if name == "host" else str(value)


def _check() -> int:
    from textual.theme import BUILTIN_THEMES

    from alignscope.ui import themes

    out = printing.out()
    problems: list[str] = []
    try:
        chosen = settings.load()
    except FileError as error:
        problems += error.problems
    else:
        if chosen.keymap or chosen.keys:
            from alignscope.ui import keymap

            problems += keymap.check(chosen.keymap, chosen.keys)[1]
        own = themes.OwnThemes()
        problems += [f"Theme {problem}" for problem in own.scan().problems]
        known = {theme.name for theme in themes.bundled_themes()} | own.names | BUILTIN_THEMES.keys()
        if chosen.theme and chosen.theme not in known:
            problems.append(f"theme: no theme is called {chosen.theme:.40}; there are {', '.join(sorted(known))}")
    for problem in problems:
        out.line(problem)
    if not problems:
        path = settings.config_file()
        out.line(f"Nothing is wrong with {path}." if path.exists() else f"{path} isn't there; `config init` writes it.")
    return Status.FAILED if problems else Status.OK
