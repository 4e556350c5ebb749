"""Replies with lists, made up for the token view, and the view over them."""

import math
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from textual.pilot import Pilot
from textual.widget import Widget

from alignscope.model.events import Alternative, End, Event, Finished, Started, Stats, Token
from alignscope.model.reply import Reply
from alignscope.model.turn import Turn, TurnSettings
from alignscope.ui.screens.tokens.reply_tokens import ReplyTokens
from alignscope.ui.screens.tokens.screen import TokensScreen
from tests.sessions.recorded import AT, LINEUP
from tests.ui.screens.host import Host, screen_text
from tests.waiting import until

Others = dict[str, float]
Drawn = tuple[str, float] | tuple[str, float, Others]
"""A token with its probability, and the probabilities of others in its list."""


def token(pane: str, ms: float, drawn: Drawn) -> Token:
    """An event of a token with its list, in which it stands itself unless the others are empty."""
    text, own = drawn[:2]
    others = drawn[2] if len(drawn) == 3 else {}
    ranked = sorted([*others.items(), *([(text, own)] if others else [])], key=lambda each: -each[1])
    listed = tuple(Alternative(other, math.log(chance)) for other, chance in ranked)
    return Token(pane, 1, ms, text, False, math.log(own), listed)


def events(pane: str, drawn: Sequence[Drawn], end: End | None = End.STOP) -> list[Event]:
    """A reply's events."""
    told: list[Event] = [Started(pane, 1, 0.0, "http://localhost:1", {})]
    told += [token(pane, 10.0 * number, each) for number, each in enumerate(drawn)]
    return told if end is None else [*told, Finished(pane, 1, 1000.0, end, stats=Stats(tokens=len(drawn)))]


def turn(*replies: Sequence[Event], logprobs: int | None = 20) -> Turn:
    """A turn of these replies."""
    made = Turn(1, AT, "Well?", LINEUP, TurnSettings(logprobs=logprobs))
    for reply in replies:
        for event in reply:
            made.apply(event)
    return made


def tokens_of(*drawn: Drawn) -> ReplyTokens:
    """What the view knows of a reply of these tokens."""
    reply = Reply("base")
    for event in events("base", drawn):
        reply.apply(event)
    made = ReplyTokens(reply)
    made.take_in()
    return made


PARIS: Sequence[Drawn] = (
    ("The", 0.9, {"A": 0.05}),
    (" city", 0.6, {" town": 0.35}),
    (" is", 0.25, {" was": 0.55, " lies": 0.1}),
    (" Paris", 0.04, {" Lyon": 0.5, " Nice": 0.3}),
    (".", 0.98, {"!": 0.01}),
)
"""Steps 0, 1, 3, 4 and 0 of probability, two uncertain tokens and two forks more than those."""


class View:
    """The token view that a test looks at."""

    def __init__(self, app: Host, pilot: Pilot[Any], screen: TokensScreen) -> None:
        self.app, self.pilot, self.screen = app, pilot, screen

    @property
    def text(self) -> str:
        """What the terminal shows."""
        return screen_text(self.app)

    @property
    def words(self) -> str:
        """The row of words for the cursor."""
        return next(row.strip() for row in self.text.splitlines() if row.startswith((" token ", " no token")))

    @property
    def cursors(self) -> list[int]:
        """The token under each pane's cursor."""
        return [column.text.cursor for column in self.screen._columns]

    def inside(self, widget: Widget) -> str:
        """What the terminal shows of a widget, by columns and not by characters, since some are two columns wide."""
        region = widget.region
        rows = self.app.screen._compositor.render_strips(self.app.size)[region.y : region.bottom]
        return "\n".join(row.crop(region.x, region.right).text for row in rows)

    @property
    def listed(self) -> list[str]:
        """The inspector's rows, without what only makes columns."""
        return [" ".join(row.split()) for row in self.inside(self.screen.inspector).splitlines()]

    async def press(self, *keys: str) -> None:
        """Press keys, and wait until everything is drawn."""
        await self.pilot.press(*keys)
        await self.pilot.pause()

    def look(self, text: str) -> Any:
        """The style in which a text is drawn first."""
        for strip in self.app.screen._compositor.render_strips(self.app.size):
            for segment in strip:
                if segment.text == text:
                    return segment.style
        raise AssertionError(f"{text!r} is no piece of\n{self.text}")


@asynccontextmanager
async def view(shown: Turn, *, size: tuple[int, int] = (120, 30), **how: Any) -> AsyncIterator[View]:
    """Open the token view over a turn."""
    screen = TokensScreen(shown, **how)
    app = Host(screen=lambda: screen)
    async with app.run_test(size=size) as pilot:
        seen = View(app, pilot, screen)
        await until(lambda: " token" in seen.text)
        await pilot.pause()
        yield seen
