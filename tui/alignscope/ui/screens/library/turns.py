"""The turns of the session: fork from one, note it or judge it."""

from collections.abc import Sequence
from typing import ClassVar, Literal

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets.option_list import Option

from alignscope.model.turn import Turn
from alignscope.text.clean import cell_width, clean, fit
from alignscope.ui.screens.chooser import PreviewChooser
from alignscope.ui.screens.labels import hanging
from alignscope.ui.screens.library.rows import replies

Action = Literal["fork", "edit", "note", "verdict"]


class TurnsScreen(PreviewChooser[tuple[Turn, Action] | None]):
    """Returns the chosen turn and what to do with it, None if cancelled."""

    BINDING_GROUP_TITLE = "Turns"
    HINT = "go on from any of them, in a new session"
    PLACEHOLDER = "Type to filter: prompts and replies"
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
        & #preview { color: $text-muted; scrollbar-gutter: stable; }
        &.-narrow #preview { height: 1fr; }
    }
    """
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]

    def __init__(self, turns: Sequence[Turn]) -> None:
        super().__init__()
        self._turns = {str(turn.number): turn for turn in turns}

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
        self.show_preview(_describe(turn, self.preview_width, self.has_class("-narrow")) if turn else "")

    def choose(self, chosen: str | None) -> None:
        self._return("fork")

    async def action_pick(self, action: Literal["edit", "note", "verdict"]) -> None:
        """Return the selected turn for an action other than enter's."""
        await self.settle()
        self._return(action)

    def _return(self, action: Action) -> None:
        if self.chosen is not None:
            self.dismiss((self._turns[self.chosen], action))


def _row(turn: Turn, width: int) -> Content:
    """Return a turn's number and prompt, and whether it has a note and a verdict."""
    marks = " ".join(mark for mark, value in (("note", turn.note), ("verdict", turn.verdict)) if value)
    number = f"{turn.number:>3}  "
    room = max(width - len(number) - len(marks) - (2 if marks else 0), 8)
    prompt = fit(turn.prompt, room)
    gap = " " * (room - cell_width(prompt) + 2)
    return Content.assemble((number, "$text-muted"), prompt, (f"{gap}{marks}" if marks else "", "$accent"))


def _describe(turn: Turn, width: int, short: bool) -> Content:
    """Return the prompt, the note, and the beginning of each reply."""
    prompt = [] if short else [hanging(Content(), turn.prompt, width, 6).stylize("bold $foreground")]
    note = [Content.styled(f"Note: {clean(turn.note)}", "$accent")] if turn.note else []
    return Content("\n" if short else "\n\n").join([*prompt, *note, replies(turn, width, 2 if short else 8)])


def _text(turn: Turn) -> str:
    return "\n".join([turn.prompt, *(reply.text for reply in turn.replies.values())]).casefold()
