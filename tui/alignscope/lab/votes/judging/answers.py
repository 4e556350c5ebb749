"""Judges' answers: lines of `judged.jsonl` beside the rows, and the verdicts that they come to."""

import contextlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple, Self

import msgspec

from alignscope.files.lines import append, decoded, unread
from alignscope.files.lock import HeldError, Lock
from alignscope.lab.row import MAX_LINE
from alignscope.model.lineup.pane import Mode
from alignscope.model.vote import Vote, VotesError
from alignscope.text.clean import clean_line

JUDGED: Final = "judged.jsonl"
_LOCK: Final = ".judged.lock"


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """A line of `judged.jsonl`: what a model said when it was asked which of two replies is better."""

    key: str
    """Hash of everything that the answer depends on."""
    by: str
    """The judge: its model's name and the list of principles."""
    principles: str
    """Name of the list."""
    mark: str
    """Short hash of the list's questions, the model's digest, its mode and the server's template."""
    question: str
    model: str
    server: str
    """A URL without name and password, or `embedded`."""
    digest: str = ""
    """The model file's hash as the server reports it; "" if it doesn't."""
    mode: Mode
    a: str
    """Key of the row whose reply was shown as A."""
    b: str
    vote: Vote | None
    """`first` for A, `second` for B, `tie`; None where the answer says none of these."""
    text: str
    """The answer."""
    at: str
    """When it was asked: ISO 8601, UTC."""


_decoder: Final = msgspec.json.Decoder(Answer)
_encoder: Final = msgspec.json.Encoder()


def answers(folder: Path) -> Iterator[Answer]:
    """Yield every answer in a run's folder, each key once; a damaged or torn line is left out."""
    seen: set[str] = set()
    with contextlib.suppress(OSError):
        for answer in decoded(folder / JUDGED, _decoder.decode, MAX_LINE):
            if answer.key not in seen:
                seen.add(answer.key)
                yield answer


def unread_answers(folder: Path) -> str:
    """Return what of the answers can't be read, in a sentence; "" for nothing."""
    return unread(folder / JUDGED, _decoder.decode, MAX_LINE)


class Record:
    """The open file of answers. One judge at a time adds to it."""

    def __init__(self, folder: Path) -> None:
        """Open the file, and lock it. Raises VotesError."""
        self._path = folder / JUDGED
        try:
            self._lock = Lock(folder / _LOCK)
        except HeldError as held:
            raise VotesError(f"another judge is at work on {folder}{held.who}; go on when that has ended") from None
        except OSError as error:
            raise self._trouble(error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    def add(self, answer: Answer) -> None:
        """Write an answer. Raises VotesError."""
        try:
            append(self._path, _encoder.encode(answer) + b"\n")
        except OSError as error:
            raise self._trouble(error) from error

    def _trouble(self, error: OSError) -> VotesError:
        return VotesError(
            f"{self._path} can't be written: {error.strerror or error}; the same command goes on with what is there"
        )


Two = tuple[str, str]
"""Keys of two rows, the smaller one first."""


class Both(NamedTuple):
    """A judge's two answers to one question on two replies, as of the smaller key's reply and the other's."""

    straight: Vote | None
    """With the smaller key's reply shown as A."""
    swapped: Vote | None
    """The other way round."""

    @property
    def readable(self) -> bool:
        """Whether both answers say something."""
        return self.straight is not None and self.swapped is not None

    @property
    def verdict(self) -> Vote | None:
        """The answer that both ways round have, else a tie (Zheng et al. 2023); None unless both are readable."""
        if self.straight is None or self.swapped is None:
            return None
        return self.straight if self.straight is self.swapped else Vote.TIE

    @property
    def contrary(self) -> bool:
        """Whether each way round preferred another reply: what stood in one place was preferred."""
        return {self.straight, self.swapped} == {Vote.FIRST, Vote.SECOND}


class Judge(NamedTuple):
    """All answers of one judge."""

    by: str
    """Its name; where several have it, with a mark."""
    model: str
    principles: str
    asked: Mapping[Two, Mapping[str, Both]]
    """By the two rows and the question, what was answered both ways round."""
    answers: int
    unreadable: int
    """Answers that name neither A nor B nor a tie."""
    one_way: int
    """Answers to questions that were asked one way round only so far, and count for nothing yet."""

    @property
    def verdicts(self) -> dict[Two, Vote]:
        """Its vote on every two replies that it has one on, as of the smaller key's reply."""
        found = {two: verdict_of(by_question.values()) for two, by_question in self.asked.items()}
        return {two: vote for two, vote in found.items() if vote is not None}


def verdict_of(answered: Iterable[Both]) -> Vote | None:
    """Return what several questions come to: the reply that more of them prefer, else a tie; None without a verdict."""
    said = Counter(verdict for both in answered if (verdict := both.verdict) is not None)
    if not said:
        return None
    first, second = said[Vote.FIRST], said[Vote.SECOND]
    return Vote.FIRST if first > second else Vote.SECOND if second > first else Vote.TIE


def judges(folder: Path) -> list[Judge]:
    """Return every judge that has answered in a run's folder, in the order in which they began."""
    by_judge: dict[tuple[str, str], list[Answer]] = {}
    for answer in answers(folder):
        by_judge.setdefault((answer.by, answer.mark), []).append(answer)
    names = Counter(by for by, _ in by_judge)
    return [
        _judge(clean_line(by if names[by] == 1 else f"{by} ({mark})"), found) for (by, mark), found in by_judge.items()
    ]


def _judge(by: str, found: list[Answer]) -> Judge:
    said: dict[Two, dict[str, dict[bool, Vote | None]]] = {}
    for each in found:
        straight = each.a <= each.b
        two = (each.a, each.b) if straight else (each.b, each.a)
        vote = each.vote if each.vote is None or straight else each.vote.swapped
        said.setdefault(two, {}).setdefault(each.question, {})[straight] = vote
    whole = {
        two: {question: Both(ways[True], ways[False]) for question, ways in by_question.items() if len(ways) == 2}
        for two, by_question in said.items()
    }
    asked = {two: by_question for two, by_question in whole.items() if by_question}
    both_ways = sum(map(len, asked.values()))
    return Judge(
        by=by,
        model=found[0].model,
        principles=found[0].principles,
        asked=asked,
        answers=len(found),
        unreadable=sum(each.vote is None for each in found),
        one_way=len(found) - 2 * both_ways,
    )
