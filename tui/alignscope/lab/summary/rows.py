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
    """What places a row."""

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
    """Where the rows of a prompt are, and the lists of each."""

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
        return any(offset != _NO_OFFSET for place in self._prompts.values() for offset in place.lists)

    def by_prompt(self) -> Iterator[tuple[PromptKey, list[Sample]]]:
        """Yield each prompt with its rows, read as they are needed."""
        with open_regular(self.folder / SAMPLES) as samples:
            tokens = open_regular(self.folder / TOKENS) if self.has_lists else None
            try:
                for key, place in self._prompts.items():
                    found = []
                    for offset, lists in zip(place.rows, place.lists, strict=True):
                        try:
                            row = rows.decode(_line(samples, offset))
                        except (msgspec.MsgspecError, UnicodeDecodeError):
                            self.damaged += 1
                            continue
                        steps = [] if tokens is None or lists == _NO_OFFSET else _steps(tokens, lists)
                        found.append(Sample(row, steps))
                    if found:
                        yield key, found
            finally:
                if tokens is not None:
                    tokens.close()

    @property
    def prompt_keys(self) -> list[PromptKey]:
        """Every prompt."""
        return list(self._prompts)

    def of(self, prompt: PromptKey) -> list[Row]:
        """Return a prompt's rows, without their lists. Raises OSError."""
        found = []
        with (self.folder / SAMPLES).open("rb") as samples:
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


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield each whole line with its offset. Raises RunError."""
    try:
        with open_regular(path) as file:
            offset = 0
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
