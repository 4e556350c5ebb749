"""The turns of the session: go on from an earlier one, in a new session."""

from collections.abc import Sequence
from typing import ClassVar, Literal, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static
from textual.widgets.option_list import Option

from alignscope.screens.chooser import Choices, Chooser
from alignscope.screens.words import labels
from alignscope.session.model import Turn
from alignscope.text import clean, fit
from alignscope.widgets.keybar import KeyBar


class Chosen(NamedTuple):
    """A turn, and what to do with it."""

    turn: Turn
    action: Literal["fork", "edit", "note", "verdict"]


class TurnsScreen(Chooser[Chosen | None]):
    """Returns the turn that was chosen and what to do with it, None when the person went back."""

    BINDING_GROUP_TITLE = "Turns"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Go on from here", id="turns.fork", priority=True,
                tooltip="Fork: a new session with the turns up to this one"),
        Binding("ctrl+e", "pick('edit')", "Edit and run on", id="turns.edit", priority=True,
                tooltip="Fork before this turn, with its prompt in the editor"),
        Binding("ctrl+n", "pick('note')", "Note", id="turns.note", priority=True, tooltip="Put a note on the turn"),
        Binding("ctrl+r,ctrl+v", "pick('verdict')", "Verdict", id="turns.verdict", priority=True,
                tooltip="Say which of its replies is better"),
    ]  # fmt: skip
    DEFAULT_CSS = """
    TurnsScreen #turns-detail { height: auto; min-height: 3; max-height: 8; padding-top: 1; color: $text-muted; }
    """

    def __init__(self, turns: Sequence[Turn]) -> None:
        super().__init__()
        self._turns = {str(turn.number): turn for turn in turns}

    def compose(self) -> ComposeResult:
        with Vertical(classes="-dialog"):
            yield Static(
                Content.assemble(("Turns", "bold"), ("   go on from any of them, in a new session", "$text-muted")),
                classes="-heading",
            )
            yield Input(placeholder="Type to filter: prompts and replies", compact=True)
            yield Choices()
            yield Static(id="turns-detail")
            yield KeyBar()

    def on_mount(self) -> None:
        self.fill(self.entries(""))
        self.choices.action_last()

    def entries(self, query: str) -> list[Option]:
        words = query.casefold().split()
        return [
            Option(
                Content.assemble(
                    (f"{turn.number:>4}  ", "$text-muted"), fit(turn.prompt, 100), (_marks(turn), "$accent")
                ),
                id=id,
            )
            for id, turn in self._turns.items()
            if all(word in _text(turn) for word in words)
        ]

    def preview(self, chosen: str | None) -> None:
        turn = self._turns.get(chosen or "")
        parts: list[Content | str | tuple[str, str]] = []
        if turn is not None:
            named = labels(turn.lineup)
            parts = [(f"Note: {clean(turn.note)}\n", "$accent")] if turn.note else []
            for (pane, sample), reply in list(turn.replies.items())[:6]:
                which = f", sample {sample}" if sample > 1 else ""
                parts += [named[pane], f"{which}  {fit(reply.text[:400], 110)}\n"]
        self.query_one("#turns-detail", Static).update(Content.assemble(*parts))

    def choose(self, chosen: str | None) -> None:
        self._return("fork")

    def action_pick(self, action: Literal["edit", "note", "verdict"]) -> None:
        """Return the selected turn for something else."""
        self._return(action)

    def _return(self, action: Literal["fork", "edit", "note", "verdict"]) -> None:
        if self.chosen is not None:
            self.dismiss(Chosen(self._turns[self.chosen], action))


def _marks(turn: Turn) -> str:
    return "  " + " ".join(word for word, there in (("note", turn.note), ("verdict", turn.verdict)) if there)


def _text(turn: Turn) -> str:
    return "\n".join([turn.prompt, *(reply.text for reply in turn.replies.values())]).casefold()
