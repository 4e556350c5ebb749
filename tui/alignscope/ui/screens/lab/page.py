"""A measure with its plots, as the process that measures has drawn them."""

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from alignscope.model.lineup.tones import MARKS
from alignscope.text.clean import clean

_TONES = {mark: f"${tone}-tone" for tone, mark in MARKS.items()}
_SURE = frozenset(MARKS.values()) - {MARKS["fourth"]}
"""Marks that are nothing else: the fourth is also the point of an interval."""
_BARS = frozenset(" ▁▂▃▄▅▆▇█")


class MeasurePage(VerticalScroll, can_focus=True, inherit_bindings=False):
    """Plots and figures of one measure."""

    DEFAULT_CSS = """
    MeasurePage {
        height: 1fr;
        scrollbar-size-vertical: 1;
        display: none;
        & > #page-head { background: $surface; color: $text-muted; height: 1; dock: top; padding: 0 2; }
        &:focus > #page-head { background: $panel; color: $foreground; text-style: bold; }
        &:focus:ansi > #page-head { background: $background; text-style: bold underline; }
        & > #page-lines { padding: 0 1 0 2; height: auto; }
    }
    """

    def compose(self) -> ComposeResult:
        yield Static(id="page-head", markup=False)
        yield Static(id="page-lines", markup=False)

    @property
    def room(self) -> int:
        """Cells of a line."""
        return max(40, self.size.width - 4)

    def show(self, name: str, lines: tuple[str, ...]) -> None:
        """Show a measure's lines."""
        self.query_one("#page-head", Static).update(clean(name))
        body = toned(lines) if lines else Content.styled("Nothing of this is measured yet.", "$text-muted")
        self.query_one("#page-lines", Static).update(body)


def toned(lines: tuple[str, ...]) -> Content:
    """Return lines in which what belongs to a model has its tone."""
    drawn: list[Content] = []
    for number, line in enumerate(lines):
        text = clean(line)
        # A legend begins with a mark, too, and has others behind it.
        mark = text[:1] if text[1:2] == " " and not any(sign in text[1:] for sign in _SURE) else ""
        below = lines[number + 1][:1] if number + 1 < len(lines) else ""
        if mark in _TONES:
            drawn.append(Content.styled(text, _TONES[mark]))
        elif below in _TONES and text and set(text) <= _BARS:  # the upper half of a histogram's bars
            drawn.append(Content.styled(text, _TONES[below]))
        else:
            content = Content(text)
            for place, sign in enumerate(text):
                if sign in _SURE:
                    content = content.stylize(_TONES[sign], place, place + 1)
            drawn.append(content)
    return Content("\n").join(drawn)
