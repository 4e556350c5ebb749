"""What several screens say alike."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from textual.app import SystemCommand
from textual.binding import Binding
from textual.screen import Screen

from alignscope.sampling import PRESETS, Preset
from alignscope.scaffold import BARE
from alignscope.session.model import FRESH, Turn
from alignscope.widgets.status import brief


def bytes_words(size: float) -> str:
    """A number of bytes as people write it: `397 MB`, `4.9 GB`."""
    for unit in ("B", "kB", "MB"):
        if size < 999.5:
            return f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"


def sent_with(turn: Turn, presets: tuple[Preset, ...] = tuple(PRESETS.values())) -> str:
    """What a turn was sent with, in the few words that stand beside its prompt."""
    words = [brief(turn.sampling, presets)]
    if turn.context != FRESH:
        words.append("context carried")
    if turn.scaffold != BARE:
        words.append(f"scaffold {turn.scaffold}")
    return " · ".join(words)


def commands_of(screen: Screen[Any]) -> Iterator[SystemCommand]:
    """Every action of a screen that has a key, for the command palette; scrolling is of no use by its name."""
    seen = set()
    for binding in screen.BINDINGS:
        if not isinstance(binding, Binding) or binding.action.startswith(("scroll(", "app.command_palette")):
            continue
        if binding.id not in seen:
            seen.add(binding.id)
            yield SystemCommand(binding.description, binding.tooltip, partial(screen.run_action, binding.action))
