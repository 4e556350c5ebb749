"""Pairs that are known to be on huggingface.co."""

from functools import cache
from pathlib import Path
from typing import Literal

from alignscope.files.yaml_file import convert, load
from alignscope.model.lineup.pairing import KnownPair


@cache
def hub_pairs() -> tuple[KnownPair, ...]:
    """Return base models with their twins as GGUF files on the hub, smallest first."""
    return convert(load(Path(__file__).with_name("pairs.yaml")), tuple[KnownPair, ...])


def known_as(name: str) -> Literal["", "base", "instruct"]:
    """Return what a model is, by its full name; "" if it isn't known."""
    if any(name == pair.base for pair in hub_pairs()):
        return "base"
    return "instruct" if any(name == pair.instruct for pair in hub_pairs()) else ""


def known_sha256(name: str) -> str:
    """Return the SHA-256 of a model's file, by the model's full name; "" if it isn't known."""
    known = {name: sha256 for pair in hub_pairs() for name, sha256 in zip(pair.models, pair.sha256, strict=False)}
    return known.get(name, "")
