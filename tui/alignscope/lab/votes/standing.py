"""Count votes between two arms: how often each was preferred, and how often at equal length."""

from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from alignscope.lab.summary import words
from alignscope.lab.summary.figures import Ends, side
from alignscope.lab.summary.measures.measure import Unit
from alignscope.lab.summary.rows import PromptKey
from alignscope.lab.votes.index import Index, Pair
from alignscope.measure.statistics.equal_length import (
    AtEqualLength,
    Choice,
    Unknown,
    at_equal_length,
    longer_by,
)
from alignscope.measure.statistics.estimate import Estimate
from alignscope.measure.statistics.votes import win_share
from alignscope.model.vote import Vote
from alignscope.text.wording import counted

LEAST_VOTES: Final = 10
"""With fewer no share is told."""


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """The share of votes for the second arm."""

    value: float
    interval: Ends | None
    """Of 95 %, over prompts; None for too few."""
    votes: int
    prompts: int
    caveats: tuple[str, ...] = ()

    @property
    def sure(self) -> int:
        """1 if the interval lies above a half, -1 if below, 0 if it can't be told."""
        return side(self.interval, 0.5)


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """The votes of one voter between two arms, counted."""

    by: str
    """Who voted; "" for the person."""
    first: str
    """Label of the first arm."""
    second: str
    pairs: int
    """How many there are to vote on."""
    votes: dict[Vote, int]
    """How often each was said, of the two arms in this order."""
    halves: Share | None = None
    """Of the second arm among all votes, a tie and both bad as half a win; None for too few votes."""
    decided: Share | None = None
    """Among the votes for one of the two; None for too few."""
    equal_length: Share | None = None
    """Of the votes for one of the two, where both replies are of one length."""
    no_equal_length: str = ""
    """Why there is none."""
    longer: float | None = None
    """Log odds of being preferred for each unit by which a reply is longer."""

    @property
    def voted(self) -> int:
        """Number of votes."""
        return sum(self.votes.values())


def standing_of(
    votes: Mapping[Pair, Vote],
    pairs: int,
    labels: tuple[str, str],
    *,
    by: str = "",
    length: Callable[[str], int] | None = None,
) -> Standing:
    """Return how votes stand.

    Args:
        pairs: how many there are.
        labels: of the two arms.
        by: who voted.
        length: returns how long the reply with a key is; None to tell nothing of equal lengths.
    """
    by_prompt: dict[PromptKey, list[Vote]] = {}
    for pair, vote in votes.items():
        by_prompt.setdefault(pair.prompt, []).append(vote.swapped)
    share = win_share(by_prompt.values())
    number = {vote: share.votes[vote.swapped] for vote in Vote}
    standing = Standing(by=by, first=labels[0], second=labels[1], pairs=pairs, votes=number)
    decided = number[Vote.FIRST] + number[Vote.SECOND]
    return msgspec.structs.replace(
        standing,
        halves=share_of(share.with_ties_as_halves, len(votes)),
        decided=share_of(share.without_ties, decided),
        **({} if length is None else _at_equal_length(votes, length)),
    )


def share_of(estimate: Estimate | None, votes: int) -> Share | None:
    """Return an estimate as a share of votes; None without one, and for too few votes."""
    if estimate is None or votes < LEAST_VOTES:
        return None
    interval = None if estimate.interval is None else estimate.interval.finite
    return Share(
        value=estimate.point, interval=interval, votes=votes, prompts=estimate.prompts,
        caveats=tuple(map(str, estimate.caveats)),
    )  # fmt: skip


def _at_equal_length(votes: Mapping[Pair, Vote], length: Callable[[str], int]) -> dict[str, Share | str | float | None]:
    by_prompt: dict[PromptKey, list[Choice]] = {}
    for pair, vote in votes.items():
        if vote in (Vote.FIRST, Vote.SECOND):
            longer = longer_by(length(pair.second), length(pair.first))
            by_prompt.setdefault(pair.prompt, []).append((vote is Vote.SECOND, longer))
    found = at_equal_length(list(by_prompt.values()))
    if isinstance(found, Unknown):
        return {"no_equal_length": str(found)}
    assert isinstance(found, AtEqualLength)
    return {"equal_length": share_of(found.share, found.votes), "longer": found.slope}


def lengths(index: Index) -> Callable[[str], int]:
    """Return what tells how many characters a reply has, without blanks around it, as it is shown."""

    def length(key: str) -> int:
        row = index.row(key)
        return len(row.text.strip()) if row is not None else 0

    return length


def sentences(standing: Standing) -> list[str]:
    """Return how votes stand, in sentences."""
    first, second, number = standing.first, standing.second, standing.votes
    lines = [
        f"{standing.voted:,} of {counted(standing.pairs, 'pair')} voted on: {first} better {number[Vote.FIRST]:,},"
        f" {second} better {number[Vote.SECOND]:,}, tie {number[Vote.TIE]:,}, both bad {number[Vote.BOTH_BAD]:,}."
    ]
    if standing.halves is None:
        return [*lines, f"With fewer than {LEAST_VOTES} votes no share is told."]
    lines.append(f"{second} preferred, ties as halves: {share_with_n(standing.halves)}.")
    if standing.decided is not None and standing.decided.votes < standing.voted:
        lines.append(f"{second} preferred, without ties: {share_with_n(standing.decided)}.")
    if standing.equal_length is not None:
        lines.append(f"{second} preferred, at equal length: {share_with_n(standing.equal_length)}{_goes(standing)}.")
    elif standing.no_equal_length:
        lines.append(f"At equal length it can't be told: {standing.no_equal_length}.")
    return lines


def _goes(standing: Standing) -> str:
    assert standing.longer is not None
    return f"; {'longer' if standing.longer > 0 else 'shorter'} replies are preferred"


def share_with_n(share: Share) -> str:
    """Return a share with its interval and n."""
    n = f"{counted(share.votes, 'vote')} on {counted(share.prompts, 'prompt')}"
    return f"{short_share(share)} ({', '.join([n, *share.caveats])})"


def short_share(share: Share | None) -> str:
    """Return a share with its interval, as it stands in a table."""
    if share is None:
        return words.PLACE_HELD
    write = words.written(Unit.SHARE)
    return f"{write(share.value)} {words.interval(share.interval, write)}".rstrip()
