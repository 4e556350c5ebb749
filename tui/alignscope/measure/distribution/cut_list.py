"""A cut list: the likeliest tokens at one position, as a server lists them."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import cached_property
from operator import attrgetter
from typing import Final, NamedTuple

import msgspec

Key = int | str
"""What a token is known by: its number in the vocabulary where the server gives it, else its text."""
TOLERANCE: Final = 1e-6
"""Rounding of a log-probability in float32."""
_MASS_TOLERANCE: Final = 1e-3
"""How far probabilities may add up to more or less than they should before they are taken for something else."""
FLOAT32_SOFTMAX: Final = 1e-4
"""What a whole distribution may add up to more or less than 1 where a server adds it up in float32, as llama.cpp does:
over 4,096 tokens 5e-5 was seen, and more where the distribution is flat."""


class NotATopListError(ValueError):
    """Raised for figures that can't be a list of a distribution's likeliest tokens. The message says why."""


class Listed(msgspec.Struct, frozen=True, gc=False):
    """A token in a list. A list may have thousands, which the garbage collector needn't go through."""

    text: str
    logprob: float
    """Natural logarithm of its probability; minus infinity is one."""
    id: int | None = None
    """Its number in the vocabulary, where the server gives it."""

    def among(self, keys: frozenset[Key]) -> bool:
        """Return whether its number or its text is among some."""
        return self.text in keys or self.id in keys


class Vocabulary(NamedTuple):
    """The known facts of a model's tokens."""

    size: int | None = None
    """Number of logits, padding included, which may be more than the tokenizer has tokens; None if unknown."""
    shared: frozenset[str] = frozenset()
    """Texts that several tokens have. Needed only where the server gives no numbers."""
    ends: frozenset[Key] = frozenset()
    """Every token that ends a reply. Where two models are compared they are one event, since it is an accident which of
    them a model was trained to write."""


UNKNOWN: Final = Vocabulary()
_LOGPROB: Final = attrgetter("logprob")


class CutList:
    """The listed tokens of a distribution with their probabilities, and what bounds the others.

    Its checks are those that any list of the likeliest tokens passes. They find out what comes instead of one:
    log-probabilities after temperature or truncation, zeros of speculative decoding, some tokens and not the likeliest.
    """

    def __init__(
        self,
        tops: Iterable[Listed],
        written: Listed | None = None,
        *,
        vocabulary: Vocabulary = UNKNOWN,
        decimals: int | None = None,
        sum_error: float = 0.0,
    ) -> None:
        """Check and take a server's list. Raises NotATopListError.

        Args:
            tops: the likeliest tokens. Ties stay in the server's order.
            written: the token that was drawn, if its log-probability is known, whether the list has it or not.
            decimals: digits after the point that the server rounds log-probabilities to; None if it doesn't.
            sum_error: what the server's probabilities of all tokens may add up to more or less than 1, which makes all
                of them too small or too great by one factor; see `FLOAT32_SOFTMAX`. Bounds are wider by it.
        """
        self.vocabulary = vocabulary
        self.decimals = decimals
        self.sum_error = sum_error
        self.half_unit = 0.0 if decimals is None else math.expm1(0.5 * 10.0**-decimals)
        """What rounding may have changed a probability by, as a share of it, and with it the order of two tokens."""
        self.tops = _ranked(tops)
        self.size = len(self.tops)
        """Length of the server's list, K in the formulas: without a written token from outside it."""
        self.written = written
        extra = self._extra()
        self.tokens = [*self.tops, extra] if extra else self.tops
        """The list, then the written token if the list doesn't have it."""
        self.texts = [token.text for token in self.tokens]
        numbers = [token.id for token in self.tokens]
        self.numbers = [number for number in numbers if number is not None] if None not in numbers else []
        """Numbers of `tokens` in the vocabulary; empty if one of them has none."""
        probabilities = list(map(math.exp, [token.logprob for token in self.tokens]))
        error = self.half_unit + math.expm1(sum_error)
        if not probabilities or max(probabilities) > 1 + TOLERANCE + error:
            raise NotATopListError("a probability is over 1" if probabilities else "the list is empty")
        mass = math.fsum(probabilities)
        self.whole = len(self.tokens) == vocabulary.size
        self.error = self.half_unit if self.whole else error
        """What a probability may be off by, as a share of it, h in the formulas."""
        self.last = probabilities[self.size - 1] * (1 + self.half_unit) if self.size else 1.0
        """The most that the server would give for an unlisted token: as much as for the last of the list. A written
        token from outside the list doesn't lower it, since others may lie between."""
        self.cap = min(1.0, self.last * (1 + self.error - self.half_unit))
        """The most that an unlisted token can have, a in the formulas."""
        self.numbered = bool(self.numbers)
        self.mass_error = self.error * mass
        """What `mass` may be off by, D in the formulas."""
        self._check(mass)
        self.probabilities = [each / mass for each in probabilities] if self.whole else probabilities
        """Of `tokens`, in their order."""
        self.mass = 1.0 if self.whole else mass
        """Sum of the known probabilities, m in the formulas."""
        self.rest = max(0.0, 1.0 - self.mass)
        """Probability of all unlisted tokens together, r in the formulas."""

    @property
    def unlisted(self) -> int | None:
        """Number of unlisted tokens, N in the formulas; None if the vocabulary's size is unknown."""
        return None if self.vocabulary.size is None else self.vocabulary.size - len(self.tokens)

    @property
    def most(self) -> float:
        """The most that one unlisted token can have, c in the formulas: not over the cap, nor over the rest."""
        return min(self.cap, self.rest + self.mass_error)

    @property
    def listed_ends(self) -> list[float]:
        """Probabilities of the tokens that end a reply, as far as they are known."""
        ends = self.vocabulary.ends
        if not ends:
            return []
        return [p for token, p in zip(self.tokens, self.probabilities, strict=True) if token.among(ends)]

    @property
    def loose_end(self) -> float:
        """The most that the other tokens have which end a reply."""
        return min(self.rest, max(0, len(self.vocabulary.ends) - len(self.listed_ends)) * self.cap)

    @cached_property
    def ambiguous(self) -> frozenset[str]:
        """Texts that may stand for several tokens, which matters where a token's number isn't known.

        They are the empty text, parts of a character, what the list has twice, and what the vocabulary shares.
        """
        ends = self.vocabulary.ends
        texts = [token.text for token in self.tokens if not token.among(ends)] if ends else self.texts
        each = frozenset(texts)
        twice = {text for text, number in Counter(texts).items() if number > 1} if len(each) < len(texts) else set()
        nothing = [text for text in each if "\N{REPLACEMENT CHARACTER}" in text or not text]
        return frozenset(twice.union(nothing, each & self.vocabulary.shared) - ends)

    def places_of(self, token: Listed) -> list[int]:
        """Return where in `tokens` a token may be: one place, none, or several where its text is ambiguous."""
        if self.numbered and token.id is not None:
            return _places(self.numbers, token.id)
        return _places(self.texts, token.text)

    def tells_apart(self, token: Listed) -> bool:
        """Return whether it is certain which token of the vocabulary a token is, or that the list doesn't have it."""
        if self.numbered and token.id is not None:
            return True
        return token.text not in self.ambiguous and not _tells_nothing(token.text, self.vocabulary)

    def lists_all(self, token: Listed) -> bool:
        """Return whether several tokens have a token's text, and nothing says that there are others than the listed."""
        return len(self.places_of(token)) > 1 and not _tells_nothing(token.text, self.vocabulary)

    def cut(self, size: int) -> "CutList":
        """Return the list as it would be with so many tokens at most. Raises NotATopListError."""
        return CutList(
            self.tops[:size],
            self.written,
            vocabulary=self.vocabulary,
            decimals=self.decimals,
            sum_error=self.sum_error,
        )

    def _extra(self) -> Listed | None:
        """Return the written token if the list doesn't have it."""
        written = self.written
        if written is None:
            return None
        _ranked((written,))
        slack = TOLERANCE + 2 * self.half_unit
        for token in self.tops:
            if written.id is not None and token.id is not None:
                if token.id == written.id:
                    return None
            elif token.text == written.text and abs(token.logprob - written.logprob) <= slack:
                return None
        if self.tops and written.logprob > self.tops[-1].logprob + slack:
            raise NotATopListError("the written token is likelier than the last of the list, which doesn't have it")
        return written

    def _check(self, mass: float) -> None:
        slack = _MASS_TOLERANCE + self.mass_error + self.sum_error
        if mass > 1 + slack:
            raise NotATopListError(f"the probabilities add up to {mass:.4g}")
        if len(frozenset(self.numbers)) < len(self.numbers):
            raise NotATopListError("a token is listed twice")
        others = math.inf if self.unlisted is None else self.unlisted
        if others < 0:
            raise NotATopListError("it has more tokens than the vocabulary")
        if self.whole and mass < 1 - slack:
            raise NotATopListError(f"the probabilities of the whole vocabulary add up to {mass:.4g}")
        if not self.whole and 1 - mass > slack and (not self.cap or 1 - mass > others * self.cap + slack):
            raise NotATopListError("the tokens that it leaves out would have to be likelier than those that it has")


def _places(column: Sequence[Key], key: Key) -> list[int]:
    """Return the places at which a column has a key."""
    places: list[int] = []
    with suppress(ValueError):
        while True:
            places.append(column.index(key, places[-1] + 1 if places else 0))
    return places


def _tells_nothing(text: str, vocabulary: Vocabulary) -> bool:
    """Return whether a token's text alone doesn't tell which token it is."""
    return (not text or "\N{REPLACEMENT CHARACTER}" in text or text in vocabulary.shared) and (
        text not in vocabulary.ends
    )


def _ranked(tokens: Iterable[Listed]) -> list[Listed]:
    """Return tokens with the likeliest first. Raises NotATopListError for what is no log-probability at all."""
    ranked = list(tokens)
    logprobs = [token.logprob for token in ranked]
    if any(map(math.isnan, logprobs)):
        raise NotATopListError("a log-probability is no number")
    if logprobs and max(logprobs) > 1:  # its exponential may be too large for a float
        raise NotATopListError("a probability is over 1")
    ranked.sort(key=_LOGPROB, reverse=True)  # which keeps ties in their order
    return ranked
