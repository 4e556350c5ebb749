"""Base of the screens of blind votes: a prompt, replies without names, and going from one to the next."""

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, Final, Generic, TypeVar

from textual import work
from textual.app import ComposeResult
from textual.containers import Container, Vertical, VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Static

from alignscope.model.vote import Poll, Shown, VotesError
from alignscope.text.clean import clean
from alignscope.ui.screens.base.labels import hanging
from alignscope.ui.screens.base.screen import AppScreen
from alignscope.ui.widgets.keybar import KeyBar

_BESIDE: Final = 60
"""Cells of a terminal from which on replies stand side by side."""
_AROUND: Final = 3
"""Cells beside a text: a blank on either side, and the scroll bar."""
_MOST: Final = 3000
"""Rows of a reply that are shown; there is no limit to its length."""
S = TypeVar("S")
Load = Callable[[Callable[[float], None]], Poll[S]]
"""Reads what there is to vote on; is given what it tells the share that was read. Raises VotesError."""


class VotingScreen(AppScreen[None], Generic[S]):
    """Blind votes on replies, several at a time, one after the other.

    Args:
        load: reads what there is, in a thread: the screen is there before it.
        failed: is called with why there is nothing to show, before the screen leaves.
    """

    LETTERS: ClassVar[str] = "ab"
    """Of the replies, as many as there may be at a time."""
    WHAT: ClassVar[str] = "pair"
    """What replies that are shown together are called."""
    AUTO_FOCUS = ""
    heading = query_one("#votes-heading", Static)
    notice = query_one("#votes-notice", Static)
    replies = query_one("#votes-replies", Container)
    DEFAULT_CSS = """
    VotingScreen {
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

    def __init__(self, load: Load[S], failed: Callable[[str], None]) -> None:
        super().__init__()
        self._load = load
        self._failed = failed
        self._poll: Poll[S] | None = None
        """None until it is read."""
        self._left: list[int] = []
        """Places without a vote when the screen was opened."""
        self._at = 0
        self._steps: list[S | None] = []
        """What was said of each of those so far; None where it was skipped."""
        self._side = 0
        self._message = ""
        self.shown_replies = 0
        """How many replies are shown."""
        self._read = 0.0
        """The share that was read."""

    def compose(self) -> ComposeResult:
        yield Static(id="votes-heading", markup=False)
        with VerticalScroll(id="votes-prompt", can_focus=False):
            yield Static(markup=False)
        with Container(id="votes-replies"):
            for side in self.LETTERS:
                with Vertical(id=f"votes-of-{side}"):
                    yield Static(id=f"votes-side-{side}", classes="votes-side", markup=False)
                    with VerticalScroll(id=f"votes-{side}", can_focus=False):
                        yield Static(markup=False)
        yield Static(id="votes-notice", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        self.draw()
        self.read()

    @work(thread=True, group="read", exit_on_error=False)
    def read(self) -> None:
        """Read what there is to vote on."""
        try:
            poll = self._load(lambda share: self.app.call_from_thread(self._show_read, share))
            left = [place for place in range(len(poll)) if not poll.done(place)]
        except VotesError as error:
            self.app.call_from_thread(self._leave_for, str(error))
            return
        self.app.call_from_thread(self._begin, poll, left)

    def _show_read(self, share: float) -> None:
        self._read = share
        self.draw()

    def _begin(self, poll: Poll[S], left: list[int]) -> None:
        self._poll, self._left = poll, left
        self._show()
        self.refresh_bindings()

    def _leave_for(self, reason: str) -> None:
        self._failed(reason)
        self.dismiss(None)

    def on_resize(self) -> None:
        """Lay out for the new width."""
        self.call_after_refresh(self.draw)

    @property
    def place(self) -> int | None:
        """The place of what is shown; None when all has been, and before it is read."""
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
        self.call_after_refresh(self.draw)

    def draw(self) -> None:
        """Lay everything out for the width there is."""
        if not (self.size.width and self.is_mounted and self in self.app.screen_stack):
            return
        poll, place = self._poll, self.place
        self.replies.display = poll is not None and place is not None
        self.replies.set_class(self._beside, "-beside")
        if poll is None:
            self._head("reading rows …" if self._read == 0 else f"reading rows: {self._read:.0%}")
            self._fill("#votes-prompt", "", "$foreground", 1)
            return
        if place is None:
            self._draw_end(poll)
            return
        self._head(f"{place + 1:,} of {len(poll):,}  ·  {self._voted(poll):,} voted on")
        shown = poll.shown(place)
        prompt = shown.prompt if shown else f"This {self.WHAT} can't be read any more; skip it."
        self._fill("#votes-prompt", prompt, "$foreground", _MOST)
        self.shown_replies = len(poll.names(place))
        for number, side in enumerate(self.LETTERS):
            self.query_one(f"#votes-of-{side}").display = number < self.shown_replies
            self._draw_reply(number, side, shown)
        self._say_where()

    def _draw_reply(self, number: int, side: str, shown: Shown | None) -> None:
        scrolls = f"#votes-{side}" in self._scrolled
        mark = ("› ", "bold $accent") if scrolls else ("  ", "")
        self.query_one(f"#votes-side-{side}", Static).update(
            Content.assemble(mark, (side.upper(), "bold"), (self.beside(number), "$text-muted"))
        )
        # Without the blanks around it: a completion begins with one where a chat has none.
        text = shown.replies[number].strip() if shown and number < len(shown.replies) else ""
        if text:
            self._fill(f"#votes-{side}", text, "$foreground", _MOST)
        else:
            self._fill(f"#votes-{side}", "Nothing was written." if shown else "", "$text-muted", 1)

    def beside(self, number: int) -> str:
        """Return what stands beside the letter of a reply."""
        return ""

    def _voted(self, poll: Poll[S]) -> int:
        """Return how many have a vote."""
        return len(poll) - len(self._left) + sum(vote is not None for vote in self._steps)

    def _draw_end(self, poll: Poll[S]) -> None:
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
        parts = max(1, self.shown_replies) if self._beside and scroll.parent is not self else 1
        width = max(8, self.size.width // parts - _AROUND)
        scroll.query_one(Static).update(hanging(Content(""), text, width, most).stylize(style))

    @property
    def _sides(self) -> Mapping[str, Sequence[str]]:
        """The parts that the keys may scroll, in words, and their ids."""
        letters = self.LETTERS[: self.shown_replies]
        every = "both replies scroll" if len(letters) == 2 else "all replies scroll"
        alone = {f"{side.upper()} scrolls": (f"#votes-{side}",) for side in letters}
        return {every: [f"#votes-{side}" for side in letters], **alone, "the prompt scrolls": ("#votes-prompt",)}

    @property
    def _scrolled(self) -> Sequence[str]:
        return list(self._sides.values())[self._side]

    def _say_where(self) -> None:
        """Say what there is to say, else what the keys scroll where it isn't every reply."""
        where = list(self._sides)[self._side].capitalize() if self._side and self.place is not None else ""
        self.notice.update(clean(self._message or where))

    def say(self, message: str) -> None:
        """Show a message below the replies."""
        self._message = message
        self._say_where()

    # Keys

    def keep(self, said: S) -> None:
        """Keep what was said of what is shown, and go on."""
        poll, place = self._poll, self.place
        if poll is None:
            return
        if place is None:
            self.say(f"Every {self.WHAT} has been shown; u goes back to the last one.")
            return
        try:
            poll.add(place, said)
        except VotesError as error:
            self.say(f"Not kept: {error}")
            return
        self._go_on(said, f"Kept: {self.in_words(said)}.")

    def in_words(self, said: S) -> str:
        """Return what was said, as it is said of what is shown."""
        raise NotImplementedError

    def action_skip(self) -> None:
        """Go on without a vote."""
        if self.place is not None:
            self._go_on(None, "Skipped.")

    def _go_on(self, said: S | None, message: str) -> None:
        self._steps.append(said)
        self._at += 1
        self._message = message
        self._show()

    def action_undo(self) -> None:
        """Go back to what was shown before, and take its vote back."""
        if self._poll is None or not self._steps:
            self.say("There is nothing to take back: votes from before stay.")
            return
        if self._steps[-1] is not None:
            try:
                self._poll.undo(self._left[self._at - 1])
            except VotesError as error:
                self.say(f"Not taken back: {error}")
                return
        was = self._steps.pop()
        self._at -= 1
        self._message = "Taken back." if was is not None else f"Back to the {self.WHAT} that was skipped."
        self._show()

    def action_names(self) -> None:
        """Tell whose replies were shown before, if they have a vote."""
        if self._poll is None or not self._steps or (said := self._steps[-1]) is None:
            self.say(f"Names are told of the {self.WHAT} before, once it has a vote.")
            return
        names = self._poll.names(self._left[self._at - 1])
        whose = ", ".join(f"{side.upper()} was {name}" for side, name in zip(self.LETTERS, names, strict=False))
        self.say(f"The {self.WHAT} before: {whose}. You said: {self.in_words(said)}.")

    def action_side(self, by: int) -> None:
        """Choose what the keys scroll."""
        self._side = (self._side + by) % len(self._sides)
        self._message = ""
        self.draw()

    def action_scroll(self, how: str) -> None:
        """Scroll by a line, a page, or to an end."""
        places = self._scrolled if self.place is not None else ("#votes-prompt",)
        for place in places:
            getattr(self.query_one(place, VerticalScroll), f"scroll_{how}")(animate=False)

    def action_leave(self) -> None:
        """Leave."""
        self.dismiss(None)
