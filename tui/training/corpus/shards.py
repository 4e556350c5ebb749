"""Corpus and chats made by several processes at once.

Both are made in as many shards, each with a seed of its own, so that how many processes there are changes nothing.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

from training.corpus.chats import Chats, packed, together, unique
from training.corpus.data import with_answers, write_corpus
from training.corpus.tokenizer import Vocabulary
from training.instruct import examples
from training.web import pages

SHARDS = 32
SPARE = 1.02
"""How many more chats are made than are wanted, since some are made in several shards."""


class Shards:
    """Processes that make shards, for as long as they are wanted."""

    def __init__(self, folder: Path, workers: int) -> None:
        self._folder = folder
        os.environ["TOKENIZERS_PARALLELISM"] = "false"  # each process is one of many
        os.environ["RAYON_NUM_THREADS"] = "1"
        self._pool = ProcessPoolExecutor(workers, get_context("spawn"), initializer=os.nice, initargs=(10,))

    def __enter__(self) -> Shards:
        return self

    def __exit__(self, *error: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def corpus(self, tokens: int, seed: int) -> Iterator[int]:
        """Write `corpus.bin` from nothing, yielding how many tokens there are so far."""
        jobs = [self._pool.submit(_corpus, self._folder, tokens // SHARDS, seed, shard) for shard in range(SHARDS)]
        yield from (tokens * done // SHARDS for done, _ in enumerate(as_completed(jobs), 1))
        kinds: Counter[str] = Counter()
        partial = self._folder / "corpus.part"
        with partial.open("wb") as whole:
            for job in jobs:
                path = job.result()
                whole.write(path.read_bytes())
                kinds.update(json.loads(path.with_suffix(".json").read_text("utf-8"))["kinds"])
                path.unlink()
                path.with_suffix(".json").unlink()
        summary = {"tokens": kinds.total(), "kinds": dict(kinds)}
        (self._folder / "corpus.json").write_text(json.dumps(summary, indent=1), encoding="utf-8")
        partial.replace(self._folder / "corpus.bin")

    def chats(self, count: int, newest: float, seed: int) -> Sequence[Future[Chats]]:
        """Begin to make so many chats, a share of them of what was added last; `all_of` waits for them."""
        each = int(count * SPARE) // SHARDS + 1
        return [self._pool.submit(_chats, self._folder, each, newest, seed, shard) for shard in range(SHARDS)]


def all_of(made: Sequence[Future[Chats]], count: int) -> Chats:
    """The chats of all shards, each once."""
    return together([job.result() for job in made], count)


def _corpus(folder: Path, tokens: int, seed: int, shard: int) -> Path:
    own = 1_000 * seed + shard
    path = folder / f"corpus-{shard}.bin"
    web = with_answers(pages(own), examples(own + 500), own)
    for _ in write_corpus(path, Vocabulary.load(folder / "tokenizer.json"), web, tokens, own):
        pass
    return path


def _chats(folder: Path, count: int, newest: float, seed: int, shard: int) -> Chats:
    own = 1_000 * seed + shard
    vocabulary = Vocabulary.load(folder / "tokenizer.json")
    return packed(vocabulary, islice(unique(examples(own, newest), count), count), own)
