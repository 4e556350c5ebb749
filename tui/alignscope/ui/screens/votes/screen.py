"""The screen of blind votes: a prompt, two replies without names, and a key for each thing to say of them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from textual import work
from textual.app import ComposeResult
from textual.containers import Container, Vertical, VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Static

from alignscope.model.vote import Poll, Vote, VotesError
from alignscope.text.clean import clean
from alignscope.ui.screens.base.labels import hanging
from alignscope.ui.screens.base.screen import AppScreen
from alignscope.ui.screens.votes.bindings import BINDINGS
from alignscope.ui.widgets.keybar import KeyBar

_BESIDE: Final = 60
"""Cells of a terminal from which on replies stand side by side."""
_AROUND: Final = 3
"""Cells beside a text: a blank on either side, and the scroll bar."""
_MOST: Final = 3000
"""Rows of a reply that are shown; there is no limit to its length."""
_SIDES: Final[Mapping[str, Sequence[str]]] = {
    "both replies scroll": ("#votes-a", "#votes-b"),
    "A scrolls": ("#votes-a",),
    "B scrolls": ("#votes-b",),
    "the prompt scrolls": ("#votes-prompt",),
}
"""What the keys may scroll, in words, and the ids of it."""
_SAID: Final[Mapping[Vote, str]] = {
    Vote.FIRST: "A better",
    Vote.SECOND: "B better",
    Vote.TIE: "tie",
    Vote.BOTH_BAD: "both bad",
}
"""Votes as they are said of what is shown."""


Load = Callable[[Callable[[float], None]], Poll]
"""Reads what there is to vote on; is given what it tells the share that was read. Raises VotesError."""


class VotesScreen(AppScreen[None]):
    """Blind votes on pairs of replies, one after the other.

    Args:
        load: reads the pairs, in a thread: the screen is there before them.
        failed: is called with why there are none to show, before the screen leaves.
    """

    AUTO_FOCUS = ""
    BINDINGS = BINDINGS
    BINDING_GROUP_TITLE = "Blind votes"
    heading = query_one("#votes-heading", Static)
    notice = query_one("#votes-notice", Static)
    replies = query_one("#votes-replies", Container)
    DEFAULT_CSS = """
    VotesScreen {
        layout: vertical;
        & #votes-heading { height: 1; padding: 0 1; background: $surface; text-wrap: nowrap; text-overflow: ellipsis; }
        & VerticalScroll { scrollbar-size: 0 1; scrollbar-gutter: stable; padding: 0 1; }
        & #votes-prompt { height: auto; max-height: 25%; margin: 1 0; }
        & #votes-replies { height: 1fr; layout: vertical; }
        & #votes-replies.-beside { layout: horizontal; }
        & #votes-replies Vertical { width: 1fr; height: 1fr; }
        & #votes-replies VerticalScroll { height: 1fr; }
        & .votes-side { height: 1; padding: 0 1; background: $surface; }
        & #votes-notice { height: 1; padding: 0 1; color: $text-muted; text-wrap: nowrap; text-overflow: ellipsis; }
        & KeyBar { margin-left: 1; }
    }
    """

    def __init__(self, load: Load, failed: Callable[[str], None]) -> None:
        super().__init__()
        self._load = load
        self._failed = failed
        self._poll: Poll | None = None
        """None until it is read."""
        self._left: list[int] = []
        """Places of the pairs without a vote when the screen was opened."""
        self._at = 0
        self._steps: list[Vote | None] = []
        """What was said of each of those so far; None where it was skipped."""
        self._side = 0
        self._message = ""
        self._read = 0.0
        """The share that was read."""

    def compose(self) -> ComposeResult:
        yield Static(id="votes-heading", markup=False)
        with VerticalScroll(id="votes-prompt", can_focus=False):
            yield Static(markup=False)
        with Container(id="votes-replies"):
            for side in ("a", "b"):
                with Vertical():
                    yield Static(id=f"votes-side-{side}", classes="votes-side", markup=False)
                    with VerticalScroll(id=f"votes-{side}", can_focus=False):
                        yield Static(markup=False)
        yield Static(id="votes-notice", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        self._draw()
        self.read()

    @work(thread=True, group="read", exit_on_error=False)
    def read(self) -> None:
        """Read what there is to vote on."""
        try:
            poll = self._load(lambda share: self.app.call_from_thread(self._show_read, share))
            left = [place for place in range(len(poll)) if poll.vote(place) is None]
        except VotesError as error:
            self.app.call_from_thread(self._leave_for, str(error))
            return
        self.app.call_from_thread(self._begin, poll, left)

    def _show_read(self, share: float) -> None:
        self._read = share
        self._draw()

    def _begin(self, poll: Poll, left: list[int]) -> None:
        self._poll, self._left = poll, left
        self._show()
        self.refresh_bindings()

    def _leave_for(self, reason: str) -> None:
        self._failed(reason)
        self.dismiss(None)

    def on_resize(self) -> None:
        """Lay out for the new width."""
        self.call_after_refresh(self._draw)

    @property
    def _pair(self) -> int | None:
        """The place of the pair that is shown; None when all have been, and before they are read."""
        return self._left[self._at] if self._at < len(self._left) else None

    @property
    def _beside(self) -> bool:
        """Whether replies stand side by side."""
        return self.size.width >= _BESIDE

    # What is shown

    def _show(self) -> None:
        """Show a pair from its beginning."""
        for scroll in self.query(VerticalScroll):
            scroll.scroll_home(animate=False)
        self._side = 0
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        """Lay everything out for the width there is."""
        if not (self.size.width and self.is_mounted and self in self.app.screen_stack):
            return
        poll, pair = self._poll, self._pair
        self.replies.display = poll is not None and pair is not None
        self.replies.set_class(self._beside, "-beside")
        if poll is None:
            self._head("reading rows …" if self._read == 0 else f"reading rows: {self._read:.0%}")
            self._fill("#votes-prompt", "", "$foreground", 1)
            return
        if pair is None:
            self._draw_end(poll)
            return
        self._head(f"{pair + 1:,} of {len(poll):,}  ·  {self._voted(poll):,} voted on")
        shown = poll.shown(pair)
        prompt = shown.prompt if shown else "This pair can't be read any more; skip it."
        self._fill("#votes-prompt", prompt, "$foreground", _MOST)
        # Without the blanks around it: a completion begins with one where a chat has none.
        texts = [text.strip() for text in shown[1:]] if shown else []
        for side, text in zip("ab", texts[:: -1 if poll.turned(pair) else 1] or ("", ""), strict=True):
            scrolls = self._side == 0 or f"#votes-{side}" in self._scrolled
            mark = ("› ", "bold $accent") if scrolls else ("  ", "")
            self.query_one(f"#votes-side-{side}", Static).update(Content.assemble(mark, (side.upper(), "bold")))
            if text:
                self._fill(f"#votes-{side}", text, "$foreground", _MOST)
            else:
                self._fill(f"#votes-{side}", "Nothing was written." if shown else "", "$text-muted", 1)
        self._say_where()

    def _voted(self, poll: Poll) -> int:
        """Return how many pairs have a vote."""
        return len(poll) - len(self._left) + sum(vote is not None for vote in self._steps)

    def _draw_end(self, poll: Poll) -> None:
        skipped = self._steps.count(None)
        self._head("the end")
        lines = poll.standing()
        if skipped:
            lines.append(f"You skipped {skipped:,}; they come again the next time.")
        self._fill("#votes-prompt", "\n".join(lines), "$foreground", _MOST)
        self._say_where()

    def _head(self, where: str) -> None:
        self.heading.update(Content.assemble(("Blind votes", "bold"), (f"  ·  {where}", "$text-muted")))

    def _fill(self, place: str, text: str, style: str, most: int) -> None:
        scroll = self.query_one(place, VerticalScroll)
        parts = 2 if self._beside and scroll.parent is not self else 1
        width = max(8, self.size.width // parts - _AROUND)
        scroll.query_one(Static).update(hanging(Content(""), text, width, most).stylize(style))

    @property
    def _scrolled(self) -> Sequence[str]:
        return list(_SIDES.values())[self._side]

    def _say_where(self) -> None:
        """Say what there is to say, else what the keys scroll where it isn't both replies."""
        where = list(_SIDES)[self._side].capitalize() if self._side and self._pair is not None else ""
        self.notice.update(clean(self._message or where))

    def _say(self, message: str) -> None:
        self._message = message
        self._say_where()

    # Keys

    def action_vote(self, said: str) -> None:
        """Keep a vote on the pair that is shown, and go on."""
        poll, pair, vote = self._poll, self._pair, Vote(said)
        if poll is None:
            return
        if pair is None:
            self._say("Every pair has been shown; u goes back to the last one.")
            return
        try:
            poll.add(pair, vote.turned if poll.turned(pair) else vote)
        except VotesError as error:
            self._say(f"Not kept: {error}")
            return
        self._go_on(vote, f"Kept: {_SAID[vote]}.")

    def action_skip(self) -> None:
        """Go on without a vote."""
        if self._pair is not None:
            self._go_on(None, "Skipped.")

    def _go_on(self, vote: Vote | None, message: str) -> None:
        self._steps.append(vote)
        self._at += 1
        self._message = message
        self._show()

    def action_undo(self) -> None:
        """Go back to the pair before, and take its vote back."""
        if self._poll is None or not self._steps:
            self._say("There is nothing to take back: votes from before stay.")
            return
        if self._steps[-1] is not None:
            try:
                self._poll.undo(self._left[self._at - 1])
            except VotesError as error:
                self._say(f"Not taken back: {error}")
                return
        was = self._steps.pop()
        self._at -= 1
        self._message = "Taken back." if was is not None else "Back to the pair that was skipped."
        self._show()

    def action_names(self) -> None:
        """Tell whose replies the last pair had, if it has a vote."""
        if self._poll is None or not self._steps or (said := self._steps[-1]) is None:
            self._say("Names are told of the pair before, once it has a vote.")
            return
        pair = self._left[self._at - 1]
        a, b = self._poll.names(pair)[:: -1 if self._poll.turned(pair) else 1]
        self._say(f"The pair before: A was {a}, B was {b}. You said: {_SAID[said]}.")

    def action_side(self, by: int) -> None:
        """Choose what the keys scroll."""
        self._side = (self._side + by) % len(_SIDES)
        self._message = ""
        self._draw()

    def action_scroll(self, how: str) -> None:
        """Scroll by a line, a page, or to an end."""
        places = self._scrolled if self._pair is not None else ("#votes-prompt",)
        for place in places:
            getattr(self.query_one(place, VerticalScroll), f"scroll_{how}")(animate=False)

    def action_leave(self) -> None:
        """Leave."""
        self.dismiss(None)
