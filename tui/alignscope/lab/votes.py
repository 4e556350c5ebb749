"""Votes on a run's replies: lines of `votes.jsonl` beside the rows, which they name by their keys."""

import contextlib
import os
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple, Self

import msgspec

from alignscope.files.lock import HeldError, Lock
from alignscope.lab.row import Row
from alignscope.lab.summary import words
from alignscope.lab.summary.measures.measure import Unit
from alignscope.lab.summary.rows import Arm, PromptKey, Rows
from alignscope.measure.statistics.estimate import Estimate
from alignscope.measure.statistics.votes import Vote, win_share
from alignscope.text.wording import counted

VOTES: Final = "votes.jsonl"
LEAST_VOTES: Final = 10
"""With fewer no share is told."""
_LOCK: Final = ".votes.lock"
_TURNED: Final[Mapping[Vote, Vote]] = {Vote.FIRST: Vote.SECOND, Vote.SECOND: Vote.FIRST}
_DAMAGED: Final = (msgspec.MsgspecError, UnicodeDecodeError)


class VotesError(Exception):
    """Votes that can't be kept or read; the message is for the person."""


class Ballot(msgspec.Struct, frozen=True, kw_only=True):
    """A line of `votes.jsonl`: what somebody said of two replies."""

    first: str
    """Key of a row; where a person voted, of the reply that was shown as A."""
    second: str
    vote: Vote
    by: str = ""
    """Who said so; "" for the person, else a judge's name."""


_decoder: Final = msgspec.json.Decoder(Ballot)


class Pair(NamedTuple):
    """Two replies to one prompt, in the order of the two arms."""

    prompt: PromptKey
    first: str
    """Key of the first arm's row."""
    second: str

    @property
    def turned(self) -> bool:
        """Whether the second arm's reply is shown as A: by chance, and the same whenever it is shown."""
        return random.Random(f"side {self.first} {self.second}").random() < 0.5


def ballots(folder: Path) -> dict[tuple[str, str, str], Vote]:
    """Return the last vote of each voter on each two replies, whichever of them was shown first.

    The keys are those of the two rows, the smaller one first, and the voter.
    """
    votes: dict[tuple[str, str, str], Vote] = {}
    try:
        lines = (folder / VOTES).read_bytes().split(b"\n")
    except OSError:
        return {}
    for line in lines[:-1]:  # the last one has no line break, or is empty
        try:
            ballot = _decoder.decode(line)
        except _DAMAGED:
            continue
        if ballot.first <= ballot.second:
            votes[ballot.first, ballot.second, ballot.by] = ballot.vote
        else:
            votes[ballot.second, ballot.first, ballot.by] = _TURNED.get(ballot.vote, ballot.vote)
    return votes


def votes_of(folder: Path, pairs: Sequence[Pair]) -> dict[Pair, Vote]:
    """Return what the person said of each pair, as of its two arms; not those without a vote."""
    said = ballots(folder)
    votes = {}
    for pair in pairs:
        straight = pair.first <= pair.second
        keys = (pair.first, pair.second, "") if straight else (pair.second, pair.first, "")
        if (vote := said.get(keys)) is not None:
            votes[pair] = vote if straight else _TURNED.get(vote, vote)
    return votes


def pairs_of(rows: Rows, first: Arm, second: Arm) -> list[Pair]:
    """Return the pairs of two arms' whole replies with the same sample number, in the order in which they are shown.

    The order is by chance and always the same. The first samples of all prompts come before the second ones, so that
    whoever stops early has voted on many prompts.
    """
    found: list[tuple[int, float, Pair]] = []
    for prompt in rows.prompt_keys:
        sides: tuple[dict[int, str], dict[int, str]] = ({}, {})
        for row in rows.of(prompt):
            for arm, side in zip((first, second), sides, strict=True):
                if (row.entry, row.frame, row.sampling) == arm and not row.failed:
                    side[row.sample] = row.key
        for sample in sorted(sides[0].keys() & sides[1].keys()):
            pair = Pair(prompt, sides[0][sample], sides[1][sample])
            found.append((sample, random.Random(f"place {pair.first} {pair.second}").random(), pair))
    return [pair for _, _, pair in sorted(found)]


def replies_of(rows: Rows, pair: Pair) -> tuple[Row, Row] | None:
    """Return a pair's rows; None if they can't be read any more."""
    with contextlib.suppress(OSError):
        by_key = {row.key: row for row in rows.of(pair.prompt)}
        if pair.first in by_key and pair.second in by_key:
            return by_key[pair.first], by_key[pair.second]
    return None


def standing(votes: Mapping[Pair, Vote], pairs: int, first: str, second: str) -> list[str]:
    """Return in sentences how many of a number of pairs have a vote, and how often the second arm was preferred.

    Args:
        first: label of the first arm; second: that of the second one.
    """
    by_prompt: dict[PromptKey, list[Vote]] = {}
    for pair, vote in votes.items():
        by_prompt.setdefault(pair.prompt, []).append(_TURNED.get(vote, vote))
    share = win_share(by_prompt.values())
    number = share.votes
    lines = [
        f"{len(votes):,} of {counted(pairs, 'pair')} voted on: {first} better {number[Vote.SECOND]:,}, {second} better"
        f" {number[Vote.FIRST]:,}, tie {number[Vote.TIE]:,}, both bad {number[Vote.BOTH_BAD]:,}."
    ]
    if len(votes) < LEAST_VOTES:
        return [*lines, f"With fewer than {LEAST_VOTES} votes no share is told."]
    if share.with_ties_as_halves is not None:
        lines.append(f"{second} preferred, ties as halves: {_share(share.with_ties_as_halves, len(votes))}.")
    decided = number[Vote.FIRST] + number[Vote.SECOND]
    if share.without_ties is not None and LEAST_VOTES <= decided < len(votes):
        lines.append(f"{second} preferred, without ties: {_share(share.without_ties, decided)}.")
    return lines


def _share(estimate: Estimate, votes: int) -> str:
    write = words.written(Unit.SHARE)
    span = words.interval(estimate.interval, write)
    caveats = "".join(f", {caveat}" for caveat in estimate.caveats)
    n = f"{counted(votes, 'vote')} on {counted(estimate.prompts, 'prompt')}{caveats}"
    return f"{write(estimate.point)}{' ' if span else ''}{span} ({n})"


class BallotBox:
    """The open file of votes. One voter at a time adds to it."""

    def __init__(self, folder: Path) -> None:
        """Open the file, and lock it. Raises VotesError."""
        self._path = folder / VOTES
        try:
            self._lock = Lock(folder / _LOCK)
        except HeldError as held:
            raise VotesError(f"somebody votes on {folder} already{held.who}; go on when that has ended") from None
        except OSError as error:
            raise self._trouble(error) from error
        self._sizes: list[tuple[int, int]] = []
        """The file's size in bytes before and after each vote that was added here."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    def add(self, pair: Pair, vote: Vote) -> None:
        """Write a vote, which is of the pair's two arms. Raises VotesError."""
        ballot = Ballot(first=pair.first, second=pair.second, vote=vote)
        if pair.turned:
            ballot = Ballot(first=pair.second, second=pair.first, vote=_TURNED.get(vote, vote))
        line = msgspec.json.encode(ballot) + b"\n"
        try:
            with self._path.open("a+b") as file:
                before = file.seek(0, os.SEEK_END)
                if before:
                    file.seek(before - 1)
                    if file.read(1) != b"\n":  # a kill has torn the last line
                        line = b"\n" + line
                file.write(line)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise self._trouble(error) from error
        self._sizes.append((before, before + len(line)))

    def undo(self) -> None:
        """Take back the last vote that was added here. Raises VotesError, also if the file has changed since."""
        before, after = self._sizes[-1]
        try:
            with self._path.open("r+b") as file:
                if file.seek(0, os.SEEK_END) != after:
                    raise VotesError(f"{self._path} was changed by somebody else, so the last vote stays")
                file.truncate(before)
        except OSError as error:
            raise self._trouble(error) from error
        self._sizes.pop()

    def _trouble(self, error: OSError) -> VotesError:
        return VotesError(f"{self._path} can't be written: {error.strerror or error}; no vote is lost that was kept")
