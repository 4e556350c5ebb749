"""The vocabulary: byte-level BPE with the pre-tokeniser of GPT-2, which llama.cpp has built in."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Sequence
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from training.types import Turn

DOC, USER, ASSISTANT, SYSTEM, END = "<|doc|>", "<|user|>", "<|assistant|>", "<|system|>", "<|end|>"
SPECIAL = (DOC, USER, ASSISTANT, SYSTEM, END)
"""Their place here is their token id."""
DOC_ID, USER_ID, ASSISTANT_ID, SYSTEM_ID, END_ID = range(len(SPECIAL))
ROLE_IDS = {"user": USER_ID, "assistant": ASSISTANT_ID, "system": SYSTEM_ID}


class Vocabulary:
    """Text to token ids and back, and what a GGUF file wants to know about the tokens."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        model = json.loads(tokenizer.to_str())["model"]
        self.tokens: list[str] = [token for token, _ in sorted(model["vocab"].items(), key=lambda item: item[1])]
        self.merges: list[tuple[str, str]] = [(left, right) for left, right in model["merges"]]
        ids = model["vocab"]
        self._parents = {ids[a + b]: (ids[a], ids[b]) for a, b in reversed(self.merges)}

    @classmethod
    def train(cls, texts: Iterable[str], size: int) -> Vocabulary:
        """Learn at most `size` tokens, the special ones and the 256 bytes among them."""
        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        tokenizer.decoder = decoders.ByteLevel()
        trainer = trainers.BpeTrainer(
            vocab_size=size,
            special_tokens=list(SPECIAL),
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        )
        tokenizer.train_from_iterator(texts, trainer)
        return cls(tokenizer)

    @classmethod
    def load(cls, path: Path) -> Vocabulary:
        return cls(Tokenizer.from_file(str(path)))

    def save(self, path: Path) -> None:
        self._tokenizer.save(str(path))

    def __len__(self) -> int:
        return len(self.tokens)

    def encode(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer.encode(text).ids
        return ids

    def encode_all(self, texts: Sequence[str]) -> list[list[int]]:
        return [encoding.ids for encoding in self._tokenizer.encode_batch_fast(list(texts))]

    def decode(self, ids: Sequence[int]) -> str:
        text: str = self._tokenizer.decode(list(ids), skip_special_tokens=False)
        return text

    def crumble(self, ids: Sequence[int], rng: random.Random, chance: float) -> list[int]:
        """Split some tokens into the two they were merged from, and those again, by `chance`.

        The text stays the same. A word that is unknown or misspelt comes to the model in such
        crumbs, so it has to see known words in crumbs to know what to make of them. This is
        BPE-dropout (Provilkov et al., 2020) from the other end, so that a seed decides it.
        """
        out: list[int] = []
        waiting = list(reversed(ids))
        while waiting:
            token = waiting.pop()
            if token in self._parents and rng.random() < chance:
                waiting.extend(reversed(self._parents[token]))
            else:
                out.append(token)
        return out


def chat_ids(
    vocabulary: Vocabulary, turns: Iterable[Turn], rng: random.Random | None = None, chance: float = 0.0
) -> list[int]:
    """Token ids of a chat up to where the assistant's reply begins; with `rng`, crumbled."""
    ids = [DOC_ID]
    for turn in turns:
        content = vocabulary.encode(turn.content)
        if rng is not None and turn.role == "user":
            content = vocabulary.crumble(content, rng, chance)
        ids += [ROLE_IDS[turn.role], *content, END_ID]
    return [*ids, ASSISTANT_ID]
