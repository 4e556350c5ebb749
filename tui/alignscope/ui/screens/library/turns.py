"""The turns of the session: go on from an earlier one, in a new session."""

from collections.abc import Sequence
from typing import ClassVar, Literal, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static
from textual.widgets.option_list import Option

from alignscope.model.turn import Turn
from alignscope.text.clean import cell_width, clean, fit
from alignscope.ui.screens.chooser import Choices, Chooser, FilterLine
from alignscope.ui.screens.library.rows import replies
from alignscope.ui.screens.words import hanging
from alignscope.ui.widgets.keybar import KeyBar


class Chosen(NamedTuple):
    """A turn, and what to do with it."""

    turn: Turn
    action: Literal["fork", "edit", "note", "verdict"]


class TurnsScreen(Chooser[Chosen | None]):
    """Returns the turn that was chosen and what to do with it, None when the person went back."""

    BINDING_GROUP_TITLE = "Turns"
    NO_MATCH = "No turn has all of these words."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Go on from here", id="turns.fork",
                tooltip="Fork: a new session with the turns up to this one"),
        Binding("ctrl+e", "pick('edit')", "Edit and run on", id="turns.edit",
                tooltip="Fork before this turn, with its prompt in the editor"),
        Binding("ctrl+n", "pick('note')", "Note", id="turns.note", tooltip="Put a note on the turn"),
        Binding("ctrl+r,ctrl+v", "pick('verdict')", "Verdict", id="turns.verdict",
                tooltip="Say which of its replies is better"),
    ]  # fmt: skip
    DEFAULT_CSS = """
    TurnsScreen {
        & #turns-detail { width: 1fr; padding: 0 0 0 2; color: $text-muted; }
        & #turns-detail { scrollbar-size-vertical: 1; scrollbar-gutter: stable; }
        &.-narrow Horizontal { layout: vertical; }
        &.-narrow #turns-detail { height: 1fr; padding: 1 0 0 0; }
    }
    """
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]

    def __init__(self, turns: Sequence[Turn]) -> None:
        super().__init__()
        self._turns = {str(turn.number): turn for turn in turns}

    def compose(self) -> ComposeResult:
        with Vertical(classes="-dialog"):
            yield Static(
                Content.assemble(("Turns", "bold"), ("   go on from any of them, in a new session", "$text-muted")),
                classes="-heading",
            )
            yield FilterLine(placeholder="Type to filter: prompts and replies")
            with Horizontal():
                yield Choices()
                with VerticalScroll(id="turns-detail", can_focus=False):
                    yield Static()
            yield KeyBar()

    def on_mount(self) -> None:
        self.refill()
        self.choices.action_last()

    def on_resize(self) -> None:
        # The rows are as wide as the list, which knows its size only after this.
        self.call_after_refresh(self.refill)

    def entries(self, query: str) -> list[Option]:
        words = query.casefold().split()
        return [
            Option(_row(turn, self.choices.room), id=id)
            for id, turn in self._turns.items()
            if all(word in _text(turn) for word in words)
        ]

    def preview(self, chosen: str | None) -> None:
        turn = self._turns.get(chosen or "")
        shown = self.query_one("#turns-detail Static", Static)
        shown.update(_describe(turn, max(shown.size.width, 20), self.has_class("-narrow")) if turn else "")
        self.query_one("#turns-detail").scroll_home(animate=False)

    def choose(self, chosen: str | None) -> None:
        self._return("fork")

    async def action_pick(self, action: Literal["edit", "note", "verdict"]) -> None:
        """Return the selected turn for something else."""
        await self.settle()
        self._return(action)

    def _return(self, action: Literal["fork", "edit", "note", "verdict"]) -> None:
        if self.chosen is not None:
            self.dismiss(Chosen(self._turns[self.chosen], action))


def _row(turn: Turn, width: int) -> Content:
    """Number and prompt, and at the right what was said about the turn."""
    marks = " ".join(word for word, there in (("note", turn.note), ("verdict", turn.verdict)) if there)
    number = f"{turn.number:>3}  "
    room = max(width - len(number) - len(marks) - (2 if marks else 0), 8)
    prompt = fit(turn.prompt, room)
    gap = " " * (room - cell_width(prompt) + 2)
    return Content.assemble((number, "$text-muted"), prompt, (f"{gap}{marks}" if marks else "", "$accent"))


def _describe(turn: Turn, width: int, short: bool) -> Content:
    """The prompt, the note, and how each reply begins."""
    prompt = [] if short else [hanging(Content(), turn.prompt, width, 6).stylize("bold $foreground")]
    note = [Content.styled(f"Note: {clean(turn.note)}", "$accent")] if turn.note else []
    return Content("\n" if short else "\n\n").join([*prompt, *note, replies(turn, width, 2 if short else 8)])


def _text(turn: Turn) -> str:
    return "\n".join([turn.prompt, *(reply.text for reply in turn.replies.values())]).casefold()
