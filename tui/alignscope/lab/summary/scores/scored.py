"""Sum up scores beside the measures: passages, and the tokens that replies promote and suppress."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from alignscope.lab.row import CHAT, PassageBits, ShiftScore
from alignscope.lab.summary.figures import PassageFigure, TokenChange, TokenChanges
from alignscope.lab.summary.rows import Arm
from alignscope.lab.summary.scores.reading import Scores
from alignscope.measure.shift.tokens import kind_of
from alignscope.text.clean import clean_line

_SHOWN: Final = 12
"""Tokens that are kept of those promoted, and of those suppressed."""
_MOST: Final = 50_000
"""Tokens that are counted for an arm: beyond, those of a single reply are forgotten."""


class Changes:
    """The tokens that an arm's replies promote and suppress, added up."""

    def __init__(self) -> None:
        self._by = self._frame = ""
        self._replies = self._left_out = 0
        self._tokens: dict[str, tuple[int, int, float, float]] = {}

    def add(self, score: ShiftScore) -> None:
        """Take in a reply."""
        self._by, self._frame = score.by, score.frame
        if score.why:
            self._left_out += 1
            return
        self._replies += 1
        for text, positions, lo, hi in (*score.promoted, *score.suppressed):
            replies, places, least, most = self._tokens.get(text, (0, 0, 0.0, 0.0))
            self._tokens[text] = (replies + 1, places + positions, least + lo, most + hi)
        if len(self._tokens) > _MOST:
            self._tokens = {text: each for text, each in self._tokens.items() if each[0] > 1}

    def told(self) -> TokenChanges | None:
        """Return the most changed ones; None where nothing was scored."""
        if not self._replies + self._left_out:
            return None
        changes = [
            TokenChange(text=text, kind=kind_of(text), replies=replies, positions=positions, gain=(lo, hi))
            for text, (replies, positions, lo, hi) in self._tokens.items()
        ]
        return TokenChanges(
            by=self._by, frame=self._frame, replies=self._replies, left_out=self._left_out,
            promoted=tuple(sorted(changes, key=_promoted, reverse=True)[:_SHOWN]),
            suppressed=tuple(sorted(changes, key=_suppressed, reverse=True)[:_SHOWN]),
        )  # fmt: skip


def scored(
    scores: Scores, changes: Mapping[Arm, Changes], arms: Sequence[Arm], labels: Sequence[str]
) -> dict[str, Any]:
    """Return the fields of a summary that come from scores."""
    return {
        "passages": passages_of(scores, dict.fromkeys(arm.entry for arm in arms)),
        "changes": changes_of(changes, arms, labels),
        "useless": useless_of(scores),
    }


def changes_of(changes: Mapping[Arm, Changes], arms: Sequence[Arm], labels: Sequence[str]) -> dict[str, TokenChanges]:
    """Return what arms promote and suppress, by their labels, where their replies were scored."""
    told = {label: changes[arm].told() for arm, label in zip(arms, labels, strict=True) if arm in changes}
    return {label: found for label, found in told.items() if found is not None}


def useless_of(scores: Scores) -> dict[str, str]:
    """Return why likelihoods of choices say nothing, by entry and frame."""
    return {clean_line(" · ".join(arm)): str(why) for arm, why in scores.useless.items()}


def passages_of(scores: Scores, entries: Iterable[str]) -> tuple[PassageFigure, ...]:
    """Return the passages' figures, in the order of the entries."""
    order = {name: place for place, name in enumerate(entries)}

    def place(each: PassageBits) -> tuple[str, bool, int]:
        return each.passage, each.frame == CHAT, order.get(each.entry, len(order))

    return tuple(
        PassageFigure(
            passage=each.passage, entry=each.entry, frame=each.frame, bits=each.bits, size=each.size,
            tokens=each.tokens, open=each.open,
        )
        for each in sorted(scores.passages, key=place)
    )  # fmt: skip


def _promoted(change: TokenChange) -> float:
    return change.gain[0] or 0.0


def _suppressed(change: TokenChange) -> float:
    return -(change.gain[1] or 0.0)
