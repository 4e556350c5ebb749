"""How panes are told apart at a glance: by a colour, and for whoever doesn't see it by a sign."""

from typing import Final, Literal, get_args

Tone = Literal["base", "instruct", "third", "fourth"]
TONES: Final[tuple[Tone, ...]] = get_args(Tone)
"""In the order in which a lineup's panes get them."""
SIGNS: Final[dict[Tone, str]] = {"base": "∿", "instruct": "◆", "third": "▲", "fourth": "●"}
"""The sign that stands beside a pane's name, by tone."""
