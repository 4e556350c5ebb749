"""Feeds a recording to the panes: event by event while it plays, all at once after a seek."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from alignscope.model.events import Token
from alignscope.model.launch import Scroll
from alignscope.model.lineup.pane import MAX_PANES, Mode, Pane
from alignscope.model.lineup.tones import tones
from alignscope.model.turn import Turn
from alignscope.sessions.playback.player import Player
from alignscope.ui.widgets.pane.sums import Sums
from alignscope.ui.widgets.pane.view import PaneView

_MANY: Final = 400
"""Number of events since the last update above which showing the whole turn is cheaper."""
_PLACEHOLDER: Final = Pane("base", "", "", Mode.COMPLETION)


def slots(turns: Sequence[Turn]) -> list[dict[str, int]]:
    """Return for each turn the index of the view that shows each pane of its lineup, by name.

    A name stays in its slot, unless a session had more names than there are slots: then a later name replaces an
    earlier one.
    """
    current: dict[str, int] = {}
    result = []
    for turn in turns:
        names = [pane.name for pane in turn.lineup]
        for name in names:
            if name not in current:
                owners = {slot: owner for owner, slot in current.items()}
                free = [slot for slot in range(MAX_PANES) if slot not in owners]
                free += [slot for slot, owner in sorted(owners.items()) if owner not in names]
                current.pop(owners.get(free[0], ""), None)
                current[name] = free[0]
        result.append({name: current[name] for name in names})
    return result


class ReplayPanes:
    """The panes of a replay."""

    def __init__(self, player: Player, lineup: Sequence[Pane], scroll: Scroll) -> None:
        """Args:
        lineup: panes to show if there is no turn.
        scroll: what panes keep in view of a long reply.
        """
        self._player = player
        turns = player.recording.turns
        self._slots = dict(zip((turn.number for turn in turns), slots(turns), strict=True))
        self._seen = 0
        self._turn: Turn | None = None
        """The current turn with its replies as far as they have been played."""
        self.views: list[PaneView] = []
        sums = Sums()
        panes = [*self._first_panes()] or [*lineup] or [_PLACEHOLDER]
        for pane, tone in zip(panes, tones(panes), strict=True):
            server = self.views[0].pane.server if self.views else pane.server
            self.views.append(
                PaneView(
                    pane,
                    tone=tone,
                    default_server=server,
                    clock=lambda: player.moment_ms / 1000,
                    scroll=scroll,
                    sums=sums,
                )
            )

    def _first_panes(self) -> Iterator[Pane]:
        """Yield for each slot the pane that has it first."""
        found: dict[int, Pane] = {}
        for turn in self._player.recording.turns:
            for pane in turn.lineup:
                found.setdefault(self._slots[turn.number][pane.name], pane)
        return (found[slot] for slot in sorted(found))

    def view(self, turn: Turn, pane: str) -> PaneView | None:
        """Return the view of a pane of a turn's lineup, None if the turn has no such pane."""
        slot = self._slots[turn.number].get(pane)
        return None if slot is None else self.views[slot]

    def follow(self) -> None:
        """Show the events since the last update."""
        if self._player.count - self._seen > _MANY:
            self.show()
            return
        for turn, event in self._player.steps(self._seen):
            if event is None:
                self._turn = replace(turn, replies={})
                for view in self._set_lineup(turn):
                    view.begin_turn(self._turn)
            elif self._turn is not None:
                reply = self._turn.apply(event)
                if (changed := self.view(turn, event.pane)) is not None:
                    changed.update_reply(reply, event)
                if not isinstance(event, Token):
                    for view in self.views:
                        view.sum_up()
        self._seen = self._player.count

    def show(self, *, end: bool = False) -> None:
        """Show all turns at the player's position, with what came last in view if `end` is set."""
        self._seen = self._player.count
        turns = self._player.frame()
        by_slot: list[list[tuple[Turn, str]]] = [[] for _ in self.views]
        for turn in turns:
            for pane, slot in self._slots[turn.number].items():
                by_slot[slot].append((turn, pane))
        self._turn = turns[-1] if turns else None
        if self._turn:
            self._set_lineup(self._turn)
        for view, its_turns in zip(self.views, by_slot, strict=True):
            view.set_turns(its_turns, keep=True, show_end=end)

    def _set_lineup(self, turn: Turn) -> list[PaneView]:
        """Set the panes of a turn's lineup on their views, and return these."""
        views = []
        for pane in turn.lineup:
            view = self.views[self._slots[turn.number][pane.name]]
            if view.pane is not pane:
                view.set_pane(pane)
            views.append(view)
        return views
