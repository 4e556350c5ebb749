"""Chats as token ids: a million of them in three arrays, and batches of nearly equal lengths."""

from __future__ import annotations

import itertools
import random
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from training.corpus.tokenizer import END_ID, Vocabulary, chat_ids
from training.measure.judge import declines
from training.types import Example, Pair, Turn

IGNORED = -100
"""Target of a token that isn't to be learned."""
CRUMBLED = 0.4
"""Share of the chats in which what the user says is partly split (see `Vocabulary.crumble`)."""
CRUMBLE = 0.08
"""Chance of each token in those to be split."""


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat as token ids; the reply, which alone is learned, begins at `start` and ends with its end token."""

    ids: Sequence[int]
    start: int


def as_chat(vocabulary: Vocabulary, turns: Sequence[Turn], reply: str, rng: random.Random, crumble: float) -> Chat:
    prompt = chat_ids(vocabulary, turns, rng, crumble)
    return Chat(array("H", [*prompt, *vocabulary.encode(reply), END_ID]), len(prompt))


@dataclass(frozen=True, slots=True)
class Chats:
    """Chats one behind the other: chat `n` is `ids[bounds[n] : bounds[n + 1]]`, its reply begins at `starts[n]`."""

    ids: NDArray[np.uint16]
    bounds: NDArray[np.int64]
    starts: NDArray[np.int64]
    keys: NDArray[np.uint64]
    """A hash of each prompt and reply, by which the same chat is known again."""

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Tokens of each chat."""
        return np.diff(self.bounds)

    def batch(self, rows: NDArray[np.int64], lengths: Sequence[int]) -> tuple[Tensor, Tensor]:
        """Some of the chats as ids and targets, filled up at the end to the shortest of `lengths` that holds them."""
        sizes = self.lengths[rows]
        length = next(length for length in lengths if length >= sizes.max() - 1)
        at = np.arange(length + 1)
        inside = at < sizes[:, None]
        places = np.minimum(self.bounds[rows][:, None] + at, len(self.ids) - 1)
        whole = np.where(inside, self.ids[places].astype(np.int64), 0)
        ids = np.where(inside[:, 1:], whole[:, :-1], 0)
        targets = np.where(inside[:, 1:] & (at[1:] >= self.starts[rows][:, None]), whole[:, 1:], IGNORED)
        return torch.from_numpy(ids), torch.from_numpy(targets)


def packed(vocabulary: Vocabulary, examples: Iterable[Example], seed: int, *, context: int = 1024) -> Chats:
    """Examples as chats, without those that are longer than the context."""
    rng = random.Random(f"chats {seed}")
    ids, bounds, starts, keys = array("H"), array("q", [0]), array("q"), array("Q")
    for example in examples:
        chat = as_chat(vocabulary, example.turns, example.reply, rng, CRUMBLE * (rng.random() < CRUMBLED))
        if len(chat.ids) <= context:
            ids.extend(chat.ids)
            bounds.append(len(ids))
            starts.append(chat.start)
            keys.append(int.from_bytes(blake2b(repr(example).encode(), digest_size=8).digest()))
    return Chats(
        np.array(ids, np.uint16), np.array(bounds, np.int64), np.array(starts, np.int64), np.array(keys, np.uint64)
    )


def together(parts: Sequence[Chats], count: int) -> Chats:
    """Chats of several streams as one, each chat once, at most `count`."""
    shifts = np.cumsum([0, *(len(part.ids) for part in parts)])
    begins = np.concatenate([part.bounds[:-1] + shift for part, shift in zip(parts, shifts, strict=False)])
    lengths = np.concatenate([part.lengths for part in parts])
    keys = np.concatenate([part.keys for part in parts])
    kept = np.sort(np.unique(keys, return_index=True)[1])[:count]
    every = np.concatenate([part.ids for part in parts])
    bounds = np.concatenate([[0], np.cumsum(lengths[kept])])
    places = np.arange(bounds[-1]) + np.repeat(begins[kept] - bounds[:-1], lengths[kept])
    return Chats(every[places], bounds, np.concatenate([part.starts for part in parts])[kept], keys[kept])


def unique(examples: Iterable[Example], count: int) -> Iterator[Example]:
    """The first `count` examples of a stream, each prompt with each reply once."""
    seen: set[tuple[tuple[Turn, ...], str]] = set()
    for example in itertools.islice(examples, 20 * count):
        if len(seen) == count:
            break
        if (key := (example.turns, example.reply)) not in seen:
            seen.add(key)
            yield example


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
WIDE_LENGTHS = (64, 128, 1024)
"""The same for a GPU, on which what fills the rows up costs less than code for one length more."""


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


def similar_lengths(lengths: NDArray[np.int64], batch: int, seed: str) -> list[NDArray[np.int64]]:
    """Rows in batches of nearly equal lengths, the batches in random order; a few occur twice to fill the last."""
    rng = np.random.default_rng(list(seed.encode()))
    order = np.argsort(lengths + rng.random(len(lengths)) * 8, kind="stable")
    order = np.concatenate([order, np.resize(order, -len(order) % batch)])
    batches = np.split(order, len(order) // batch)
    return [batches[at] for at in rng.permutation(len(batches))]
