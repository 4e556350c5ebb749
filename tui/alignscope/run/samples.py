"""Several replies of each pane to one prompt, summed up: figures of this prompt, which stand for no others."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from alignscope.measure.bounds import Bounds
from alignscope.measure.wording.endings import endings, median_length
from alignscope.measure.wording.openings import openings
from alignscope.measure.wording.repetition import common_length, distinct
from alignscope.measure.wording.words import words_of
from alignscope.model.reply import Reply
from alignscope.model.turn import Turn
from alignscope.text.wording import counted

_PAIRS: Final = 2
_MOST: Final = 400_000
"""Characters of a turn's replies that are summed up while a person waits."""


class Stats(msgspec.Struct, frozen=True, kw_only=True):
    """The statistics of a pane's replies."""

    replies: int
    ended: int
    """By themselves."""
    undetermined: int
    """They were stopped or failed before it showed."""
    median_tokens: tuple[float | None, float | None]
    """Bounds, since a reply that was cut would have been longer; None for no bound."""
    opening: str
    """The commonest."""
    opening_replies: int
    """That begin so."""
    distinct_pairs: float | None
    """Different pairs of words among all, over all replies cut to `words`; None for fewer than two replies."""
    words: int
    """What replies are cut to, in all panes: as many as the shortest has. Equal lengths alone can be compared."""

    def describe(self) -> str:
        """Return it as a line, such as `3 of 4 ended by themselves · median 18 tokens · 2 of 4 open “sure , here”`."""
        parts = [f"{self.ended} of {self.replies} ended by themselves"]
        if self.undetermined:
            parts.append(f"{self.undetermined} undetermined")
        lo, hi = self.median_tokens
        if lo is not None:
            parts.append(f"median {'' if lo == hi else 'at least '}{counted(lo, 'token')}")
        if self.opening_replies > 1:
            parts.append(f"{self.opening_replies} of {self.replies} open “{self.opening}”")
        elif self.replies > 1:
            parts.append("no two open alike")
        if self.distinct_pairs is not None:
            parts.append(f"{self.distinct_pairs:.0%} distinct pairs in {self.words} words each")
        return " · ".join(parts)

    def short_parts(self) -> list[str]:
        """Return it for a narrow place, such as `3/4 ended`, `“sure , here” 2/4`, `median 18` and `67% distinct`."""
        parts = [f"{self.ended}/{self.replies} ended"]
        if self.undetermined:
            parts.append(f"{self.undetermined} undetermined")
        if self.opening_replies > 1:
            parts.append(f"“{self.opening}” {self.opening_replies}/{self.replies}")
        elif self.replies > 1:
            parts.append("no two open alike")
        lo, hi = self.median_tokens
        if lo is not None:
            parts.append(f"median {'' if lo == hi else 'at least '}{lo:g}")
        if self.distinct_pairs is not None:
            parts.append(f"{self.distinct_pairs:.0%} distinct")
        return parts


def of_turn(turn: Turn) -> dict[str, Stats]:
    """Return what each pane's samples in a turn come to.

    There is nothing before all of them have ended, for a single sample, where no pane wrote anything, or for more text
    than is read in a moment. Replies that go on from others aren't counted: the model didn't write their beginning.
    """
    numbers = range(1, turn.settings.samples + 1)
    panes = {
        pane.name: [reply for number in numbers if (reply := turn.replies.get((pane.name, number))) and reply.end]
        for pane in turn.lineup
    }
    if len(numbers) < 2 or any(len(replies) < len(numbers) for replies in panes.values()):
        return {}
    length = sum(len(text) for replies in panes.values() for reply in replies for text in reply.texts)
    return stats(panes) if 0 < length <= _MOST else {}


def stats(panes: Mapping[str, Sequence[Reply]]) -> dict[str, Stats]:
    """Return what each pane's replies to one prompt come to. A reply without words is in no opening and no pair."""
    said = {pane: [words for each in those if (words := words_of(each.text))] for pane, those in panes.items()}
    least = common_length(*said.values())
    return {pane: _stats(those, said[pane], least) for pane, those in panes.items()}


def _stats(replies: Sequence[Reply], said: Sequence[Sequence[str]], words: int) -> Stats:
    ended, length, common = endings(replies), median_length(replies) or Bounds(0, 0), openings(said)
    return Stats(
        replies=len(replies),
        ended=ended.by_themselves,
        undetermined=ended.undetermined,
        median_tokens=length.finite,
        opening=" ".join(common.commonest) if common else "",
        opening_replies=round(common.share * common.replies) if common else 0,
        distinct_pairs=distinct(said, _PAIRS, words) if len(said) > 1 else None,
        words=words,
    )
