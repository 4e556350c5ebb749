"""The rows of a run in its page: as data that a script draws, and the first of them without any."""

from collections.abc import Iterator
from html import escape
from itertools import islice
from typing import Final

import msgspec

from alignscope.lab.row import Row
from alignscope.lab.summary.rows import Arm
from alignscope.lab.summary.tally import Tally
from alignscope.model.lineup.tones import MARKS
from alignscope.text.clean import clean, encodable
from alignscope.text.wording import counted

MOST: Final = 20_000
"""Rows in a page."""
_PLAIN: Final = 200
"""Rows that are seen without scripts."""
_COLUMNS: Final = (
    ("prompt_id", "prompt", "14%"), ("category", "category", "11%"), ("model", "model", "14%"),
    ("sample", "sample", "8%"), ("end", "end", "8%"), ("tokens", "tokens", "8%"), ("text", "reply", "37%"),
)  # fmt: skip
"""What a row shows: name, heading and width of each column."""
_MORE: Final = ("prompt", "thinking", "error")
"""What it has beside, for when it is opened."""
_TEXTS: Final = (("prompt", "prompt"), ("thinking", "thinking"), ("text", "reply"), ("error", "error"))


def section(tally: Tally, most: int) -> Iterator[str]:
    """Yield the section, in which the data is a block of JSON that ends no script element, whatever is in it."""
    total = len(tally.rows)
    yield "<h2>Rows</h2>\n"
    if total > most:
        yield f"<p class='notes'>The first {most:,} of {total:,} rows; samples.jsonl holds them all.</p>\n"
    yield "<noscript>\n<p class='notes'>With scripts, all rows can be sorted, filtered and opened here.</p>\n"
    yield from _without_script(tally)
    yield "</noscript>\n<div id='scripted' hidden>\n<div class='controls'>"
    yield '<input id="find" type="search" placeholder="words in prompts and replies" aria-label="words to find">'
    yield '<select id="arm" aria-label="model"><option value="">all models</option></select>'
    yield '<select id="end" aria-label="end"><option value="">all ends</option></select>'
    yield '<span id="count" class="facts" role="status"></span></div>\n<table id="rows">\n<colgroup>'
    yield "".join(f'<col style="width: {width}">' for _, _, width in _COLUMNS)
    yield "</colgroup>\n<thead><tr>"
    for place, (_, heading, _) in enumerate(_COLUMNS):
        yield f'<th scope="col"><button data-column="{place}">{heading}</button></th>'
    yield '</tr></thead>\n<tbody></tbody></table>\n<button id="more" hidden></button>\n</div>\n'
    yield '<script type="application/json" id="data">'
    yield from _data(tally, most)
    yield "</script>\n"


def _data(tally: Tally, most: int) -> Iterator[str]:
    places = {arm: place for place, arm in enumerate(tally.arms)}
    arms = [
        {"label": label, "tone": tone, "mark": MARKS[tone]}
        for label, tone in zip(tally.labels, tally.tones, strict=True)
    ]
    head = {
        "columns": [*(name for name, _, _ in _COLUMNS), *_MORE], "shown": len(_COLUMNS), "arms": arms, "texts": _TEXTS,
        "searched": ["prompt_id", "category", "text", "prompt", "thinking", "error"],
    }  # fmt: skip
    yield _safe(head)[:-1] + ',"rows":['
    for number, row in enumerate(islice(_rows(tally), most)):
        arm = places[Arm(row.entry, row.frame, row.sampling)]
        cells = [row.prompt_id, row.category, arm, row.sample, str(row.end), row.tokens, row.text]
        cells += [row.prompt, row.thinking, row.error]
        yield (
            ("," if number else "") + _safe([_drawn(cell) if isinstance(cell, str) else cell for cell in cells]) + "\n"
        )
    yield "]}"


def _without_script(tally: Tally) -> Iterator[str]:
    labels = dict(zip(tally.arms, tally.labels, strict=True))
    tones = dict(zip(tally.arms, tally.tones, strict=True))
    last = ""
    for row in islice(_rows(tally), _PLAIN):
        arm = Arm(row.entry, row.frame, row.sampling)
        if row.prompt != last:
            yield f"<h3>{_text(row.prompt_id)}</h3>\n<pre>\n{_text(row.prompt)}</pre>\n"
            last = row.prompt
        facts = f"{MARKS[tones[arm]]} {labels[arm]} · sample {row.sample} · {row.end} · {counted(row.tokens, 'token')}"
        yield f'<div class="reply {tones[arm]}"><p class="facts">{_text(facts)}</p><pre>\n{_text(row.text)}</pre>'
        yield f'<p class="error">{_text(row.error)}</p></div>\n' if row.error else "</div>\n"
    if (rest := len(tally.rows) - _PLAIN) > 0:
        yield f"<p class='notes'>{rest:,} more rows are not drawn here.</p>\n"


def _rows(tally: Tally) -> Iterator[Row]:
    for _, samples in tally.rows.by_prompt():
        yield from sorted((row for row, _ in samples), key=lambda row: (row.entry, row.frame, row.sampling, row.sample))


def _safe(value: object) -> str:
    """Return JSON in which nothing can end a script element or begin a comment there."""
    text = msgspec.json.encode(value).decode()
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _drawn(text: str) -> str:
    return encodable(clean(text))


def _text(text: str) -> str:
    return escape(_drawn(text))
