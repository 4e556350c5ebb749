"""Reports of a run in progress, as lines of JSON that another process reads."""

from typing import Final

import msgspec

from alignscope.lab.run.progress import Progress
from alignscope.lab.run.scoring import Scoring
from alignscope.text.wording import counted


class State(msgspec.Struct, frozen=True, kw_only=True, tag_field="event", tag="state"):
    """The progress of a run."""

    rows: int
    """Rows that are there, failed ones too."""
    planned: int
    failed: int
    retries: int
    """Requests that were sent again."""
    tokens_per_second: float
    seconds_left: float | None
    """Until all rows are there, or all scores where these are asked for; None as long as too little came to tell."""
    scores: int = 0
    """Scores that are there."""
    to_score: int = 0
    """All that are wanted; 0 before they are asked for."""
    left_out: int = 0
    """Scores that can't be had."""


class Note(msgspec.Struct, frozen=True, kw_only=True, tag_field="event", tag="note"):
    """A message that is sent once, such as that a server is waited for."""

    text: str


Said = State | Note
DECODER: Final = msgspec.json.Decoder(Said)


def state(progress: Progress, retries: int, seconds: float, scoring: Scoring | None = None) -> State:
    """Return the progress of a run after so many seconds.

    Args:
        scoring: what is scored beside the replies; None before that has begun.
    """
    scores = scoring is not None and scoring.total > 0
    return State(
        rows=progress.before + progress.came,
        planned=progress.total,
        failed=progress.failed,
        retries=retries,
        tokens_per_second=progress.tokens / seconds if seconds > 0 and not scores else 0.0,
        seconds_left=scoring.seconds_left if scoring and scores else progress.seconds_left(seconds),
        scores=scoring.there if scoring else 0,
        to_score=scoring.total if scoring else 0,
        left_out=scoring.left_out if scoring else 0,
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
