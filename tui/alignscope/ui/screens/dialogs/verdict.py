"""A dialog to rank a turn's replies, all or some of them."""

from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static
from textual.widgets.option_list import Option

from alignscope.model.turn import ReplyKey, Turn
from alignscope.text.clean import fit
from alignscope.ui.screens.base.chooser import Choices, ListDialog
from alignscope.ui.screens.base.labels import labels
from alignscope.ui.widgets.keybar import KeyBar

_NUMBERED: Final = 9
"""Replies that have a key of their own."""


class VerdictScreen(ListDialog[tuple[ReplyKey, ...] | None]):
    """Returns the order of a turn's replies, best first, empty for no verdict; None if cancelled."""

    BINDING_GROUP_TITLE = "Verdict"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "place", "Rank", id="verdict.place", tooltip="Give the reply the next place, or take it"),
        *(
            Binding(
                str(number),
                f"better({number})",
                "Better",
                id=f"verdict.better-{number}",
                show=number == 1,
                key_display="1, 2 …",
                tooltip=f"Give reply {number} the next place, and keep the order when no other is left",
            )
            for number in range(1, _NUMBERED + 1)
        ),
        Binding("backspace,c", "clear", "Clear", id="verdict.clear", tooltip="Take all places back"),
        Binding("enter", "keep", "Keep", id="verdict.keep", tooltip="Keep this order"),
        Binding(
            "f1,question_mark", "app.help", "Help", id="verdict.help", show=False, tooltip="The keys of this place"
        ),
        Binding("up,k", "move('up')", "Up", id="verdict.up", show=False, tooltip="The reply before"),
        Binding("down,j", "move('down')", "Down", id="verdict.down", show=False, tooltip="The next reply"),
        Binding("escape", "dismiss(None)", "Back", id="verdict.close", tooltip="Change nothing"),
    ]
    DEFAULT_CSS = """
    VerdictScreen {
        align: center bottom;
        background: transparent;
        & > .-dialog { max-width: 100%; }
        & #verdict-title { text-wrap: nowrap; text-overflow: ellipsis; }
        & Choices { height: auto; max-height: 20; margin: 1 0; }
    }
    """

    def __init__(self, turn: Turn) -> None:
        super().__init__()
        self._turn = turn
        self._keys = turn.keys
        self._order: list[ReplyKey] = list(turn.verdict.order) if turn.verdict else []

    def compose(self) -> ComposeResult:
        with Vertical(classes="-dialog"):
            yield Static(
                Content.assemble(
                    ("Which reply is better?", "bold"),
                    (f"   turn {self._turn.number}: {fit(self._turn.prompt, 200)}", "$text-muted"),
                ),
                id="verdict-title",
            )
            yield Choices()
            yield KeyBar()

    def on_mount(self) -> None:
        self._refill(0)

    def _refill(self, highlighted: int | None) -> None:
        width = max(20, self.app.size.width - 30)
        rows = []
        named = labels(self._turn.lineup)
        several = self._turn.samples > 1
        names = {key: named[key[0]] + (f", sample {key[1]}" if several else "") for key in self._keys}
        column = max(name.cell_length for name in names.values()) + 2
        for number, (key, name) in enumerate(names.items(), 1):
            digit = f"{number}  " if number <= _NUMBERED else "   "
            rank = f"{self._order.index(key) + 1}." if key in self._order else " ·"
            gap = " " * (column - name.cell_length)
            text = fit(self._turn.replies[key].text, width)
            rows.append(Option(Content.assemble((digit, "$text-muted"), (f"{rank:<4}", "$accent"), name, gap, text)))
        self.choices.set_options(rows)
        self.choices.highlighted = highlighted

    def action_place(self) -> None:
        """Rank the selected reply next, or remove its rank."""
        index = self.choices.highlighted
        if index is None:
            return
        key = self._keys[index]
        if key in self._order:
            self._order.remove(key)
        else:
            self._order.append(key)
        self._refill(index)

    def action_better(self, number: int) -> None:
        """Rank a reply next, by its number, and keep the order when at most one is left. A whole order begins anew."""
        if number > len(self._keys):
            return
        if len(self._order) == len(self._keys):
            self._order.clear()
        key = self._keys[number - 1]
        if key not in self._order:
            self._order.append(key)
        if len(self._order) >= len(self._keys) - 1:
            self.action_keep()
        else:
            self._refill(number - 1)

    def action_clear(self) -> None:
        """Remove all ranks."""
        self._order.clear()
        self._refill(self.choices.highlighted)

    def action_keep(self) -> None:
        """Return the order. A single reply without a rank is the last."""
        left = [key for key in self._keys if key not in self._order]
        order = [*self._order, *left] if self._order and len(left) == 1 else self._order
        self.dismiss(tuple(order))
