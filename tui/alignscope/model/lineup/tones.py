"""Tones of panes: a colour, and a mark for those who don't see the colour."""

from collections.abc import Sequence
from typing import Final, Literal, get_args

from alignscope.model.lineup.pane import Mode, Pane

Tone = Literal["base", "instruct", "third", "fourth"]
TONES: Final[tuple[Tone, ...]] = get_args(Tone)
"""All tones, in the order of assignment."""
MARKS: Final[dict[Tone, str]] = {"base": "≈", "instruct": "◆", "third": "▲", "fourth": "●"}
"""The mark beside a pane's name, by tone."""


def tones(panes: Sequence[Pane]) -> list[Tone]:
    """Return the tone of each pane, in their order.

    The first completion pane has the tone `base`, and the last chat pane `instruct`, whatever is between them, unless
    another of that mode has that very name.
    """
    completion = [place for place, pane in enumerate(panes) if pane.mode is Mode.COMPLETION]
    chat = [place for place, pane in reversed([*enumerate(panes)]) if pane.mode is Mode.CHAT]
    assigned: dict[int, Tone] = {}
    preferred: tuple[tuple[Tone, list[int]], ...] = (("base", completion), ("instruct", chat))
    for tone, places in preferred:
        if places:
            assigned[next((place for place in places if panes[place].name == tone), places[0])] = tone
    for place in range(len(panes)):
        if place not in assigned:
            free = [tone for tone in (*TONES[2:], *TONES[:2]) if tone not in assigned.values()]
            assigned[place] = free[0] if free else TONES[place % len(TONES)]
    return [assigned[place] for place in range(len(panes))]
