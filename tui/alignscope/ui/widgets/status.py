"""The two lines above the prompt: what there is to know, and what the next turn will be sent with."""

import re

from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Static

from alignscope.text.clean import cell_width, clean, fit

_KEY = re.compile(r"\bF\d{1,2}\b")
"""A function key in a message, which is to be seen at a glance."""


class NoticeLine(Static):
    """One thing that the person should know now. Gone when there is nothing."""

    DEFAULT_CSS = """
    NoticeLine {
        height: auto;
        max-height: 3;
        padding: 0 1;
        color: $text-muted;
        display: none;
        &.-shown { display: block; }
        &.-warning { color: $text-warning; }
        &.-error { color: $text-error; }
    }
    """

    def set_message(self, message: str, severity: str = "information") -> None:
        """Show a message: `information`, `warning` or `error`; an empty one clears the line."""
        signs = {"warning": "▲ ", "error": "✕ "}
        self.set_class(bool(message), "-shown")
        self.set_class(severity == "warning", "-warning")
        self.set_class(severity == "error", "-error")
        shown = Content(signs.get(severity, "") + clean(message))
        self.update(shown.highlight_regex(_KEY, style="$accent bold") if severity == "information" else shown)


class SettingsLine(Static):
    """What the next turn will be sent with, what isn't the default set apart."""

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
        """The mouse points at the settings."""

    changed: reactive[tuple[str, ...]] = reactive(())
    """Settings that aren't the default, in words."""
    sampling_note: reactive[str] = reactive("")
    title: reactive[str] = reactive("")
    """The session's, at the right as far as there is room."""

    def on_click(self) -> None:
        """Tell the screen."""
        self.post_message(self.Clicked())

    def render(self) -> Content:
        parts = [Content(clean(f"sampling {self.sampling_note}"))]
        parts += [Content.styled(clean(text), "$accent") for text in self.changed]
        line = Content("  ·  ").join(parts)
        room = self.size.width - line.cell_length - 4
        title = fit(self.title, room) if room >= 12 else ""
        gap = self.size.width - line.cell_length - cell_width(title)
        return Content.assemble(line, " " * gap, title) if title else line
