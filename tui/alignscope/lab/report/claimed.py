"""The answer to a claim, with which a report begins: as text, and in the page."""

from collections.abc import Iterator, Sequence
from html import escape

from alignscope.lab.claims.answered import Answered, CellFigure, Compared
from alignscope.lab.report.text import paragraph
from alignscope.lab.summary import words
from alignscope.lab.summary.measures.measure import Unit
from alignscope.measure.statistics.margins import Direction
from alignscope.text.clean import clean, encodable
from alignscope.text.wording import counted


def question(answered: Answered) -> str:
    """Return the claim with its answer."""
    return f"{answered.says} — {str(answered.verdict).capitalize()}."


def claimed(part: Compared) -> str:
    """Return what a comparison claims, with its margin."""
    margin = _amount(part)
    return {
        Direction.MORE: f"more, by over {margin}",
        Direction.LESS: f"less, by over {margin}",
        Direction.SAME: f"the same, within {margin}",
    }[part.direction]


def figures(part: Compared) -> list[str]:
    """Return what a comparison stands on: its cells, each with interval and n."""
    return [_cell(part, cell) for cell in part.cells]


def difference(part: Compared) -> str:
    """Return the difference with its interval, n, outcomes and p; "" where there is none."""
    if not part.items:
        return ""
    unit = _unit(part)
    write = words.written_difference(unit)
    kind = "difference" if len(part.cells) == 2 else "difference of the differences"
    named = words.POINTS if unit is Unit.SHARE else str(unit)
    outcome = f"{part.wins}/{part.ties}/{part.losses}" + (f" +{part.undecided}?" if part.undecided else "")
    said = [
        f"{kind} {words.value(part.value, write)} {named} {words.interval(part.interval, write)}".rstrip(),
        counted(part.items, "pair"),
        f"W/T/L {outcome}",
        *([f"p against the margin {_p(part.p)}"] if part.p is not None else []),
        *([f"{_p(part.p_holm)} after Holm"] if part.p_holm is not None else []),
    ]
    return " · ".join(said)


def verdict(part: Compared) -> str:
    """Return what is said of a comparison, and why it can't be told where that is so."""
    return f"{part.verdict}{f': {part.why}' if part.why else ''}"


def lines(answered: Answered, width: int) -> list[str]:
    """Return the answer in lines of at most so many cells."""
    said = [*paragraph(question(answered), width), ""]
    for heading, decides in (("", True), ("Looked at beside it; these decide nothing:", False)):
        parts = [part for part in answered.parts if part.decides is decides]
        if parts and heading:
            said += [heading]
        for part in parts:
            said += _indented(f"{part.says} {claimed(part).capitalize()}: {verdict(part)}.", width, "· ")
            told = " · ".join(figures(part))
            for each in filter(None, (f"{part.label}: {told}" if told else "", difference(part))):
                said += [f"  {line}" for line in paragraph(each, width - 2)]
        said += [""] if parts else []
    said += paragraph(f"Decided {answered.how[0].lower()}{answered.how[1:]}", width)
    said += ["", "What it doesn't show:"]
    for each in answered.shows_not:
        said += _indented(each, width, "· ")
    return said


def section(answered: Answered) -> Iterator[str]:
    """Yield the section of the page."""
    yield f"<section class='claim'>\n<h2>The claim, and its answer</h2>\n<p class='about'>{_text(answered.says)}</p>\n"
    yield f"<p><strong>{_text(str(answered.verdict).capitalize())}.</strong></p>\n"
    deciding = [part for part in answered.parts if part.decides]
    beside = [part for part in answered.parts if not part.decides]
    yield from _table(deciding, "what it takes")
    yield f"<p class='notes'>Decided {_text(answered.how[0].lower() + answered.how[1:])}</p>\n"
    if beside:
        yield from _table(beside, "looked at beside it, which decides nothing")
    yield "<p class='notes'>What it doesn't show:</p>\n"
    yield f"<ul class='notes'>{''.join(f'<li>{_text(each)}</li>' for each in answered.shows_not)}</ul>\n"
    yield f"<p class='notes'>Where it is heard: {_text(answered.heard)}</p>\n</section>\n"


def _table(parts: Sequence[Compared], heading: str) -> Iterator[str]:
    yield f"<div class='wide'><table>\n<thead><tr><th scope='col'>{_text(heading)}</th><th scope='col'>answer</th>"
    yield "<th scope='col'>measured</th><th scope='col'>difference</th></tr></thead>\n<tbody>\n"
    for part in parts:
        cells = "<br>".join(map(_text, figures(part)))
        yield f"<tr><th scope='row'>{_text(part.says)}<br><span class='quiet'>"
        yield f"{_text(part.label)}: {_text(claimed(part))}</span></th><td>{_text(verdict(part))}</td><td>{cells}</td>"
        yield f"<td>{_text(difference(part))}</td></tr>\n"
    yield "</tbody></table></div>\n"


def _cell(part: Compared, cell: CellFigure) -> str:
    write = words.written(_unit(part))
    said = f"{cell.label} {words.value(cell.value, write)} {words.interval(cell.interval, write)}".rstrip()
    replies = "" if cell.replies == cell.prompts else f", {cell.replies:,} replies"
    open_ = f", {cell.undetermined:,} undetermined" if cell.undetermined else ""
    return f"{said} ({counted(cell.prompts, 'prompt')}{replies}{open_})"


def _unit(part: Compared) -> Unit:
    return Unit(part.unit)


def _amount(part: Compared) -> str:
    return f"{100 * part.margin:.3g} {words.POINTS}" if _unit(part) is Unit.SHARE else f"{part.margin:.3g} {part.unit}"


def _p(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def _indented(text: str, width: int, mark: str) -> list[str]:
    rest = " " * len(mark)
    return [(rest if place else mark) + line for place, line in enumerate(paragraph(text, width - len(mark)))]


def _text(text: str) -> str:
    return escape(encodable(clean(text)))
