"""The plan of a run: every reply that is asked for, with its key, made as it is needed."""

import hashlib
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from itertools import product
from typing import Final

import msgspec

from alignscope.backends.base import Request, ServerError
from alignscope.files.yaml_file import FileError
from alignscope.lab.row import CHAT, RAW, Option, short
from alignscope.lab.spec.file import Draws, Entry, Spec
from alignscope.lab.spec.prompts import Prompt, read_prompts
from alignscope.model.lineup.pane import EMBEDDED, Mode, Pane
from alignscope.model.sampling import Sampling
from alignscope.model.scaffold import BARE
from alignscope.model.turn import TurnSettings
from alignscope.run.compose import compose
from alignscope.run.servers import Servers, named

BLOCK: Final = 20
"""Prompts that one entry is asked in a row at most where several models share a server: one that holds a single model
loads another with each change of entry."""
_KEY_BYTES: Final = 12


class Seat(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the lineup, with what its server reports."""

    entry: Entry
    server: str
    """A URL without name and password, or `embedded`."""
    label: str = ""
    """The server's own name and version."""
    digest: str = ""
    """The model file's hash; "" if the server doesn't tell."""
    template: str = ""
    """Hash of the chat template; "" without one, or where the server doesn't tell."""
    vocabulary: int | None = None
    """Number of the model's tokens; None where the server doesn't tell."""

    @property
    def pane(self) -> Pane:
        """The entry as what asks for a reply."""
        entry = self.entry
        return Pane(entry.name, entry.model, self.server, entry.mode, entry.system)


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A reply to ask for."""

    key: str
    seat: Seat
    prompt: Prompt
    frame: str
    draws: Draws
    sample: int
    seed: int | None
    request: Request

    @property
    def sent(self) -> str:
        """The document of a completion, or the messages of a chat as JSON."""
        if self.request.mode is Mode.COMPLETION:
            return self.request.prompt
        return msgspec.json.encode(self.request.messages).decode()

    @property
    def options(self) -> dict[str, Option]:
        """The parameters that are sent, without the seed."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in self.draws.sampling.items()}


async def look(spec: Spec, servers: Servers) -> tuple[Seat, ...]:
    """Return the lineup with what the servers report. Loads no model. Raises ServerError, also for a missing model."""
    return tuple([await _look(entry, servers) for entry in spec.lineup])


async def _look(entry: Entry, servers: Servers) -> Seat:
    server = entry.server or servers.default_host
    try:
        backend = await servers.get(server)
        model = await backend.look(entry.model)
    except ServerError as error:
        raise ServerError(f"{entry.name}: {error}", error.fault, status=error.status) from error
    template = model.template if entry.mode is Mode.CHAT else None
    return Seat(
        entry=entry,
        server=named(server),
        label=backend.info.label,
        digest=model.digest,
        template=f"sha256:{hashlib.sha256(template.encode()).hexdigest()}" if template else "",
        vocabulary=model.vocabulary,
    )


class Plan:
    """Every reply of a run, in an order in which one that is stopped has replies to compare.

    All entries are asked a sample of a prompt before anybody is asked the next one. Where a server may have to load a
    model for each change of entry, they take turns by blocks of prompts instead: of one, two, four prompts and so on up
    to `BLOCK`, so that there are pairs from the first prompt on.
    """

    def __init__(self, spec: Spec, seats: Sequence[Seat]) -> None:
        self.spec = spec
        self.seats = tuple(seats)

    async def prompts(self) -> AsyncGenerator[Prompt, None]:
        """Yield all prompts. Raises FileError for a mistake in a file."""
        for source in self.spec.prompts:
            async with aclosing(read_prompts(source)) as prompts:
                async for prompt in prompts:
                    yield prompt

    async def jobs(self, server: str | None = None) -> AsyncGenerator[Job, None]:
        """Yield all jobs, or those of one server. Raises FileError for a mistake in a file."""
        async with aclosing(self.turns(server)) as turns:
            async for seats, block in turns:
                for job in self._block(seats, block) if _swaps(seats) else self._in_turn(seats, block):
                    yield job

    async def turns(self, server: str | None = None) -> AsyncGenerator[tuple[list[Seat], list[Prompt]], None]:
        """Yield the prompts that one entry of a server is asked before the next is, with all of its entries."""
        seats = [seat for seat in self.seats if server in (None, seat.server)]
        size, most = 1, BLOCK if _swaps(seats) else 1
        async with aclosing(self.prompts()) as prompts:
            block: list[Prompt] = []
            async for prompt in prompts:
                block.append(prompt)
                if len(block) == size:
                    yield seats, block
                    block, size = [], min(2 * size, most)
            if block:
                yield seats, block

    def _in_turn(self, seats: Sequence[Seat], block: Sequence[Prompt]) -> Iterator[Job]:
        """Yield a prompt's jobs: a sample for each entry, then the next sample."""
        for prompt, draws, sample in product(block, self.spec.draws, range(1, self.spec.samples + 1)):
            for seat in seats:
                for frame in seat.entry.frames:
                    yield self._job(seat, prompt, frame, draws, sample)

    def _block(self, seats: Sequence[Seat], block: Sequence[Prompt]) -> Iterator[Job]:
        """Yield the jobs of several prompts: all for one entry, then all for the next."""
        samples = range(1, self.spec.samples + 1)
        for seat in seats:
            for prompt, frame, draws, sample in product(block, seat.entry.frames, self.spec.draws, samples):
                yield self._job(seat, prompt, frame, draws, sample)

    def _job(self, seat: Seat, prompt: Prompt, frame: str, draws: Draws, sample: int) -> Job:
        seed = None if draws.seed is None else draws.seed + sample - 1
        settings = self.settings(frame, draws.sampling if seed is None else draws.sampling.on("seed", seed))
        request = compose(seat.pane, prompt.prompt, settings)
        return Job(
            key=_key(seat, prompt, request, sample),
            seat=seat,
            prompt=prompt,
            frame=frame,
            draws=draws,
            sample=sample,
            seed=seed,
            request=request,
        )

    def settings(self, frame: str, sampling: Sampling) -> TurnSettings:
        """Return what prompts are sent with in a frame."""
        return TurnSettings(
            sampling,
            scaffold=BARE if frame in (RAW, CHAT) else frame,
            think=self.spec.think,
            logprobs=self.spec.logprobs,
        )


def _swaps(seats: Sequence[Seat]) -> bool:
    """Return whether several models share a server other than the embedded engine, which holds them all."""
    models = {(seat.server, seat.entry.model) for seat in seats if seat.server != EMBEDDED}
    return len(models) > len({server for server, _ in models})


def _key(seat: Seat, prompt: Prompt, request: Request, sample: int) -> str:
    """Return the hash of what a reply depends on, and of whom it is for: the entry and the prompt's id.

    What doesn't matter isn't in it: host, frame's and sampling's names, time-outs, concurrency, versions of measures.
    """
    shaped = (
        seat.entry.name, prompt.set, prompt.id, request.mode, request.model, seat.digest, seat.template,
        request.prompt, request.messages, _shaping(request.sampling), request.logprobs, request.think, sample,
    )  # fmt: skip
    encoded = msgspec.json.encode(shaped)
    return hashlib.blake2b(encoded, digest_size=_KEY_BYTES).hexdigest()


def _shaping(sampling: Sampling) -> dict[str, object]:
    # How long the server keeps the model in memory shapes nothing.
    return {name: value for name, value in sampling.items() if name != "keep_alive"}


class Share(msgspec.Struct, frozen=True):
    """The size of a plan for one entry."""

    seat: Seat
    rows: int
    tokens: int | None
    """At most; None without a limit."""


class Count(msgspec.Struct, frozen=True):
    """The size of a plan: its replies, by their keys, and its tokens."""

    prompts: int
    shares: tuple[Share, ...]
    keys: dict[int, int]
    """The number of the entry, from 0, by the short hash of each key."""

    @property
    def rows(self) -> int:
        """Number of replies."""
        return len(self.keys)

    @property
    def tokens(self) -> int | None:
        """Number of tokens at most; None without a limit."""
        known = [share.tokens for share in self.shares if share.tokens is not None]
        return sum(known) if len(known) == len(self.shares) else None


async def count(plan: Plan) -> Count:
    """Return how much a plan asks for, with the short hashes of all keys. Reads every file of prompts to its end.

    Raises:
        FileError: a mistake in a file, or two replies that can't be told apart.
    """
    prompts = sum([1 async for _ in plan.prompts()])
    numbers = {id(seat): number for number, seat in enumerate(plan.seats)}
    rows = [0] * len(plan.seats)
    tokens: list[int | None] = [0] * len(plan.seats)
    keys: dict[int, int] = {}
    async with aclosing(plan.jobs()) as jobs:
        async for job in jobs:
            number = numbers[id(job.seat)]
            rows[number] += 1
            keys[short(job.key)] = number
            so_far, limit = tokens[number], job.request.limit
            tokens[number] = None if so_far is None or limit is None else so_far + limit
    if twice := sum(rows) - len(keys):
        raise FileError(
            f"{plan.spec.name}: {twice:,} of {sum(rows):,} replies are asked for twice; are two rows of sampling "
            "parameters the same?"
        )
    return Count(prompts, tuple(map(Share, plan.seats, rows, tokens)), keys)
