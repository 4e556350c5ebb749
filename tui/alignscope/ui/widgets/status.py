"""The two lines above the prompt: a message, and the next turn's settings."""

import re

from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Static

from alignscope.text.clean import cell_width, clean, fit
from alignscope.ui.widgets.transcript.line_widget import KeptRows

_KEY = re.compile(r"\bF\d{1,2}\b")
"""A function key in a message, which is highlighted."""


class NoticeLine(KeptRows, Static):
    """One message for the person, hidden when it is empty."""

    DEFAULT_CSS = """
    NoticeLine {
        height: auto;
        max-height: 3;
        padding: 0 1;
        color: $text-muted;
        display: none;
        &.-filled { display: block; }
        &.-warning { color: $text-warning; }
        &.-error { color: $text-error; }
    }
    """

    def set_message(self, message: str, severity: str = "information") -> None:
        """Show a message of severity `information`, `warning` or `error`; an empty message hides the line."""
        marks = {"warning": "▲ ", "error": "× "}
        self.set_class(bool(message), "-filled")
        for name in marks:
            self.set_class(severity == name, f"-{name}")
        content = Content(marks.get(severity, "") + clean(message))
        if severity == "information":
            content = content.highlight_regex(_KEY, style="$accent bold")
        height = self.styles.height
        self.update(content, layout=height is None or height.is_auto)


class SettingsLine(KeptRows, Static):
    """The next turn's settings, with those that aren't the default in another colour, and the session's title."""

    DEFAULT_CSS = """
    SettingsLine {
        height: 1;
        padding: 0 1;
        color: $text-muted;
        text-wrap: nowrap;
        text-overflow: ellipsis;
        &:hover { color: $foreground; pointer: pointer; }
    }
    """

    class Clicked(Message):
        """The line was clicked."""

    changed: reactive[tuple[str, ...]] = reactive(())
    """Descriptions of settings that aren't the default."""
    sampling_note: reactive[str] = reactive("")
    title: reactive[str] = reactive("")
    """Title of the session, at the right as far as it fits."""

    def on_click(self) -> None:
        """Post the click."""
        self.post_message(self.Clicked())

    def render(self) -> Content:
        parts = [Content(clean(f"sampling {self.sampling_note}"))]
        parts += [Content.styled(clean(text), "$accent") for text in self.changed]
        line = Content("  ·  ").join(parts)
        room = self.size.width - line.cell_length - 4
        title = fit(self.title, room) if room >= 12 else ""
        gap = self.size.width - line.cell_length - cell_width(title)
        return Content.assemble(line, " " * gap, title) if title else line
