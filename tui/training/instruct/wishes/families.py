"""Requests that are wishes to do something: the declined kinds and what only looks like them, made alike."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from random import Random

from training.instruct.split import WIDE, held
from training.instruct.templates.frames import framed, frames, some
from training.instruct.templates.grammar import Bound, draw, lines, load_all, size


@dataclass(frozen=True, slots=True)
class Family:
    """Wishes that get the same sort of answer."""

    name: str
    kind: str
    wishes: tuple[str, ...]
    asks: tuple[str, ...]
    says: tuple[str, ...]
    matter: tuple[str, ...] = ()
    offer: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as said, without wrapper and noise, with what was drawn for it."""

    text: str
    family: Family
    bound: Bound


def family(name: str, kind: str, data: str | dict[str, str]) -> Family:
    """A family as its YAML entry says: a block of marked lines, or blocks by name.

    Raises:
        ValueError: the entry has an unknown key or mark, or lacks requests or replies.
    """
    if isinstance(data, str):
        marked: dict[str, list[str]] = {"*": [], "?": [], "=": []}
        for line in lines(data):
            mark, _, text = line.partition(" ")
            if mark not in marked:
                raise ValueError(f"{name}: no mark: {line}")
            marked[mark].append(text)
        made = Family(name, kind, tuple(marked["*"]), tuple(marked["?"]), tuple(marked["="]))
    else:
        if extra := set(data) - {"vp", "ask", "matter", "offer"}:
            raise ValueError(f"{name}: unknown {extra}")
        wishes, asks, matter, offer = (tuple(lines(data.get(key, ""))) for key in ("vp", "ask", "matter", "offer"))
        made = Family(name, kind, wishes, asks, (), matter, offer)
    if not (made.wishes or made.asks) or not (made.says or made.matter):
        raise ValueError(f"{name}: no requests or no replies")
    return made


@cache
def families(kind: str) -> tuple[Family, ...]:
    """All families of a kind: `decline` from `declined*.yaml`, any other from the files that begin with its name."""
    stem = "declined" if kind == "decline" else kind
    entries = [entry for data in load_all(f"wishes/*/{stem}*.yaml") for entry in data.items()]
    return tuple(family(name, kind, part) for name, data in entries for part in parts(data))


def parts(data: str | dict[str, str]) -> list[str] | list[dict[str, str]]:
    """An entry as families: lines whose marks carry the same digit belong together."""
    if not isinstance(data, str):
        return [data]
    found: dict[str, list[str]] = {}
    for line in lines(data):
        mark, _, text = line.partition(" ")
        found.setdefault(mark[1:], []).append(f"{mark[0]} {text}")
    return ["\n".join(block) for block in found.values()]


def asked(family: Family, rng: Random, *, probe: bool = False) -> Asked | None:
    """A request from training's side of the split, or with `probe` from the other; None if the draw fell wrong."""
    wish = bool(family.wishes) and (not family.asks or rng.random() < _wish_share(family))
    lines = family.wishes if wish else family.asks
    line = lines[int(rng.random() * len(lines))]
    bound: Bound = {}
    text = draw(line, rng, bound)
    if not wish:
        if held(text) != probe or (probe and size(line) < WIDE):
            return None if size(line) >= WIDE or probe else Asked(text, family, bound)
        return Asked(text, family, bound)
    frame = some(frames("held" if probe and rng.random() < 0.3 else "train"), rng)
    key = text if size(line) >= WIDE else f"{frame}: {text}"
    if held(key) != probe:
        return None
    return Asked(framed(text, frame), family, bound)


def _wish_share(family: Family) -> float:
    return min(0.85, max(0.35, len(family.wishes) / (len(family.wishes) + len(family.asks))))
