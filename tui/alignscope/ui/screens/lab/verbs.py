"""Actions on the row under the cursor: show its replies in panes or its tokens, label it."""

from collections.abc import Callable, Sequence

from alignscope.lab.row import Row
from alignscope.lab.summary.labels import LabelsError, Said
from alignscope.lab.summary.rows import Arm
from alignscope.lab.watching.messages import Found, Replies
from alignscope.lab.watching.values import REFUSED, rule_of
from alignscope.measure.refusal.judging import Label
from alignscope.text.clean import clean_line, fit
from alignscope.text.wording import counted
from alignscope.ui.screens.lab.replies import RepliesScreen, chosen, session_of
from alignscope.ui.screens.lab.rows import BY_PERSON
from alignscope.ui.screens.lab.watched import WatchedRun


class RowVerbs(WatchedRun):
    """The lab's screen as far as it is about one row."""

    _waiting: Replies | None = None
    """Replies that were asked for."""
    _wanted: tuple[Row, bool] | None = None
    """The row that they are for, and whether for the token view."""

    # Replies

    def action_tokens(self) -> None:
        """Show the replies of the row token by token."""
        self.ask_replies(tokens=True)

    def ask_replies(self, *, tokens: bool) -> None:
        row = self.rows.row
        if row is None:
            self.say("There is no row yet.")
            return
        self._ask_for(row, row.sample, tokens=tokens)

    def _ask_for(self, row: Row, sample: int, *, tokens: bool) -> None:
        self._wanted = (row, tokens)
        self._waiting = Replies(row.set, row.prompt_id, sample)
        self.measurer.ask(self._waiting)

    def took_replies(self, found: Found) -> None:
        if self._wanted is None or found.asked != self._waiting:
            return
        (own, tokens), self._wanted, self._waiting = self._wanted, None, None
        if not found.rows:
            self.say(f"There is no sample {found.asked.sample} of this prompt." if found.asked.sample else "")
            return
        row = next((each for each in found.rows if each.key == own.key), found.rows[0])
        those = chosen(self._in_order(found.rows), row)
        session = session_of(those, found.lists, self._name_of, clean_line(self.folder.resolve().name))
        if tokens:
            from alignscope.ui.screens.tokens.screen import TokensScreen

            at = those.index(row)
            self.app.push_screen(TokensScreen(session.turns[0], 1, session.turns[0].lineup[at].name))
            return
        left = len(found.rows) - len(those)
        said = f"Sample {row.sample} of {row.prompt_id}" + (
            f"; {counted(left, 'more model')} had it, too" if left else ""
        )
        step = self._stepper(row)
        self.app.push_screen(RepliesScreen(session, step, f"{said}. n and N go to other samples."))

    def _stepper(self, row: Row) -> Callable[[int], None]:
        def step(by: int) -> None:
            if row.sample + by >= 1:
                self._ask_for(row, row.sample + by, tokens=False)

        return step

    def _name_of(self, row: Row) -> str:
        return self.rows.name_of(Arm(row.entry, row.frame, row.sampling))

    def _in_order(self, rows: Sequence[Row]) -> list[Row]:
        """Return rows in the order in which the table has their models."""
        arms = [(arm.entry, arm.frame, arm.sampling) for arm in self.summary.arms] if self.summary else []
        place = {Arm(*arm): at for at, arm in enumerate(arms)}
        return sorted(rows, key=lambda row: place.get(Arm(row.entry, row.frame, row.sampling), len(place)))

    # Labels

    def say_rule(self) -> None:
        """Say of the row under the cursor what the rule says of it, where refusals are shown."""
        row = self.rows.row
        if row is None or row.failed or self.table.measure != REFUSED:
            return
        rule = rule_of(row)
        given = self.labels.given.get(row.key)
        why = f"{rule.rule}: ‘{fit(rule.matched, 40)}’" if rule.matched else rule.rule or "no words of declining"
        you = f"You say {given.label}{BY_PERSON}; the" if given else "The"
        self.say(f"{you} rule says {rule.label} ({why}).")

    def action_label(self, said: str) -> None:
        """Keep a person's label of the row under the cursor, or take it back."""
        row = self.rows.row
        if row is None or row.failed:
            self.say("There is no reply here that could be labelled.")
            return
        label = Label(said) if said else None
        if label is None and row.key not in self.labels.given:
            self.say("You said nothing of this reply, so the rule's label holds.")
            return
        try:
            self.labels.add(Said(key=row.key, label=label))
        except LabelsError as error:
            self.say(f"Not kept: {error}", "error")
            return
        self.rows.refresh()
        rule = rule_of(row)
        if label is None:
            self.say(f"Taken back: the rule says {rule.label}.")
        else:
            self.say(f"Kept: {label}. The rule says {rule.label}; {self.key_of('lab.by-rule')} takes it back.")

    def action_blind(self) -> None:
        """Label replies drawn at random, without the rule's label and the model's name in sight."""
        if not len(self.index):
            self.say("There is no reply yet that could be labelled.")
            return
        from alignscope.ui.screens.lab.blind import BlindScreen

        self.app.push_screen(BlindScreen(self.index, self.labels))
