"""The tokens of a reply without its thinking: their places in its text, and what their lists say."""

import math
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NamedTuple

from alignscope.measure.bounds import BITS, Bounds
from alignscope.measure.distribution.cut_list import FLOAT32_SOFTMAX, CutList, Listed, NotATopListError
from alignscope.measure.distribution.entropy import entropy
from alignscope.measure.distribution.ranks import Ranks, rank
from alignscope.model.events import Alternative
from alignscope.model.reply import Reply

if TYPE_CHECKING:
    from alignscope.ui.screens.tokens.scores.scored_tokens import ScoredTokens

UNCERTAIN: Final = 0.5
"""Probability below which a token is uncertain."""
FORK: Final = 0.3
"""Probability of another token from which on a position is a fork."""
_FORK_LOGPROB: Final = math.log(FORK)
_SAME: Final = 1e-3
"""Difference up to which two log-probabilities of one text are one token's: servers round them."""


class Figures(NamedTuple):
    """The figures of a list and of the token that was drawn from it."""

    rank: Ranks
    entropy: Bounds
    """In bits."""


class ReplyTokens:
    """The tokens that a reply has so far, and those that it gets."""

    def __init__(self, reply: Reply) -> None:
        self.reply = reply
        self.scored: ScoredTokens | None = None
        """What another model thinks of them; None if none was asked."""
        self.texts: list[str] = []
        self.starts = array("q", [0])
        """The place of each token's first character in the text, and of the next token's."""
        self._indexes = array("q")  # of the tokens in the reply, whose thinking is left out
        self._seen = 0
        self._figures: list[Figures | None] = []
        self._filled = 0

    def __len__(self) -> int:
        return len(self.texts)

    def take_in(self) -> str:
        """Take in what came since the last time, and return its text."""
        reply, first = self.reply, len(self.texts)
        for index in range(self._seen, len(reply.texts)):
            if index not in reply.thoughts:
                self._indexes.append(index)
                self.texts.append(reply.texts[index])
                self.starts.append(self.starts[-1] + len(reply.texts[index]))
                self._figures.append(None)
        self._seen = len(reply.texts)
        return "".join(self.texts[first:])

    @property
    def kept(self) -> int:
        """Number of tokens at the beginning that the reply has from another one."""
        return min(self.reply.kept, len(self.texts))

    def borrowed(self, token: int) -> bool:
        """Return whether a token is from another reply or model, and this one's didn't generate it."""
        places = self.reply.origin.places if self.reply.origin else ()
        at = bisect_left(places, token)
        return token < self.kept or (at < len(places) and places[at] == token)

    @property
    def has_logprobs(self) -> bool:
        """Whether the probability of any token is known."""
        return bool(self.reply.logprobs)

    @property
    def has_lists(self) -> bool:
        """Whether any token came with alternatives."""
        return any(alternatives for _, alternatives in self.reply.logprobs.values())

    def at(self, place: int) -> int:
        """Return the token of the character at a place, the last token if the place is behind the text."""
        return max(0, min(bisect_right(self.starts, place) - 1, len(self.texts) - 1))

    # What the lists say

    def logprob(self, token: int) -> float | None:
        """Return the natural logarithm of a token's probability; None if it is unknown."""
        told = self.reply.logprobs.get(self._indexes[token])
        return None if told is None or math.isnan(told[0]) else min(0.0, told[0])

    def alternatives(self, token: int) -> tuple[Alternative, ...]:
        """Return the list of the likeliest tokens at a token's position, as it came."""
        told = self.reply.logprobs.get(self._indexes[token])
        return told[1] if told else ()

    def probability(self, token: int) -> float | None:
        """Return a token's probability; None if it is unknown."""
        logprob = self.logprob(token)
        return None if logprob is None else math.exp(logprob)

    def surprisal(self, token: int) -> float | None:
        """Return a token's surprisal in bits; None if it is unknown."""
        logprob = self.logprob(token)
        return None if logprob is None else -logprob * BITS

    def ratio(self, token: int) -> float | None:
        """Return a token's probability as a share of the likeliest token's; None if either is unknown."""
        logprob, alternatives = self.logprob(token), self.alternatives(token)
        if logprob is None or not alternatives:
            return None
        return math.exp(min(0.0, logprob - max(each.logprob for each in alternatives)))

    def place(self, token: int) -> int | None:
        """Return where in its own list a token stands, from 0; None if the list doesn't have it.

        A text that was put together from parts of characters isn't listed as a whole. The probability that came with
        it is then that of the part which completed it, to the last digit.
        """
        logprob, alternatives, text = self.logprob(token), self.alternatives(token), self.texts[token]
        if logprob is None:
            return None
        near = [at for at, each in enumerate(alternatives) if each.text == text and _near(each.logprob, logprob)]
        same = near or [at for at, each in enumerate(alternatives) if each.logprob == logprob]
        return same[0] if same else None

    def list_at(self, token: int) -> CutList | None:
        """Return the list at a token's position; None if nothing is known. Raises NotATopListError.

        Tokens of one list are different tokens even where their texts are the same, so that they are numbered.
        """
        logprob, alternatives = self.logprob(token), self.alternatives(token)
        if logprob is None and not alternatives:
            return None
        tops = [Listed(each.text, each.logprob, number) for number, each in enumerate(alternatives)]
        place = self.place(token)
        if logprob is None:
            written = None
        elif place is not None:
            written = tops[place]
        else:
            written = Listed(self.texts[token], logprob, len(tops))
        return CutList(tops, written, sum_error=FLOAT32_SOFTMAX)

    def figures(self, token: int) -> Figures | None:
        """Return what a token's list says; None without a list of the likeliest tokens, or without its probability."""
        if self._figures[token] is None:
            self._figures[token] = self._measure(token)
        return self.known_figures(token)

    def known_figures(self, token: int) -> Figures | None:
        """Return a token's figures if they have been measured already."""
        found = self._figures[token]
        return None if found is _NONE else found

    def _measure(self, token: int) -> Figures:
        try:
            cut = self.list_at(token)
        except NotATopListError:
            return _NONE
        if cut is None or cut.written is None:
            return _NONE
        return Figures(rank(cut, cut.written), entropy(cut).in_bits)

    def fill(self, due: Callable[[], bool]) -> bool:
        """Measure tokens that nobody has asked for, until `due` returns true. Return whether any is left."""
        while self._filled < len(self.texts) and not due():
            self.figures(self._filled)
            self._filled += 1
        return self._filled < len(self.texts)

    # Tokens to walk to

    def uncertain(self, token: int) -> bool:
        """Return whether a token had less than `UNCERTAIN`."""
        probability = self.probability(token)
        return probability is not None and probability < UNCERTAIN

    def fork(self, token: int) -> bool:
        """Return whether another token had `FORK` or more at a token's position."""
        likely = [at for at, each in enumerate(self.alternatives(token)) if each.logprob >= _FORK_LOGPROB]
        return len(likely) > 1 or (len(likely) == 1 and self.place(token) != likely[0])

    # Two replies

    @property
    def thought(self) -> bool:
        """Whether thinking came before the reply."""
        return bool(self.reply.thoughts)

    def same_before(self, other: "ReplyTokens", token: int) -> bool:
        """Return whether another reply has the very same tokens before a position, and one at it."""
        if self.thought or other.thought or token >= len(other):
            return False
        return self.texts[:token] == other.texts[:token]


_NONE: Final = Figures(Ranks(1, None), Bounds(0.0, math.inf))
"""Stands for a position of which nothing is known, so that it isn't measured again."""


def _near(one: float, other: float) -> bool:
    return one == other or abs(one - other) <= _SAME
