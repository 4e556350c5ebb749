"""The screen of blind votes on pairs: a key for each thing to say of two replies."""

from collections.abc import Mapping
from typing import Final

from alignscope.model.vote import Vote
from alignscope.ui.screens.votes.bindings import BINDINGS
from alignscope.ui.screens.votes.voting import VotingScreen

_SAID: Final[Mapping[Vote, str]] = {
    Vote.FIRST: "A better",
    Vote.SECOND: "B better",
    Vote.TIE: "tie",
    Vote.BOTH_BAD: "both bad",
}
"""Votes as they are said of what is shown."""


class VotesScreen(VotingScreen[Vote]):
    """Blind votes on pairs of replies."""

    BINDINGS = BINDINGS
    BINDING_GROUP_TITLE = "Blind votes"

    def in_words(self, said: Vote) -> str:
        """Return what was said, as it is said of what is shown."""
        return _SAID[said]

    def action_vote(self, said: str) -> None:
        """Keep a vote on the pair that is shown, and go on."""
        self.keep(Vote(said))
