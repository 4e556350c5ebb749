"""Index of a run's rows by prompt and arm: the rest of a row is read only when it is wanted."""

import contextlib
import random
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from alignscope.files.whole import open_regular
from alignscope.lab import row as rows
from alignscope.lab.folder import SAMPLES
from alignscope.lab.row import Role, Row
from alignscope.lab.summary.arms import Facts, labels_of, ordered
from alignscope.lab.summary.opening import ladder_of
from alignscope.lab.summary.rows import Arm, PromptKey, RunError
from alignscope.model.events import End

_TOLD: Final = 2**22
"""Bytes after which it is told how far reading is."""
_FAILED: Final = frozenset(end for end in End if end.failed or end is End.CANCELLED)


class Pair(NamedTuple):
    """Two replies to one prompt, in the order of the two arms."""

    prompt: PromptKey
    first: str
    """Key of the first arm's row."""
    second: str

    @property
    def swapped(self) -> bool:
        """Whether the second arm's reply is shown as A: by chance, and the same whenever it is shown."""
        return random.Random(f"side {self.first} {self.second}").random() < 0.5


class _Head(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The fields of a row that place it among the others."""

    key: str
    prompt_id: str
    set: str
    entry: str
    role: Role
    frame: str
    sampling: str
    sample: int
    end: End


_HEADS: Final = msgspec.json.Decoder(_Head)


class _Place(NamedTuple):
    prompt: int
    arm: int
    sample: int
    offset: int


class Index:
    """The whole replies of a run's folder: where each stands, and to which prompt and arm it belongs."""

    def __init__(self, folder: Path, told: Callable[[float], None] | None = None) -> None:
        """Read what places each row. Of several rows with one key the last one holds. Raises RunError without any.

        Args:
            told: is called with the share of the file that was read.
        """
        self.folder = folder
        self._prompts: dict[PromptKey, int] = {}
        self._places: dict[str, _Place] = {}
        """By the row's key."""
        arms: dict[Arm, tuple[int, int]] = {}
        """Each arm's number, and where its first row is."""
        path = folder / SAMPLES
        try:
            with open_regular(path) as file:
                size, offset, next_told = max(1, path.stat().st_size), 0, 0
                while line := file.readline(rows.MAX_LINE):
                    if line.endswith(b"\n"):
                        self._add(line, offset, arms)
                    offset += len(line)
                    if told is not None and offset >= next_told:
                        next_told = offset + _TOLD
                        told(min(1.0, offset / size))
        except OSError as error:
            raise RunError(
                f"{path} can't be read: {error.strerror or error}; is {folder} the folder of a run?"
            ) from error
        if not self._prompts:
            raise RunError(f"{folder} holds no replies yet; `alignscope lab run` writes them")
        self._keys = list(self._prompts)
        facts = {arm: Facts(first) for arm, (_, place) in arms.items() if (first := self._read(place)) is not None}
        self.arms = ordered(facts, ladder_of(folder))
        """What is compared, in the order of `lab show`."""
        self.labels = labels_of(self.arms)
        self._arms = {number: arm for arm, (number, _) in arms.items()}

    def _add(self, line: bytes, offset: int, arms: dict[Arm, tuple[int, int]]) -> None:
        with contextlib.suppress(msgspec.MsgspecError, UnicodeDecodeError):
            head = _HEADS.decode(line)
            prompt = self._prompts.setdefault((head.set, head.prompt_id), len(self._prompts))
            arm, _ = arms.setdefault(Arm(head.entry, head.frame, head.sampling), (len(arms), offset))
            if head.end in _FAILED:
                self._places.pop(head.key, None)
            else:
                self._places[head.key] = _Place(prompt, arm, head.sample, offset)

    def label(self, arm: Arm) -> str:
        """Return how an arm is named."""
        return self.labels[self.arms.index(arm)]

    def __contains__(self, key: object) -> bool:
        """Return whether a whole reply has this key."""
        return key in self._places

    def prompt_of(self, key: str) -> PromptKey:
        """Return the prompt of a row. Raises KeyError."""
        return self._keys[self._places[key].prompt]

    def arm_of(self, key: str) -> Arm:
        """Return the arm of a row. Raises KeyError."""
        return self._arms[self._places[key].arm]

    def row(self, key: str) -> Row | None:
        """Return a row; None if it can't be read any more."""
        place = self._places.get(key)
        row = None if place is None else self._read(place.offset)
        return row if row is not None and row.key == key else None

    def replies(self, pair: Pair) -> tuple[Row, Row] | None:
        """Return a pair's rows; None if they can't be read any more."""
        one, other = self.row(pair.first), self.row(pair.second)
        return None if one is None or other is None else (one, other)

    def pairs(self, first: Arm, second: Arm) -> list[Pair]:
        """Return the pairs of two arms' replies with the same sample number, in the order in which they are shown.

        The order is by chance and always the same. The first samples of all prompts come before the second ones, so
        that whoever stops early has voted on many prompts.
        """
        sides: tuple[dict[tuple[int, int], str], dict[tuple[int, int], str]] = ({}, {})
        by_number = {
            number: sides[(first, second).index(arm)] for number, arm in self._arms.items() if arm in (first, second)
        }
        for key, place in self._places.items():
            if (side := by_number.get(place.arm)) is not None:
                side[place.sample, place.prompt] = key
        found = []
        for (sample, prompt), key in sides[0].items():
            if (other := sides[1].get((sample, prompt))) is not None:
                # As good as drawing, and much faster than a generator for each of a hundred thousand pairs.
                chance = blake2b(f"{key} {other}".encode(), digest_size=8).digest()
                found.append((sample, chance, Pair(self._keys[prompt], key, other)))
        return [pair for _, _, pair in sorted(found)]

    def samples(self, arm: Arm) -> dict[PromptKey, list[str]]:
        """Return the keys of an arm's replies to each prompt, by the number of the sample."""
        found: dict[PromptKey, list[tuple[int, str]]] = {}
        for key, place in self._places.items():
            if self._arms[place.arm] == arm:
                found.setdefault(self._keys[place.prompt], []).append((place.sample, key))
        return {prompt: [key for _, key in sorted(keys)] for prompt, keys in found.items()}

    def _read(self, offset: int) -> Row | None:
        with (
            contextlib.suppress(OSError, msgspec.MsgspecError, UnicodeDecodeError),
            open_regular(self.folder / SAMPLES) as file,
        ):
            file.seek(offset)
            return rows.decode(file.readline(rows.MAX_LINE))
        return None
