"""A dialog that writes a session, or a picture of the screen, into a file."""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, Final

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets.option_list import Option

from alignscope.export import FORMATS, Format, Options
from alignscope.model.pace import AS_IT_COMES, readable_pace
from alignscope.model.session import Session, SessionError
from alignscope.text.clean import clean
from alignscope.ui.picture import screen_svg
from alignscope.ui.screens.base.actions import in_background
from alignscope.ui.screens.base.chooser import Chooser

_PICTURE: Final = "svg"
_FORMS: Final = {
    **{name: (each.suffix, each.help) for name, each in FORMATS.items()},
    _PICTURE: (".svg", "a picture of the screen as it is now"),
}
_NOT_NAME: Final = re.compile(r"[^\w.-]+")


class ExportScreen(Chooser[tuple[str, Path] | None]):
    """Returns the form to write and the file's path, None if cancelled.

    Args:
        stem: the file's name to begin with, without a suffix.
        picture: whether a picture of the screen is offered.
    """

    BINDING_GROUP_TITLE = "Export"
    HINT = "↑ and ↓ choose a form; the line is the file's name"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Write", id="export.write", tooltip="Write the file"),
    ]
    DEFAULT_CSS = """
    ExportScreen {
        & > .-dialog { max-width: 90; height: auto; }
        & Choices { height: auto; }
    }
    """

    def __init__(self, stem: str, *, picture: bool = True) -> None:
        super().__init__()
        self._stem = stem
        self._forms = {name: form for name, form in _FORMS.items() if picture or name != _PICTURE}
        self._form = next(iter(self._forms))  # whose suffix the name was given last

    def on_mount(self) -> None:
        self.filter.put(f"{self._stem}{self._forms[self._form][0]}")
        self.refill()

    def entries(self, query: str) -> list[Option]:
        return [
            Option(Content.assemble((f"{name:<16}", "bold"), (help, "$text-muted")), id=name)
            for name, (_, help) in self._forms.items()
        ]

    def preview(self, chosen: str | None) -> None:
        # Not while somebody types, which fills the list anew: the name would change between two letters.
        if chosen is not None and chosen != self._form:
            self._form = chosen
            self.filter.put(self._named(chosen))

    def choose(self, chosen: str | None) -> None:
        if chosen is not None and (name := self._named(chosen)):
            self.dismiss((chosen, Path(name)))

    def _named(self, form: str) -> str:
        """Return the typed name with a form's suffix, unless the person typed one that is no form's."""
        text, suffix = self.filter.value.strip(), self._forms[form][0]
        path = Path(text)
        if path.suffix == suffix or (path.suffix and path.suffix not in {known for known, _ in _FORMS.values()}):
            return text
        return str(path.with_suffix(suffix)) if path.name else ""


def export(
    screen: Screen[Any],
    session: Session,
    report: Callable[[str, str], object],
    *,
    picture: bool = True,
    pace: int | None = None,
) -> None:
    """Ask what to write and where, and write it in the background.

    Args:
        report: shows a message with a severity.
        picture: whether a picture of the screen is offered.
        pace: tokens a second at most in a recording for asciinema; None for that of a replay.
    """
    stem = _NOT_NAME.sub("-", session.title or session.name or "session").strip("-.")[:60] or "session"

    async def ask() -> None:
        wanted = await screen.app.push_screen_wait(ExportScreen(stem, picture=picture))
        if wanted is None:
            return
        name, target = wanted
        remark = ""
        try:
            path = target.expanduser().absolute()
            if name == _PICTURE:
                # The dialog has gone with the next drawing.
                await asyncio.sleep(0.1)
                text = screen_svg(screen.app, clean(session.title))
                await asyncio.to_thread(_write, path, [text], "utf-8")
            else:
                form, theme = FORMATS[name], screen.app.theme
                await asyncio.to_thread(_write_form, form, session, path, theme, pace)
                remark = await asyncio.to_thread(form.remark, session)
            report(f"Wrote {path}. {remark}".rstrip(), "information")
        except FileExistsError:
            report(f"There is a file {target} already, and it was left alone. Choose another name.", "error")
        except (OSError, RuntimeError) as error:
            report(f"Nothing was written: {getattr(error, 'strerror', None) or error} ({target}).", "error")
        except SessionError as error:
            report(f"Nothing was written: {error}", "error")

    in_background(screen, ask, "export")


def _write_form(form: Format, session: Session, path: Path, theme: str, pace: int | None) -> None:
    from alignscope.export.palette import Palette, bundled_palettes

    if pace is None and form.name == "cast":  # which alone needs it, and all timelines for that
        pace = readable_pace(session.turns)
    options = Options(palette=bundled_palettes().get(theme, Palette()), pace=pace or AS_IT_COMES)
    _write(path, form.write(session, options), form.encoding)


def _write(path: Path, parts: Any, encoding: str) -> None:
    """Write a new file, all of it or nothing."""
    with path.open("x", encoding=encoding, newline="") as file:
        try:
            file.writelines(parts)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
