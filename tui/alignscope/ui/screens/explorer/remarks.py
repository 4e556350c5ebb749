"""A person's remarks on turns in the explorer: notes, verdicts, blind votes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from alignscope.model.turn import ReplyKey, Turn, Verdict
from alignscope.text.wording import reply_name
from alignscope.ui.screens.base.actions import work
from alignscope.ui.screens.explorer.actions import ExplorerActions

if TYPE_CHECKING:
    from alignscope.sessions.recording.recorder import Recorder


class RemarkActions(ExplorerActions):
    """Actions by which a person remarks on the session's turns."""

    @property
    def _recorder(self) -> "Recorder":
        return self.screen.session.recorder

    @work("session")
    async def action_note(self) -> None:
        """Put a note on the last turn."""
        turn = self.screen.last_turn()
        if turn is not None:
            await self.note(turn)

    @work("session")
    async def action_verdict(self) -> None:
        """Rank the last turn's replies."""
        turn = self.screen.last_turn()
        if turn is not None:
            await self._judge(turn)

    async def note(self, turn: Turn) -> None:
        """Ask for a note on a turn, and keep it."""
        text = await self.screen.session.ask(
            f"A note on turn {turn.number}", "kept with the session", turn.note, empty="No note."
        )
        if text is not None:
            self._recorder.set_note(turn, text)
            self._show_remarks(turn)
            self.show_notice("The note is kept." if text else "There is no note on this turn.")

    async def _judge(self, turn: Turn) -> None:
        if not turn.replies:
            self.show_notice("There are no replies to judge yet.")
            return
        from alignscope.ui.screens.dialogs.verdict import VerdictScreen

        order = await self.screen.app.push_screen_wait(VerdictScreen(turn))
        if order is not None:
            self._set_verdict(turn, order)

    async def judge_next(self, turn: Turn) -> None:
        """Say of two replies that the first is better, then the second, then neither; ask where there are others."""
        keys = turn.keys
        if len(keys) != 2:
            await self._judge(turn)
            return
        orders = [(), tuple(keys), tuple(keys[::-1])]
        now = turn.verdict.order if turn.verdict else ()
        self._set_verdict(turn, orders[(orders.index(now) + 1) % len(orders) if now in orders else 0])

    def _set_verdict(self, turn: Turn, order: tuple[ReplyKey, ...]) -> None:
        self._recorder.set_verdict(turn, Verdict(order) if order else None)
        self._show_remarks(turn)
        names = [reply_name(turn, key) for key in order]
        self.show_notice(f"Kept: {', then '.join(names)}." if names else "There is no verdict on this turn.")

    @work("session")
    async def action_vote(self) -> None:
        """Vote on pairs of the session's replies, without names."""
        if self.screen.last_turn() is not None:
            await self.vote(self.exploration.turns)

    async def vote(self, turns: Sequence[Turn]) -> None:
        """Show pairs of turns' replies, and keep what is said of them."""
        from alignscope.ui.screens.votes.session import vote_on_open

        session = self.exploration.session.copy()
        session.turns = [*turns]  # the very same: votes are put into them
        await vote_on_open(self.screen, session, self._recorder.set_vote, self.show_notice)

    def _show_remarks(self, turn: Turn) -> None:
        for view in self.split.views:
            view.show_remarks(turn)
