"""What several screens say alike."""

import re
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from textual.app import SystemCommand
from textual.binding import Binding
from textual.content import Content
from textual.markup import escape
from textual.screen import Screen

from alignscope.model.pane import Pane
from alignscope.model.tones import MARKS, tones
from alignscope.text.clean import clean, fit, show, wrap


def labels(panes: Sequence[Pane]) -> dict[str, Content]:
    """By name, each pane of a lineup as lists tell it: with the sign and in the colour that it has in the explorer."""
    return {
        pane.name: Content.styled(f"{MARKS[tone]} {clean(pane.name)}", f"${tone}-tone")
        for pane, tone in zip(panes, tones(panes), strict=True)
    }


def hanging(head: Content, text: str, width: int, most: int = 100) -> Content:
    """A text beside a head, with every row as far in as the first.

    Args:
        width: cells for both.
        most: rows that are shown; an ellipsis tells that there are more.
    """
    room = max(width - head.cell_length, 1)
    text = clean(text[: most * room * 4]).strip("\n")
    rows = [show(row.rstrip())[0] for line in text.split("\n") for row in wrap(line, room)]
    if len(rows) > most:
        rows = [*rows[: most - 1], fit(f"{rows[most - 1]} …", room)]
    return Content.assemble(head, ("\n" + " " * head.cell_length).join(rows))


def key_of(screen: Screen[Any], action: str) -> str:
    """The first key of one of a screen's actions, named by its id, as sentences tell it: `F4`."""
    shown = _key(
        screen, next(binding for binding in screen.BINDINGS if isinstance(binding, Binding) and binding.id == action)
    )
    return shown.upper() if re.fullmatch(r"f\d+", shown) else shown


def _key(screen: Screen[Any], usual: Binding) -> str:
    """The first key of a binding, the person's own where they have one, as the line of keys shows it."""
    first = screen.app._keymap.get(usual.id or "", usual.key).split(",")[0]
    return screen.app.get_key_display(usual.with_key(first))


def commands_of(screen: Screen[Any]) -> Iterator[SystemCommand]:
    """Every action of a screen that has a key, for the command palette; scrolling is of no use by its name."""
    seen = set()
    for binding in screen.BINDINGS:
        if not isinstance(binding, Binding) or binding.action.startswith(("scroll(", "app.command_palette")):
            continue
        if binding.id not in seen:
            seen.add(binding.id)
            help = f"{escape(_key(screen, binding))} · {binding.tooltip}"
            yield SystemCommand(binding.description, help, partial(screen.run_action, binding.action))
