"""The network: a small llama, written so that its weights go into a GGUF file as they are."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True)
class Config:
    """Shape of a model. Lengths are in tokens, widths in numbers per token."""

    vocab: int
    width: int = 192
    layers: int = 6
    heads: int = 6
    hidden: int = 512
    context: int = 1024
    rope_base: float = 10_000.0
    norm_eps: float = 1e-5

    @property
    def head_width(self) -> int:
        return self.width // self.heads

    def as_dict(self) -> dict[str, int | float]:
        return asdict(self)


def rotations(config: Config, length: int) -> tuple[Tensor, Tensor]:
    """Cosines and sines of the rotary embedding, each `(length, head_width / 2)`."""
    half = config.head_width // 2
    frequencies = config.rope_base ** (-torch.arange(half, dtype=torch.float32) / half)
    angles = torch.outer(torch.arange(length, dtype=torch.float32), frequencies)
    return angles.cos(), angles.sin()


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Turn the first half of each head against its second half.

    llama.cpp turns neighbours instead; `export` reorders the rows of the two matrices to match,
    because halves are contiguous and so quicker to train with.
    """
    first, second = x.chunk(2, dim=-1)
    return torch.cat((first * cos - second * sin, second * cos + first * sin), dim=-1)


class Norm(nn.Module):
    """Root-mean-square norm, computed in 32 bits whatever comes in."""

    def __init__(self, width: int, eps: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        wide = x.float()
        wide = wide * torch.rsqrt(wide.square().mean(-1, keepdim=True) + self.eps)
        return (wide * self.weight.float()).to(x.dtype)


QUICK_BACK = 256
"""Up to this length, attention written out is the quicker one to train on a processor: PyTorch's fused kernel spends
more than half of a step of short chats on its way back. Beyond it the whole matrix of scores costs more than it saves.
"""


def attention(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """Causal attention; all four are `(batch, heads, length, head_width)`."""
    length = q.shape[-2]
    if q.device.type != "cpu" or length > QUICK_BACK:
        return functional.scaled_dot_product_attention(q, k, v, is_causal=True)
    scores = (q @ k.mT).float() * q.shape[-1] ** -0.5
    ahead = torch.ones(length, length, dtype=torch.bool, device=q.device).triu(1)
    mixed: Tensor = scores.masked_fill(ahead, float("-inf")).softmax(-1).to(v.dtype) @ v
    return mixed


class Block(nn.Module):
    """Attention and a gated feed-forward layer, each behind a norm and around a shortcut."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.heads = config.heads
        self.attn_norm = Norm(config.width, config.norm_eps)
        self.qkv = nn.Linear(config.width, 3 * config.width, bias=False)
        self.out = nn.Linear(config.width, config.width, bias=False)
        self.ffn_norm = Norm(config.width, config.norm_eps)
        self.gate_up = nn.Linear(config.width, 2 * config.hidden, bias=False)
        self.down = nn.Linear(config.hidden, config.width, bias=False)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        batch, length, width = x.shape
        qkv = self.qkv(self.attn_norm(x)).view(batch, length, 3, self.heads, width // self.heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)
        mixed = attention(rotate(q, cos, sin), rotate(k, cos, sin), v)
        x = x + self.out(mixed.transpose(1, 2).reshape(batch, length, width))
        gate, up = self.gate_up(self.ffn_norm(x)).chunk(2, dim=-1)
        down: Tensor = self.down(functional.silu(gate) * up)
        return x + down


class Model(nn.Module):
    """Token ids in, logits out. The embedding is also the output matrix."""

    cos: Tensor
    sin: Tensor

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        self.embed = nn.Embedding(config.vocab, config.width)
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.layers))
        self.norm = Norm(config.width, config.norm_eps)
        cos, sin = rotations(config, config.context)
        self.register_buffer("cos", cos, persistent=False)
        self.register_buffer("sin", sin, persistent=False)
        nn.init.normal_(self.embed.weight, std=0.02)
        for name, weight in self.named_parameters():
            if weight.ndim == 2 and not name.startswith("embed"):
                # Layers that write into the shortcut start smaller, so that depth doesn't blow it up.
                writes = name.endswith(("out.weight", "down.weight"))
                nn.init.normal_(weight, std=0.02 / (2 * config.layers) ** 0.5 if writes else 0.04)

    def hidden(self, ids: Tensor) -> Tensor:
        x: Tensor = self.embed(ids)
        length = ids.shape[1]
        cos, sin = self.cos[:length].to(x.dtype), self.sin[:length].to(x.dtype)
        for block in self.blocks:
            x = block(x, cos, sin)
        normed: Tensor = self.norm(x)
        return normed

    def forward(self, ids: Tensor) -> Tensor:
        return functional.linear(self.hidden(ids), self.embed.weight)

    def loss(self, ids: Tensor, targets: Tensor) -> Tensor:
        """Mean negative log-likelihood in nats; targets of -100 don't count."""
        logits = self(ids).flatten(0, 1)
        return functional.cross_entropy(logits.float(), targets.flatten(), ignore_index=-100)
