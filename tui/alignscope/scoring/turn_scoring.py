"""Scoring of a turn's replies in the background, while they come or later: stopped and gone on with at will."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import aclosing
from typing import Final, NamedTuple

from alignscope.backends.base import Backend, ServerError
from alignscope.model.events import End
from alignscope.model.lineup.pane import Pane
from alignscope.model.reply import Reply
from alignscope.model.score import Score, ScoreKey, Tokenizers
from alignscope.model.turn import CARRY, MAX_ALTERNATIVES, Turn, exchanges
from alignscope.run.ask import Directory
from alignscope.run.compose import Exchange
from alignscope.scoring.frame import Framed, framed
from alignscope.scoring.scorer import AHEAD, NoLogprobsError, Scorer, compare_tokenizers
from alignscope.scoring.silence import CHAT, SCREEN, TOKENS, Patience, answered, unless_silent

_KEEP_EVERY: Final = 1.0
"""Seconds after which what came is kept: a crash loses no more."""
_log = logging.getLogger(__name__)


class Problem(NamedTuple):
    """The reason why a score doesn't go on."""

    pane: str
    """Name of the pane whose server or reply it is about."""
    message: str
    """For the person."""


class TurnScoring:
    """The scoring of panes' replies by one another. Its methods return at once; call them in a running event loop.

    Scores are the turn's own, so that whoever shows the turn sees them grow.
    """

    def __init__(
        self,
        turn: Turn,
        servers: Directory,
        *,
        before: Sequence[Turn] = (),
        keep: Callable[[Turn, Score], None] | None = None,
        patience: Patience = SCREEN,
    ) -> None:
        """Ask nothing yet.

        Args:
            before: the session's turns before this one, which a context that carries on has.
            keep: called once a second with a score that has grown, and when it stops.
            patience: how long a server may be silent.
        """
        self.turn = turn
        self.problems: dict[ScoreKey, Problem] = {}
        """Why scores stopped, until they are asked for again."""
        self._servers = servers
        self._before = before
        self._keep = keep
        self._patience = patience
        self._tasks: dict[ScoreKey, asyncio.Task[None]] = {}
        self._news = asyncio.Event()
        self._one_by_one = asyncio.Lock()

    @property
    def running(self) -> frozenset[ScoreKey]:
        """The scores that are asked for at the moment."""
        return frozenset(key for key, task in self._tasks.items() if not task.done())

    def start(self, key: ScoreKey) -> None:
        """Ask for a score, or go on with it where it was. Does nothing for one that runs or is whole."""
        if key in self.running or key[:2] not in self.turn.replies:
            return
        self.problems.pop(key, None)
        self._tasks[key] = asyncio.create_task(self._guarded(key))

    def stop(self) -> None:
        """Ask nothing any more. What came is kept."""
        for task in self._tasks.values():
            task.cancel()

    def look(self) -> None:
        """Look at replies that may have grown."""
        self._news.set()

    async def settled(self) -> None:
        """Wait until nothing is asked any more."""
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    def score(self, key: ScoreKey) -> Score:
        """Return a score, with the positions that are still those of its reply; a new one if there is none."""
        score = self.turn.scores.get(key)
        if score is None:
            score = self.turn.scores[key] = Score(key, MAX_ALTERNATIVES)
        if (fitting := score.fits(_texts(self.turn.replies[key.pane, key.sample]))) < len(score.positions):
            del score.positions[fitting:]
            score.whole = False
        return score

    async def _guarded(self, key: ScoreKey) -> None:
        try:
            if self.turn.settings.one_after_other:  # the machine can't have two models in memory
                async with self._one_by_one:
                    while not self.turn.ended:
                        await self._growth()
                    await self._along(key)
            else:
                await self._along(key)
        except _ProblemError as error:
            self.problems[key] = error.problem
        except Exception as error:
            _log.exception("scoring %s failed", key)
            what = f"{type(error).__name__}, {error}"
            self.problems[key] = Problem(key.by, f"Something in alignscope itself went wrong: {what}.")

    async def _along(self, key: ScoreKey) -> None:
        score, reply = self.score(key), self.turn.replies[key.pane, key.sample]
        panes = {pane.name: pane for pane in self.turn.lineup}
        if score.whole:
            return
        own, other, before = await self._prepared(panes[key.pane], panes[key.by], key)
        scorer = Scorer(other, panes[key.by].model, alternatives=score.alternatives)
        spent, kept = (score.requests, score.tokens), time.monotonic()
        grown = False
        try:
            while self._has(key, reply):
                texts, ended = _texts(reply), reply.end is not None
                if reply.thoughts:
                    raise _ProblemError(key.pane, _THOUGHT)
                # A request for every token would cost more than waiting does; a prompt is scored as a whole.
                enough = len(texts) - len(score.positions) >= AHEAD and not other.info.dialect.scores_prompts
                if not (ended or enough):
                    await self._growth()
                    continue
                start, by_itself = len(score.positions), reply.end is End.STOP
                if start < len(texts) and score.tokenizers is not Tokenizers.DIFFERENT:
                    alike = compare_tokenizers(
                        own, panes[key.pane].model, other, panes[key.by].model, before, "".join(texts)
                    )
                    score.tokenizers = await answered(alike, f"{key.pane} or {key.by}", TOKENS, self._patience)
                asked = unless_silent(scorer.along(before, texts, ended=by_itself, start=start), key.by, self._patience)
                async with aclosing(asked) as positions:
                    async for position in positions:
                        if not self._has(key, reply):
                            return
                        score.positions.append(position)
                        score.requests, score.tokens = spent[0] + scorer.requests, spent[1] + scorer.tokens
                        grown = True
                        if time.monotonic() - kept >= _KEEP_EVERY:
                            kept, grown = time.monotonic(), False
                            self._kept(score)
                if ended:
                    score.whole = grown = True
                    return
        except (ServerError, NoLogprobsError) as error:
            if isinstance(error, NoLogprobsError) and not any(each.alternatives for each in score.positions):
                score.positions.clear()  # so that another try asks for them again
            raise _ProblemError(key.by, str(error)) from None
        finally:
            score.requests, score.tokens = spent[0] + scorer.requests, spent[1] + scorer.tokens
            if grown and self._has(key, reply):
                self._kept(score)

    async def _prepared(self, writer: Pane, by: Pane, key: ScoreKey) -> tuple[Backend, Backend, Framed]:
        """Return both panes' servers, and what stands before the reply."""
        turn = self.turn
        carried = exchanges(self._before, writer.name) if turn.settings.context == CARRY else []
        history = [Exchange(prompt, reply) for prompt, reply in carried]
        try:
            own = await self._servers.get(writer.server)
            chat = framed(key.frame, turn.prompt, writer, turn.settings, own, history)
            before = await answered(chat, writer.name, CHAT, self._patience)
        except ServerError as error:
            raise _ProblemError(writer.name, str(error)) from None
        try:
            return own, await self._servers.get(by.server), before
        except ServerError as error:
            raise _ProblemError(by.name, str(error)) from None

    def _has(self, key: ScoreKey, reply: Reply) -> bool:
        """Return whether the turn still has this very reply: a pane may have been asked again."""
        return self.turn.replies.get((key.pane, key.sample)) is reply

    def _kept(self, score: Score) -> None:
        if self._keep is not None:
            self._keep(self.turn, score)

    async def _growth(self) -> None:
        self._news.clear()
        await self._news.wait()


_THOUGHT: Final = (
    "This model thought before it replied, and the other one wouldn't have that before it: nothing can be compared. "
    "Send the prompt with thinking off."
)


class _ProblemError(Exception):
    def __init__(self, pane: str, message: str) -> None:
        super().__init__(message)
        self.problem = Problem(pane, message)


def _texts(reply: Reply) -> list[str]:
    """Return a reply's tokens without thinking."""
    return [text for index, text in enumerate(reply.texts) if index not in reply.thoughts]
