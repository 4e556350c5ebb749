"""The line of keys at the bottom."""

from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar, Final, NamedTuple

from textual import events
from textual.screen import Screen

from alignscope.text.clean import cell_width
from alignscope.ui.widgets.pane.bars import RowBar

_ALWAYS: Final = "help"
"""Action whose key stays when there is no room for all, because help lists the others."""
_LEAVES: Final = "quit"
"""Action whose key is left out in a dialog, which is closed by another key."""
_GAP: Final = 2
"""Blanks between two keys with their labels."""


class _Label(NamedTuple):
    key: str
    display: str
    text: str
    action: str
    tooltip: str

    @property
    def width(self) -> int:
        """Width in cells."""
        return cell_width(self.display) + bool(self.text) + cell_width(self.text)


_COMMANDS: Final = _Label("ctrl+p", "≡", "", "app.command_palette", "Every command by its name")


class KeyBar(RowBar):
    """Keys that work now, as far as they fit, and at the right end the command palette for a mouse.

    A screen's optional `footer_labels` maps actions to labels; a key with an empty label is left out.
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
        """Drawn labels with their first columns."""
        self._hovered: _Label | None = None

    def on_mount(self) -> None:
        """Follow changes of the screen's keys."""
        self.set_class(self.screen.is_modal, "-dialogs")
        self.screen.bindings_updated_signal.subscribe(self, self._bindings_updated)

    def _bindings_updated(self, screen: Screen[object]) -> None:
        if self.app.app_focus:  # else no widget has the focus, and other keys would seem to work
            self.redraw()

    def _labels(self) -> Iterator[_Label]:
        """Yield the first key of every action that works now."""
        words: Mapping[str, str] = getattr(self.screen, "footer_labels", {})
        seen = {_LEAVES} if self.screen.is_modal else set()
        for _, binding, _, tooltip in self.screen.active_bindings.values():
            text = words.get(binding.action, binding.description)
            if binding.show and text and binding.action not in seen:
                seen.add(binding.action)
                yield _Label(binding.key, self.app.get_key_display(binding), text, binding.action, tooltip)

    def _place(self) -> Iterator[tuple[int, _Label]]:
        """Yield the labels that fit, with their columns."""
        labels = list(self._labels())
        last = self.size.width - _COMMANDS.width
        # The gap behind the last key may be cut off.
        room = last + _GAP - 1 - sum(label.width + _GAP for label in labels if label.action == _ALWAYS)
        column = 0
        for label in labels:
            if label.action != _ALWAYS:
                # Once a key is left out, so are all behind it.
                room -= label.width + _GAP
                if room < 0:
                    continue
            yield column, label
            column += label.width + _GAP
        yield last, _COMMANDS

    def lay_out(self) -> Iterable[tuple[str, str]]:
        """Yield each key and its label in two styles, with blanks between."""
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
        """Highlight the key under the mouse."""
        self._hover(self._at(event.x))

    def on_leave(self) -> None:
        """Highlight no key."""
        self._hover(None)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Press the key under the mouse."""
        if label := self._at(event.x):
            self.app.simulate_key(label.key)
