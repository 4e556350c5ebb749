"""A session's row in a list, and its preview."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from textual.content import Content

from alignscope.model.session import Session
from alignscope.model.turn import Turn
from alignscope.sessions.library.index import Entry
from alignscope.sessions.library.places import Place
from alignscope.text.clean import cell_width, clean, clean_line, fit
from alignscope.text.wording import counted, remarks
from alignscope.ui.screens.base.labels import hanging, labels

_TURNS_SHOWN: Final = 5
_ROWS_SHOWN: Final = 4
"""Rows of each reply in the preview."""


def local_time(at: datetime, now: datetime | None = None) -> str:
    """Return a moment in local time: the time of day if it is today, else the date."""
    at = at.astimezone()
    now = now or datetime.now().astimezone()
    if at.date() == now.date():
        return f"{at:%H:%M}"
    return f"{at:%d %b}" if at.year == now.year else f"{at:%Y-%m-%d}"


def row(entry: Entry, width: int, current: str) -> Content:
    """Return a session's row: title, date, number of turns, models and first prompt, as far as `width` cells allow."""
    if entry.problem:
        return Content.assemble(("× ", "$text-error"), fit(f"{entry.name}: {entry.problem}", width - 2))
    here = entry.name == current and not entry.bundled
    at = "open" if here else "bundled" if entry.bundled else local_time(entry.created)
    turns = f"{entry.turns:>3,} turn{'s' if entry.turns != 1 else ' '}"
    room = width - 11 - 2 - len(turns)
    # The title always, then the models' names, whole or not at all, and the prompt where there is room for them.
    title_room = min(34, room - 20) if room > 44 else room
    title = fit(entry.title or entry.name, title_room)
    models_room = min(26, room - title_room - 2)
    models = _models(entry, models_room)
    rest = room - title_room - models_room - 4
    prompt = fit(entry.prompt, rest) if rest > 8 and entry.prompt != entry.title else ""
    return Content.assemble(
        title + " " * (title_room - cell_width(title)),
        (f" {at:>10}", "$accent" if here else "$text-muted"),
        (f"  {turns}", "$text-muted"),
        (f"  {models}{' ' * (models_room - cell_width(models))}" if models_room > 0 else "", "$text-muted"),
        (f"  {prompt}" if prompt else "", "$text-muted"),
    )


def _models(entry: Entry, room: int) -> str:
    """Return the names of a lineup's models, as many as there is room for."""
    names = list(dict.fromkeys(clean(pane.model) for pane in entry.panes))
    while names and cell_width(", ".join(names)) > room:
        names.pop()
    return ", ".join(names)


def describe(session: Session, width: int, places: Sequence[Place] = ()) -> Content:
    """Return a session's preview, `width` cells wide, with the places in which a search found it."""
    source = "came with alignscope, read only" if session.bundled else session.name
    parts: list[Content | str | tuple[str, str]] = [(clean(session.title) or clean(session.name), "bold")]
    for place in places:  # first, since there may be little room
        parts += ["\n", (f"{clean(place.where)}: ", "$text-warning"), marked(place)]
    parts += [
        (f"\n{session.created.astimezone():%Y-%m-%d %H:%M}  {clean(source)}", "$text-muted"),
    ]
    if session.parent:
        parts.append((f"\ncomes from {clean(session.parent.name)}, turn {session.parent.turn}", "$text-muted"))
    named = labels([record.pane for record in session.lineup])
    for record in session.lineup:
        parts += ["\n", named[record.pane.name], (f"  {clean(record.pane.model)}, {record.pane.mode}", "$text-muted")]
    for warning in session.warnings:
        parts.append((f"\n{clean(warning)}", "$text-warning"))
    for turn in session.turns[:_TURNS_SHOWN]:
        parts += [f"\n\n{turn.number}  ", (fit(turn.prompt, 200), "bold")]
        parts += [(f"\n{fit(line, 200)}", "$accent") for line in remarks(turn).split("\n") if line]
        parts += ["\n", replies(turn, width)]
    if len(session.turns) > _TURNS_SHOWN:
        parts.append((f"\n\nand {counted(len(session.turns) - _TURNS_SHOWN, 'more turn')}", "$text-muted"))
    return Content.assemble(*parts)


def marked(place: Place) -> Content:
    """Return the text of a place with the words that were found in bold."""
    text = Content(clean_line(place.text))
    for start, end in place.words:
        text = text.stylize("$accent bold", start, end)
    return text


def replies(turn: Turn, width: int, most: int = _ROWS_SHOWN) -> Content:
    """Return the beginning of every pane's first reply to a turn, in at most `most` rows each."""
    named = labels(turn.lineup)
    column = max((label.cell_length for label in named.values()), default=0) + 2
    heads = {name: label + " " * (column - label.cell_length) for name, label in named.items()}
    return Content("\n").join(
        hanging(heads[pane], reply.text, width, most) for (pane, sample), reply in turn.replies.items() if sample == 1
    )
