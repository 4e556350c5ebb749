"""The first frame: the explorer in outline, drawn while the explorer itself is still being read from disk.

It imports nothing but Textual, so that something is on the screen as soon as an empty application would be. What is
typed in this tenth of a second is kept, and goes to the explorer.
"""

import textwrap
from collections.abc import Sequence

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.app import ComposeResult
from textual.color import Color
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from alignscope.model.pane import Mode

EMPTY = {
    Mode.COMPLETION: "What you type is continued here, as raw text. A base model was only ever trained to continue "
    "what it is given: it doesn't know that you are asking it anything.",
    Mode.CHAT: "What you type is answered here. An instruct model is a base model that was trained further, on "
    "conversations and on people's preferences, until it replies instead of going on.",
}
"""What a pane says of itself while there is nothing in it."""


def _style(color: str, ground: str) -> Style:
    return Style.from_color(Color.parse(color).rich_color, Color.parse(ground).rich_color)


class Outline(Widget):
    """Headers, dividers and the prompt's line, without anything in them. One widget, since each one costs time."""

    DEFAULT_CSS = "Outline { width: 100%; height: 100%; }"

    def __init__(self, panes: Sequence[tuple[str, str]]) -> None:
        """Args:
        panes: what each pane's header says, and the text that explains it.
        """
        super().__init__()
        self._panes = panes

    def render_line(self, y: int) -> Strip:
        width, height = self.size
        variables = self.app.theme_variables
        ground, surface = variables["background"], variables["surface"]
        text = _style(variables["secondary"], ground)
        if y >= height - 5:
            row = {height - 5: " Looking for models …", height - 3: " ❯"}.get(y, "")
            if y == height - 5:
                return Strip([Segment(row.ljust(width)[:width], text)])
            return Strip([Segment(row.ljust(width)[:width], _style(variables["accent"], surface))])
        segments: list[Segment] = []
        each = (width - len(self._panes) + 1) // len(self._panes)
        for index, (head, body) in enumerate(self._panes):
            room = each if index < len(self._panes) - 1 else width - index * (each + 1)
            lines = textwrap.wrap(body, max(room - 4, 1))
            if y == 0:
                segments.append(Segment(f"  {head}".ljust(room)[:room], _style(variables["secondary"], surface)))
            else:
                line = lines[y - 2] if 0 <= y - 2 < len(lines) else ""
                segments.append(Segment(f"  {line}".ljust(room)[:room], text))
            if index < len(self._panes) - 1:
                segments.append(Segment("│", _style(variables["panel"], ground)))
        return Strip(segments)


class OpeningScreen(Screen[None]):
    """Shows the outline and remembers the keys."""

    AUTO_FOCUS = ""

    def __init__(self, panes: Sequence[tuple[str, str]] = ()) -> None:
        """Args:
        panes: as Outline takes them; none for the usual two.
        """
        super().__init__()
        self.panes = panes or (("base", EMPTY[Mode.COMPLETION]), ("instruct", EMPTY[Mode.CHAT]))
        self._typed: list[events.Key | events.Paste] = []

    def compose(self) -> ComposeResult:
        yield Outline(self.panes)

    def on_key(self, event: events.Key) -> None:
        self._keep(event)

    def on_paste(self, event: events.Paste) -> None:
        self._keep(event)

    def hand_over(self) -> None:
        """Give what was typed to whatever is on the screen now; what is still on its way here follows."""
        for event in self._typed:
            self.app.post_message(event)
        self._typed.clear()

    def _keep(self, event: events.Key | events.Paste) -> None:
        event.stop()
        # An event that came this far is marked as handed on already, so it's another one that is kept.
        again = events.Key(event.key, event.character) if isinstance(event, events.Key) else events.Paste(event.text)
        self._typed.append(again)
        if self.app.screen is not self:
            self.hand_over()
