"""What a run says of itself while it goes on, as lines of JSON that another process reads."""

from typing import Final

import msgspec

from alignscope.lab.run.progress import Progress
from alignscope.text.wording import counted


class State(msgspec.Struct, frozen=True, kw_only=True, tag_field="event", tag="state"):
    """How far a run is."""

    rows: int
    """Rows that are there, failed ones too."""
    planned: int
    failed: int
    retries: int
    """Requests that were sent again."""
    tokens_per_second: float
    seconds_left: float | None
    """None as long as too little came to tell."""


class Note(msgspec.Struct, frozen=True, kw_only=True, tag_field="event", tag="note"):
    """Something that is said once, such as a server that is waited for."""

    text: str


Said = State | Note
DECODER: Final = msgspec.json.Decoder(Said)


def state(progress: Progress, retries: int, seconds: float) -> State:
    """Return how far a run is, after so many seconds."""
    return State(
        rows=progress.before + progress.came,
        planned=progress.total,
        failed=progress.failed,
        retries=retries,
        tokens_per_second=progress.tokens / seconds if seconds > 0 else 0.0,
        seconds_left=progress.seconds_left(seconds),
    )


def duration(seconds: float) -> str:
    """Return a time in words, as exactly as an estimate is."""
    if seconds < 90:
        return counted(max(1, round(seconds)), "second")
    if seconds < 90 * 60:
        return counted(round(seconds / 60), "minute")
    if seconds < 48 * 3600:
        return f"{seconds / 3600:.1f} hours"
    return f"{seconds / 86400:.1f} days"
