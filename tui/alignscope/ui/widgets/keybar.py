"""The line of keys at the bottom, which never breaks off in the middle of a word."""

from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar, Final, NamedTuple

from textual import events
from textual.screen import Screen

from alignscope.text.clean import cell_width
from alignscope.ui.widgets.pane.bars import Bar

_ALWAYS: Final = "help"
"""The action whose key stays when there is no room for all: it leads to the others."""
_LEAVES: Final = "quit"
"""The action whose key isn't named in a dialog, which has another way out."""
_GAP: Final = 2
"""Blanks between one key with its words and the next."""


class _Label(NamedTuple):
    key: str
    display: str
    text: str
    action: str
    tooltip: str

    @property
    def width(self) -> int:
        """Cells that it takes."""
        return cell_width(self.display) + bool(self.text) + cell_width(self.text)


_COMMANDS: Final = _Label("ctrl+p", "≡", "", "app.command_palette", "Every command by its name")


class KeyBar(Bar):
    """The keys that work now, less those that there is no room for. Help lists them all.

    At its right end a mouse finds every command of the screen, by the command palette.

    A screen whose keys do different things at different times has `footer_words`: by action, what its key does now,
    or nothing while it does nothing.
    """

    INDENT = 0
    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"key-bar--key", "key-bar--text", "key-bar--hover"}
    DEFAULT_CSS = """
    KeyBar {
        dock: bottom;
        background: $background;
        &.-dialogs { background: $surface; }
        &.-hover { pointer: pointer; }
        & > .key-bar--key { color: $footer-key-foreground; background: $footer-key-background; text-style: bold; }
        & > .key-bar--text { color: $footer-description-foreground; background: $footer-description-background; }
        & > .key-bar--hover { color: $footer-key-foreground; background: $block-hover-background; }
        &:ansi > .key-bar--key { color: $accent; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._placed: list[tuple[int, _Label]] = []
        """What is drawn, by its first column."""
        self._hovered: _Label | None = None

    def on_mount(self) -> None:
        """Follow what the keys do."""
        self.set_class(self.screen.is_modal, "-dialogs")  # a dialog has a ground of its own
        self.screen.bindings_updated_signal.subscribe(self, self._bindings_updated)

    def _bindings_updated(self, screen: Screen[object]) -> None:
        if self.app.app_focus:  # without it no widget has the focus, and the keys would seem to be others
            self.redraw()

    def _labels(self) -> Iterator[_Label]:
        """Yield the first key of every action that does something now."""
        words: Mapping[str, str] = getattr(self.screen, "footer_words", {})
        seen = {_LEAVES} if self.screen.is_modal else set()
        for _, binding, _, tooltip in self.screen.active_bindings.values():
            text = words.get(binding.action, binding.description)
            if binding.show and text and binding.action not in seen:
                seen.add(binding.action)
                yield _Label(binding.key, self.app.get_key_display(binding), text, binding.action, tooltip)

    def _place(self) -> Iterator[tuple[int, _Label]]:
        """Yield the keys that there is room for, with their columns."""
        labels = list(self._labels())
        last = self.size.width - _COMMANDS.width
        # The gap behind the last key may hang over; the sign for all commands stands alone.
        room = last + _GAP - 1 - sum(label.width + _GAP for label in labels if label.action == _ALWAYS)
        column = 0
        for label in labels:
            if label.action != _ALWAYS:
                # Once one has been left out, so are those behind it: what is shown is the beginning of the list.
                room -= label.width + _GAP
                if room < 0:
                    continue
            yield column, label
            column += label.width + _GAP
        yield last, _COMMANDS

    def lay_out(self) -> Iterable[tuple[str, str]]:
        """Yield each key and what it does, in two styles, with blanks between."""
        self._placed = list(self._place())
        end = 0
        for column, label in self._placed:
            hovered = "key-bar--hover" if label == self._hovered else ""
            yield " " * (column - end), ""
            yield label.display, hovered or "key-bar--key"
            yield label.text and f" {label.text}", hovered or "key-bar--text"
            end = column + label.width

    def _hover(self, label: _Label | None) -> None:
        if label != self._hovered:
            self._hovered = label
            self.tooltip = label.tooltip if label else None
            self.set_class(label is not None, "-hover")
            self.screen.update_pointer_shape()
            self.redraw()

    def _at(self, x: int) -> _Label | None:
        return next((label for column, label in self._placed if column <= x < column + label.width), None)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Show which key a click would press."""
        self._hover(self._at(event.x))

    def on_leave(self) -> None:
        """Show none."""
        self._hover(None)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Press the key under the mouse."""
        label = self._at(event.x)
        if label is not None:
            self.app.simulate_key(label.key)
