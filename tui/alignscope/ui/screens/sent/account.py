"""Lay out the request to a pane for a width: names, what is known, and texts as they are."""

from collections.abc import Iterator, Sequence
from typing import Final

from textual.content import Content

from alignscope.run.sent.pane import SentPane, Warned
from alignscope.run.sent.words import Section, sections, source
from alignscope.text.clean import Wrapper, cell_width, clean, render
from alignscope.text.wording import counted
from alignscope.ui.screens.base.labels import hanging

_MOST: Final = 6000
"""Characters of a text that are shown: its beginning and its end, since a carried conversation has no limit."""
_LABEL: Final = 14
"""Most cells of a name with something beside it."""
_EDGE: Final = "│ "
_TYPED: Final = "$foreground"
_AROUND: Final = "$text-muted"


def account(pane: SentPane, label: Content, width: int) -> Content:
    """Return all that is known of what was sent to a pane, in rows of at most `width` cells.

    Args:
        label: the pane's mark and name.
    """
    lines = [Content.assemble(label, ("  " + _fitted(source(pane), width, label.cell_length + 2), _AROUND))]
    for section in sections(pane):
        if section.rows or section.block:
            lines += [Content(""), Content.styled(section.title, "bold"), *_rows(section, width)]
            if section.block:
                span = _span(pane) if section.block == pane.rendered else None
                lines += _block(section.block, width, span)
    return Content("\n").join(lines)


def warned(warnings: Sequence[Warned], width: int) -> Content:
    """Return the warnings, a paragraph each; a sentence where there are none."""
    if not warnings:
        return Content.styled("Nothing is known that makes these panes less comparable than they look.", _AROUND)
    head = Content.styled("! ", "bold $text-warning")
    return Content("\n").join(hanging(head, warning.text, width) for warning in warnings)


def _fitted(text: str, width: int, indent: int) -> str:
    """Return a text that goes on below a head of so many cells, every row indented by two."""
    rows = Wrapper(max(8, width - indent)).rows(clean(text))
    rest = Wrapper(max(8, width - 2)).rows("".join(rows[1:])) if len(rows) > 1 else []
    return "\n  ".join(render(row.rstrip())[0] for row in [rows[0], *rest])


def _rows(section: Section, width: int) -> Iterator[Content]:
    column = _LABEL + 2
    for name, text in section.rows:
        head = Content.styled(clean(name), _AROUND)
        if cell_width(name) > column - 2:  # a name that is a sentence stands above what is said of it
            yield head
            yield hanging(Content("  "), text, width)
        else:
            pad = " " * (column - cell_width(name))
            yield hanging(Content.assemble(head, pad), text, width)


def _span(pane: SentPane) -> tuple[int, int] | None:
    """Return where what the person typed stands in the rendered prompt; None if that isn't known."""
    return None if pane.before is None or pane.typed is None else (pane.before, pane.before + pane.typed)


def _block(text: str, width: int, span: tuple[int, int] | None) -> Iterator[Content]:
    """Yield a text's rows behind an edge, what the person typed in it brighter than the rest."""
    wrapper = Wrapper(max(8, width - cell_width(_EDGE)))
    cut = len(text) - _MOST
    parts = [(0, text)] if cut <= 0 else [(0, text[: _MOST // 2]), (len(text) - _MOST // 2, text[-_MOST // 2 :])]
    for number, (start, part) in enumerate(parts):
        if number:
            yield Content.styled(f"… {counted(cut, 'character')} more …", _AROUND)
        at = start
        for line in clean(part).split("\n"):
            for row in wrapper.rows(line):
                yield Content.assemble((_EDGE, _AROUND), *_styled(row, at, span))
                at += len(row)
            at += 1


def _styled(row: str, at: int, span: tuple[int, int] | None) -> Iterator[tuple[str, str]]:
    """Yield the pieces of a row that begins at a place of the text, each with its style."""
    if span is None:
        yield render(row.rstrip())[0], _TYPED
        return
    start, stop = (min(max(0, edge - at), len(row)) for edge in span)
    for piece, style in ((row[:start], _AROUND), (row[start:stop], f"bold {_TYPED}"), (row[stop:], _AROUND)):
        if piece:
            yield render(piece)[0], style
