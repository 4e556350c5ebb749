"""Scores of a run: the jobs, their keys, and the file of those that came."""

import hashlib
import os
from collections.abc import AsyncGenerator, Collection, Iterator
from contextlib import aclosing
from enum import StrEnum
from pathlib import Path
from typing import Final

import msgspec

from alignscope.files.lines import append_to, cut_torn, lines, write_line
from alignscope.files.whole import sync, write_whole
from alignscope.lab.folder import FolderError
from alignscope.lab.row import CHAT, MAX_LINE, RAW, Row, Scored, Step, encode, short
from alignscope.lab.run.plan import Count, Plan, Seat
from alignscope.lab.spec.prompts import Prompt
from alignscope.lab.spec.scores import Passage, Shifting
from alignscope.lab.summary.rows import Rows, RunError
from alignscope.model.lineup.pane import EMBEDDED, Mode, is_twin
from alignscope.model.sampling import PRESETS
from alignscope.model.turn import MAX_ALTERNATIVES
from alignscope.run.compose import compose

SCORES: Final = "scores.jsonl"
SCORES_ASIDE: Final = "scores-aside.jsonl"
"""Scores that the spec doesn't ask for any more."""
LONG: Final = 1000
"""Alternatives that the embedded engine is asked for, so that hardly a token is outside its list."""
_WHOLE: Final = 1_000_000
"""Alternatives that a twin is asked for: its whole vocabulary, which is small."""
_KEY_BYTES: Final = 12


class Kind(StrEnum):
    """The kind of a score."""

    CHOICES = "choices"
    PASSAGE = "passage"
    SHIFT = "shift"


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A score to ask for."""

    kind: Kind
    key: str
    seat: Seat
    """Who is asked."""
    frame: str
    prompt: Prompt | None = None
    """Whose choices it is about."""
    passage: Passage | None = None
    shifting: Shifting | None = None
    writer: Seat | None = None
    """Whose reply it is about."""
    row: Row | None = None
    """The reply."""
    steps: list[Step] = []

    @property
    def alternatives(self) -> int:
        """Length of the lists to ask for."""
        if self.shifting is not None:
            return self.shifting.alternatives
        if self.seat.server != EMBEDDED:
            return MAX_ALTERNATIVES
        # Passages of two models are compared only where both are exact; of choices, the likeliest few matter.
        return _WHOLE if self.kind is Kind.PASSAGE and is_twin(self.seat.entry.model) else LONG


class Wanted:
    """The scores that a plan asks for."""

    def __init__(self, plan: Plan, folder: Path) -> None:
        """Read nothing yet.

        Args:
            folder: where the rows are whose replies are scored.
        """
        self._plan, self._folder = plan, folder

    def __bool__(self) -> bool:
        """Return whether there is anything."""
        return wants_scores(self._plan)

    async def jobs(self, server: str | None = None) -> AsyncGenerator[Job, None]:
        """Yield all jobs, or those that one server is asked for: passages, choices in the order of replies, replies.

        Raises FileError, and FolderError where the rows can't be read.
        """
        plan = self._plan
        for seat in plan.seats:
            if server in (None, seat.server):
                for passage in plan.spec.passages:
                    for frame in passage_frames(seat):
                        yield self._passage(seat, frame, passage)
        if plan.spec.likelihood:
            async with aclosing(plan.turns(server)) as turns:
                async for seats, block in turns:
                    for seat in seats:
                        for prompt in block:
                            if len(prompt.choices) > 1:
                                for frame in seat.entry.frames:
                                    yield self._choices(seat, frame, prompt)
        if plan.spec.scores:
            for job in self._shifts(server):
                yield job

    def _passage(self, seat: Seat, frame: str, passage: Passage) -> Job:
        template = (seat.template, seat.entry.system, passage.prompt) if frame == CHAT else ()
        shaped = (seat.entry.name, seat.entry.model, seat.digest, frame, passage, template)
        return Job(kind=Kind.PASSAGE, key=_key(Kind.PASSAGE, shaped), seat=seat, frame=frame, passage=passage)

    def _choices(self, seat: Seat, frame: str, prompt: Prompt) -> Job:
        request = compose(seat.pane, prompt.prompt, self._plan.settings(frame, PRESETS["greedy"].sampling))
        shaped = (
            seat.entry.name, prompt.set, prompt.id, seat.entry.model, seat.digest, seat.template, frame,
            request.prompt, request.messages, request.think, prompt.choices,
        )  # fmt: skip
        return Job(kind=Kind.CHOICES, key=_key(Kind.CHOICES, shaped), seat=seat, frame=frame, prompt=prompt)

    def _shifts(self, server: str | None) -> Iterator[Job]:
        seats = {seat.entry.name: seat for seat in self._plan.seats}
        asked = {name: each for each in self._plan.spec.scores for name in each.of}
        if server is not None and not any(seats[each.by].server == server for each in asked.values()):
            return
        try:
            for _, samples in Rows(self._folder).by_prompt():
                for row, steps in samples:
                    each = asked.get(row.entry)
                    if each is None or row.failed or server not in (None, seats[each.by].server):
                        continue
                    by = seats[each.by]
                    shaped = (row.key, by.entry.name, by.entry.model, by.digest, each.frame, each.alternatives)
                    yield Job(
                        kind=Kind.SHIFT, key=_key(Kind.SHIFT, (*shaped, each.lists)), seat=by, frame=each.frame,
                        shifting=each, writer=seats[row.entry], row=row, steps=steps,
                    )  # fmt: skip
        except (RunError, OSError) as error:
            raise FolderError(f"{self._folder} can't be read: {error}") from error


def wants_scores(plan: Plan) -> bool:
    """Return whether a plan asks for scores."""
    return bool(plan.spec.likelihood or plan.spec.passages or plan.spec.scores)


def passage_frames(seat: Seat) -> tuple[str, ...]:
    """Return the frames in which a passage is scored: with nothing before it, and for a chat in its template too."""
    return (RAW, CHAT) if seat.entry.mode is Mode.CHAT else (RAW,)


class Counts(msgspec.Struct, frozen=True):
    """The numbers of scores that a plan asks for."""

    passages: int
    """Passages, once for each entry and frame."""
    items: int
    """Prompts with choices, once for each entry and frame."""
    choices: int
    """All of their choices."""
    replies: int
    """Replies, if none fails."""


async def count_scores(plan: Plan, counted: Count) -> Counts:
    """Return the numbers of scores that a plan asks for. Raises FileError for a mistake in a file of prompts."""
    spec = plan.spec
    frames = sum(len(seat.entry.frames) for seat in plan.seats)
    number = choices = 0
    if spec.likelihood:
        async with aclosing(plan.prompts()) as prompts:
            async for prompt in prompts:
                if len(prompt.choices) > 1:
                    number += frames
                    choices += frames * len(prompt.choices)
    scored = {name for each in spec.scores for name in each.of}
    return Counts(
        passages=len(spec.passages) * sum(len(passage_frames(seat)) for seat in plan.seats),
        items=number,
        choices=choices,
        replies=sum(share.rows for share in counted.shares if share.seat.entry.name in scored),
    )


def _key(kind: Kind, shaped: tuple[object, ...]) -> str:
    return hashlib.blake2b(msgspec.json.encode((kind, *shaped)), digest_size=_KEY_BYTES).hexdigest()


class _Key(msgspec.Struct, frozen=True):
    key: str


_decoder: Final = msgspec.json.Decoder(_Key)


class ScoresFile:
    """The open file of scores, beside the rows of a folder that this alignscope has locked."""

    def __init__(self, folder: Path) -> None:
        """Open nothing yet."""
        self._path, self._aside = folder / SCORES, folder / SCORES_ASIDE
        self._descriptor = -1
        self._unsynced = False

    def settle(self, keys: Collection[int]) -> set[int]:
        """Leave the scores of a plan in the file, each once, and open it for more; return which are there.

        Others are put aside, and come back when a plan asks for them again. Raises FolderError.

        Args:
            keys: short hashes of all that the plan has scored.
        """
        try:
            for path in (self._path, self._aside):
                cut_torn(path)
            there = [_short(line) for line in lines(self._path, MAX_LINE)]
            archive = {_short(line) for line in lines(self._aside, MAX_LINE)}
            known = {key for key in there if key is not None}
            done = (known | {key for key in archive if key is not None}) & set(keys)
            if known - set(keys) or None in there or done - known or len(there) > len(known):
                # First what is put aside, then the rest: a kill in between leaves scores in both, and loses none.
                self._put_aside(keys, archive)
                write_whole(self._path, self._kept(done), 0o666)
            self._descriptor = append_to(self._path)
        except OSError as error:
            raise self._trouble(error) from error
        return done

    def add(self, scored: Scored) -> None:
        """Write a line. Raises FolderError."""
        try:
            write_line(self._descriptor, encode(scored))
        except OSError as error:
            raise self._trouble(error) from error
        self._unsynced = True

    def flush(self) -> None:
        """Flush to the disk what was written. Raises FolderError."""
        if self._unsynced and self._descriptor >= 0:
            self._unsynced = False
            try:
                sync(self._descriptor)
            except OSError as error:
                raise self._trouble(error) from error

    def close(self) -> None:
        """Close the file."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._descriptor = -1

    def _put_aside(self, keys: Collection[int], archive: set[int | None]) -> None:
        descriptor = append_to(self._aside)
        try:
            for line in lines(self._path, MAX_LINE):
                key = _short(line)
                if key is not None and key not in keys and key not in archive:
                    archive.add(key)
                    write_line(descriptor, line)
            sync(descriptor)
        finally:
            os.close(descriptor)

    def _kept(self, keys: set[int]) -> Iterator[bytes]:
        left = set(keys)
        for path in (self._path, self._aside):
            for line in lines(path, MAX_LINE):
                if (key := _short(line)) in left:
                    assert key is not None
                    left.remove(key)
                    yield line

    def _trouble(self, error: OSError) -> FolderError:
        return FolderError(
            f"{self._path} can't be written to or read: {error.strerror or error}. Make room there; the same command"
            " goes on."
        )


def _short(line: bytes) -> int | None:
    """Return the short hash of a line's key; None for a damaged line."""
    try:
        return short(_decoder.decode(line).key)
    except (msgspec.MsgspecError, ValueError):
        return None
