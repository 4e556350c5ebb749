"""The screen on which several replies are ranked, blind: letters in order, the best one first."""

from typing import ClassVar

from alignscope.lab.votes.ranking import in_words
from alignscope.model.vote import Ranking
from alignscope.ui.screens.votes.bindings import RANK_BINDINGS
from alignscope.ui.screens.votes.voting import VotingScreen


class RankScreen(VotingScreen[Ranking]):
    """Blind rankings of up to four replies."""

    BINDINGS = RANK_BINDINGS
    BINDING_GROUP_TITLE = "Blind rankings"
    LETTERS: ClassVar[str] = "abcd"
    WHAT: ClassVar[str] = "group"
    _order: tuple[int, ...] = ()
    """The replies that have a place so far, best first."""

    def in_words(self, said: Ranking) -> str:
        """Return a ranking by letters."""
        return in_words(said)

    def beside(self, number: int) -> str:
        """Return the place that a reply has so far."""
        return f"  {self._order.index(number) + 1}." if number in self._order else ""

    def action_place(self, letter: str) -> None:
        """Give a reply the next place. The last one has its place by itself."""
        number = self.LETTERS.index(letter)
        if self.place is None or number >= self.shown_replies:
            return
        if number in self._order:
            self.say(f"{letter.upper()} has its place already; u takes the last one back.")
            return
        self._order = (*self._order, number)
        rest = self._rest
        if len(rest) == 1:
            self._rank(Ranking(tuple((each,) for each in (*self._order, *rest))))
        else:
            self.say(f"{' > '.join(self.LETTERS[each].upper() for each in self._order)} > …")
            self.draw()

    def action_tie(self) -> None:
        """Let all without a place be tied."""
        if self.place is not None:
            self._rank(Ranking((*((each,) for each in self._order), self._rest)))

    def action_bad(self) -> None:
        """Say that none is any good."""
        if self.place is not None:
            self._rank(Ranking((tuple(range(self.shown_replies)),), bad=True))

    def action_skip(self) -> None:
        """Go on without a ranking."""
        self._order = ()
        super().action_skip()

    def action_undo(self) -> None:
        """Take the last place back, or else go back to what was shown before."""
        if self._order:
            self._order = self._order[:-1]
            self.say("That place is taken back.")
            self.draw()
        else:
            super().action_undo()

    @property
    def _rest(self) -> tuple[int, ...]:
        """The replies without a place."""
        return tuple(number for number in range(self.shown_replies) if number not in self._order)

    def _rank(self, said: Ranking) -> None:
        self._order = ()
        self.keep(said)
        self.draw()
