"""What of a recording goes into which pane, by steps while it plays and all at once after a seek."""

from collections.abc import Iterator, Sequence
from typing import Final

from alignscope.model.pane import MAX_PANES, Mode, Pane
from alignscope.model.reply import Reply
from alignscope.model.tones import tones
from alignscope.model.turn import Turn
from alignscope.sessions.playback.player import Player
from alignscope.text.wording import settings_words
from alignscope.ui.widgets.pane.turns import Placed
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


class Stage:
    """The panes of a replay."""

    def __init__(self, player: Player, lineup: Sequence[Pane]) -> None:
        """Args:
        lineup: what to show where there is no turn.
        """
        self._player = player
        turns = player.recording.turns
        self._slots = {id(turn): places for turn, places in zip(turns, slots(turns), strict=True)}
        self._seen = 0
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
                found.setdefault(self._slots[id(turn)][pane.name], pane)
        return (found[place] for place in sorted(found))

    def view(self, turn: Turn, pane: str) -> PaneView | None:
        """Which pane on the screen shows a pane of a turn's lineup."""
        place = self._slots[id(turn)].get(pane)
        return None if place is None else self.views[place]

    def follow(self) -> None:
        """Show what has happened since the last look, while it plays."""
        if self._player.count - self._seen > _MANY:
            self.show()
            return
        for turn, event in self._player.steps(self._seen):
            if event is None:
                self._tell(turn)
                for pane in turn.lineup:
                    if view := self.view(turn, pane.name):
                        view.begin_turn(turn.number, turn.prompt, turn.settings.samples, _sent_with(turn))
            elif view := self.view(turn, event.pane):
                view.apply(event)
        self._seen = self._player.count

    def show(self) -> None:
        """Show everything as it is now, after the clock was put somewhere."""
        self._seen = self._player.count
        frame = self._player.frame()
        placed: list[list[Placed]] = [[] for _ in self.views]
        for shown in frame:
            turn = shown.turn
            replies: dict[str, dict[int, Reply]] = {pane.name: {} for pane in turn.lineup}
            for (pane, sample), reply in shown.replies.items():
                replies.setdefault(pane, {})[sample] = reply
            for pane, place in self._slots[id(turn)].items():
                began = self._began(turn) if shown is frame[-1] else 0.0
                placed[place].append(
                    Placed(turn.number, turn.prompt, replies[pane], turn.settings.samples, _sent_with(turn), began)
                )
        if frame:
            self._tell(frame[-1].turn)
        for view, turns in zip(self.views, placed, strict=True):
            view.place(turns)

    def _began(self, turn: Turn) -> float:
        """When a turn begins, in seconds on the clock."""
        return next(ms for ms, mark in self._player.marks() if mark.turn is turn and mark.reply is None) / 1000

    def _tell(self, turn: Turn) -> None:
        """The lineup as it was in a turn."""
        for pane in turn.lineup:
            if (view := self.view(turn, pane.name)) and view.pane is not pane:
                view.set_pane(pane)


def _sent_with(turn: Turn) -> str:
    return " · ".join(settings_words(turn.settings))
