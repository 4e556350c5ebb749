"""A reply written again by its model, but for a few places at which its twin writes: grafting by a budget.

The places are known only after a whole reply, and a token taken changes what follows. So there are two passes: the
first is the reply that was scored, whose positions with the largest divergence are chosen (`measure.shift.budget`),
and the second is written here. At the first place the twin's likeliest token is that of its list in the score. From
there on the text is a new one, and at each further place, counted in tokens from the reply's beginning, the twin is
asked what it finds likeliest behind the text as it now stands, in the frame of that score. Between the places the pane
writes by itself, with its turn's sampling. A place that the reply doesn't come to isn't used.
"""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

import msgspec

from alignscope.backends.base import Backend, ServerError
from alignscope.model.events import End, Event, Finished, Started, Stats, Token, Waiting
from alignscope.model.score import Frame, Missing
from alignscope.model.turn import MAX_ALTERNATIVES, Turn
from alignscope.run.ask import Directory, Run
from alignscope.run.compose import Exchange
from alignscope.run.going_on import Beginning
from alignscope.run.logprobs import Lacks
from alignscope.scoring.frame import Framed, framed
from alignscope.scoring.scorer import NoLogprobsError, Scorer
from alignscope.text.clean import encodable
from alignscope.text.wording import counted

_log = logging.getLogger(__name__)


class BudgetRun:
    """The writing of one such reply. Iterate over `events()` once."""

    def __init__(
        self,
        turn: Turn,
        beginning: Beginning,
        servers: Directory,
        *,
        history: Sequence[Exchange] = (),
        lacks: Lacks | None = None,
    ) -> None:
        """Send nothing yet.

        Args:
            beginning: up to the first place, with the twin's token there; its origin has the other places.
            history: exchanges before the prompt that the pane has read.
            lacks: what was said before of missing log-probabilities.
        """
        self._turn = turn
        self.beginning = beginning
        self._servers = servers
        self._history = history
        self._lacks = lacks or Lacks()
        self._tokens = list(beginning.tokens)
        self._events = asyncio.Queue[Event]()
        self._origin = beginning.origin
        self._started: Started | None = None
        self._ended = False
        self._task: asyncio.Task[None] | None = None
        self._run: Run | None = None
        self._began = 0
        self._first_ms: float | None = None
        self.requests = 0
        """Requests for tokens so far, to the pane and to its twin."""
        self._taken = [beginning.origin.position]
        """Places at which the twin has written."""
        self._written = 0
        """Tokens of the pane itself so far, as its server counts them."""
        self._unread = 0
        """Places at which the twin's token couldn't be had: the text is read in other tokens there, say."""

    async def events(self) -> AsyncGenerator[Event, None]:
        """Send one request after another, and yield the reply's events until it has finished.

        A failed reply has the problem in its Finished.
        """
        self._began = time.monotonic_ns()
        self._task = asyncio.create_task(self._guarded())
        try:
            while True:
                event = await self._events.get()
                yield event
                if isinstance(event, Finished):
                    return
        finally:
            self._ended = True
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def cancel(self, pane: str | None = None) -> None:
        """End the reply as `cancelled`, if it is that pane's; its text stays."""
        if pane in (None, self.beginning.pane.name):
            self._finish(End.CANCELLED)
            if self._task is not None:
                self._task.cancel()

    def now(self) -> float:
        """Return milliseconds since the start in whole microseconds; 0 before it."""
        return (time.monotonic_ns() - self._began) // 1000 / 1000 if self._began else 0.0

    def _put(self, event: Event) -> None:
        if not self._ended:
            self._events.put_nowait(event)

    def _finish(self, end: End, message: str = "") -> None:
        origin, now = self.beginning.origin, self.now()
        spent = (
            f"{origin.by} wrote {len(self._taken):,} of {counted(len(self._tokens), 'token')}, of "
            f"{counted(len(origin.places), 'place')} chosen; {counted(self.requests, 'request')}."
        )
        if self._unread:
            left = counted(self._unread, "place")
            spent += f" At {left} it had no token that could stand there, and the pane went on by itself."
        self._report_places(self._taken)
        stats = Stats(first_token_ms=self._first_ms, duration_ms=now, tokens=self._written)
        message = " ".join(filter(None, (message, spent)))
        self._put(Finished(self.beginning.pane.name, self.beginning.sample, now, end, message, stats))
        self._ended = True

    def _report_places(self, places: Sequence[int]) -> None:
        """Tell at which places the twin writes, once that is another thing than what was meant to be."""
        if self._started is not None and tuple(places) != self._origin.places:
            self._origin = msgspec.structs.replace(self._origin, places=tuple(places))
            self._put(msgspec.structs.replace(self._started, origin=self._origin))

    async def _guarded(self) -> None:
        try:
            end, message = await self._write()
            self._finish(end, message)
        except Exception as error:
            _log.exception("grafting %s by a budget failed", self.beginning.pane.name)
            what = f"{type(error).__name__}, {error}"
            self._finish(End.ERROR, f"Something in alignscope itself went wrong: {what}. Run it again.")

    async def _write(self) -> tuple[End, str]:
        """Write the reply; return how it ended, and what the person has to know of that."""
        for place in (*self.beginning.origin.places[1:], None):
            while place is None or len(self._tokens) < place:
                before = len(self._tokens)
                ended = await self._by_itself(place)
                if ended is None:
                    return End.CUT, "The stream ended without saying why. Run it again."
                if place is None or ended.end is not End.LENGTH or self._left == 0 or len(self._tokens) == before:
                    return ended.end, ended.message
            if place is not None and self._left == 0:
                return End.LENGTH, ""
            if place is not None and (ends := await self._by_twin()):
                return ends
        raise AssertionError("the last part has an end")

    # The pane itself

    @property
    def _limit(self) -> int | None:
        """The most tokens that the pane may write by itself; None without a limit."""
        pane = self.beginning.pane
        sampling = self._turn.settings.sampling if pane.sampling is None else pane.sampling
        limit = sampling.get("num_predict")
        return limit if isinstance(limit, int) and limit >= 0 else None

    @property
    def _left(self) -> int | None:
        return None if self._limit is None else max(0, self._limit - self._written)

    async def _by_itself(self, place: int | None) -> Finished | None:
        """Let the pane write up to a place, or to the end; return what ended that."""
        pane, settings = self.beginning.pane, self._turn.settings
        sampling = settings.sampling if pane.sampling is None else pane.sampling
        room = [each for each in (self._left, None if place is None else place - len(self._tokens)) if each is not None]
        if room:
            sampling = sampling.on("num_predict", min(room))
        beginning = msgspec.structs.replace(
            self.beginning, pane=msgspec.structs.replace(pane, sampling=sampling), tokens=tuple(self._tokens)
        )
        run = Run(
            (beginning.pane,), self._turn.prompt, settings, self._servers,
            history={pane.name: self._history}, lacks=self._lacks, goes_on=beginning,
        )  # fmt: skip
        since, came = self.now(), 0
        async with aclosing(run.events()) as events:
            async for event in events:
                match event:
                    case Started():
                        self.requests += 1
                        if self._started is None:
                            self._started = msgspec.structs.replace(event, ms=since + event.ms, limit=self._limit)
                            self._origin = event.origin or self._origin
                            self._put(self._started)
                    case Waiting():
                        if self._first_ms is None:
                            self._put(msgspec.structs.replace(event, ms=since + event.ms))
                    case Token():
                        came += 1
                        token = msgspec.structs.replace(event, ms=since + event.ms)
                        if self._first_ms is None:
                            self._first_ms = token.ms
                        self._tokens.append(token)
                        self._put(token)
                    case Finished():
                        self._written += event.stats.tokens or came
                        return event
        return None

    # Its twin

    async def _by_twin(self) -> tuple[End, str] | None:
        """Take the twin's likeliest token; return how the reply ends if it ends here."""
        origin, name = self.beginning.origin, self.beginning.pane.name
        by = self._turn.pane(origin.by)
        try:
            backend, before = await self._asked()
            scorer = Scorer(backend, by.model, alternatives=MAX_ALTERNATIVES)
            texts = [token.text for token in self._tokens]
            async with aclosing(scorer.along(before, texts, ended=True, start=len(texts))) as positions:
                position = await anext(positions)
        except (ServerError, NoLogprobsError) as error:
            return End.CUT, f"{origin.by}: {error}"
        finally:
            self.requests += 1
        if position.missing is Missing.ENDS or (position.alternatives and not position.alternatives[0].text):
            return End.STOP, f"{origin.by} would end here."
        text = position.alternatives[0].text if position.alternatives else ""
        if position.missing or not text or "\ufffd" in text or encodable(text) != text:
            self._unread += 1
            self._report_places([each for each in self._origin.places if each != len(self._tokens)])
            return None
        self._taken.append(len(self._tokens))
        token = Token(name, self.beginning.sample, self.now(), text)
        self._tokens.append(token)
        self._put(token)
        return None

    async def _asked(self) -> tuple[Backend, Framed]:
        """Return the twin's server, and what stands before the text for it. Raises ServerError."""
        pane, turn, origin = self.beginning.pane, self._turn, self.beginning.origin
        own = await self._servers.get(pane.server)
        before = await framed(Frame(origin.frame), turn.prompt, pane, turn.settings, own, self._history)
        return await self._servers.get(turn.pane(origin.by).server), before
