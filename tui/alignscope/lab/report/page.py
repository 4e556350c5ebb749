"""A run as one HTML page, which needs no network and can do nothing but show itself.

Whatever a model has written into it, the page loads nothing, and runs no script but its own, whose hash is named.
"""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Final

from alignscope.export.palette import Palette, bundled_palettes
from alignscope.lab.report import claimed, listing, votes
from alignscope.lab.report.drawings import plots
from alignscope.lab.report.plots import svg
from alignscope.lab.report.scored import (
    ABOUT_CHANGES,
    ABOUT_PASSAGES,
    PASSAGES,
    change_tables,
    passage_table,
    useless_notes,
)
from alignscope.lab.summary import words
from alignscope.lab.summary.figures import ArmFacts, Measured, Summary
from alignscope.lab.summary.measures.lists import SHIFTED
from alignscope.lab.summary.tally import Tally
from alignscope.lab.votes.feedback import Feedback
from alignscope.model.lineup.tones import MARKS
from alignscope.text.clean import clean, encodable
from alignscope.text.wording import counted

_STYLE: Final = Path(__file__).with_name("page.css").read_text("utf-8")
_SCRIPT: Final = Path(__file__).with_name("page.js").read_text("utf-8")
_HASH: Final = base64.b64encode(hashlib.sha256(_SCRIPT.encode()).digest()).decode()
_DARK: Final = "lamp"
"""The theme whose colours a page has where a person prefers dark ones."""
_HEAD: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; \
script-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="alignscope {version}">
<title>{title}</title>
<style>
:root {{ {light} }}
@media screen and (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}
{style}</style>
</head>
<body>
"""
_CLAIMS: Final = (
    "Less diverse is not worse: longer and better replies repeat less by themselves.",
    "Entropy falls with alignment: it is a control, not a finding.",
    "A base model refuses, too. Confidence is not quality.",
    "That a difference can't be told from 0 doesn't say that there is none.",
)


def write(
    tally: Tally, summary: Summary, *, feedback: Feedback | None = None, most_rows: int = listing.MOST
) -> Iterator[str]:
    """Yield the page in parts.

    Args:
        feedback: what was said of the replies; None where nothing was.
        most_rows: how many rows the page holds at most, from the first on; figures are always over all.
    """
    title = _text(summary.run)
    yield _HEAD.format(
        hash=_HASH, version=_text(summary.version), title=title, light=Palette().css,
        dark=bundled_palettes()[_DARK].css, style=_STYLE + svg.STYLE,
    )  # fmt: skip
    yield f'<header>\n<h1 dir="auto">{title}</h1>\n'
    counts = [counted(summary.prompts, "prompt"), counted(summary.rows, "row")]
    times = [f"{name} {_minute(at)}" for name, at in (("started", summary.started), ("ended", summary.ended)) if at]
    yield _paragraph(" · ".join([*counts, *times, f"alignscope {summary.version}"]), "facts")
    yield _paragraph(summary.about, "about") if summary.about else ""
    yield "</header>\n<main>\n"
    if summary.claim is not None:
        yield from claimed.section(summary.claim)
    yield from _asked(summary)
    yield from _gap(summary)
    yield from _passages(summary)
    yield from _measures(tally, summary)
    yield from () if feedback is None else votes.section(feedback)
    yield from _sent(summary)
    yield from listing.section(tally, most_rows)
    yield f"</main>\n<script>{_SCRIPT}</script>\n</body>\n</html>\n"


def _asked(summary: Summary) -> Iterator[str]:
    yield "<h2>Who was asked</h2>\n<div class='wide'><table>\n<thead><tr>"
    heads = ("", "model", "mode", "frame", "sampling", "replies", "errors", "broken off", "at limit", "loops")
    yield "".join(f'<th scope="col">{head}</th>' for head in heads) + "</tr></thead>\n<tbody>\n"
    for arm in summary.arms:
        cells = [", ".join(arm.models), arm.mode, arm.frame, arm.sampling]
        numbers = [arm.replies, arm.errors, arm.cut, arm.limit, arm.loops]
        yield f"<tr>{_named(arm)}{''.join(f'<td>{_text(cell)}</td>' for cell in cells)}"
        yield "".join(f'<td class="number">{number:,}</td>' for number in numbers) + "</tr>\n"
    yield "</tbody></table></div>\n"
    if notes := [*words.notes(summary), *useless_notes(summary)]:
        yield f'<ul class="notes">{"".join(f"<li>{_text(note)}</li>" for note in notes)}</ul>\n'


def _gap(summary: Summary) -> Iterator[str]:
    pairs = list(dict.fromkeys((d.of, d.less) for each in summary.measures for d in each.differences))
    yield "<h2>The gap</h2>\n<div class='wide'><table>\n<thead><tr><th scope='col'></th>"
    yield "".join(f'<th scope="col">{_mark(arm)}</th>' for arm in summary.arms)
    for of, less in pairs:
        name = words.difference_head((of, less), pairs)
        yield f'<th scope="col">{_text(name)}</th><th scope="col">W/T/L</th><th scope="col">p</th>'
        yield '<th scope="col">prompts</th>'
    yield "</tr></thead>\n<tbody>\n"
    for measured in summary.measures:
        yield f'<tr><th scope="row"><a href="#{measured.name}">{_text(words.label_of(measured))}</a></th>'
        for arm in summary.arms:
            yield f"<td>{_figure(measured, arm.label)}</td>"
        for pair in pairs:
            yield _difference(measured, pair)
        yield "</tr>\n"
    yield "</tbody></table></div>\n"
    tests = words.open_tests(each for measured in summary.measures for each in measured.differences)
    for note in (words.legend(summary), words.about_intervals(summary), words.family(summary), tests):
        yield _paragraph(note, "notes") if note else ""
    yield _paragraph("A difference stands out where its interval leaves 0.", "notes") if pairs else ""
    yield f'<ul class="notes">{"".join(f"<li>{_text(claim)}</li>" for claim in _CLAIMS)}</ul>\n'


def _figure(measured: Measured, label: str) -> str:
    figure = measured.figures.get(label)
    if figure is None:
        return words.PLACE_HELD
    write = words.written(measured.unit)
    said = " · ".join([f"{counted(figure.prompts, 'prompt')}", *words.beside(figure)])
    spread = words.interval(figure.interval, write) or (figure.caveats[0] if figure.caveats else "")
    return (
        f'<span class="number" title="{_text(said)}">{_text(words.value(figure.value, write))}'
        f' <span class="quiet">{_text(spread)}</span></span>'
    )


def _difference(measured: Measured, pair: tuple[str, str]) -> str:
    found = next((each for each in measured.differences if (each.of, each.less) == pair), None)
    if found is None:
        alone = next((measured.figures[label] for label in pair if label in measured.figures), None)
        number = f"{alone.prompts:,}" if alone else ""
        return f'<td>{words.PLACE_HELD}</td><td></td><td></td><td class="number">{number}</td>'
    write = words.written_difference(measured.unit)
    spread = words.interval(found.interval, write) or (found.caveats[0] if found.caveats else "")
    sure = " sure" if found.sure else ""
    return (
        f'<td class="number{sure}">{_text(words.value(found.value, write))}'
        f' <span class="quiet">{_text(spread)}</span></td>'
        f'<td class="number">{_text(words.outcome(found))}</td><td class="number">{_text(words.test_of(found))}</td>'
        f'<td class="number">{found.prompts:,}</td>'
    )


def _measures(tally: Tally, summary: Summary) -> Iterator[str]:
    yield "<h2>Measure by measure</h2>\n"
    for place, measured in enumerate(summary.measures):
        opened = " open" if place < 2 else ""
        lead = measured.differences[0] if measured.differences else None
        said = words.difference_with_n(measured, lead) if lead else ""
        yield f'<details id="{measured.name}"{opened}><summary><h3>{_text(measured.label)}</h3>'
        yield f'<span class="quiet">{_text(said)}</span></summary>\n<dl>\n'
        for term, text in (
            ("computed", measured.formula), ("source", measured.source), ("not to be taken for", measured.caveat),
        ):  # fmt: skip
            yield f"<dt>{term}</dt><dd>{_text(text)}</dd>\n"
        for label, figure in measured.figures.items():
            yield f"<dt>{_mark(summary.arm(label))}</dt><dd>"
            yield f"{_text(' · '.join([words.with_n(measured, figure), *words.beside(figure)]))}</dd>\n"
        for found in measured.differences:
            said = " · ".join([words.difference_with_n(measured, found), *words.beside_difference(measured, found)])
            yield f"<dt>{_text(f'{found.of} less {found.less}')}</dt><dd>{_text(said)}</dd>\n"
        yield "</dl>\n"
        for number, plot in enumerate(plots(tally, measured)):
            yield f'<p class="facts">{_text(plot.title)}</p>\n{svg.draw(plot, f"{measured.name}-{number}")}'
        if measured.name == SHIFTED:
            yield from _changes(summary)
        yield from _by_category(measured, summary)
        yield "</details>\n"
    yield from _openings(summary)


def _passages(summary: Summary) -> Iterator[str]:
    if rows := words.columns(passage_table(summary)):
        yield f"<h2>{PASSAGES[:1].upper()}{PASSAGES[1:]}</h2>\n"
        yield from _table(rows)
        yield _paragraph(ABOUT_PASSAGES, "notes")


def _changes(summary: Summary) -> Iterator[str]:
    for head, rows in change_tables(summary):
        yield _paragraph(head, "facts")
        yield from _table(rows)
    yield _paragraph(ABOUT_CHANGES, "notes") if summary.changes else ""


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield a table whose first row is its headings."""
    heads = "".join(f'<th scope="col">{_text(cell)}</th>' for cell in rows[0])
    yield f"<div class='wide'><table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n"
    for first, *others in rows[1:]:
        cells = "".join(f"<td>{_text(cell)}</td>" for cell in others)
        yield f'<tr><th scope="row" dir="auto">{_text(first)}</th>{cells}</tr>\n'
    yield "</tbody></table></div>\n"


def _by_category(measured: Measured, summary: Summary) -> Iterator[str]:
    if not measured.groups:
        return
    pairs = list(dict.fromkeys((d.of, d.less) for d in measured.differences))
    yield '<p class="facts">by category</p>\n<div class="wide"><table>\n<thead><tr><th scope="col">category</th>'
    yield "".join(f'<th scope="col">{_mark(summary.arm(label))}</th>' for label in measured.figures)
    yield "".join(f'<th scope="col">{_text(words.difference_head(pair, pairs))}</th>' for pair in pairs)
    yield '<th scope="col">prompts</th></tr></thead>\n<tbody>\n'
    for group in measured.groups:
        yield f'<tr><th scope="row" dir="auto">{_text(group.category) or words.PLACE_HELD}</th>'
        for label in measured.figures:
            yield f'<td class="number">{_text(words.short(measured.unit, group.figures.get(label)))}</td>'
        found = {(d.of, d.less): words.short_difference(measured.unit, d) for d in group.differences}
        yield "".join(f'<td class="number">{_text(found.get(pair, words.PLACE_HELD))}</td>' for pair in pairs)
        yield f'<td class="number">{group.prompts:,}</td></tr>\n'
    yield "</tbody></table></div>\n"


def _openings(summary: Summary) -> Iterator[str]:
    yield "<details><summary><h3>commonest openings</h3></summary>\n<dl>\n"
    for arm in summary.arms:
        said = [f"“{opening}” {number:,}" for opening, number in arm.openings if opening]
        yield f"<dt>{_mark(arm)}</dt><dd>{_text(' · '.join(said))} of {counted(arm.replies, 'row')}</dd>\n"
    yield "</dl>\n<p class='notes'>The first three words of replies, over all prompts.</p></details>\n"


def _sent(summary: Summary) -> Iterator[str]:
    yield "<h2>What was sent to whom</h2>\n"
    for arm in summary.arms:
        yield f"<details><summary><h3>{_mark(arm)}</h3></summary>\n<dl>\n"
        options = " · ".join(f"{name} {value}" for name, value in arm.options.items())
        servers = [*arm.servers, *([arm.server_label] if arm.server_label else [])]
        for term, text in (
            ("server", " · ".join(servers)), ("model", ", ".join(arm.models)), ("digest", ", ".join(arm.digests)),
            ("role", arm.role), ("frame", arm.frame), ("template", arm.template),
            ("sampling", f"{arm.sampling}: {options or 'its own'}"),
        ):  # fmt: skip
            yield f"<dt>{term}</dt><dd>{_text(text) or words.PLACE_HELD}</dd>\n"
        yield f"</dl>\n<p class='facts'>the first of its rows was sent as</p>\n{_pre(arm.sent, arm.tone)}</details>\n"


def _minute(at: str) -> str:
    """Return a time of ISO 8601 to the minute."""
    return f"{at[:16].replace('T', ' ')} UTC"


def _named(arm: ArmFacts) -> str:
    return f'<th scope="row">{_mark(arm)}</th>'


def _mark(arm: ArmFacts) -> str:
    return f'<span class="mark {arm.tone}">{MARKS[arm.tone]} {_text(arm.label)}</span>'


def _pre(text: str, tone: str) -> str:
    # A line break right behind the opening tag is dropped, so a text that begins with one needs another.
    return f'<div class="reply {tone}"><pre>{chr(10) if text[:1] == chr(10) else ""}{_text(text)}</pre></div>\n'


def _paragraph(text: str, kind: str) -> str:
    return f'<p class="{kind}">{_text(text)}</p>\n'


def _text(text: str) -> str:
    """Return a text as it may stand in a page, whatever it holds."""
    return escape(encodable(clean(text)))
