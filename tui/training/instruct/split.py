"""The split by construction: which wordings are for training and which only for the probes.

A wording is told by what it says without frame, wrapper and noise, so that no wrapper and no slip of the finger can
bring a held-out one into training.
"""

from __future__ import annotations

from functools import lru_cache
from zlib import crc32

from training.instruct.templates.noise import normal

SHARE = 11
"""One wording in so many is held out."""
WIDE = 24
"""A template that stands for fewer wordings than this is split by wording and frame together."""


@lru_cache(maxsize=200_000)
def held(key: str) -> bool:
    """Whether a wording is held out of training."""
    return crc32(normal(key).encode()) % SHARE == 0
