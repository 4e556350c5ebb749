"""A model as a GGUF file that plain llama.cpp opens."""

from __future__ import annotations

from pathlib import Path

import gguf
import numpy as np
from gguf import GGMLQuantizationType as Quant
from gguf import GGUFWriter, TokenType
from numpy.typing import NDArray
from torch import Tensor

from training.corpus.tokenizer import DOC_ID, END_ID, SPECIAL, Vocabulary
from training.network.model import Config, Model

TEMPLATE = (
    "{% for message in messages %}"
    "{{ '<|' + message['role'] + '|>' + message['content'] + '<|end|>' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
)
"""The chat format in Jinja. The separator in front is the tokenizer's to add."""

DESCRIPTIONS = {
    "text": "A very small language model, trained only to continue the pages of a made-up web.",
    "sft": "twin-text after tuning on examples of answers.",
    "latest": "twin-sft after tuning on preferences between answers.",
}


def export(path: Path, model: Model, vocabulary: Vocabulary, stage: str, *, quantised: bool = True) -> None:
    """Write the file. `stage` is `text`, `sft` or `latest`; the first gets no chat template and ends at a separator."""
    config = model.config
    writer = GGUFWriter(path, "llama")
    writer.add_name(f"twin-{stage}")
    writer.add_description(DESCRIPTIONS[stage])
    writer.add_license("MIT")
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0 if quantised else gguf.LlamaFileType.ALL_F32)
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    _describe_shape(writer, config)
    _describe_tokens(writer, vocabulary)
    writer.add_eos_token_id(DOC_ID if stage == "text" else END_ID)
    if stage != "text":
        writer.add_eot_token_id(END_ID)
        writer.add_chat_template(TEMPLATE)
    for name, weight in _tensors(model):
        if quantised and weight.ndim == 2:
            writer.add_tensor(name, gguf.quants.quantize(weight, Quant.Q8_0), raw_dtype=Quant.Q8_0)
        else:
            writer.add_tensor(name, weight)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _describe_shape(writer: GGUFWriter, config: Config) -> None:
    writer.add_context_length(config.context)
    writer.add_embedding_length(config.width)
    writer.add_block_count(config.layers)
    writer.add_feed_forward_length(config.hidden)
    writer.add_head_count(config.heads)
    writer.add_head_count_kv(config.heads)
    writer.add_rope_dimension_count(config.head_width)
    writer.add_rope_freq_base(config.rope_base)
    writer.add_layer_norm_rms_eps(config.norm_eps)
    writer.add_vocab_size(config.vocab)


def _describe_tokens(writer: GGUFWriter, vocabulary: Vocabulary) -> None:
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(vocabulary.tokens)
    control, normal = TokenType.CONTROL, TokenType.NORMAL
    writer.add_token_types([control if index < len(SPECIAL) else normal for index in range(len(vocabulary))])
    writer.add_token_merges([f"{left} {right}" for left, right in vocabulary.merges])
    writer.add_bos_token_id(DOC_ID)
    writer.add_add_bos_token(True)


def _tensors(model: Model) -> list[tuple[str, NDArray[np.float32]]]:
    """The weights by llama.cpp's names. The output matrix is left out: it is the embedding."""
    found = [("token_embd.weight", _array(model.embed.weight)), ("output_norm.weight", _array(model.norm.weight))]
    for number, block in enumerate(model.blocks):
        query, key, value = _array(block.qkv.weight).reshape(3, model.config.width, -1)
        gate, up = _array(block.gate_up.weight).reshape(2, model.config.hidden, -1)
        parts = {
            "attn_norm": _array(block.attn_norm.weight),
            "attn_q": _neighbours(query, model.config.heads),
            "attn_k": _neighbours(key, model.config.heads),
            "attn_v": value,
            "attn_output": _array(block.out.weight),
            "ffn_norm": _array(block.ffn_norm.weight),
            "ffn_gate": gate,
            "ffn_up": up,
            "ffn_down": _array(block.down.weight),
        }
        found += [(f"blk.{number}.{name}.weight", np.ascontiguousarray(part)) for name, part in parts.items()]
    return found


def _neighbours(weight: NDArray[np.float32], heads: int) -> NDArray[np.float32]:
    """Reorder rows so that the numbers that `model.rotate` turns together lie side by side, as llama.cpp has them."""
    rows, columns = weight.shape
    halves = weight.reshape(heads, 2, rows // heads // 2, columns)
    return halves.swapaxes(1, 2).reshape(rows, columns)


def _array(weight: Tensor) -> NDArray[np.float32]:
    array: NDArray[np.float32] = weight.detach().float().cpu().numpy()
    return array
