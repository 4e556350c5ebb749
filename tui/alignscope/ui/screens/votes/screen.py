"""The screen of blind votes: a prompt, two replies without names, and a key for each thing to say of them."""

from collections.abc import Mapping, Sequence
from typing import Final

from textual.app import ComposeResult
from textual.containers import Container, Vertical, VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Static

from alignscope.lab.summary.rows import Rows
from alignscope.lab.votes import BallotBox, Pair, VotesError, replies_of, standing
from alignscope.measure.statistics.votes import Vote
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


class VotesScreen(AppScreen[None]):
    """Blind votes on pairs of replies, one after the other.

    Args:
        rows: the run's rows.
        pairs: every pair, in the order in which they are shown.
        votes: what was said of some already; votes are added to it.
        box: where votes are kept.
        names: labels of the two arms.
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

    def __init__(
        self, rows: Rows, pairs: Sequence[Pair], votes: dict[Pair, Vote], box: BallotBox, names: tuple[str, str]
    ) -> None:
        super().__init__()
        self._rows = rows
        self._pairs = pairs
        self._votes = votes
        self._box = box
        self._names = names
        self._left = [pair for pair in pairs if pair not in votes]
        """Pairs without a vote when the screen was opened."""
        self._at = 0
        self._steps: list[Vote | None] = []
        """What was said of each of those so far; None where it was skipped."""
        self._side = 0
        self._message = ""

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
        self._show()

    def on_resize(self) -> None:
        """Lay out for the new width."""
        self.call_after_refresh(self._draw)

    @property
    def _pair(self) -> Pair | None:
        """The pair that is shown; None when all have been."""
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
        pair = self._pair
        self.replies.display = pair is not None
        self.replies.set_class(self._beside, "-beside")
        if pair is None:
            self._draw_end()
            return
        voted = len(self._votes)
        place = f"{self._pairs.index(pair) + 1:,} of {len(self._pairs):,}"
        self._head(f"{place}  ·  {voted:,} voted on")
        rows = replies_of(self._rows, pair)
        prompt = rows[0].prompt if rows else "This pair can't be read any more; skip it."
        self._fill("#votes-prompt", prompt, "$foreground", _MOST)
        # Without the blanks around it: a completion begins with one where a chat has none.
        shown = [] if rows is None else [row.text.strip() for row in (rows[::-1] if pair.turned else rows)]
        for side, text in zip("ab", shown or ("", ""), strict=True):
            scrolls = self._side == 0 or f"#votes-{side}" in self._scrolled
            mark = ("› ", "bold $accent") if scrolls else ("  ", "")
            self.query_one(f"#votes-side-{side}", Static).update(Content.assemble(mark, (side.upper(), "bold")))
            if text:
                self._fill(f"#votes-{side}", text, "$foreground", _MOST)
            else:
                self._fill(f"#votes-{side}", "Nothing was written." if rows else "", "$text-muted", 1)
        self._say_where()

    def _draw_end(self) -> None:
        skipped = self._steps.count(None)
        self._head("the end")
        lines = standing(self._votes, len(self._pairs), *self._names)
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
        where = list(_SIDES)[self._side].capitalize() if self._side and self._pair else ""
        self.notice.update(clean(self._message or where))

    def _say(self, message: str) -> None:
        self._message = message
        self._say_where()

    # Keys

    def action_vote(self, said: str) -> None:
        """Keep a vote on the pair that is shown, and go on."""
        pair, vote = self._pair, Vote(said)
        if pair is None:
            self._say("Every pair has been shown; u goes back to the last one.")
            return
        turned = {Vote.FIRST: Vote.SECOND, Vote.SECOND: Vote.FIRST}
        of_arms = turned.get(vote, vote) if pair.turned else vote
        try:
            self._box.add(pair, of_arms)
        except VotesError as error:
            self._say(f"Not kept: {error}")
            return
        self._votes[pair] = of_arms
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
        if not self._steps:
            self._say("There is nothing to take back: votes from before stay.")
            return
        if self._steps[-1] is not None:
            try:
                self._box.undo()
            except VotesError as error:
                self._say(f"Not taken back: {error}")
                return
            del self._votes[self._left[self._at - 1]]
        was = self._steps.pop()
        self._at -= 1
        self._message = "Taken back." if was is not None else "Back to the pair that was skipped."
        self._show()

    def action_names(self) -> None:
        """Tell whose replies the last pair had, if it has a vote."""
        if not self._steps or (said := self._steps[-1]) is None:
            self._say("Names are told of the pair before, once it has a vote.")
            return
        a, b = self._names[::-1] if self._left[self._at - 1].turned else self._names
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
