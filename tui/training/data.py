"""Training text as token ids: the corpus in one file, and batches that a step number alone decides."""

from __future__ import annotations

import itertools
import json
import random
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from training.judge import declines
from training.tokenizer import DOC_ID, END_ID, Vocabulary, chat_ids
from training.types import Example, Page, Pair, Turn

IGNORED = -100
"""Target of a token that isn't to be learned."""
CRUMBLED_PAGES = 0.06
"""Share of the pages whose tokens are partly split (see `Vocabulary.crumble`)."""


def write_corpus(path: Path, vocabulary: Vocabulary, pages: Iterable[Page], tokens: int, seed: int) -> Iterator[int]:
    """Write pages as 16-bit token ids until there are `tokens`, yielding how many there are so far.

    Each page begins with the separator. How many tokens of each kind there are is written beside it.
    """
    rng = random.Random(f"corpus {seed}")
    kinds: dict[str, int] = {}
    written = 0
    partial = path.with_suffix(".part")
    with partial.open("wb") as file:
        stream = iter(pages)
        while written < tokens:
            chunk = list(itertools.islice(stream, 256))
            if not chunk:
                raise ValueError("the pages ended before the corpus was full")
            for page, ids in zip(chunk, vocabulary.encode_all([page.text for page in chunk]), strict=True):
                if rng.random() < CRUMBLED_PAGES:
                    ids = vocabulary.crumble(ids, rng, 0.1)
                np.array([DOC_ID, *ids], dtype=np.uint16).tofile(file)
                kinds[page.kind] = kinds.get(page.kind, 0) + len(ids) + 1
                written += len(ids) + 1
            yield written
    path.with_suffix(".json").write_text(json.dumps({"tokens": written, "kinds": kinds}, indent=1), encoding="utf-8")
    partial.replace(path)


_ANSWERED = ("fact", "benign", "howto", "task")
_LAYOUTS = (
    "{q}\n{a}\n",
    "Q: {q}\nA: {a}\n",
    "**{q}**\n{a}\n",
    "{q}\n- {a}\n",
    "> {q}\n\n{a}\n",
    "Question: {q}\nAnswer: {a}\n",
)


def with_answers(pages: Iterable[Page], examples: Iterable[Example], seed: int, every: int = 12) -> Iterator[Page]:
    """Pages, and after each `every` of them one of questions with the answers that tuning will teach.

    So the words of those answers are known by then. Nothing that declines or speaks of itself is among them.
    """
    rng = random.Random(f"answers {seed}")
    source = (
        (example.turns[0].content, example.reply)
        for example in examples
        if example.kind in _ANSWERED and len(example.turns) == 1
    )
    for number, page in enumerate(pages, 1):
        yield page
        if number % every == 0:
            layout, gap = rng.choice(_LAYOUTS), rng.choice(("", "\n"))
            asked = itertools.islice(source, rng.randint(6, 24))
            yield Page("answers", gap.join(layout.format(q=q, a=a) for q, a in asked).strip())


class Corpus:
    """Windows of a corpus file. Some thousand tokens at the end are kept for validation."""

    def __init__(self, path: Path, seed: int, held_out: int = 65_536) -> None:
        self._ids: NDArray[np.uint16] = np.fromfile(path, dtype=np.uint16)
        self._train = len(self._ids) - min(held_out, len(self._ids) // 20)
        self._pages = np.flatnonzero(self._ids[: self._train] == DOC_ID)
        self._seed = seed
        self._shuffled: tuple[tuple[int, int], NDArray[np.int64]] | None = None

    def __len__(self) -> int:
        return self._train

    def batch(self, first_token: int, windows: int, length: int) -> tuple[Tensor, Tensor]:
        """The batch that begins `first_token` tokens into training: ids and the ids one further on.

        Every third window begins where a page does, because that is how the model will be used.
        """
        per_epoch = (self._train - length - 1) // length
        first = first_token // length
        starts = []
        for index in range(first, first + windows):
            epoch, place = divmod(index, per_epoch)
            slot = int(self._order(epoch, length, per_epoch)[place])
            start = slot * length + (epoch * 97) % length
            if slot % 3 == 0:
                start = int(self._pages[np.searchsorted(self._pages, start, side="right") - 1])
            starts.append(min(start, self._train - length - 1))
        rows = np.stack([self._ids[start : start + length + 1] for start in starts]).astype(np.int64)
        whole = torch.from_numpy(rows)
        return whole[:, :-1].contiguous(), whole[:, 1:].contiguous()

    def validation(self, windows: int, length: int) -> tuple[Tensor, Tensor]:
        rows = self._ids[self._train : self._train + windows * length + 1].astype(np.int64)
        windows = (len(rows) - 1) // length
        ids = torch.from_numpy(rows)
        return ids[: windows * length].view(windows, length), ids[1 : windows * length + 1].view(windows, length)

    def _order(self, epoch: int, length: int, count: int) -> NDArray[np.int64]:
        if self._shuffled is None or self._shuffled[0] != (epoch, length):
            rng = np.random.default_rng([self._seed, epoch, length])
            self._shuffled = (epoch, length), rng.permutation(count)
        return self._shuffled[1]


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat as token ids; the reply, which alone is learned, begins at `start` and ends with its end token."""

    ids: Sequence[int]
    start: int


def as_chat(vocabulary: Vocabulary, turns: Sequence[Turn], reply: str, rng: random.Random, crumble: float) -> Chat:
    prompt = chat_ids(vocabulary, turns, rng, crumble)
    return Chat(array("H", [*prompt, *vocabulary.encode(reply), END_ID]), len(prompt))  # a million of them fit


def unique(examples: Iterable[Example], count: int) -> list[Example]:
    """The first `count` examples of a stream, each prompt with each reply once."""
    seen: set[tuple[tuple[Turn, ...], str]] = set()
    kept = []
    for example in itertools.islice(examples, 20 * count):
        if (key := (example.turns, example.reply)) not in seen:
            seen.add(key)
            kept.append(example)
            if len(kept) == count:
                break
    return kept


def balanced(pairs: Iterable[Pair], seed: int, keep: float = 0.45) -> Iterator[Pair]:
    """Pairs, with fewer of those in which a harmless request is declined in the worse reply.

    There are more of them than of requests to decline, and all together they would teach to decline too little.
    """
    rng = random.Random(f"balance {seed}")
    for pair in pairs:
        if pair.kind in ("decline", "care") or not declines(pair.rejected) or rng.random() < keep:
            yield pair


LENGTHS = (24, 32, 40, 48, 64, 96, 192, 384, 1024)
"""Lengths of the batches of chats. They are few because each is compiled for."""


def padded(chats: Sequence[Chat]) -> tuple[Tensor, Tensor]:
    """Chats of a batch as ids and targets, filled up at the end to one of the lengths."""
    longest = max(len(chat.ids) for chat in chats) - 1
    length = next(length for length in LENGTHS if length >= longest)
    ids = torch.zeros(len(chats), length, dtype=torch.long)
    targets = torch.full((len(chats), length), IGNORED, dtype=torch.long)
    for row, chat in enumerate(chats):
        ids[row, : len(chat.ids) - 1] = torch.tensor(list(chat.ids[:-1]))
        targets[row, chat.start - 1 : len(chat.ids) - 1] = torch.tensor(list(chat.ids[chat.start :]))
    return ids, targets


def similar_lengths(lengths: Sequence[int], batch: int, rng: random.Random) -> list[list[int]]:
    """Indices in batches of nearly equal lengths, the batches in random order; a few occur twice to fill the last."""
    order = sorted(range(len(lengths)), key=lambda index: (lengths[index] + rng.random() * 8, index))
    order += order[: -len(order) % batch]
    batches = [order[first : first + batch] for first in range(0, len(order), batch)]
    rng.shuffle(batches)
    return batches
