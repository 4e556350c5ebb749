"""A reply's tokens in an HTML page: heat, marks of shift, and what else was likely where the mouse rests."""

import math
from collections.abc import Callable, Iterator
from typing import Final

from alignscope.export.scored import SHIFTED, ScoredReply, best
from alignscope.measure.shift.comparison import Comparison
from alignscope.model.events import Alternative
from alignscope.model.reply import Reply
from alignscope.model.score import Position, own_positions
from alignscope.model.turn import Turn
from alignscope.text.clean import visible
from alignscope.text.wording import WHY_MISSING

_STEPS: Final = (0.7, 0.5, 0.3, 0.1)
"""Probabilities below which a token has one more step of heat."""
_MOST: Final = 10
"""Alternatives that are shown."""
STYLE: Final = """.tokens span { border-radius: .125rem; }
.tokens .h1 { background: color-mix(in srgb, var(--accent) 12%, transparent); }
.tokens .h2 { background: color-mix(in srgb, var(--accent) 22%, transparent); }
.tokens .h3 { background: color-mix(in srgb, var(--accent) 32%, transparent); }
.tokens .h4 { background: color-mix(in srgb, var(--accent) 45%, transparent); font-weight: 600; }
.tokens .shifted { text-decoration: underline; text-decoration-thickness: .125em; text-underline-offset: .2em; }
.tokens span:hover { outline: 1px solid var(--fg); }
"""
LEGEND: Final = "heat: less than 70, 50, 30 and 10 percent · the mouse over a token shows what else was likely"


def tokens(turn: Turn, reply: Reply, escaped: Callable[[str], str]) -> Iterator[str]:
    """Yield a reply's tokens as elements; nothing if neither lists nor scores came with it.

    Args:
        escaped: returns a text as it can stand in the page, also within quotation marks.
    """
    found = best(turn, reply)
    if not reply.logprobs and found is None:
        return
    for position in own_positions(reply):
        other = found.found[position.index] if found and position.index < len(found.found) else None
        if position.end:
            continue
        names = [name for name in (_heat(position.logprob), _mark(other)) if name]
        attributes = f' class="{" ".join(names)}"' if names else ""
        if hint := _hint(position, found, other):
            # A line break within an attribute is kept by some browsers and not by others, unless it is written so.
            attributes += f' title="{escaped(hint).replace(chr(10), "&#10;")}"'
        yield f"<span{attributes}>{escaped(position.token)}</span>"


def summary(turn: Turn, reply: Reply) -> list[str]:
    """Return what stands under a reply's tokens."""
    found = best(turn, reply)
    told = [LEGEND] if reply.logprobs else []
    if found is not None:
        told.append(f"underlined: {share(found)}")
    return told


def share(found: ScoredReply) -> str:
    """Return whose list it is, after which prompt, and how many tokens are shifted in it."""
    known = [each for each in found.found if each.shift != "unknown"]
    shifted = sum(each.shift in SHIFTED for each in known)
    key = found.score.key
    return f"shifted for {key.by}, frame {key.frame}: {shifted:,} of {len(known):,} known positions"


def _heat(logprob: float | None) -> str:
    step = 0 if logprob is None else sum(math.exp(min(0.0, logprob)) < each for each in _STEPS)
    return f"h{step}" if step else ""


def _mark(other: Comparison | None) -> str:
    return "shifted" if other is not None and other.shift in SHIFTED else ""


def _hint(position: Position, found: ScoredReply | None, other: Comparison | None) -> str:
    lines = [] if position.logprob is None else [f"{visible(position.token)}  {_percent(position.logprob)}"]
    lines += _listed(position.alternatives)
    if found is not None and other is not None:
        key = found.score.key
        where = f"{key.by}, frame {key.frame}"
        if other.missing is not None:
            lines.append(f"{where}: {WHY_MISSING[other.missing]}")
        else:
            lines.append(f"{where}: {other.shift}")
            lines += _listed(found.score.positions[position.index].alternatives)
    return "\n".join(lines)


def _listed(alternatives: tuple[Alternative, ...]) -> Iterator[str]:
    for rank, each in enumerate(alternatives[:_MOST], 1):
        yield f"{rank}. {visible(each.text) or '(no text)'}  {_percent(each.logprob)}"


def _percent(logprob: float) -> str:
    return f"{100 * math.exp(min(0.0, logprob)):.1f} %"
