"""A reply's tokens with a score of them: the place of each in the other model's list."""

import math
from collections.abc import Callable
from typing import Final

from alignscope.measure.bounds import Bounds
from alignscope.measure.distribution.cut_list import CutList
from alignscope.measure.shift.classes import Shift, Summary, summarise
from alignscope.measure.shift.comparison import Comparison, compare, cut_of
from alignscope.measure.shift.profile import Part, by_thirds
from alignscope.model.score import Missing, Position, Score
from alignscope.ui.screens.tokens.reply_tokens import ReplyTokens

SHIFTED: Final = frozenset({Shift.SHIFTED, Shift.BEYOND})
"""What the literature calls shifted."""
_MARGINAL: Final = 3
"""The last rank that isn't shifted."""


class ScoredTokens:
    """The scores of a reply's tokens by one other model, as far as it was asked."""

    def __init__(self, tokens: ReplyTokens, score: Score, name: str) -> None:
        """Compare nothing yet.

        Args:
            name: the other pane's mark and name.
        """
        self.score = score
        self.name = name
        self._tokens = tokens
        self._fitting = 0
        self._compared: list[Comparison | None] = []
        self._filled = 0

    def take_in(self) -> bool:
        """Take in positions that came since the last time. Return whether any did."""
        positions, tokens = self.score.positions, self._tokens
        if self._fitting > len(positions):  # they weren't the reply's, and are asked for again
            self._fitting = self._filled = 0
            self._compared.clear()
        before = self._fitting
        while self._fitting < min(len(positions), len(tokens) + 1):
            at = self._fitting
            if positions[at].token != (tokens.texts[at] if at < len(tokens) else "") or (
                at == len(tokens) and not positions[at].end
            ):
                break
            self._fitting += 1
            self._compared.append(None)
        return self._fitting > before

    @property
    def known(self) -> int:
        """The number of positions so far, the end among them."""
        return min(self._fitting, len(self.score.positions))

    def comparison(self, token: int) -> Comparison | None:
        """Return what the two models say of a token; None where the other wasn't asked yet."""
        if token >= self.known:
            return None
        if self._compared[token] is None:
            self._compared[token] = compare(self._own(token), self._position(token), wanted=self.score.alternatives)
        return self._compared[token]

    def known_comparison(self, token: int) -> Comparison | None:
        """Return what the two models say of a token if it has been worked out already."""
        return self._compared[token] if token < self.known else None

    def list_at(self, token: int) -> CutList | None:
        """Return the other model's list at a token."""
        return cut_of(self._position(token), self.score.alternatives) if token < self.known else None

    def own_list_at(self, token: int) -> CutList | None:
        """Return the reply's own list at a token."""
        return cut_of(self._own(token), self.score.alternatives)

    def fill(self, due: Callable[[], bool]) -> bool:
        """Compare positions that nobody has asked for, until `due` returns true. Return whether any is left."""
        while self._filled < self._fitting and not due():
            self.comparison(self._filled)
            self._filled += 1
        return self._filled < self._fitting

    def _position(self, token: int) -> Position:
        return self.score.positions[token]

    def _own(self, token: int) -> Position:
        tokens = self._tokens
        if token == len(tokens):
            return Position(index=token, token="", end=True, missing=Missing.ENDS)
        alternatives = tokens.alternatives(token)
        return Position(
            index=token, token=tokens.texts[token], logprob=tokens.logprob(token), alternatives=alternatives,
            missing=None if alternatives else Missing.NO_LIST,
        )  # fmt: skip

    # Figures

    def shift(self, token: int) -> Shift:
        """Return how a token stands in the other model's list."""
        found = self.comparison(token)
        return Shift.UNKNOWN if found is None else found.shift

    def shifted(self, token: int) -> bool:
        """Return whether a token is after the third in the other model's list, or isn't in it."""
        return self.shift(token) in SHIFTED

    def ended(self, token: int) -> bool:
        """Return whether the other model would have ended where the reply has a token."""
        return token < self.known and self._position(token).missing is Missing.ENDS

    def difference(self, token: int) -> Bounds | None:
        """Return the other model's probability of a token less its own, from -1 to 1; None if either is unknown."""
        found, own = self.comparison(token), self._tokens.probability(token)
        if found is None or found.other.logprob is None or own is None:
            return None
        other = found.other.logprob.exp()
        return Bounds(max(-1.0, other.lo - own), min(1.0, other.hi - own))

    @property
    def summary(self) -> Summary | None:
        """The classes of all positions so far; None before they have been compared."""
        if self._filled < self._fitting:
            return None
        return summarise(found.shift for found in self._compared if found is not None)

    @property
    def by_itself(self) -> float | None:
        """The share of tokens that are shifted in the reply's own lists: what sampling alone shifts."""
        ranks = [(found.own.rank or 0, found.own.beyond) for found in self._compared if found is not None]
        known = [rank > _MARGINAL or beyond is not None for rank, beyond in ranks if rank or beyond is not None]
        return sum(known) / len(known) if known else None

    @property
    def thirds(self) -> tuple[Part, Part, Part]:
        """The Jensen–Shannon divergence by thirds of the reply, in nats. Only a whole score has thirds."""
        values = [found.js if found is not None else None for found in self._compared[: len(self._tokens)]]
        return by_thirds([[values if self.score.whole else []]])

    @property
    def at_end(self) -> bool | None:
        """Whether the other model would end where the reply did; None if that isn't known."""
        if self.known <= len(self._tokens):
            return None
        last = self._position(len(self._tokens))
        return True if last.missing is Missing.ENDS else None if last.missing or not last.alternatives else False


def certain(difference: Bounds) -> float:
    """Return the part of a difference that is certain, with its sign; 0 if it may have either sign."""
    return max(difference.lo, 0.0) + min(difference.hi, 0.0) if not math.isnan(difference.lo) else 0.0
