"""Measures along replies: by their first, middle and last thirds."""

from collections.abc import Mapping, Sequence

from alignscope.lab.summary.figures import Stretch
from alignscope.lab.summary.measures.measure import Measure, Reply
from alignscope.lab.summary.rows import Arm, PromptKey
from alignscope.measure.bounds import Bounds, mean_bounds
from alignscope.measure.shift.profile import Part, by_thirds


class Thirds:
    """The thirds of replies, by measure, arm and prompt."""

    def __init__(self) -> None:
        self._parts: dict[tuple[str, Arm], dict[PromptKey, Sequence[Part]]] = {}

    def add(self, measure: Measure, prompt: PromptKey, replies: Mapping[Arm, Sequence[Reply]]) -> None:
        """Take in all replies to a prompt, in place of those that it had before; nothing without values along them."""
        for arm, those in replies.items():
            if measure.by_third is not None:
                found = [each for each in map(measure.by_third, those) if each]
                parts: Sequence[Part] = [_part(values) for values in zip(*found, strict=True)]
            elif measure.along is not None:
                parts = by_thirds([[measure.along(reply) for reply in those]])
            else:
                return
            if any(part.mean is not None for part in parts):
                self._parts.setdefault((measure.name, arm), {})[prompt] = parts

    def of(self, measure: Measure, arm: Arm) -> tuple[Stretch, Stretch, Stretch] | None:
        """Return an arm's three stretches over all prompts; None unless each has a value."""
        parts = self._parts.get((measure.name, arm), {}).values()
        first, middle, last = (_stretch([part[third] for part in parts]) for third in range(3))
        return None if first is None or middle is None or last is None else (first, middle, last)


def _part(values: Sequence[Bounds]) -> Part:
    """Return one third of several replies, each with its value."""
    return Part(mean_bounds(values), replies=len(values), prompts=1, positions=len(values), known=len(values))


def _stretch(parts: Sequence[Part]) -> Stretch | None:
    """Return the mean of prompts' means over one third; None without any."""
    there = [part for part in parts if part.mean is not None]
    mean = mean_bounds(part.mean for part in there if part.mean is not None)
    if mean is None:
        return None
    return Stretch(value=mean.finite, prompts=len(there), replies=sum(part.replies for part in there))
