"""Score one job by an entry: the choices of a prompt, a passage, or another entry's reply."""

import asyncio
import math
from collections.abc import Awaitable, Callable, Hashable, Sequence
from contextlib import aclosing
from typing import Final, Generic, TypeVar

import msgspec

from alignscope.backends.base import Backend, Chunk, Request
from alignscope.lab.manifest import now
from alignscope.lab.row import CHAT, Ends, Likelihoods, PassageBits, Scored, ShiftScore, Step
from alignscope.lab.run.plan import Plan
from alignscope.lab.run.scores import Job, Kind
from alignscope.measure.bounds import Bounds
from alignscope.measure.shift.reply import Divergence, reply_shift
from alignscope.measure.shift.tokens import Change
from alignscope.measure.task.passage import bits_per_byte
from alignscope.model.events import Alternative, End
from alignscope.model.lineup.pane import Mode, Pane
from alignscope.model.sampling import PARAMETERS, PRESETS
from alignscope.model.score import Frame, Missing, Position, Tokenizers
from alignscope.model.turn import TurnSettings
from alignscope.run.servers import Servers
from alignscope.scoring.frame import Framed, framed
from alignscope.scoring.scorer import Scorer, compare_tokenizers, split
from alignscope.scoring.silence import CHAT as CHAT_SHOWN
from alignscope.scoring.silence import TOKENS, Patience, answered, unless_silent
from alignscope.text.clean import encodable

_GREEDY: Final = PRESETS["greedy"].sampling
_HOT: Final = PRESETS["pure"].sampling.on("temperature", PARAMETERS["temperature"].high).on("num_predict", 1)
_TRIES: Final = 5
"""Draws at a place where a model would rather end."""
_KEPT: Final = 64
"""Texts whose lists are kept in case that another sample is the same."""
T = TypeVar("T")
_THOUGHT: Final = "the model thought before it replied, and the other wouldn't have that before it"
_EMPTY: Final = "the reply is empty"
_UNLISTED: Final = "the row came without lists"


class Once(Generic[T]):
    """A cache of values, each of which is made once, even if several ask for it at the same time."""

    def __init__(self) -> None:
        self._made: dict[Hashable, asyncio.Future[T]] = {}

    async def get(self, key: Hashable, make: Callable[[], Awaitable[T]]) -> tuple[T, bool]:
        """Return what there is for a key, and whether it was made for this. Raises what making it raises."""
        while (there := self._made.get(key)) is not None:
            await asyncio.wait([there])
            if not there.cancelled():
                return there.result(), False
        future = self._made[key] = asyncio.get_running_loop().create_future()
        try:
            future.set_result(await make())
        except BaseException:
            del self._made[key]
            future.cancel()  # who waits makes it
            raise
        while len(self._made) > _KEPT and (first := next(iter(self._made))) != key and self._made[first].done():
            del self._made[first]
        return future.result(), True


class Asker:
    """Scores texts by the entries of a lineup, which didn't write them."""

    def __init__(self, plan: Plan, servers: Servers) -> None:
        self._plan, self._servers = plan, servers
        self._patience = Patience(plan.spec.timeout, "the spec's `timeout`. Raise it, or look at the server")
        self._texts: Once[tuple[list[Position], int, Tokenizers]] = Once()

    async def scored(self, job: Job) -> Scored:
        """Return what an entry thinks of a job. Raises ServerError and NoLogprobsError."""
        backend = await self._servers.get(job.seat.entry.server or self._servers.default_host)
        match job.kind:
            case Kind.CHOICES:
                return await self._choices(job, backend)
            case Kind.PASSAGE:
                return await self._passage(job, backend)
            case Kind.SHIFT:
                return await self._shift(job, backend)

    async def _choices(self, job: Job, backend: Backend) -> Likelihoods:
        prompt = job.prompt
        assert prompt is not None
        settings = self._plan.settings(job.frame, _GREEDY)
        before = await self._framed(Frame.CHAT, prompt.prompt, job.seat.pane, settings, backend)
        sums, tokens = list[Ends](), list[int]()
        first: Position | None = None
        for choice in map(encodable, prompt.choices):
            read = await self._split(job, backend, before, between(before, choice) + choice)
            positions = await self._positions(job, backend, before, read, first)
            first = positions[0]  # all choices begin at one place, whose list tells of each
            each = [_logprob(position) for position in positions]
            sums.append(_ends(Bounds(math.fsum(b.lo for b in each), math.fsum(b.hi for b in each))))
            tokens.append(len(each))
        return Likelihoods(
            key=job.key, prompt_id=prompt.id, set=prompt.set, entry=job.seat.entry.name, frame=job.frame,
            digest=job.seat.digest, choices=list(prompt.choices), sums=sums,
            sizes=[len(choice.encode("utf-8", "surrogatepass")) for choice in prompt.choices], tokens=tokens, at=now(),
        )  # fmt: skip

    async def _passage(self, job: Job, backend: Backend) -> PassageBits:
        passage, entry = job.passage, job.seat.entry
        assert passage is not None
        if job.frame == CHAT:
            chat = await self._framed(
                Frame.CHAT, passage.prompt, job.seat.pane, self._plan.settings(CHAT, _GREEDY), backend
            )
            before = Framed(
                Frame.CHAT, chat.text + backend.literal(entry.model, passage.begin), own=True, rendered=True
            )
        else:
            raw = Pane(entry.name, entry.model, job.seat.server, Mode.COMPLETION)
            before = await self._framed(
                Frame.BARE, passage.begin, raw, self._plan.settings(job.frame, _GREEDY), backend
            )
        tokens = await self._split(job, backend, before, encodable(passage.text))
        each = [_logprob(position) for position in await self._positions(job, backend, before, tokens)]
        size = len(passage.text.encode("utf-8", "replace"))
        return PassageBits(
            key=job.key, passage=passage.id, entry=entry.name, role=entry.role, model=entry.model,
            digest=job.seat.digest, frame=job.frame, bits=_ends(bits_per_byte(each, size)), size=size, tokens=len(each),
            open=sum(math.isinf(bounds.lo) for bounds in each), at=now(),
        )  # fmt: skip

    async def _positions(
        self, job: Job, backend: Backend, before: Framed, tokens: Sequence[str], first: Position | None = None
    ) -> list[Position]:
        """Return the positions of a text's tokens.

        Args:
            first: the position behind the same prompt, if its list is known from another text.
        """
        if first is None or not first.alternatives or backend.info.dialect.scores_prompts:
            found, _ = await self._along(job, backend, before, tokens, ended=False)
            return [await self._asked_again(job, backend, before, tokens, each) for each in found]
        begun = Position(index=0, token=tokens[0], alternatives=first.alternatives)
        if len(tokens) == 1:
            return [begun]
        found, _ = await self._along(job, backend, before, tokens, ended=False, start=1)
        return [begun, *[await self._asked_again(job, backend, before, tokens, each) for each in found]]

    async def _asked_again(
        self, job: Job, backend: Backend, before: Framed, tokens: Sequence[str], position: Position
    ) -> Position:
        """Return a position whose list a server doesn't show with the likeliest token with its list.

        That token is the end, or a part of a character, which has no text of its own. A hot sampling draws another one;
        the list is that of before sampling.
        """
        if position.missing not in (Missing.ENDS, Missing.NO_LIST):
            return position
        prompt = before.text + "".join(tokens[: position.index])
        for seed in range(_TRIES):
            request = Request(
                model=job.seat.entry.model, mode=Mode.COMPLETION, prompt=prompt, sampling=_HOT.on("seed", seed),
                logprobs=job.alternatives, rendered=before.rendered,
            )  # fmt: skip
            listed = await answered(
                _first_list(backend, request), job.seat.entry.name, "about the text", self._patience
            )
            if listed:
                return Position(index=position.index, token=position.token, alternatives=listed)
        return position

    async def _shift(self, job: Job, backend: Backend) -> ShiftScore:
        row, writer, shifting = job.row, job.writer, job.shifting
        assert row is not None and writer is not None and shifting is not None
        score = ShiftScore(
            key=job.key, row=row.key, entry=row.entry, by=job.seat.entry.name, frame=job.frame,
            alternatives=shifting.alternatives, at=now(),
        )  # fmt: skip
        own = own_positions(job.steps, ended=row.end is End.STOP)
        if why := _THOUGHT if row.thinking else _EMPTY if not row.text else "" if job.steps else _UNLISTED:
            return msgspec.structs.replace(score, why=why)
        # Samples of one prompt are often the same text, whose lists are the same, too.
        tokens = tuple(position.token for position in own if not position.end)
        text = (writer.entry.name, job.seat.entry.name, job.frame, row.frame, row.prompt, tokens, own[-1].end)
        (other, sent, alike), anew = await self._texts.get(
            text, lambda: self._followed(job, backend, tokens, ended=own[-1].end)
        )
        requests = sent if anew else 0
        found = reply_shift(own, other, wanted=shifting.alternatives, own_wanted=self._plan.spec.logprobs or 0)
        return msgspec.structs.replace(
            score,
            positions=found.positions,
            counts={str(each): number for each, number in found.counts.items()},
            null={str(each): number for each, number in found.null.items()},
            thirds=[{str(each): number for each, number in part.items()} for part in found.thirds or ()],
            js=(None, None) if found.js.mean is None else _rounded(found.js.mean),
            js_known=found.js.known,
            js_thirds=[_third(each) for each in found.js_thirds or ()],
            covered=found.covered,
            missing={str(why): number for why, number in found.missing.items()},
            ends=found.ends,
            promoted=[_change(each) for each in found.promoted],
            suppressed=[_change(each) for each in found.suppressed],
            tokenizers=str(alike),
            requests=requests,
            lists=[_step(position) for position in other] if shifting.lists else [],
        )

    async def _followed(
        self, job: Job, backend: Backend, tokens: Sequence[str], *, ended: bool
    ) -> tuple[list[Position], int, Tokenizers]:
        """Return a reply's positions in the lists of who is asked, the requests, and whether both read it alike."""
        row, writer, shifting = job.row, job.writer, job.shifting
        assert row is not None and writer is not None and shifting is not None
        settings, model = self._plan.settings(row.frame, _GREEDY), writer.entry.model
        own = await self._servers.get(writer.entry.server or self._servers.default_host)
        before = await self._framed(shifting.frame, row.prompt, writer.pane, settings, own)
        read = compare_tokenizers(own, model, backend, job.seat.entry.model, before, row.text)
        alike = await answered(read, writer.entry.name, TOKENS, self._patience)
        return *await self._along(job, backend, before, tokens, ended=ended), alike

    async def _along(
        self, job: Job, backend: Backend, before: Framed, tokens: Sequence[str], *, ended: bool, start: int = 0
    ) -> tuple[list[Position], int]:
        """Return a text's positions, and how many requests they took. Raises ServerError also after a silence."""
        scorer = Scorer(backend, job.seat.entry.model, alternatives=job.alternatives)
        asked = scorer.along(before, tokens, ended=ended, start=start)
        async with aclosing(unless_silent(asked, job.seat.entry.name, self._patience)) as positions:
            return [position async for position in positions], scorer.requests

    async def _framed(self, frame: Frame, prompt: str, pane: Pane, settings: TurnSettings, own: Backend) -> Framed:
        return await answered(framed(frame, prompt, pane, settings, own), pane.name, CHAT_SHOWN, self._patience)

    async def _split(self, job: Job, backend: Backend, before: Framed, text: str) -> list[str]:
        entry = job.seat.entry
        return await answered(split(backend, entry.model, before, text), entry.name, TOKENS, self._patience)


async def _first_list(backend: Backend, request: Request) -> tuple[Alternative, ...]:
    """Return the list that a reply's first token came from; () where it has none: later ones are of other places."""
    async with aclosing(backend.stream(request)) as items:
        async for item in items:
            if isinstance(item, Chunk):
                return item.alternatives
    return ()


def between(before: Framed, choice: str) -> str:
    """Return what stands between a prompt and a choice: a blank, as in a text.

    None behind a chat's template or white space, and none where a script has no blanks between words.
    """
    if before.rendered or before.text[-1:].isspace() or not before.text:
        return ""
    return "" if _unspaced(choice[:1]) and _unspaced(before.text[-1:]) else " "


def _logprob(position: Position) -> Bounds:
    """Return the bounds of a token's log-probability: at most that of the last listed one, where it isn't listed."""
    if position.logprob is not None:
        return Bounds(position.logprob, position.logprob)
    found = [each.logprob for each in position.alternatives if each.text == position.token]
    if len(found) == 1:
        return Bounds(found[0], found[0])
    if found or not position.alternatives:  # several tokens are read as this text
        return Bounds(-math.inf, max(found, default=0.0))
    return Bounds(-math.inf, min(each.logprob for each in position.alternatives))


def own_positions(steps: Sequence[Step], *, ended: bool) -> list[Position]:
    """Return a row's positions with the lists that it came with."""
    found = [
        Position(
            index=index, token=text, logprob=known, alternatives=tuple(Alternative(*each) for each in listed),
            missing=None if listed else Missing.NO_LIST,
        )
        for index, (text, known, listed) in enumerate(steps)
    ]  # fmt: skip
    if ended:
        found.append(Position(index=len(found), token="", end=True, missing=Missing.ENDS))
    return found


def _unspaced(sign: str) -> bool:
    return 0x3000 <= ord(sign) <= 0x9FFF or 0xFF00 <= ord(sign) <= 0xFFEF  # as Chinese and Japanese are written


def _ends(bounds: Bounds) -> Ends:
    return bounds.finite


def _rounded(bounds: Bounds) -> tuple[float, float]:
    return round(bounds.lo, 6), round(bounds.hi, 6)


def _third(found: Divergence) -> tuple[float, float, int]:
    lo, hi = (0.0, 1.0) if found.mean is None else _rounded(found.mean)
    return lo, hi, found.known


def _change(change: Change) -> tuple[str, int, float, float]:
    lo, hi = _rounded(change.gain)
    return encodable(change.text), change.positions, lo, hi


def _step(position: Position) -> Step:
    candidates = [(encodable(each.text), each.logprob) for each in position.alternatives]
    return encodable(position.token), position.logprob, candidates
