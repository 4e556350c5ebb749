"""The folder of a run: rows that are only ever added to, and what is left of them after a kill."""

import errno
import os
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from enum import Enum
from pathlib import Path
from typing import Final, Self, TypeVar

import msgspec

from alignscope.files.lines import append_to, cut_last, cut_torn, decoded, lines, start_of_last, write_line
from alignscope.files.lock import HeldError, Lock, holder
from alignscope.files.whole import open_regular, sync, write_whole
from alignscope.lab.row import MAX_LINE, Row, Tokens, decode, decode_tokens, encode, short
from alignscope.model.events import End

T = TypeVar("T")
SAMPLES: Final = "samples.jsonl"
TOKENS: Final = "tokens.jsonl"
ASIDE: Final = "aside.jsonl"
"""Rows that the spec doesn't ask for any more."""
_LOCK: Final = ".lab.lock"


class FolderError(Exception):
    """A folder that can't be used; the message is for the person."""


class _Brief(msgspec.Struct, frozen=True):
    """The fields of a row that decide whether it stays in the file."""

    key: str
    end: End

    @property
    def whole(self) -> bool:
        return not (self.end.failed or self.end is End.CANCELLED)


class _Key(msgspec.Struct, frozen=True):
    key: str


_brief = msgspec.json.Decoder(_Brief)
_key = msgspec.json.Decoder(_Key)


class _Fate(Enum):
    """The fate of a row when its folder is opened."""

    KEPT = "kept"
    FAILED = "failed"
    OUTSIDE = "outside the plan"
    TWICE = "twice"
    DAMAGED = "damaged"


class Settled(msgspec.Struct, frozen=True):
    """The content of a folder when it was opened."""

    done: set[int]
    """Short hashes of the rows that are there and whole."""
    failed: int = 0
    """Rows that failed, and are asked for again."""
    aside: int = 0
    """Rows that the plan doesn't ask for, and were put aside."""
    back: int = 0
    """Rows that had been put aside, and are asked for again."""
    torn: int = 0
    """Lines that weren't whole, and were dropped."""


class Folder:
    """An open folder. One alignscope at a time writes to it."""

    def __init__(self, path: Path) -> None:
        """Make the folder if it isn't there, and lock it. Raises FolderError."""
        self.path = path
        try:
            path.mkdir(parents=True, exist_ok=True)
            self._lock = Lock(path / _LOCK)
        except HeldError as held:
            raise FolderError(
                f"{path} is being written to by another alignscope{held.who}. Wait until that has ended, or name"
                " another folder with --out."
            ) from None
        except OSError as error:
            raise _trouble(path, error) from error
        self._samples = self._tokens = -1
        self._unsynced = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def settle(self, keys: Collection[int]) -> Settled:
        """Leave the whole rows of a plan in the file, each once, and open it for more.

        A torn last line and rows that failed are dropped. Rows outside the plan are put aside, and come back when a
        plan asks for them again. Raises FolderError.

        Args:
            keys: short hashes of the plan's rows.
        """
        try:
            settled = self._settle(keys)
            self._samples = append_to(self.path / SAMPLES)
        except OSError as error:
            raise _trouble(self.path, error) from error
        return settled

    def add(self, row: Row, tokens: Tokens | None = None) -> None:
        """Write a row, behind the lists that belong to it. Raises FolderError."""
        try:
            if tokens is not None:
                if self._tokens < 0:
                    self._tokens = append_to(self.path / TOKENS)
                write_line(self._tokens, encode(tokens))
            write_line(self._samples, encode(row))
        except OSError as error:
            raise _trouble(self.path, error) from error
        self._unsynced = True

    def flush(self) -> None:
        """Flush to the disk what was written. Raises FolderError."""
        if self._unsynced:
            self._unsynced = False
            try:
                for descriptor in (self._tokens, self._samples):
                    if descriptor >= 0:
                        sync(descriptor)
            except OSError as error:
                self._unsynced = True
                raise _trouble(self.path, error) from error

    def close(self) -> None:
        """Close the files, and release the lock."""
        for descriptor in (self._samples, self._tokens):
            if descriptor >= 0:
                os.close(descriptor)
        self._samples = self._tokens = -1
        self._lock.release()

    def _settle(self, keys: Collection[int]) -> Settled:
        samples, aside, tokens = (self.path / name for name in (SAMPLES, ASIDE, TOKENS))
        for path in (samples, aside, tokens):
            if path.is_symlink() or (path.exists() and not path.is_file()):
                raise OSError(errno.EINVAL, f"{path.name} is a link, or no file")
        torn = sum(cut_torn(path) for path in (samples, aside, tokens))
        # The lists of a row are written just before it, so only the last ones may have none.
        last, orphaned = _last_key(tokens), True
        done, fates = set[int](), Counter[_Fate]()
        for line in lines(samples, MAX_LINE):
            fates[_fate(line, keys, done)] += 1
            orphaned = orphaned and last not in line
        archive, back = set[int](), set[int]()
        for line in lines(aside, MAX_LINE):
            if _fate(line, (), set()) is _Fate.OUTSIDE:
                archive.add(key := _short_key(line))
                orphaned = orphaned and last not in line
                if key in keys and key not in done:
                    back.add(key)
        if last and orphaned:
            cut_last(tokens)
        if back or set(fates) - {_Fate.KEPT}:
            # First what is put aside, then the rest: a kill in between leaves rows in both, and loses none.
            self._put_aside(keys, archive)
            write_whole(samples, self._kept(keys), 0o666)
        return Settled(done | back, fates[_Fate.FAILED], fates[_Fate.OUTSIDE], len(back), torn + fates[_Fate.DAMAGED])

    def _put_aside(self, keys: Collection[int], archive: set[int]) -> None:
        descriptor = append_to(self.path / ASIDE)
        try:
            for line in lines(self.path / SAMPLES, MAX_LINE):
                if _fate(line, keys, set()) is _Fate.OUTSIDE and (key := _short_key(line)) not in archive:
                    archive.add(key)
                    write_line(descriptor, line)
            sync(descriptor)
        finally:
            os.close(descriptor)

    def _kept(self, keys: Collection[int]) -> Iterator[bytes]:
        kept: set[int] = set()
        for name in (SAMPLES, ASIDE):
            for line in lines(self.path / name, MAX_LINE):
                if _fate(line, keys, kept) is _Fate.KEPT:
                    yield line


def writer(path: Path) -> HeldError | None:
    """Return who writes to a folder now; None if nobody does."""
    return holder(path / _LOCK)


def rows(path: Path) -> Iterator[Row]:
    """Yield the rows in a folder, each once, failed ones too. A line that isn't whole yet, or damaged, is left out.

    Raises FolderError.
    """
    yield from _decoded(path / SAMPLES, decode)


def lists(path: Path) -> Iterator[Tokens]:
    """Yield the lists of tokens in a folder, also of rows that were put aside. Raises FolderError."""
    yield from _decoded(path / TOKENS, decode_tokens)


def _decoded(path: Path, decode: Callable[[bytes], T]) -> Iterator[T]:
    try:
        yield from decoded(path, decode, MAX_LINE)
    except OSError as error:
        raise _trouble(path, error) from error


def _fate(line: bytes, keys: Collection[int], kept: set[int]) -> _Fate:
    """Return what becomes of a line, and note its key where it is kept."""
    try:
        brief = _brief.decode(line)
        key = short(brief.key)
    except (msgspec.MsgspecError, ValueError):
        return _Fate.DAMAGED
    if not brief.whole:
        return _Fate.FAILED
    if key not in keys:
        return _Fate.OUTSIDE
    if key in kept:
        return _Fate.TWICE
    kept.add(key)
    return _Fate.KEPT


def _short_key(line: bytes) -> int:
    return short(_key.decode(line).key)


def _last_key(path: Path) -> bytes:
    """Return the key in a file's last line, as it stands in its row; b"" without one."""
    if (start := start_of_last(path, ended=True)) is None:
        return b""
    with open_regular(path) as file:
        file.seek(start)
        try:
            return _key.decode(file.read()).key.encode()
        except (msgspec.MsgspecError, UnicodeError):
            return b""


def _trouble(path: Path, error: OSError) -> FolderError:
    return FolderError(
        f"{path} can't be written to or read: {error.strerror or error}. Make room or name another folder with --out;"
        " the same command goes on."
    )
