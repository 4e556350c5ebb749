"""The turns of the session: fork from one, note it or judge it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import ClassVar, Final, Literal

from textual import work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets.option_list import Option

from alignscope.model.turn import Turn
from alignscope.text.clean import cell_width, clean, fit
from alignscope.text.wording import describe_verdict, remarks
from alignscope.ui.screens.base.chooser import PreviewChooser
from alignscope.ui.screens.base.labels import hanging
from alignscope.ui.screens.library.rows import replies

Action = Literal["fork", "edit"]
Remark = Literal["note", "verdict", "vote"]
_VERDICT_ROOM: Final = 24
"""Cells of a verdict in a turn's row."""


class TurnsScreen(PreviewChooser[tuple[Turn, Action] | None]):
    """Returns the chosen turn and what to do with it, None if cancelled.

    Args:
        turns: all turns of the session.
        remark: puts a note, a verdict or votes on a turn, after the person was asked where that is needed.
    """

    BINDING_GROUP_TITLE = "Turns"
    HINT = "go on from any of them, in a new session"
    PLACEHOLDER = "Type to filter: prompts and replies"
    NO_MATCH = "No turn has all of these words."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Go on from here", id="turns.fork",
                tooltip="Fork: a new session with the turns up to this one"),
        Binding("ctrl+e", "edit", "Edit and run on", id="turns.edit",
                tooltip="Fork before this turn, with its prompt in the editor"),
        Binding("ctrl+n", "remark('note')", "Note", id="turns.note", tooltip="Put a note on the turn"),
        Binding("ctrl+r,ctrl+v", "remark('verdict')", "Verdict", id="turns.verdict",
                tooltip="Say which of its replies is better: of two the first, then the second, then neither"),
        Binding("f4,ctrl+t", "remark('vote')", "Vote", id="turns.vote",
                tooltip="Vote on pairs of its replies, without names"),
    ]  # fmt: skip
    DEFAULT_CSS = """
    TurnsScreen {
        & #preview { color: $text-muted; scrollbar-gutter: stable; }
        &.-narrow #preview { height: 1fr; }
    }
    """
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]

    def __init__(self, turns: Sequence[Turn], remark: Mapping[str, Callable[[Turn], Awaitable[None]]]) -> None:
        super().__init__()
        self._turns = {str(turn.number): turn for turn in turns}
        self._remark = remark

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

    async def action_edit(self) -> None:
        """Return the selected turn, to edit its prompt."""
        await self.settle()
        self._return("edit")

    @work(exit_on_error=False)
    async def action_remark(self, remark: Remark) -> None:
        """Put a note, a verdict or votes on the selected turn, which stays selected."""
        await self.settle()
        turn = self._turns.get(self.chosen or "")
        if turn is not None:
            await self._remark[remark](turn)
            self.refill()

    def _return(self, action: Action) -> None:
        if self.chosen is not None:
            self.dismiss((self._turns[self.chosen], action))


def _row(turn: Turn, width: int) -> Content:
    """Return a turn's number and prompt, whether it has a note, and its verdict."""
    verdict = fit(describe_verdict(turn), min(_VERDICT_ROOM, width // 3))
    marks = "  ".join(filter(None, ("note" if turn.note else "", verdict)))
    number = f"{turn.number:>3}  "
    room = max(width - len(number) - len(marks) - (2 if marks else 0), 8)
    prompt = fit(turn.prompt, room)
    gap = " " * (room - cell_width(prompt) + 2)
    return Content.assemble((number, "$text-muted"), prompt, (f"{gap}{marks}" if marks else "", "$accent"))


def _describe(turn: Turn, width: int, short: bool) -> Content:
    """Return the prompt, the verdict, the note, and the beginning of each reply."""
    prompt = [] if short else [hanging(Content(), turn.prompt, width, 6).stylize("bold $foreground")]
    said = [Content.styled(clean(text), "$accent")] if (text := remarks(turn)) else []
    return Content("\n" if short else "\n\n").join([*prompt, *said, replies(turn, width, 2 if short else 8)])


def _text(turn: Turn) -> str:
    return "\n".join([turn.prompt, *(reply.text for reply in turn.replies.values())]).casefold()
