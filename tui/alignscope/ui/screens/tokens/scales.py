"""Scales of the heat: five steps from what a model was sure of to what it would hardly have written."""

from collections.abc import Callable
from typing import Final, NamedTuple

from alignscope.measure.shift.classes import Shift
from alignscope.ui.screens.tokens.reply_tokens import ReplyTokens
from alignscope.ui.screens.tokens.scores.scored_tokens import certain

STEPS: Final = 5
_STEPS: Final = tuple(f"step-{step}" for step in range(STEPS))
UNKNOWN: Final = "unknown"
"""Last part of the style's name for a token of which nothing is known."""


class Scale(NamedTuple):
    """A meaning of the heat."""

    name: str
    labels: tuple[str, ...]
    """What each step stands for; an empty label for a step that the scale doesn't have."""
    step: Callable[[ReplyTokens, int], int | None]
    """Return the step of a token; None if it is unknown."""
    styles: tuple[str, ...] = _STEPS
    """Last part of the style's name for each step."""
    scored: bool = False
    """Whether it needs what another model thinks of the reply."""


def _falling(*least: float) -> Callable[[float], int]:
    """Return a function that counts how many of these values a number is below."""
    return lambda value: sum(value < each for each in least)


def _rising(*most: float) -> Callable[[float], int]:
    """Return a function that counts how many of these values a number reaches."""
    return lambda value: sum(value >= each for each in most)


_PROBABILITY: Final = _falling(0.7, 0.5, 0.3, 0.1)
_RATIO: Final = _falling(1 - 1e-6, 0.5, 0.1, 0.01)
_SURPRISAL: Final = _rising(1, 2, 4, 7)
_ENTROPY: Final = _rising(0.5, 1, 2, 3)


def _probability(tokens: ReplyTokens, token: int) -> int | None:
    value = tokens.probability(token)
    return None if value is None else _PROBABILITY(value)


def _ratio(tokens: ReplyTokens, token: int) -> int | None:
    value = tokens.ratio(token)
    return None if value is None else _RATIO(value)


def _rank(tokens: ReplyTokens, token: int) -> int | None:
    figures = tokens.figures(token)
    if figures is None:
        return None
    lo, hi, listed = figures.rank
    if hi != lo:
        return 4 if tokens.alternatives(token) and not listed else None
    return 0 if lo == 1 else 1 if lo <= 3 else 3 if listed else 4


def _surprisal(tokens: ReplyTokens, token: int) -> int | None:
    value = tokens.surprisal(token)
    return None if value is None else _SURPRISAL(value)


def _entropy(tokens: ReplyTokens, token: int) -> int | None:
    figures = tokens.figures(token)
    return None if figures is None else _ENTROPY(figures.entropy.lo)


ENTROPY: Final = Scale("entropy in bits, at least", ("0–0.5", "0.5–1", "1–2", "2–3", "3–"), _entropy)
_CLASSES: Final = {Shift.UNSHIFTED: 0, Shift.MARGINAL: 1, Shift.SHIFTED: 3, Shift.BEYOND: 4}
_SIDES: Final = (-0.4, -0.1, 0.1, 0.4)
"""Differences of probability at which the steps of the two-sided scale begin."""


def _difference(tokens: ReplyTokens, token: int) -> int | None:
    difference = tokens.scored.difference(token) if tokens.scored else None
    if difference is None:
        return None
    value = certain(difference)
    return sum(value > each for each in _SIDES[:2]) + sum(value >= each for each in _SIDES[2:])


def _shift(tokens: ReplyTokens, token: int) -> int | None:
    return _CLASSES.get(tokens.scored.shift(token)) if tokens.scored else None


TWO_SIDED: Final = ("less-2", "less-1", "step-0", "more-1", "more-2")
"""Styles of a scale that has its ordinary case in the middle."""
SCALES: Final = (
    Scale("probability", ("70–100 %", "50–70", "30–50", "10–30", "0–10"), _probability),
    Scale("share of the likeliest's", ("likeliest", "0.5–1", "0.1–0.5", "0.01–0.1", "less"), _ratio),
    Scale("rank", ("1", "2–3", "", "4–", "not in the list"), _rank),
    Scale("surprisal in bits", ("0–1", "1–2", "2–4", "4–7", "7–"), _surprisal),
    ENTROPY,
    Scale(
        "other's % less own",
        ("to -40", "to -10", "alike", "from +10", "from +40"),
        _difference,
        TWO_SIDED,
        scored=True,
    ),
    Scale("rank for the other", ("1", "2–3", "", "4–", "beyond"), _shift, scored=True),
)


def heat_css(selector: str) -> str:
    """Return style rules of the steps; `{step}` in the selector stands for the last part of a component class.

    Grounds part from the screen's evenly in dark and light themes, and each step has a mark that isn't a colour. On a
    terminal's own 16 colours there are only the marks.
    """
    shares = ("10%", "19%", "28%", "36%")
    marks = ("italic", "underline", "bold", "bold underline")
    rules = [f"{selector.format(step=UNKNOWN)} {{ color: $text-muted; }}"]
    for step, (share, mark) in enumerate(zip(shares, marks, strict=True), 1):
        rule = selector.format(step=f"step-{step}")
        rules.append(f"{rule} {{ background: $text-warning {share}; color: auto 100%; text-style: {mark}; }}")
        rules.append(f"&:ansi {rule.lstrip('& ')} {{ background: $background; color: $foreground; }}")
    for name, (color, share, mark) in _SIDE_LOOKS.items():
        rule = selector.format(step=name)
        rules.append(f"{rule} {{ background: {color} {share}; color: auto 100%; text-style: {mark}; }}")
        rules.append(f"&:ansi {rule.lstrip('& ')} {{ background: $background; color: $foreground; }}")
    return "\n".join(rules)


_SIDE_LOOKS: Final = {
    "less-1": ("$text-warning", "19%", "underline"),
    "less-2": ("$text-warning", "36%", "bold underline"),
    "more-1": ("$text-primary", "19%", "italic"),
    "more-2": ("$text-primary", "36%", "bold italic"),
}
"""Grounds and marks of the two sides: likelier for the other is another colour, and slanted instead of underlined."""
STEP_NAMES: Final = (*_STEPS, *_SIDE_LOOKS, UNKNOWN)
"""Last parts of the component classes that the heat needs."""


def step_name(scale: Scale, tokens: ReplyTokens, token: int) -> str:
    """Return the last part of the style's name for a token."""
    step = scale.step(tokens, token)
    return UNKNOWN if step is None else scale.styles[step]
