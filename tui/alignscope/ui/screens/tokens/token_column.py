"""A pane of the token view: its name, its reply's tokens, and its strip."""

import time
from typing import Final

from textual.app import ComposeResult
from textual.widget import Widget
from textual.widgets import Static

from alignscope.model.lineup.pane import Pane
from alignscope.model.lineup.tones import MARKS, Tone
from alignscope.model.reply import Reply
from alignscope.ui.screens.tokens.reply_tokens import ReplyTokens
from alignscope.ui.screens.tokens.scales import SCALES, Scale
from alignscope.ui.screens.tokens.token_strip import TokenStrip
from alignscope.ui.screens.tokens.token_text import TokenText
from alignscope.ui.widgets.pane.bars import PaneHeader
from alignscope.ui.widgets.transcript.line_widget import frames

_BUDGET: Final = 0.008
"""Seconds of measuring in one frame, so that keys are handled in between."""


class TokenColumn(Widget):
    """A pane's reply token by token."""

    DEFAULT_CSS = """
    TokenColumn {
        layout: vertical;
        width: 1fr;
        height: 1fr;
        & > * { visibility: visible; }
        & > Static { height: auto; max-height: 4; padding: 0 1; color: $text-muted; display: none; }
        & > Static.-filled { display: block; }
        & > .-score { max-height: 5; background: $surface; }
        &.-focused > PaneHeader { background: $panel; color: $foreground; }
        &.-focused > PaneHeader > .pane-header--name { text-style: bold reverse; }
        &.-focused:ansi > PaneHeader { background: $background; text-style: bold underline; }
    }
    """

    def __init__(self, pane: Pane, tone: Tone, *, samples: int, requested: int | None) -> None:
        """Args:
        samples: number of the pane's replies, of which one is shown.
        requested: alternatives that the turn asked for; None if it asked for no log-probabilities.
        """
        super().__init__()
        self.pane = pane
        self.mark = f"{MARKS[tone]} {pane.name}"
        self.tokens = ReplyTokens(Reply(pane.name))
        self.text = TokenText(self.tokens, classes=f"-{tone}")
        self._strip = TokenStrip(self.tokens)
        self._header = PaneHeader(MARKS[tone], classes=f"-{tone}")
        self.samples = samples
        self._requested = requested
        self._why = Static(markup=False)
        self._score = Static(markup=False, classes="-score")
        self._filling = False
        self._scored = ""
        self._scale = SCALES[0]

    def compose(self) -> ComposeResult:
        """Yield the header, the reason for missing lists, the text, the strip, and what the other model thinks."""
        yield self._header
        yield self._why
        yield self.text
        yield self._strip
        yield self._score

    def on_mount(self) -> None:
        """Fill the header."""
        self._show_header()

    def _show_header(self) -> None:
        reply = self.tokens.reply
        sample = f"  sample {reply.sample}" if self.samples > 1 else ""
        self._header.set_pane(f"{self.pane.name}{sample}", self.pane.model, self.pane.mode)

    def update_reply(self, reply: Reply | None) -> bool:
        """Take in what came since the last time, also of another reply. Return whether anything did."""
        if reply is None:
            return False
        if reply is not self.tokens.reply:
            self.tokens = ReplyTokens(reply)
            self.text.show(self.tokens)
            self._strip.move(0)
            self._show_header()
        before = len(self.tokens)
        self.text.extend(self.tokens.take_in())
        self._show_why()
        if len(self.tokens) == before:
            return False
        self._strip.show(self.tokens)
        self._fill_soon()
        return True

    def _show_why(self) -> None:
        why = self._missing()
        if self._why.has_class("-filled") is not bool(why):
            self._why.set_class(bool(why), "-filled")
            self._why.update(why)

    def _missing(self) -> str:
        """Return why there are no lists, and what fetches them; empty if there are some, or may come."""
        tokens = self.tokens
        if not len(tokens):
            return "Nothing was written here." if tokens.reply.end is not None else ""
        if tokens.has_lists:
            return ""
        if tokens.has_logprobs:
            return "Only the tokens' own probabilities came. I in the explorer, or --logprobs 20, fetches others'."
        if self._requested is None:
            return "No log-probabilities were asked for. I in the explorer asks for them, and ask has --logprobs."
        return "Log-probabilities were asked for, and the server gave none."

    def show_score(self, said: str) -> None:
        """Show what is said of the reply's score, and no row where that is nothing."""
        if said != self._scored:
            self._scored = said
            self._score.set_class(bool(said), "-filled")
            self._score.update(said)

    def rescale(self) -> None:
        """Draw again what depends on the other model's lists, which have grown."""
        self.text.set_scale(self._scale)
        self._strip.show(self.tokens)

    def set_scale(self, scale: Scale) -> None:
        """Show the heat of another scale."""
        self._scale = scale
        self.text.set_scale(scale)
        self._strip.set_scale(scale)

    def move(self, token: int, *, active: bool, keep_column: bool = False) -> None:
        """Put the cursor on a token."""
        self.text.move(token, active=active, keep_column=keep_column)
        self._strip.move(self.text.cursor)
        self.set_class(active, "-focused")

    # Measuring what nobody has looked at yet

    def _fill_soon(self) -> None:
        if not self._filling and self.tokens.has_logprobs:
            self._filling = True
            frames(self.app).call_next(self._fill)

    def _fill(self) -> None:
        self._filling = False
        if not self.is_attached:
            return
        deadline = time.perf_counter() + _BUDGET
        if self.tokens.fill(lambda: time.perf_counter() > deadline):
            self._fill_soon()
        else:
            self._strip.show(self.tokens)
