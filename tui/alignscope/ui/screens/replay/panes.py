"""Feeds a recording to the panes: event by event while it plays, all at once after a seek."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from alignscope.model.pane import MAX_PANES, Mode, Pane
from alignscope.model.tones import tones
from alignscope.model.turn import Turn
from alignscope.sessions.playback.player import Player
from alignscope.ui.widgets.pane.view import PaneView

_MANY: Final = 400
"""Steps between two drawings above which it is cheaper to show the result."""
_NOBODY: Final = Pane("base", "", "", Mode.COMPLETION)


def slots(turns: Sequence[Turn]) -> list[dict[str, int]]:
    """For each turn, which of the panes on the screen shows which pane of the lineup.

    A name keeps its place while there are places enough; when a session had more panes than a lineup may have, a
    place is taken over by another name.
    """
    places: dict[str, int] = {}
    result = []
    for turn in turns:
        names = [pane.name for pane in turn.lineup]
        taken = {places[name] for name in names if name in places}
        for name in names:
            if name in places:
                continue
            owners = {place: old for old, place in places.items()}
            unused = [place for place in range(MAX_PANES) if place not in owners]
            free = unused[0] if unused else next(place for place in range(MAX_PANES) if place not in taken)
            places.pop(owners.get(free, ""), None)
            places[name] = free
            taken.add(free)
        result.append({name: places[name] for name in names})
    return result


class ReplayPanes:
    """The panes of a replay."""

    def __init__(self, player: Player, lineup: Sequence[Pane]) -> None:
        """Args:
        lineup: what to show where there is no turn.
        """
        self._player = player
        turns = player.recording.turns
        self._slots = {turn.number: places for turn, places in zip(turns, slots(turns), strict=True)}
        self._seen = 0
        self._turn: Turn | None = None  # as far as it has been played
        self.views: list[PaneView] = []
        panes = [*self._first_panes()] or [*lineup] or [_NOBODY]
        for pane, tone in zip(panes, tones(panes), strict=True):
            usual = self.views[0].pane.server if self.views else pane.server
            self.views.append(PaneView(pane, tone=tone, default_server=usual, clock=lambda: player.ms / 1000))

    def _first_panes(self) -> Iterator[Pane]:
        """For each place, the pane that has it first."""
        found: dict[int, Pane] = {}
        for turn in self._player.recording.turns:
            for pane in turn.lineup:
                found.setdefault(self._slots[turn.number][pane.name], pane)
        return (found[place] for place in sorted(found))

    def view(self, turn: Turn, pane: str) -> PaneView | None:
        """Return the pane on the screen that shows a pane of a turn's lineup."""
        place = self._slots[turn.number].get(pane)
        return None if place is None else self.views[place]

    def follow(self) -> None:
        """Show what has happened since the last look, while it plays."""
        if self._player.count - self._seen > _MANY:
            self.show()
            return
        for turn, event in self._player.steps(self._seen):
            if event is None:
                self._turn = replace(turn, replies={})
                for view in self._seat(turn):
                    view.begin_turn(self._turn)
            elif self._turn is not None:
                reply = self._turn.apply(event)
                if (shown := self.view(turn, event.pane)) is not None:
                    shown.changed(reply, event)
        self._seen = self._player.count

    def show(self) -> None:
        """Show everything as it is now, after the clock was put somewhere."""
        self._seen = self._player.count
        turns = self._player.frame()
        placed: list[list[tuple[Turn, str]]] = [[] for _ in self.views]
        for turn in turns:
            for pane, place in self._slots[turn.number].items():
                placed[place].append((turn, pane))
        self._turn = turns[-1] if turns else None
        if self._turn:
            self._seat(self._turn)
        for view, shown in zip(self.views, placed, strict=True):
            view.place(shown, self._player.turn_ms / 1000)

    def _seat(self, turn: Turn) -> list[PaneView]:
        """Give the lineup of a turn its panes on the screen."""
        views = []
        for pane in turn.lineup:
            view = self.views[self._slots[turn.number][pane.name]]
            if view.pane is not pane:
                view.set_pane(pane)
            views.append(view)
        return views
