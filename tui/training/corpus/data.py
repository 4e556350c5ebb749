"""Training text as token ids: the corpus in one file, and batches that a step number alone decides."""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from training.corpus.tokenizer import DOC_ID, Vocabulary
from training.types import Example, Page

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
                if written >= tokens:
                    break
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
        epochs, places = np.divmod(np.arange(first, first + windows), per_epoch)
        starts = np.concatenate(
            [self._starts(int(epoch), places[epochs == epoch], length, per_epoch) for epoch in np.unique(epochs)]
        )
        whole = torch.from_numpy(self._ids[starts[:, None] + np.arange(length + 1)].astype(np.int64))
        return whole[:, :-1].contiguous(), whole[:, 1:].contiguous()

    def _starts(self, epoch: int, places: NDArray[np.int64], length: int, per_epoch: int) -> NDArray[np.int64]:
        slots = self._order(epoch, length, per_epoch)[places]
        starts = slots * length + (epoch * 97) % length
        pages = self._pages[np.searchsorted(self._pages, starts, side="right") - 1]
        return np.minimum(np.where(slots % 3 == 0, pages, starts), self._train - length - 1)

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
