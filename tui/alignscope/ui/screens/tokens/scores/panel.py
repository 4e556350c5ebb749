"""Scoring from the token view: started by a key, with its progress and its figures at each pane."""

import time
from collections.abc import Sequence
from typing import Final

from alignscope.model.events import End
from alignscope.model.lineup.pane import Mode
from alignscope.model.score import Frame, Score, ScoreKey, Tokenizers
from alignscope.model.turn import Turn
from alignscope.scoring.frame import HELP
from alignscope.scoring.turn_scoring import TurnScoring
from alignscope.text.wording import counted
from alignscope.ui.screens.tokens.scores.other import Other, between, by_own_list, by_score
from alignscope.ui.screens.tokens.scores.scored_tokens import ScoredTokens
from alignscope.ui.screens.tokens.token_column import TokenColumn

_BUDGET: Final = 0.008
"""Seconds of comparing at a time, so that keys are handled in between."""
_TOKENIZERS: Final = {
    Tokenizers.DIFFERENT: "tokenizers differ: only tokens that both have count",
    Tokenizers.UNKNOWN: "nothing tells whether the tokenizers are the same",
}


class ScorePanel:
    """The scores of a turn's replies, as the columns show them.

    Args:
        scoring: what asks; None where nobody can be asked.
    """

    def __init__(self, turn: Turn, columns: Sequence[TokenColumn], scoring: TurnScoring | None) -> None:
        kept = {key.frame for key in turn.scores}
        self.frame = next((frame for frame in Frame if frame in kept), Frame.CHAT)
        """What stands before a reply when the other model is asked about it: first one that has a score."""
        self._turn = turn
        self._columns = columns
        self._scoring = scoring

    @property
    def running(self) -> bool:
        """Whether anything is being asked, or compared."""
        return bool(self._scoring and self._scoring.running) or any(
            column.tokens.scored is not None and column.tokens.scored.summary is None for column in self._columns
        )

    # What is asked

    def toggle(self, here: TokenColumn, key: str) -> str:
        """Have a pane's reply scored by the others, and theirs by it; or stop. Return what is said of it.

        Args:
            key: the key that does it.
        """
        scoring = self._scoring
        if scoring is None:
            return "a replay has kept scores only"
        if scoring.running:
            scoring.stop()
            return f"scoring is stopped, {key} goes on"
        others = [column for column in self._columns if column is not here]
        if not others:
            return "no other pane could score it"
        if here.tokens.reply.pane != here.pane.name or not (len(here.tokens) or here.tokens.reply.end is None):
            return "no reply here to score"
        wanted = [self._key(here, other) for other in others]
        wanted += [self._key(other, here) for other in others if other.tokens.has_lists]
        asked = [each for each in wanted if not self._whole(each)]
        for each in asked:
            scoring.start(each)
        if not asked:
            return f"scored already, frame {self.frame}"
        return "" if here.tokens.has_lists or not len(here.tokens) else "no lists of its own: classes only"

    def _whole(self, key: ScoreKey) -> bool:
        score = self._turn.scores.get(key)
        return score is not None and score.whole

    def _key(self, of: TokenColumn, by: TokenColumn) -> ScoreKey:
        return ScoreKey(of.pane.name, of.tokens.reply.sample, by.pane.name, self.frame)

    def next_frame(self) -> str:
        """Take the next frame, and stop asking in this one. Return what is said of it."""
        frames = list(Frame)
        self.frame = frames[(frames.index(self.frame) + 1) % len(frames)]
        self.stop()
        self.follow()
        return f"frame {self.frame}: {HELP[self.frame]}"

    def stop(self) -> None:
        """Stop asking."""
        if self._scoring is not None:
            self._scoring.stop()

    async def close(self) -> None:
        """Stop asking, and wait until what came is kept."""
        if self._scoring is not None:
            self._scoring.stop()
            await self._scoring.settled()

    def progress(self) -> str:
        """Return how far it is and what it has cost, while it goes on."""
        if self._scoring is None or not (running := self._scoring.running):
            return ""
        scores = [self._turn.scores[key] for key in running if key in self._turn.scores]
        known = sum(len(score.positions) for score in scores)
        every = sum(self._places(score.key) for score in scores)
        spent = counted(sum(score.requests for score in scores), "request")
        return f"scoring {known:,} of {every:,}, {spent}"

    def _places(self, key: ScoreKey) -> int:
        """Return how many positions a score of a reply will have, which need not be the sample in view."""
        reply = self._turn.replies[key.pane, key.sample]
        return len(reply.texts) - len(reply.thoughts) + (reply.end is End.STOP)

    # What is shown

    def follow(self) -> bool:
        """Take in what came since the last time, and compare for a moment. Return whether anything changed."""
        if self._scoring is not None:
            self._scoring.look()
        deadline = time.perf_counter() + _BUDGET
        changed = False
        for column in self._columns:
            changed = self._take_in(column) or changed
            scored = column.tokens.scored
            if scored is not None and scored.summary is None:
                scored.fill(lambda: time.perf_counter() > deadline)
                changed = True
        for column in self._columns:
            column.show_score(self._said(column))
        return changed

    def _take_in(self, column: TokenColumn) -> bool:
        tokens, best = column.tokens, self._best(column)
        scored = tokens.scored
        if best is None:
            tokens.scored = None
            return scored is not None
        if scored is None or scored.score is not best[0]:
            tokens.scored = ScoredTokens(tokens, best[0], best[1].mark)
            tokens.scored.take_in()
            return True
        return scored.take_in()

    def _best(self, column: TokenColumn) -> tuple[Score, TokenColumn] | None:
        """Return a reply's score in this frame, and whose it is: the fullest, a base model's before others."""
        found = [
            (score, other)
            for other in self._columns
            if other is not column and (score := self._turn.scores.get(self._key(column, other))) is not None
        ]
        if not found:
            return None
        return max(found, key=lambda each: (len(each[0].positions), each[1].pane.mode is Mode.COMPLETION))

    def other(self, here: TokenColumn, token: int) -> Other | None:
        """Return what another model says at a token: by the score, else by a list of its own after the same tokens."""
        scored = here.tokens.scored
        told = by_score(scored, token) if scored is not None else None
        if told is not None:
            return told
        for column in self._columns:
            if column is not here and here.tokens.same_before(column.tokens, token):
                own = by_own_list(column.tokens, column.mark, token) if column.tokens.alternatives(token) else None
                if own is not None:
                    return own
        return None

    def _said(self, column: TokenColumn) -> str:
        """Return what stands under a pane: why it can't be asked, or its reply's figures."""
        problems = self._scoring.problems if self._scoring is not None else {}
        about = [found.message for found in problems.values() if found.pane == column.pane.name]
        return " ".join([*dict.fromkeys(about), *filter(None, [self._figures(column)])])

    def _figures(self, column: TokenColumn) -> str:
        scored = column.tokens.scored
        if scored is None or not scored.known:
            return ""
        summary, score = scored.summary, scored.score
        head = f"{scored.name}, frame {self.frame}"
        if score.tokenizers in _TOKENIZERS:  # first, as a narrow pane has no room for all
            head += f" · {_TOKENIZERS[score.tokenizers]}"
        if summary is None:
            return f"{head} · {counted(scored.known, 'position')}"
        share = summary.shifted_or_beyond
        told = "nothing known" if share.value is None else f"{100 * share.value:.0f} % shifted of {share.known:,}"
        parts = [f"{told}, {share.unknown:,} unknown" if share.unknown else told]
        if scored.by_itself:
            parts.append(f"{100 * scored.by_itself:.0f} % in its own lists")
        thirds = [part.mean for part in scored.thirds]
        if any(thirds):
            said = (between(each.in_bits) if each else "–" for each in thirds)
            parts.append(f"JS by thirds {', '.join(said)} bits")
        if scored.at_end is not None:
            parts.append("ends there too" if scored.at_end else "would go on there")
        if not score.whole:
            parts.append(f"{scored.known:,} of {counted(len(column.tokens), 'token')}")
        return " · ".join([head, *parts])
