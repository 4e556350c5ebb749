"""From a GGUF file back to what it was exported from, so that a twin can be tuned on without its checkpoint."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import torch
from gguf import GGUFReader
from numpy.typing import NDArray
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

from training.corpus.tokenizer import SPECIAL, Vocabulary
from training.network.model import Config, Model


def read(path: Path) -> tuple[Model, Vocabulary]:
    """The network and the vocabulary of a file that `export` wrote. What Q8_0 rounded away stays away.

    Raises:
        FileNotFoundError: there is no such file.
        KeyError: the file lacks a field or a tensor of a twin.
    """
    reader = GGUFReader(path)
    tokens: list[str] = reader.fields["tokenizer.ggml.tokens"].contents()
    merges: list[str] = reader.fields["tokenizer.ggml.merges"].contents()
    config = Config(
        vocab=len(tokens),
        width=_number(reader, "embedding_length"),
        layers=_number(reader, "block_count"),
        heads=_number(reader, "attention.head_count"),
        hidden=_number(reader, "feed_forward_length"),
        context=_number(reader, "context_length"),
    )
    model = Model(config)
    weights = {tensor.name: gguf.quants.dequantize(tensor.data, tensor.tensor_type) for tensor in reader.tensors}
    model.load_state_dict({name: torch.from_numpy(part) for name, part in _by_our_names(weights, config).items()})
    return model, _vocabulary(tokens, merges)


def mean(models: Sequence[Model]) -> Model:
    """A model of one shape with theirs, each of whose weights is the mean of theirs."""
    states = [model.state_dict() for model in models]
    made = Model(models[0].config)
    made.load_state_dict({name: torch.stack([state[name] for state in states]).mean(0) for name in states[0]})
    return made


def _number(reader: GGUFReader, name: str) -> int:
    value: Any = reader.fields[f"llama.{name}"].contents()
    return int(value)


def _vocabulary(tokens: list[str], merges: list[str]) -> Vocabulary:
    pairs = [(left, right) for left, _, right in (merge.partition(" ") for merge in merges)]
    tokenizer = Tokenizer(models.BPE({token: index for index, token in enumerate(tokens)}, pairs))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(list(SPECIAL))
    return Vocabulary(tokenizer)


def _by_our_names(weights: dict[str, NDArray[np.float32]], config: Config) -> dict[str, NDArray[np.float32]]:
    """The other way round than `export`."""
    found = {"embed.weight": weights["token_embd.weight"], "norm.weight": weights["output_norm.weight"]}
    for number in range(config.layers):
        part = {name: weights[f"blk.{number}.{name}.weight"] for name in _PARTS}
        query, key = (_halves(part[name], config.heads) for name in ("attn_q", "attn_k"))
        ours = {
            "attn_norm": part["attn_norm"],
            "qkv": np.concatenate([query, key, part["attn_v"]]),
            "out": part["attn_output"],
            "ffn_norm": part["ffn_norm"],
            "gate_up": np.concatenate([part["ffn_gate"], part["ffn_up"]]),
            "down": part["ffn_down"],
        }
        found |= {f"blocks.{number}.{name}.weight": array for name, array in ours.items()}
    return {name: np.array(array, dtype=np.float32) for name, array in found.items()}


_PARTS = (
    "attn_norm", "attn_q", "attn_k", "attn_v", "attn_output", "ffn_norm", "ffn_gate", "ffn_up", "ffn_down",
)  # fmt: skip


def _halves(weight: NDArray[np.float32], heads: int) -> NDArray[np.float32]:
    """Undo `export`'s reordering: what lies side by side in the file goes into the two halves of its head."""
    rows, columns = weight.shape
    return weight.reshape(heads, rows // heads // 2, 2, columns).swapaxes(1, 2).reshape(rows, columns)
