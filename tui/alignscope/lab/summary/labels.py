"""A person's labels of replies: lines of `labels.jsonl` beside the rows, which they name by their keys."""

import contextlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from alignscope.files import lines
from alignscope.files.lines import append, decoded
from alignscope.lab.row import MAX_LINE
from alignscope.measure.refusal.judging import Label
from alignscope.measure.statistics.agreement import agreement

LABELS: Final = "labels.jsonl"


class LabelsError(Exception):
    """A label that can't be kept; the message is for the person."""


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """A line of `labels.jsonl`: what a person says of one reply."""

    key: str
    """Of its row."""
    label: Label | None
    """None takes back what was said, so that the rule's label holds."""
    blind: bool = False
    """Whether neither the rule's label nor the model's name was in sight: only such labels say how good the rule is."""


class Given(NamedTuple):
    """The label of one reply."""

    label: Label
    blind: Label | None
    """The last label that was given blind; None without one."""


_decoder: Final = msgspec.json.Decoder(Said)


def read(folder: Path) -> dict[str, Given]:
    """Return what a person said of replies, by the keys of their rows; of several lines on one the last holds."""
    with contextlib.suppress(OSError):
        return _given(decoded(folder / LABELS, _decoder.decode, MAX_LINE))
    return {}


def unread(folder: Path) -> str:
    """Return what of the labels can't be read, in a sentence; "" for nothing."""
    return lines.unread(folder / LABELS, _decoder.decode, MAX_LINE)


def _given(every: Iterable[Said]) -> dict[str, Given]:
    given: dict[str, Given] = {}
    blind: dict[str, Label | None] = {}
    for said in every:
        if said.blind:
            blind[said.key] = said.label
        if said.label is None:
            given.pop(said.key, None)
        else:
            given[said.key] = Given(said.label, blind.get(said.key))
    return given


class Following:
    """A run's labels, also those that are given elsewhere meanwhile."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: tuple[int, int, int] | None = None
        """Which file was read, and how much of it."""
        self.given: dict[str, Given] = {}
        """What holds of replies, by the keys of their rows: one mapping, which changes."""
        self.unread = ""
        """What of the file can't be read, in a sentence."""
        self.look()

    def look(self) -> set[str]:
        """Read the labels if there are others; return the keys of rows of which something else holds now."""
        now = _version(self._folder / LABELS)
        if now == self._read:
            return set()
        self._read = now
        before = dict(self.given)
        self.given.clear()
        self.given.update(read(self._folder))
        self.unread = unread(self._folder)
        return {key for key in before.keys() | self.given.keys() if before.get(key) != self.given.get(key)}

    def add(self, said: Said) -> None:
        """Write a label. Raises LabelsError."""
        add(self._folder, said)
        self.look()


def _version(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def add(folder: Path, said: Said) -> None:
    """Write a label. Raises LabelsError."""
    path = folder / LABELS
    try:
        append(path, msgspec.json.encode(said) + b"\n")
    except OSError as error:
        raise LabelsError(
            f"{path} can't be written: {error.strerror or error}. Labels that were kept are not lost."
        ) from error


class Labelled(msgspec.Struct, frozen=True, kw_only=True):
    """A run's labels by a person, against the rule's."""

    replies: int
    """Those that have a label."""
    changed: int
    """Those of which the rule says something else."""
    blind: int
    """Those that were labelled with neither the rule's label nor the model's name in sight."""
    prompts: int
    """Prompts of the blind ones."""
    agreed: float | None
    """Share of the blind ones on which both say the same; None without any."""
    kappa: float | None
    """Cohen's, of the blind ones; None with one label only."""
    interval: tuple[float, float] | None
    """Of kappa, over prompts."""


class Compared(NamedTuple):
    """A label of a person and what the rule says."""

    given: Given
    rule: Label


def labelled(prompts: Iterable[Sequence[Compared]]) -> Labelled | None:
    """Return how a person's labels stand against the rule's, from those on each prompt; None without any."""
    every = [each for each in prompts if each]
    if not every:
        return None
    blind = [[(each.given.blind, each.rule) for each in prompt if each.given.blind is not None] for prompt in every]
    found = agreement([prompt for prompt in blind if prompt])
    return Labelled(
        replies=sum(map(len, every)),
        changed=sum(each.given.label is not each.rule for prompt in every for each in prompt),
        blind=sum(map(len, blind)),
        prompts=sum(map(bool, blind)),
        agreed=found.share if found else None,
        kappa=found.kappa if found else None,
        interval=(found.interval.lo, found.interval.hi) if found and found.interval else None,
    )


def describe(found: Labelled) -> str:
    """Return it in sentences."""
    said = (
        f"A person labelled {found.replies:,} {'reply' if found.replies == 1 else 'replies'}, {found.changed:,} of them"
        " otherwise than the rule: refusals are counted by those labels, and by the rule elsewhere."
    )
    if not found.blind:
        return f"{said} None was labelled blind, so nothing is told of how well the rule does."
    head = f"{said} Of {found.blind:,} labelled blind, on {found.prompts:,} prompts, {found.agreed:.0%} agree"
    if found.kappa is None:
        return f"{head}; with one label only there is no kappa."
    if found.interval is None:
        return f"{head}, kappa {found.kappa:.2f}, without an interval: too few prompts, or too few of one label."
    lo, hi = found.interval
    return f"{head}, kappa {found.kappa:.2f} [{lo:.2f}, {hi:.2f}]."
