"""A run's rows, prompt by prompt, whatever order they were written in."""

from array import array
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

import msgspec

from alignscope.files.whole import open_regular
from alignscope.lab import row as rows
from alignscope.lab.folder import SAMPLES, TOKENS
from alignscope.lab.row import Row, Step

PromptKey = tuple[str, str]
"""A prompt's set and its id in that set."""


class RunError(Exception):
    """A run that can't be read; `str()` is one line for the person."""


class Arm(NamedTuple):
    """An entry of the lineup, under one frame and one sampling: what is compared with others."""

    entry: str
    frame: str
    sampling: str


class _Head(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of a row that place it among the others."""

    key: str
    prompt_id: str
    set: str


class _TokensHead(msgspec.Struct, frozen=True, kw_only=True):
    key: str


_HEADS: Final = msgspec.json.Decoder(_Head)
_TOKENS_HEADS: Final = msgspec.json.Decoder(_TokensHead)
_NO_OFFSET: Final = -1


@dataclass(slots=True)
class _Prompt:
    """The places of a prompt's rows in their file, and of the lists of each."""

    rows: "array[int]" = field(default_factory=lambda: array("q"))
    lists: "array[int]" = field(default_factory=lambda: array("q"))


class Sample(NamedTuple):
    """A row with its lists, which are empty where none were fetched."""

    row: Row
    steps: list[Step]


class Rows:
    """The rows of a run's folder, of which only the places are kept in memory."""

    def __init__(self, folder: Path) -> None:
        """Find every row. Raises RunError if the folder holds none.

        Of several rows with one key, which a reply that was asked for again has, the last one holds.
        """
        self.folder = folder
        self.damaged = 0
        """Number of lines that are no rows; a last one without a line break is being written, and isn't counted."""
        self._prompts: dict[PromptKey, _Prompt] = {}
        lists = self._lists()
        places: dict[str, tuple[PromptKey, int]] = {}
        for offset, line in _lines(folder / SAMPLES):
            try:
                head = _HEADS.decode(line)
            except (msgspec.MsgspecError, UnicodeDecodeError):
                self.damaged += 1
                continue
            places[head.key] = ((head.set, head.prompt_id), offset)
        for key, (prompt, offset) in places.items():
            place = self._prompts.setdefault(prompt, _Prompt())
            place.rows.append(offset)
            place.lists.append(lists.get(key, _NO_OFFSET))
        self._has_lists = not lists.keys().isdisjoint(places)
        if not self._prompts:
            raise RunError(f"{folder} holds no replies yet; `alignscope lab run` writes them")

    def __len__(self) -> int:
        """Return the number of rows."""
        return sum(len(place.rows) for place in self._prompts.values())

    @property
    def prompts(self) -> int:
        """Number of prompts."""
        return len(self._prompts)

    @property
    def has_lists(self) -> bool:
        """Whether any row has its lists."""
        return self._has_lists

    def by_prompt(self) -> Iterator[tuple[PromptKey, list[Sample]]]:
        """Yield each prompt with its rows, read as they are needed."""
        with open_regular(self.folder / SAMPLES) as samples:
            tokens = open_regular(self.folder / TOKENS) if self.has_lists else None
            try:
                for key in self._prompts:
                    if found := self._samples(key, samples, tokens):
                        yield key, found
            finally:
                if tokens is not None:
                    tokens.close()

    def _samples(self, prompt: PromptKey, samples: BinaryIO, tokens: BinaryIO | None) -> list[Sample]:
        found, place = [], self._prompts[prompt]
        for offset, lists in zip(place.rows, place.lists, strict=True):
            try:
                row = rows.decode(_line(samples, offset))
            except (msgspec.MsgspecError, UnicodeDecodeError):
                self.damaged += 1
                continue
            steps = [] if tokens is None or lists == _NO_OFFSET else _steps(tokens, lists)
            found.append(Sample(row, steps))
        return found

    def of(self, prompt: PromptKey) -> list[Row]:
        """Return a prompt's rows, without their lists. Raises OSError."""
        found = []
        with open_regular(self.folder / SAMPLES) as samples:
            for offset in self._prompts[prompt].rows:
                with suppress(msgspec.MsgspecError, UnicodeDecodeError):
                    found.append(rows.decode(_line(samples, offset)))
        return found

    def _lists(self) -> dict[str, int]:
        """Return where each row's lists are."""
        places = {}
        if (self.folder / TOKENS).is_file():
            for offset, line in _lines(self.folder / TOKENS):
                try:
                    places[_TOKENS_HEADS.decode(line).key] = offset
                except (msgspec.MsgspecError, UnicodeDecodeError):
                    self.damaged += 1
        return places


class GrowingRows(Rows):
    """The rows of a folder that is still written to; there may be none yet."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.damaged = 0
        self._prompts = {}
        self._lists_of: dict[str, int] = {}
        """Where lists are whose row hasn't come yet."""
        self.prompt_of: dict[str, PromptKey] = {}
        """The prompt of every row, by its key."""
        self._read = {SAMPLES: 0, TOKENS: 0}
        """Bytes of each file that were looked at."""
        self._identity = identity(folder / SAMPLES)

    @property
    def has_lists(self) -> bool:
        """Whether there are any lists."""
        return bool(self._read[TOKENS])

    @property
    def replaced(self) -> bool:
        """Whether the file of rows is another one, or one of both is shorter than it was: then all begins anew."""
        now, lists = identity(self.folder / SAMPLES), identity(self.folder / TOKENS)
        if self._identity is None:
            return False
        if now is None or now[0] != self._identity[0] or now[1] < self._read[SAMPLES]:
            return True
        return (0 if lists is None else lists[1]) < self._read[TOKENS]

    def look(self, most: int) -> dict[PromptKey, None]:
        """Find rows that came since the last look, about so many bytes of them; return their prompts. Raises RunError.

        Lists are looked for first, since they are written before their row.
        """
        if self._identity is None:
            self._identity = identity(self.folder / SAMPLES)
            if self._identity is None:
                return {}
        ahead = identity(self.folder / SAMPLES)
        end = min(ahead[1] if ahead else 0, self._read[SAMPLES] + most)
        if (self.folder / TOKENS).is_file():
            for offset, line in self._further(TOKENS):
                try:
                    self._lists_of[_TOKENS_HEADS.decode(line).key] = offset
                except (msgspec.MsgspecError, UnicodeDecodeError):
                    self.damaged += 1
        changed: dict[PromptKey, None] = {}
        for offset, line in self._further(SAMPLES, end):
            try:
                head = _HEADS.decode(line)
            except (msgspec.MsgspecError, UnicodeDecodeError):
                self.damaged += 1
                continue
            key = (head.set, head.prompt_id)
            place = self._prompts.setdefault(key, _Prompt())
            place.rows.append(offset)
            place.lists.append(self._lists_of.pop(head.key, _NO_OFFSET))
            self.prompt_of[head.key] = key
            changed[key] = None
        return changed

    def by_prompt(self) -> Iterator[tuple[PromptKey, list[Sample]]]:
        """Yield nothing: whoever looks for rows adds their prompts to a tally as they come."""
        return iter(())

    def samples(self, prompt: PromptKey) -> list[Sample]:
        """Return a prompt's rows with their lists. Raises OSError."""
        with open_regular(self.folder / SAMPLES) as samples:
            if not self.has_lists:
                return self._samples(prompt, samples, None)
            with open_regular(self.folder / TOKENS) as tokens:
                return self._samples(prompt, samples, tokens)

    def _further(self, name: str, end: int | None = None) -> Iterator[tuple[int, bytes]]:
        for offset, line in _lines(self.folder / name, self._read[name]):
            self._read[name] = offset + len(line)
            yield offset, line
            if end is not None and self._read[name] >= end:
                return


def identity(path: Path) -> tuple[tuple[int, int], int] | None:
    """Return which file it is, and its size; None without one."""
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_dev, found.st_ino), found.st_size


def _lines(path: Path, start: int = 0) -> Iterator[tuple[int, bytes]]:
    """Yield each whole line with its offset, from one on. Raises RunError."""
    try:
        with open_regular(path) as file:
            file.seek(offset := start)
            # What is too long comes in parts; only a part without its line feed isn't said to be damaged.
            while line := file.readline(rows.MAX_LINE):
                if line.endswith(b"\n"):
                    yield offset, line
                offset += len(line)
    except OSError as error:
        raise RunError(
            f"{path} can't be read: {error.strerror or error}; is {path.parent} the folder of a run?"
        ) from error


def _line(file: BinaryIO, offset: int) -> bytes:
    file.seek(offset)
    return file.readline(rows.MAX_LINE)


def _steps(file: BinaryIO, offset: int) -> list[Step]:
    try:
        return rows.decode_tokens(_line(file, offset)).tokens
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return []
