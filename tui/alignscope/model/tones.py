"""How panes are told apart at a glance: by a colour, and for whoever doesn't see it by a mark."""

from collections.abc import Sequence
from typing import Final, Literal, get_args

from alignscope.model.pane import Mode, Pane

Tone = Literal["base", "instruct", "third", "fourth"]
TONES: Final[tuple[Tone, ...]] = get_args(Tone)
"""In the order in which a lineup's panes get them."""
MARKS: Final[dict[Tone, str]] = {"base": "∿", "instruct": "◆", "third": "▲", "fourth": "●"}
"""The mark that stands beside a pane's name, by tone."""


def tones(panes: Sequence[Pane]) -> list[Tone]:
    """Return the tone of each pane, in their order.

    Base's goes to the first pane that is asked for a completion, and instruct's to the last that is talked to, whatever
    stages stand between them, unless another of that mode bears the very name.
    """
    completion = [place for place, pane in enumerate(panes) if pane.mode is Mode.COMPLETION]
    chat = [place for place, pane in reversed([*enumerate(panes)]) if pane.mode is Mode.CHAT]
    given: dict[int, Tone] = {}
    wanted: tuple[tuple[Tone, list[int]], ...] = (("base", completion), ("instruct", chat))
    for tone, places in wanted:
        if places:
            given[next((place for place in places if panes[place].name == tone), places[0])] = tone
    for place in range(len(panes)):
        if place not in given:
            free = [tone for tone in (*TONES[2:], *TONES[:2]) if tone not in given.values()]
            given[place] = free[0] if free else TONES[place % len(TONES)]
    return [given[place] for place in range(len(panes))]
