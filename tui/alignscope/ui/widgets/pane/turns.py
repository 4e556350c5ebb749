"""What a pane holds of a turn, and what it is told to show at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from alignscope.model.reply import Reply


@dataclass
class Turn:
    """A prompt and this pane's replies to it."""

    number: int
    prompt: str
    replies: dict[int, Reply] = field(default_factory=dict)
    """By sample, from 1."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A turn as far as it has gone, to be shown at once."""

    number: int
    prompt: str
    replies: Mapping[int, Reply]
    """By sample; those missing have not begun."""
    samples: int = 1
    note: str = ""
    began: float = 0.0
    """Seconds on the pane's clock."""
