"""What a person says of a session: its name, notes and verdicts; and the list of turns in which to say it."""

from textual import work

from alignscope.model.turn import Turn
from alignscope.ui.screens.explorer.keeping import SessionKeeping


class RemarkActions(SessionKeeping):
    """Actions that say something of the session or of one of its turns."""

    @work(group="session", exit_on_error=False)
    async def action_name_session(self) -> None:
        """Give the session a title."""
        from alignscope.ui.screens.dialogs.text import TextScreen

        title = await self.app.push_screen_wait(
            TextScreen("The session's name", "by which the library shows it", self.recorder.session.title)
        )
        if title:
            self.recorder.set_title(title)
            self.show_settings()
            self.say(f"This session is called ‘{title}’ now.")

    @work(group="session", exit_on_error=False)
    async def action_note(self) -> None:
        """Put a note on the last turn."""
        turn = self.last_turn()
        if turn is not None:
            await self._note(turn)

    @work(group="session", exit_on_error=False)
    async def action_verdict(self) -> None:
        """Say which of the last turn's replies is better."""
        turn = self.last_turn()
        if turn is not None:
            await self._judge(turn)

    async def _note(self, turn: Turn) -> None:
        from alignscope.ui.screens.dialogs.text import TextScreen

        text = await self.app.push_screen_wait(
            TextScreen(f"A note on turn {turn.number}", "kept with the session", turn.note, empty="No note.")
        )
        if text is not None:
            self.recorder.set_note(turn, text)
            self.say("The note is kept." if text else "There is no note on this turn.")

    async def _judge(self, turn: Turn) -> None:
        from alignscope.ui.screens.dialogs.verdict import VerdictScreen

        if not turn.replies:
            self.say("There are no replies to judge yet.")
            return
        judged = await self.app.push_screen_wait(VerdictScreen(turn))
        if judged is not None:
            self.recorder.set_verdict(turn, judged.verdict)
            order = [name if turn.settings.samples == 1 else f"{name} {sample}" for name, sample in
                     (judged.verdict.order if judged.verdict else ())]  # fmt: skip
            self.say(f"Kept: {', then '.join(order)}." if order else "There is no verdict on this turn.")

    @work(group="session", exit_on_error=False)
    async def action_turns(self) -> None:
        """Choose a turn to go on from, to note or to judge."""
        from alignscope.ui.screens.library.turns import TurnsScreen

        if self.last_turn() is None:
            return
        chosen = await self.app.push_screen_wait(TurnsScreen(self.exploration.turns))
        if chosen is None:
            return
        turn = chosen.turn
        if chosen.action == "note":
            await self._note(turn)
        elif chosen.action == "verdict":
            await self._judge(turn)
        else:
            edit = chosen.action == "edit"
            await self.exploration.settled()
            await self.resume(self.recorder.session.fork(turn.number - 1 if edit else turn.number))
            self.say("What you send now goes into a new session that names the one it came from.")
            if edit:
                self.prompt.put(turn.prompt)
            self.prompt.focus()
