"""Tokens that alignment promotes and suppresses, over many positions."""

import math
from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from alignscope.measure.bounds import Bounds
from alignscope.measure.distribution.cut_list import CutList, Key
from alignscope.measure.distribution.matching import comparable


class TokenKind(StrEnum):
    """The kind of a token's text."""

    WORD = "word"
    """It begins one: with a blank before it, or a capital."""
    PIECE = "piece"
    """It goes on with one, or stands in a script without blanks."""
    NUMBER = "number"
    SIGN = "sign"
    SPACE = "space"
    OTHER = "other"
    """A part of a character, or a control token."""


def kind_of(text: str) -> TokenKind:
    """Return what a token's text is."""
    core = text.strip()
    if not core:
        return TokenKind.SPACE if text else TokenKind.OTHER
    if "\ufffd" in core or not core.isprintable():
        return TokenKind.OTHER
    if core.isnumeric():
        return TokenKind.NUMBER
    if any(sign.isalpha() for sign in core):
        return TokenKind.WORD if text[0].isspace() or core[0].isupper() else TokenKind.PIECE
    return TokenKind.SIGN


class Change(NamedTuple):
    """The change of one token's probability by alignment, over the positions at which either list has it."""

    key: Key
    text: str
    positions: int
    """Number of positions at which either list has it."""
    promoted: int
    """At how many of them it is certain that the aligned model gives it more."""
    suppressed: int
    """At how many of them it is certain that the aligned model gives it less."""
    gain: Bounds
    """Sum of its probabilities in the aligned model less those in the base model: by how many more of these positions
    the aligned model would write it."""


def changes(pairs: Iterable[tuple[CutList, CutList]]) -> list[Change]:
    """Return every listed token's change: those with the greatest certain gain first, with the greatest loss last.

    It counts probability and not its logarithm: a token that rises from 1e-6 to 1e-3 isn't written either. Tokens whose
    text doesn't tell which they are, are left out.

    Args:
        pairs: the aligned model's list and the base model's, each pair from one prefix.
    """
    texts: dict[Key, str] = {}
    differences: dict[Key, list[Bounds]] = {}
    for aligned, base in pairs:
        known = comparable(aligned, base)
        for cut in (aligned, base):
            texts.update(zip(cut.numbers or cut.texts, cut.texts, strict=True))
        more, less = (_bounds(cut, side) for cut, side in zip((aligned, base), known, strict=True))
        for key in dict.fromkeys((*more, *less)):
            p, q = more.get(key, Bounds(0.0, aligned.most)), less.get(key, Bounds(0.0, base.most))
            differences.setdefault(key, []).append(Bounds(p.lo - q.hi, p.hi - q.lo))
    found = [
        Change(
            key,
            texts[key],
            len(each),
            sum(bounds.lo > 0 for bounds in each),
            sum(bounds.hi < 0 for bounds in each),
            Bounds(math.fsum(bounds.lo for bounds in each), math.fsum(bounds.hi for bounds in each)),
        )
        for key, each in differences.items()
    ]
    return sorted(found, key=lambda change: (-_certain(change.gain), change.text))


def _bounds(cut: CutList, known: dict[Key, float]) -> dict[Key, Bounds]:
    return {key: Bounds(p * (1 - cut.error), min(1.0, p * (1 + cut.error))) for key, p in known.items()}


def _certain(gain: Bounds) -> float:
    """Return the part of a gain or a loss that is certain, with its sign; 0 if it may be either."""
    return max(gain.lo, 0.0) + min(gain.hi, 0.0)
