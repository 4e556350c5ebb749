"""Choose the plots of a measure."""

from collections.abc import Sequence
from typing import Final

from alignscope.lab.report.plots.describe import Dots, Intervals, Line, Plot, Profile, Spread, Strip, axis, histogram
from alignscope.lab.summary import words
from alignscope.lab.summary.figures import Measured, bounds
from alignscope.lab.summary.measures.measure import Kind, Measure, Unit
from alignscope.lab.summary.rows import PromptKey
from alignscope.lab.summary.tally import Tally
from alignscope.model.lineup.tones import Tone
from alignscope.text.clean import clean_line

_THIRDS: Final = ("first third", "middle", "last third")
MOST_PROMPTS: Final = 60
"""Rows of a strip."""


def plots(tally: Tally, measured: Measured) -> list[Plot]:
    """Return a measure's plots: figures with intervals, differences, how values are spread, prompt by prompt."""
    measure = next(each for each in tally.measures if each.name == measured.name)
    drawn: list[Plot] = [_figures(tally, measured)]
    if any(found.value != (None, None) for found in measured.differences):
        drawn.append(_differences(tally, measured))
    if measured.thirds:
        drawn.append(_profile(tally, measured))
    if measure.kind is Kind.NUMBER and (values := _values(tally, measure)):
        drawn.append(histogram(f"{measured.label}: replies by {measured.unit}", values, words.written(measured.unit)))
    if strip := _strip(tally, measured, measure):
        drawn.append(strip)
    return drawn


def _figures(tally: Tally, measured: Measured) -> Intervals:
    tones = dict(zip(tally.labels, tally.tones, strict=True))
    rows = tuple(
        Spread(
            label,
            tones[label],
            bounds(figure.value),
            None if figure.interval is None else bounds(figure.interval),
            words.with_n(measured, figure),
            " · ".join(words.beside(figure)),
        )
        for label, figure in measured.figures.items()
    )
    write = words.written(measured.unit)
    ends = [end for row in rows for each in (row.value, row.interval) if each is not None for end in each]
    along = axis(ends, write, least=0.0) if measured.kind is Kind.NUMBER else axis([0.0, 1.0], write)
    return Intervals(f"{measured.label}, with intervals of 95 %", along, rows)


def _differences(tally: Tally, measured: Measured) -> Intervals:
    tones = dict(zip(tally.labels, tally.tones, strict=True))
    rows = tuple(
        Spread(
            f"{found.of} less {found.less}",
            tones[found.of],
            bounds(found.value),
            None if found.interval is None else bounds(found.interval),
            words.difference_with_n(measured, found),
            " · ".join(words.beside_difference(measured, found)),
        )
        for found in measured.differences
        if found.value != (None, None)
    )
    ends = [0.0, *(end for row in rows for each in (row.value, row.interval) if each is not None for end in each)]
    unit = words.POINTS if measured.unit is Unit.SHARE else measured.unit
    return Intervals(
        f"{measured.label}: difference in {unit}, paired by prompt",
        axis(ends, words.written_difference(measured.unit)),
        rows,
    )


def _profile(tally: Tally, measured: Measured) -> Profile:
    tones = dict(zip(tally.labels, tally.tones, strict=True))
    lines = tuple(
        Line(label, tones[label], tuple(bounds(each.value) for each in thirds), tuple(each.replies for each in thirds))
        for label, thirds in measured.thirds.items()
    )
    ends = [end for line in lines for value in line.values if value is not None for end in value]
    along = axis(ends, words.written(measured.unit), least=0.0)
    return Profile(f"{words.label_of(measured)} along replies, by thirds", along, _THIRDS, lines)


def _values(tally: Tally, measure: Measure) -> list[tuple[str, Tone, Sequence[float]]]:
    return [
        (label, tone, values)
        for arm, label, tone in zip(tally.arms, tally.labels, tally.tones, strict=True)
        if (values := tally.values(measure, arm))
    ]


def _strip(tally: Tally, measured: Measured, measure: Measure) -> Strip | None:
    """Return the prompts with a dot for each reply; for a rate, one for each prompt's share."""
    rows = []
    for prompt in list(tally.prompts)[:MOST_PROMPTS]:
        panes = tuple(
            (label, tone, tuple(_drawn(measured.kind, tally.of_prompt(measure, arm, prompt))))
            for arm, label, tone in zip(tally.arms, tally.labels, tally.tones, strict=True)
        )
        if any(values for _, _, values in panes):
            rows.append(Dots(_name(prompt), panes))
    if not rows:
        return None
    write = words.written(measured.unit)
    every = [value for row in rows for _, _, values in row.panes for value in values]
    along = axis(every, write, least=0.0) if measured.kind is Kind.NUMBER else axis([0.0, 1.0], write)
    each = "a dot for each reply" if _replies_are_drawn(measured.kind, measure) else "a dot for each model's share"
    left_out = max(0, len(tally.prompts) - MOST_PROMPTS)
    return Strip(f"{measured.label}, prompt by prompt, {each}", along, tuple(rows), left_out)


def _drawn(kind: Kind, values: Sequence[float]) -> Sequence[float]:
    # Dots at 0 and 1 would only tell that both occur.
    return [sum(values) / len(values)] if kind is Kind.RATE and values else values


def _replies_are_drawn(kind: Kind, measure: Measure) -> bool:
    return kind is not Kind.RATE and not measure.together


def _name(prompt: PromptKey) -> str:
    return clean_line(prompt[1])
