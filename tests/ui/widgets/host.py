"""An application with nothing but panes, and what is on its screen."""

from datetime import UTC, datetime

from textual.app import App, ComposeResult
from textual.containers import Horizontal
from textual.selection import Selection

from alignscope.model.events import End, Event, Finished, Stats, Token
from alignscope.model.launch import Scroll
from alignscope.model.lineup.pane import Mode, Pane
from alignscope.model.lineup.tones import TONES
from alignscope.model.sampling import Sampling
from alignscope.model.turn import Turn, TurnSettings
from alignscope.ui.widgets.pane.view import PaneView


class Host(App[None]):
    """Panes side by side."""

    def __init__(self, *views: PaneView, scroll: Scroll = "hold") -> None:
        super().__init__()
        self.views = views or (PaneView(Pane("base", "m:text", "", Mode.COMPLETION), scroll=scroll),)
        self.turn: Turn

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Tones, which the application's themes give."""
        return {f"{tone}-tone": "#e2a173" for tone in TONES}

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield from self.views

    @property
    def view(self) -> PaneView:
        """The first pane."""
        return self.views[0]

    def begin_turn(self, number: int, prompt: str, samples: int = 1, sampling: Sampling | None = None) -> None:
        """Begin a turn as a session does, and show it in the first pane."""
        settings = TurnSettings(sampling=sampling or Sampling(), samples=samples)
        self.turn = Turn(number, datetime.now(UTC), prompt, (self.view.pane,), settings)
        self.view.begin_turn(self.turn)

    def apply(self, event: Event) -> None:
        """Fold an event of the turn as a session does, and show what it changed."""
        self.view.update_reply(self.turn.apply(event), event)

    def say(self, lines: int, *, first: int = 0, sample: int = 1) -> None:
        """Apply a token for each of so many numbered lines, and lay them out."""
        for number in range(first, first + lines):
            self.apply(token(f"line {number}\n", sample=sample))
        self.view.transcript.flush()

    @property
    def everything(self) -> str:
        """All text that the first pane has laid out."""
        selected = self.view.transcript.get_selection(Selection(None, None))
        assert selected
        return selected[0]

    @property
    def drawn(self) -> list[str]:
        """The screen's rows between header and footer, without the scroll bar."""
        return [row[: self.size.width - 1].rstrip() for row in self.rows()[1:-1]]

    def rows(self) -> list[str]:
        """The screen's rows, as text."""
        return [
            "".join(segment.text for segment in strip).rstrip() for strip in self.screen._compositor.render_strips()
        ]

    @property
    def text(self) -> str:
        """The whole screen."""
        return "\n".join(self.rows())


def token(text: str, *, ms: float = 0, sample: int = 1, thinking: bool = False, pane: str = "base") -> Token:
    """A token."""
    return Token(pane, sample, ms, text, thinking)


def finished(end: End = End.STOP, message: str = "", *, sample: int = 1, tokens: int = 0) -> Finished:
    """An end."""
    return Finished("base", sample, 100, end, message, Stats(tokens=tokens))
