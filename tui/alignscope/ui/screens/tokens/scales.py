"""Scales of the heat: five steps from what a model was sure of to what it would hardly have written."""

from collections.abc import Callable
from typing import Final, NamedTuple

from alignscope.ui.screens.tokens.reply_tokens import ReplyTokens

STEPS: Final = 5
UNKNOWN: Final = "unknown"
"""Last part of the style's name for a token of which nothing is known."""


class Scale(NamedTuple):
    """What the heat stands for."""

    name: str
    labels: tuple[str, ...]
    """What each step stands for; an empty label for a step that the scale doesn't have."""
    step: Callable[[ReplyTokens, int], int | None]
    """Return the step of a token; None if it is unknown."""


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
SCALES: Final = (
    Scale("probability", ("70–100 %", "50–70", "30–50", "10–30", "0–10"), _probability),
    Scale("share of the likeliest's", ("likeliest", "0.5–1", "0.1–0.5", "0.01–0.1", "less"), _ratio),
    Scale("rank", ("1", "2–3", "", "4–", "not in the list"), _rank),
    Scale("surprisal in bits", ("0–1", "1–2", "2–4", "4–7", "7–"), _surprisal),
    ENTROPY,
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
    return "\n".join(rules)


STEP_NAMES: Final = (*(f"step-{step}" for step in range(STEPS)), UNKNOWN)
"""Last parts of the component classes that the heat needs."""


def step_name(scale: Scale, tokens: ReplyTokens, token: int) -> str:
    """Return the last part of the style's name for a token."""
    step = scale.step(tokens, token)
    return UNKNOWN if step is None else f"step-{step}"
