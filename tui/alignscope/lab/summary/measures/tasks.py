"""Measures of tasks: right or wrong, a form that parses, even draws."""

import math
from collections.abc import Sequence
from typing import Final

from alignscope.lab.row import Row
from alignscope.lab.summary.measures.measure import (
    UNDETERMINED,
    Kind,
    Measure,
    Replies,
    Reply,
    Unit,
    Values,
    by_prompt,
    by_reply,
    known,
)  # fmt: skip
from alignscope.measure.bounds import Bounds
from alignscope.measure.task.answers import normalised, right
from alignscope.measure.task.chance import drawn_hand, drawn_number, evenness
from alignscope.measure.task.choices import TIE, picked
from alignscope.measure.wording.parsing import Json, is_python, json_in

_JSON: Final = "json"
_PYTHON: Final = "python"
_FORMATS: Final = "formats"
"""The set that comes along whose code is Python."""
_CODE: Final = "code"
_NUMBER: Final = "number"
_HAND: Final = "hand"
"""Categories of prompts, as the sets that come along name them; others may begin so, too."""


def _right(reply: Reply) -> bool | None:
    row = reply.row
    if not normalised(row.answer):
        return None
    if right(row.prompt, row.text, [row.answer], [choice for choice in row.choices if choice != row.answer]):
        return True
    place = picked(row.prompt, row.text, row.choices) if row.choices else None
    return place is not None and row.choices[place] == row.answer


def _likely(replies: Sequence[Reply], *, per_byte: bool) -> Bounds | float | None:
    """Return whether the right choice is the likeliest of a prompt's; it is open where bounds overlap, or two tie."""
    found = replies[0].likelihoods if replies else None
    if found is None or len(found.choices) < 2 or replies[0].row.answer not in found.choices:
        return None
    spans = []
    for (lo, hi), size in zip(found.sums, found.sizes, strict=True):
        share = max(1, size) if per_byte else 1
        spans.append(Bounds(-math.inf if lo is None else lo / share, 0.0 if hi is None else hi / share))
    right = spans.pop(found.choices.index(replies[0].row.answer))
    if all(right.lo > other.hi + TIE for other in spans):
        return 1.0
    if any(other.lo > right.hi + TIE for other in spans):
        return 0.0
    return UNDETERMINED


def _likely_in_all(replies: Sequence[Reply]) -> Bounds | float | None:
    return _likely(replies, per_byte=False)


def _likely_per_byte(replies: Sequence[Reply]) -> Bounds | float | None:
    return _likely(replies, per_byte=True)


def _parses(reply: Reply) -> Bounds | bool | None:
    row = reply.row
    if not row.category.startswith(_JSON):
        return None
    if not row.text.strip():
        return False
    found = [json_in(text) for text in (row.text, row.prompt + row.text)]
    return UNDETERMINED if None in found else Json.WHOLE in found


def _code(reply: Reply) -> Bounds | bool | None:
    row = reply.row
    if not row.category.startswith(_PYTHON) and not (row.set == _FORMATS and row.category.startswith(_CODE)):
        return None
    if not row.text.strip():
        return False
    found = [is_python(row.text, before) for before in ("", row.prompt)]
    return UNDETERMINED if None in found else True in found


def _drawn(row: Row) -> str | None:
    if row.category.startswith(_NUMBER):
        return drawn_number(row.prompt, row.text)
    if row.category.startswith(_HAND):
        return drawn_hand(row.prompt, row.text)
    place = picked(row.prompt, row.text, row.choices)
    return None if place is None else row.choices[place]


def _is_draw(row: Row) -> bool:
    return len(row.choices) > 1 and not row.answer


def _draws(reply: Reply) -> bool | None:
    return _drawn(reply.row) in reply.row.choices if _is_draw(reply.row) else None


def _even(replies: Replies) -> Values:
    """Return how even draws are, equally many of each arm that has any."""
    drawn = {arm: [each for reply in those if (each := _option(reply.row))] for arm, those in replies.items()}
    number = min(map(len, filter(None, drawn.values())), default=0)
    options = next((reply.row.choices for those in replies.values() for reply in those), [])
    return {arm: known([_evenness(draws[:number], options)]) for arm, draws in drawn.items()}


def _option(row: Row) -> str | None:
    drawn = _drawn(row) if _is_draw(row) else None
    return drawn if drawn in row.choices else None


def _evenness(draws: Sequence[str], options: Sequence[str]) -> float | None:
    # One draw is as uneven as can be, whatever it came from.
    found = evenness([draw for draw in draws if draw in options], options) if len(draws) > 1 else None
    return None if found is None else found.corrected / math.log2(len(options))


MEASURES: Final = (
    Measure(
        name="right", label="right answers", kind=Kind.RATE, unit=Unit.SHARE,
        formula="replies whose first sentence gives the answer, and no other choice / replies to prompts that have one",
        source="our own; words compared as by Rajpurkar et al. 2016, arXiv 1606.05250",
        caveat="A base model that goes on with the text may know the answer and not give it. A reply that says nothing"
        " is wrong.",
        of=by_reply(_right), more_is_better=True,
    ),
    Measure(
        name="likely", label="right by likelihood", kind=Kind.RATE, unit=Unit.SHARE,
        formula="prompts whose right choice has the greatest sum of its tokens' ln p behind the prompt / prompts with"
        " choices and an answer; undetermined where two tie, or a cut list leaves it open",
        source="Brown et al. 2020, arXiv 2005.14165",
        caveat="It is what a model finds likely, not what it writes. Long choices are at a disadvantage, and a chat may"
        " begin its answer in other words than the choice's.",
        of=by_prompt(_likely_in_all), together=True, scored=True, more_is_better=True,
    ),
    Measure(
        name="likely_per_byte", label="right by byte", kind=Kind.RATE, unit=Unit.SHARE,
        formula="the same with each sum divided by the choice's UTF-8 bytes",
        source="Brown et al. 2020, arXiv 2005.14165; per byte as in lm-evaluation-harness' acc_norm",
        caveat="Short choices are at a disadvantage. Look at both.",
        of=by_prompt(_likely_per_byte), together=True, scored=True, more_is_better=True,
    ),
    Measure(
        name="json", label="JSON that parses", kind=Kind.RATE, unit=Unit.SHARE,
        formula="replies that are JSON as a whole, alone or behind the prompt / replies to prompts of category `json`",
        source="RFC 8259",
        caveat="Words or a block of code around it count as none: only JSON was asked for.",
        of=by_reply(_parses), more_is_better=True,
    ),
    Measure(
        name="python", label="Python that parses", kind=Kind.RATE, unit=Unit.SHARE,
        formula="replies that are Python by its grammar, alone or behind the prompt / replies to prompts of category"
        " `python`, or `code` in the set `formats`",
        source="Python's own parser; nothing is run",
        caveat="It says nothing of what the code does.",
        of=by_reply(_code), more_is_better=True,
    ),
    Measure(
        name="draws", label="draws an option", kind=Kind.RATE, unit=Unit.SHARE,
        formula="replies that take just one of the choices / replies to prompts with choices and no answer",
        source="our own",
        caveat="Whether it draws at all, not how.",
        of=by_reply(_draws),
    ),
    Measure(
        name="even_draws", label="even draws", kind=Kind.SHARE, unit=Unit.SHARE,
        formula="entropy of a prompt's draws / that of even ones, equally many draws of each model",
        source="Miller and Madow 1955, for the bias of few draws",
        caveat="It is still too low for few draws. People are no even dice, either.",
        of=_even, together=True, across=True,
    ),
)  # fmt: skip
