"""The text of a pane's last replies that isn't drawn yet, because a pace is set."""

from typing import TYPE_CHECKING

from alignscope.model.events import End
from alignscope.model.pace import Drawn, PaceClock
from alignscope.model.reply import Reply

if TYPE_CHECKING:
    from alignscope.ui.widgets.pane.view import PaneView


class Held:
    """The replies that are drawn at a pace, by sample, and how far each is drawn."""

    def __init__(self, view: "PaneView") -> None:
        self._view = view
        self.drawn: dict[int, Drawn] = {}

    def __contains__(self, sample: int) -> bool:
        return sample in self.drawn

    def begin(self) -> None:
        """Leave what comes to a running reply undrawn from now on, until `draw` is called."""
        for sample, reply in self._view.replies.items():
            if reply.end is None:
                self.drawn.setdefault(sample, Drawn(len(reply.texts)))

    def advance(self, clock: PaceClock, now_ms: float) -> None:
        """Draw what is due by now, in milliseconds since the prompt was sent."""
        for sample, drawn in [*self.drawn.items()]:
            times = self._view.replies[sample].times
            if drawn.tokens < len(times):
                self.draw(sample, clock.advance(drawn, times, now_ms))

    def clear(self) -> None:
        """Hold nothing back from now on, and forget what is held."""
        self.drawn.clear()

    def release(self) -> None:
        """Draw all that is held, and from now on what comes as it comes."""
        self.draw_all()
        self.clear()

    def draw_all(self) -> None:
        """Draw all that has come so far."""
        for sample in [*self.drawn]:
            self.draw(sample, Drawn(len(self._view.replies[sample].texts)))

    def draw(self, sample: int, drawn: Drawn) -> None:
        """Draw a reply so far, and below all of it its end."""
        reply, first = self._view.replies[sample], self.drawn[sample].tokens
        self.drawn[sample] = drawn
        if drawn.tokens > first:
            self._view.draw_tokens(reply, first, drawn.tokens)
        if reply.end is not None and drawn.tokens == len(reply.texts):
            del self.drawn[sample]
            self._view.draw_end(reply)

    def end(self, reply: Reply) -> None:
        """Draw the end of a reply if all of it is drawn. One that the person stopped is drawn at once."""
        drawn = self.drawn[reply.sample]
        self.draw(reply.sample, Drawn(len(reply.texts)) if reply.end is End.CANCELLED else drawn)

    @property
    def furthest(self) -> int:
        """Number of tokens drawn of the reply that is furthest."""
        replies = self._view.replies.items()
        return max(
            (self.drawn[each].tokens if each in self.drawn else len(reply.texts) for each, reply in replies), default=0
        )

    def undrawn(self, sample: int | None = None) -> int:
        """Return how many tokens have come and aren't drawn yet: a sample's, or all."""
        return sum(
            len(self._view.replies[each].texts) - drawn.tokens
            for each, drawn in self.drawn.items()
            if sample in (None, each)
        )
