"""A session in words: its row in a list, and what is shown of it before it is opened."""

from datetime import datetime
from typing import Final

from textual.content import Content

from alignscope.screens.words import labels
from alignscope.session.index import Entry
from alignscope.session.model import Session
from alignscope.text import cell_width, clean, fit

_TURNS_SHOWN: Final = 5


def when(at: datetime, now: datetime | None = None) -> str:
    """A moment as lists show it, in the person's own time: the time of day today, else the date."""
    at = at.astimezone()
    now = now or datetime.now().astimezone()
    if at.date() == now.date():
        return f"{at:%H:%M}"
    return f"{at:%d %b}" if at.year == now.year else f"{at:%Y-%m-%d}"


def row(entry: Entry, width: int, current: str) -> Content:
    """Title, when, lineup, turns and first prompt, as far as there is room."""
    if entry.problem:
        return Content.assemble(("✕ ", "$text-error"), fit(f"{entry.name}: {entry.problem}", width - 2))
    mark = "• " if entry.name == current and not entry.bundled else "  "
    at, turns = "bundled" if entry.bundled else when(entry.created), f"{entry.turns:>3}"
    room = width - 2 - 11 - 5
    # The title always, then models and the prompt where there is room for them.
    models_room = min(26, room // 3) if room > 44 else 0
    title_room = min(34, room // 2 - (models_room // 4)) if room > 44 else room
    rest = room - title_room - models_room - 2
    title = fit(entry.title or entry.name, title_room)
    models = fit(", ".join(pane.model for pane in entry.panes), models_room - 1) if models_room else ""
    prompt = fit(entry.prompt, rest) if rest > 8 and entry.prompt != entry.title else ""
    return Content.assemble(
        (mark, "$accent"),
        title + " " * (title_room - cell_width(title)),
        (f" {at:>10}", "$text-muted"),
        (f" {turns} ", "$accent"),
        (f"{models}{' ' * (models_room - cell_width(models))}" if models_room else "", "$text-muted"),
        (prompt, "$text-muted"),
    )


def describe(session: Session, excerpt: str = "") -> Content:
    """What a person wants to know of a session before they open it."""
    kept = "came with alignscope, read only" if session.bundled else session.name
    parts: list[Content | str | tuple[str, str]] = [
        (clean(session.title) or clean(session.name), "bold"),
        (f"\n{session.created.astimezone():%Y-%m-%d %H:%M}  {clean(kept)}", "$text-muted"),
    ]
    if session.parent:
        parts.append((f"\ncomes from {clean(session.parent.name)}, turn {session.parent.turn}", "$text-muted"))
    named = labels([record.pane for record in session.lineup])
    for record in session.lineup:
        parts += ["\n", named[record.pane.name], (f"  {clean(record.pane.model)}, {record.pane.mode}", "$text-muted")]
    for warning in session.warnings:
        parts.append((f"\n{clean(warning)}", "$text-warning"))
    if excerpt:
        parts += ["\n\n", (clean(excerpt), "$text-warning")]
    for turn in session.turns[:_TURNS_SHOWN]:
        parts += [f"\n\n{turn.number}  ", (fit(turn.prompt, 200), "bold")]
        if turn.note:
            parts.append((f"\nnote: {fit(turn.note, 200)}", "$accent"))
        named = labels(turn.lineup)
        for (pane, sample), reply in turn.replies.items():
            if sample == 1:
                parts += ["\n", named[pane], "  ", fit(reply.text[:400], 160)]
    if len(session.turns) > _TURNS_SHOWN:
        parts.append((f"\n\nand {len(session.turns) - _TURNS_SHOWN:,} more turns", "$text-muted"))
    return Content.assemble(*parts)
