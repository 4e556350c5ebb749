"""A dialog with a turn's replies as a tree: which came from which."""

from collections.abc import Iterator
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static
from textual.widgets.option_list import Option

from alignscope.model.reply import Reply
from alignscope.model.turn import ReplyKey, Turn
from alignscope.text.clean import cell_width, fit
from alignscope.text.wording import describe_origin
from alignscope.ui.screens.base.chooser import Choices, ListDialog
from alignscope.ui.screens.base.labels import labels
from alignscope.ui.widgets.keybar import KeyBar

_TEXT_FROM = 24
"""Cells of room from which on a reply's text stands in its row."""


def branches(turn: Turn) -> Iterator[tuple[str, Reply]]:
    """Yield a turn's replies with the lines of a tree before them: each below the one that it came from.

    One whose origin isn't there stands at the top, and so does one of several that claim to come from one another.
    """
    below: dict[ReplyKey | None, list[Reply]] = {}
    for key in turn.keys:
        reply = turn.replies[key]
        source = (reply.origin.pane, reply.origin.sample) if reply.origin else None
        below.setdefault(source if source in turn.replies else None, []).append(reply)
    left = dict.fromkeys(turn.keys)

    def walk(replies: list[Reply], lead: str, *, top: bool) -> Iterator[tuple[str, Reply]]:
        for number, reply in enumerate(replies, 1):
            key = (reply.pane, reply.sample)
            if key not in left:
                continue
            del left[key]
            last = number == len(replies)
            yield "" if top else f"{lead}{'└─ ' if last else '├─ '}", reply
            yield from walk(below.get(key, []), "" if top else f"{lead}{'   ' if last else '│  '}", top=False)

    yield from walk(below.get(None, []), "", top=True)
    while left:
        yield from walk([turn.replies[next(iter(left))]], "", top=True)


class AncestryScreen(ListDialog[ReplyKey | None]):
    """Returns the reply that was chosen; None if cancelled.

    Args:
        turn: with at least one reply.
        here: the reply that is shown now.
    """

    BINDING_GROUP_TITLE = "Tree"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Show", id="ancestry.choose", tooltip="Show the selected reply"),
        Binding("f1,question_mark", "app.help", "Help", id="ancestry.help", show=False,
                tooltip="The keys of this place"),
        Binding("up,k", "move('up')", "Up", id="ancestry.up", show=False, tooltip="The reply above"),
        Binding("down,j", "move('down')", "Down", id="ancestry.down", show=False, tooltip="The reply below"),
        Binding("escape,q", "dismiss(None)", "Back", id="ancestry.close", tooltip="Stay where you are"),
    ]  # fmt: skip
    DEFAULT_CSS = """
    AncestryScreen {
        align: center bottom;
        background: transparent;
        & > .-dialog { max-width: 100%; }
        & Choices { height: auto; max-height: 20; margin: 1 0; }
    }
    """

    def __init__(self, turn: Turn, here: ReplyKey) -> None:
        super().__init__()
        self._turn = turn
        self._rows = [*branches(turn)]
        self._here = next((at for at, (_, reply) in enumerate(self._rows) if (reply.pane, reply.sample) == here), 0)

    def compose(self) -> ComposeResult:
        with Vertical(classes="-dialog"):
            yield Static(Content.assemble(("Which reply came from which", "bold"), ("   in this turn", "$text-muted")))
            yield Choices()
            yield KeyBar()

    def on_mount(self) -> None:
        """Fill the list."""
        self.on_resize()

    def on_resize(self) -> None:
        """Fill the list for the new width."""
        width, named = max(20, self.app.size.width - 8), labels(self._turn.lineup)
        marked = self.choices.highlighted
        self.choices.set_options(
            [Option(self._row(lead, reply, named[reply.pane], width)) for lead, reply in self._rows]
        )
        self.choices.highlighted = self._here if marked is None else marked

    def _row(self, lead: str, reply: Reply, name: Content, width: int) -> Content:
        facts = f" {reply.sample}  {describe_origin(reply.origin, way=False) if reply.origin else ''}".rstrip()
        head = Content.assemble((lead, "$text-muted"), name, (fit(facts, width), "$text-muted"))
        room = width - head.cell_length - 2
        text = fit("".join(reply.texts[reply.kept :]) if reply.kept else reply.text, max(0, room))
        shown = room >= _TEXT_FROM and cell_width(text) > 0
        return Content.assemble(head, "  ", text) if shown else head

    def action_choose(self) -> None:
        """Return the selected reply."""
        at = self.choices.highlighted
        if at is not None:
            reply = self._rows[at][1]
            self.dismiss((reply.pane, reply.sample))
