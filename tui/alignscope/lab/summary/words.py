"""Figures of a run in words, the same in a terminal and in a page."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from alignscope.lab.summary import labels
from alignscope.lab.summary.comparison import Compared
from alignscope.lab.summary.estimating import OPEN
from alignscope.lab.summary.figures import Difference, Ends, Figure, Measured, Summary
from alignscope.lab.summary.measures.measure import Unit
from alignscope.text.wording import counted

POINTS: Final = "pp"
"""Percentage points, in which shares differ."""
PLACE_HELD: Final = "–"
_PERCENT: Final = "%"
_SEEN: Final = 0.005
"""The least change of a share that is worth a word."""
_SMALL: Final = 10
"""Below it, numbers get a digit behind the point."""


def written(unit: Unit) -> Callable[[float], str]:
    """Return what writes a value of a unit."""
    return {Unit.SHARE: _percent, Unit.TOKENS: _number}.get(unit, _exact)


def written_difference(unit: Unit) -> Callable[[float], str]:
    """Return what writes a difference, with its sign; shares in percentage points, without the unit."""
    return {
        Unit.SHARE: lambda value: _signed(f"{100 * value:+.0f}"),
        Unit.TOKENS: lambda value: _signed(f"{value:+,.0f}" if _is_whole(value) else f"{value:+.1f}"),
    }.get(unit, lambda value: _signed(f"{value:+.2f}"))


def value(ends: Ends, write: Callable[[float], str]) -> str:
    """Return a figure's point, or its bounds where they differ."""
    lo, hi = ends
    if lo is None:
        return PLACE_HELD if hi is None else f"at most {write(hi)}"
    if hi is None:
        return f"at least {write(lo)}"
    one, other = write(lo), write(hi)
    if one == other:
        return one
    return f"{one.removesuffix(_PERCENT)}–{other}" if other.endswith(_PERCENT) else f"{one} to {other}"


def interval(ends: Ends | None, write: Callable[[float], str]) -> str:
    """Return an interval in brackets, "" without one; percent without their sign, which the figure before has."""
    if ends is None:
        return ""
    lo, hi = ("…" if end is None else write(end).removesuffix(_PERCENT) for end in ends)
    return f"[{lo}, {hi}]"


def short(unit: Unit, figure: Figure | None, *, with_interval: bool = True) -> str:
    """Return a figure, with its interval or without, as it stands in a table."""
    if figure is None:
        return PLACE_HELD
    write = written(unit)
    return f"{value(figure.value, write)} {interval(figure.interval, write) if with_interval else ''}".rstrip()


def short_difference(unit: Unit, found: Difference) -> str:
    """Return a difference with its interval, as it stands in a table."""
    write = written_difference(unit)
    return f"{value(found.value, write)} {interval(found.interval, write)}".rstrip()


def label_of(measured: Measured | Compared) -> str:
    """Return a measure's label with the unit that its figures have in a table."""
    return measured.label if measured.unit in (Unit.SHARE, Unit.CHOICES) else f"{measured.label} in {measured.unit}"


def with_n(measured: Measured, figure: Figure) -> str:
    """Return a figure with interval, unit and n."""
    said = f"{short(measured.unit, figure)} {_unit(measured.unit)}".rstrip()
    values = "" if figure.replies == figure.prompts else f" · {figure.replies:,} replies"
    return f"{said} · {counted(figure.prompts, 'prompt')}{values}"


def beside(figure: Figure) -> list[str]:
    """Return everything that is to be said beside a figure."""
    return [
        *([f"about {figure.corrected:.0%} if the rules' error is taken off"] if _is_corrected(figure) else []),
        *([f"{figure.undetermined:,} undetermined"] if figure.undetermined else []),
        *([f"{counted(figure.without, 'prompt')} without a value"] if figure.without else []),
        *(caveat for caveat in figure.caveats if caveat != OPEN or not figure.undetermined),
    ]


def _is_corrected(figure: Figure) -> bool:
    """Return whether a measure's own error changes a figure by a percent or more."""
    known = figure.value[0]
    return figure.corrected is not None and known is not None and abs(figure.corrected - known) >= _SEEN


def difference_with_n(measured: Measured, found: Difference) -> str:
    """Return a difference with interval, unit, n and outcomes."""
    unit = POINTS if measured.unit is Unit.SHARE else str(measured.unit)
    write = written_difference(measured.unit)
    said = f"{value(found.value, write)} {unit} {interval(found.interval, write)}".rstrip()
    return f"{said} · {counted(found.prompts, 'prompt')} · {outcome(found)}"


def beside_difference(measured: Measured, found: Difference) -> list[str]:
    """Return everything that is to be said beside a difference."""
    said = chance(found)
    if found.smallest_effect is not None:
        said.append(f"smallest effect about {_rough(found.smallest_effect, measured.unit)}")
    if found.only_of or found.only_less:
        said.append(f"{counted(found.only_of + found.only_less, 'prompt')} left out, which only one of them has")
    if found.margin is not None:
        said.append(f"no difference of over {_rough(found.margin, measured.unit)}: {found.same}")
    return [*said, *found.caveats]


def chance(found: Difference) -> list[str]:
    """Return a difference's p values; none for too few prompts."""
    if found.p is None:
        return []
    if not found.can_tell:
        return ["too few prompts differ for a test"]
    adjusted = f", {p_value(found.p_holm)} adjusted for all" if found.p_holm is not None else ""
    return [f"sign-flip {p_value(found.p)}{adjusted}"]


def outcome(found: Difference) -> str:
    """Return wins, ties and losses as `34/5/1`, with a question mark behind where some are open."""
    return f"{found.wins}/{found.ties}/{found.losses}" + (f" +{found.undecided}?" if found.undecided else "")


def test_of(found: Difference) -> str:
    """Return the adjusted p, or the plain one where it isn't adjusted, as it stands in a table."""
    if found.p is None:
        return PLACE_HELD
    return p_value(found.p if found.p_holm is None else found.p_holm, name="") if found.can_tell else "?"


def open_tests(differences: Iterable[Difference]) -> str:
    """Return what a question mark stands for in place of a p value; "" where there is none."""
    shown = any(test_of(each) == "?" for each in differences)
    return "p ?: too few prompts differ for the test to tell." if shown else ""


def family(summary: Summary) -> str:
    """Return how p values are adjusted, and what that makes of the measures."""
    if not any(each.differences for each in summary.measures):
        return ""
    primary = [each.label for each in summary.measures if each.primary]
    if primary:
        return (
            f"Named before the run: {', '.join(primary)}; their p values are adjusted for being several (Holm 1979)."
            " All others are exploratory."
        )
    return "No measure was named before the run, so all are exploratory; p values are adjusted for all (Holm 1979)."


def difference_head(pair: tuple[str, str], pairs: Sequence[tuple[str, str]]) -> str:
    """Return the heading of a difference's column."""
    return "difference" if len(pairs) == 1 else f"{pair[0]} less {pair[1]}"


def legend(summary: Summary, *, outcomes: bool = True) -> str:
    """Return what differences stand for; "" without any.

    Args:
        outcomes: whether wins, ties and losses stand beside them.
    """
    pairs = {(d.of, d.less) for each in summary.measures for d in each.differences}
    if not pairs:
        return ""
    of, less = next(iter(pairs))
    what = f"Differences are {of} less {less}, paired" if len(pairs) == 1 else "Differences are paired"
    counts = " W/T/L: on how many prompts the first has more, as much, less" if outcomes else ""
    if counts:
        undecided = any(d.undecided for each in summary.measures for d in each.differences)
        counts += "; with + and ? those on which it can't be told." if undecided else "."
    return f"{what} by prompt, those of shares in percentage points.{counts}"


def about_intervals(summary: Summary) -> str:
    """Return what intervals stand for."""
    return (
        "Intervals are of 95 %, about prompts like these as if they had been drawn at random; a prompt counts once,"
        " however often it was asked."
        + ("" if summary.prompts >= 10 else " There are none for fewer than ten prompts.")
    )


def notes(summary: Summary) -> list[str]:
    """Return what a person has to know of a run's rows before reading its figures."""
    said = []
    if summary.planned and not summary.ended:
        said.append(f"The run hasn't ended: {summary.rows:,} of {counted(summary.planned, 'row')} are there.")
    if summary.unknown:
        said.append(f"The spec names {', '.join(summary.unknown)}, which no measure is called.")
    for arm in summary.arms:
        if len(arm.digests) > 1:
            said.append(f"{arm.label}: its model was changed during the run ({', '.join(arm.digests)}).")
        if arm.errors or arm.cut:
            said.append(
                f"{arm.label}: {arm.errors + arm.cut:,} of {counted(arm.rows, 'reply').replace('replys', 'replies')}"
                " failed or broke off, and are in no figure."
            )
    if summary.labelled:
        said.append(labels.describe(summary.labelled))
    if summary.damaged:
        are = "is" if summary.damaged == 1 else "are"
        said.append(f"{counted(summary.damaged, 'line')} of the run's files can't be read, and {are} left out.")
    return [*said, *summary.unread]


def columns(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """Return a table without the columns in which nothing stands below the heading."""
    kept = [place for place in range(len(rows[0])) if any(row[place] for row in rows[1:])] if rows else []
    return [[row[place] for place in kept] for row in rows]


def _percent(share: float) -> str:
    if share < 0.0005 or 0.005 <= share < 0.995 or share > 0.9995:
        return f"{share:.0%}"
    return f"{share:.1%}"


def _number(number: float) -> str:
    return f"{number:,.0f}" if _is_whole(number) else f"{number:.1f}"


def _is_whole(number: float) -> bool:
    """Return whether a number of tokens is written without a digit behind the point."""
    return abs(number) >= _SMALL or number == int(number)


def _exact(number: float) -> str:
    return f"{number:.2f}" if number < _SMALL else f"{number:,.1f}"


def _signed(number: str) -> str:
    """Return a signed number; 0 where it is that as it is written."""
    return number if number.strip("+-0.,") else "0"


def _unit(unit: Unit) -> str:
    return "" if unit is Unit.SHARE else str(unit)


def p_value(p: float, name: str = "p ") -> str:
    """Return a p value as it is written, behind a name."""
    return f"{name}< 0.001" if p < 0.001 else f"{name}{'= ' if name else ''}{p:.3f}"


def _rough(effect: float, unit: Unit) -> str:
    """Return an effect with two digits at most: it is itself estimated."""
    return f"{100 * effect:.2g} {POINTS}" if unit is Unit.SHARE else f"{effect:.2g} {_unit(unit)}"
