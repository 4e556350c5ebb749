"""Replies position by position, with what their own model and others said there: for the forms that have it."""

import math
from collections.abc import Iterator
from typing import NamedTuple

from alignscope.measure.bounds import Bounds
from alignscope.measure.distribution.cut_list import CutList
from alignscope.measure.distribution.entropy import entropy
from alignscope.measure.shift.classes import Shift
from alignscope.measure.shift.comparison import Comparison, compare, cut_of
from alignscope.model.events import Alternative
from alignscope.model.lineup.pane import Mode
from alignscope.model.reply import Reply
from alignscope.model.score import Missing, Position, Score, own_positions
from alignscope.model.session import Session
from alignscope.model.turn import MAX_ALTERNATIVES, Turn

SHIFTED = frozenset({Shift.SHIFTED, Shift.BEYOND})
"""What the literature calls shifted."""
Value = str | int | float | bool | None | list[list[str | float]]

COLUMNS = (
    "session", "turn", "prompt", "pane", "model", "mode", "sample", "position", "token", "end", "ms", "logprob", "rank",
    "covered", "entropy_lo", "entropy_hi", "alternatives", "by", "frame", "class", "missing", "other_logprob_lo",
    "other_logprob_hi", "other_rank", "other_beyond", "other_covered", "other_entropy_lo", "other_entropy_hi", "tv_lo",
    "tv_hi", "js_lo", "js_hi", "other_alternatives",
)  # fmt: skip
"""Fields of a row; logarithms, entropy and divergence are natural ones."""


class ScoredReply(NamedTuple):
    """A reply's positions beside a score of them."""

    score: Score
    found: list[Comparison]
    """As far as the score goes, from the first position on."""


def scored(turn: Turn, reply: Reply) -> list[ScoredReply]:
    """Return a reply's scores, position by position, in the turn's order."""
    own = own_positions(reply)
    texts = [position.token for position in own if not position.end]
    found = []
    for key, score in turn.scores.items():
        if (key.pane, key.sample) == (reply.pane, reply.sample):
            fitting = zip(own, score.positions[: score.fits(texts)], strict=False)
            found.append(
                ScoredReply(score, [compare(mine, theirs, wanted=score.alternatives) for mine, theirs in fitting])
            )
    return found


def best(turn: Turn, reply: Reply) -> ScoredReply | None:
    """Return the fullest score of a reply, a base model's before others; None without any."""
    bases = {pane.name for pane in turn.lineup if pane.mode is Mode.COMPLETION}
    every = [each for each in scored(turn, reply) if each.found]
    return max(every, key=lambda each: (len(each.found), each.score.key.by in bases), default=None)


def rows(session: Session) -> Iterator[dict[str, Value]]:
    """Yield a row for each position of every reply, and for each of its scores; without a score one."""
    for turn in session.turns:
        for _, pane, replies in turn.by_pane():
            for reply in replies:
                shared: dict[str, Value] = {
                    "session": session.title, "turn": turn.number, "prompt": turn.prompt, "pane": pane.name,
                    "model": pane.model, "mode": str(pane.mode), "sample": reply.sample,
                }  # fmt: skip
                every = scored(turn, reply)
                times = [ms for place, ms in enumerate(reply.times) if place not in reply.thoughts]
                for own in own_positions(reply):
                    mine = shared | _own(own) | {"ms": times[own.index] if own.index < len(times) else None}
                    others = [each for each in every if own.index < len(each.found)]
                    for other in others:
                        yield mine | _other(other.score, own.index, other.found[own.index])
                    if not others:
                        yield mine


def _own(position: Position) -> dict[str, Value]:
    wanted = MAX_ALTERNATIVES
    side = compare(
        position, Position(index=position.index, token=position.token, missing=Missing.NO_LIST), wanted=wanted
    )
    return {
        "position": position.index,
        "token": position.token,
        "end": position.end,
        "logprob": position.logprob,
        "rank": side.own.rank,
        "covered": side.own.covered,
        **_bounds("entropy", _entropy(cut_of(position, wanted))),
        "alternatives": _listed(position.alternatives),
    }


def _other(score: Score, index: int, found: Comparison) -> dict[str, Value]:
    return {
        "by": score.key.by,
        "frame": score.key.frame.value,
        "class": found.shift.value,
        "missing": found.missing.value if found.missing else None,
        **_bounds("other_logprob", found.other.logprob),
        "other_rank": found.other.rank,
        "other_beyond": found.other.beyond,
        "other_covered": found.other.covered,
        **_bounds("other_entropy", found.entropy),
        **_bounds("tv", found.tv),
        **_bounds("js", found.js),
        "other_alternatives": _listed(score.positions[index].alternatives),
    }


def _entropy(cut: CutList | None) -> Bounds | None:
    return entropy(cut) if cut else None


def _bounds(name: str, bounds: Bounds | None) -> dict[str, Value]:
    lo, hi = bounds.finite if bounds else (None, None)
    return {f"{name}_lo": lo, f"{name}_hi": hi}


def _listed(alternatives: tuple[Alternative, ...]) -> Value:
    return [[each.text, each.logprob] for each in alternatives if math.isfinite(each.logprob)]
