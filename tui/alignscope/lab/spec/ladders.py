"""Ladders: families of models of which the stages between base and final model are public."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

import msgspec

from alignscope.files.yaml_file import FileError, convert_part, load
from alignscope.lab.row import Role

_LADDERS: Final = Path(__file__).with_name("ladders.yaml")


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """A model of a lineup, of which the first is the base and the last the aligned one."""

    name: str
    model: str
    server: str = ""
    origin: str = ""
    """Where it is from, where its name doesn't tell."""


class Ladder(msgspec.Struct, frozen=True, kw_only=True):
    """Stages of one model, in order."""

    about: str
    stages: tuple[Stage, ...]


@cache
def ladders() -> dict[str, Ladder]:
    """Return the ladders that are known, by name."""
    document = load(_LADDERS)
    return {name: convert_part(document, name, written, Ladder) for name, written in document.data.items()}


def ladder(name: str) -> tuple[Stage, ...]:
    """Return the stages of a ladder. Raises FileError if there is none of the name."""
    if name not in ladders():
        raise FileError(f"no ladder is called {name:.40}; there are {', '.join(ladders())}")
    return ladders()[name].stages


def roles(stages: Sequence[Stage]) -> list[Role]:
    """Return what each stage is compared as."""
    between: list[Role] = ["other"] * (len(stages) - 2)
    return ["base", *between, "aligned"]


def climbing(data: Mapping[str, Any], name: str, rungs: str) -> dict[str, Any]:
    """Return the content of a spec with the stages of a ladder as its lineup. Raises FileError for an unknown ladder.

    That is another run than the spec's own, so the ladder's name is added to its name.
    """
    stages = ladder(rungs)
    lineup = [
        {"name": stage.name, "model": stage.model, "mode": "completion" if role == "base" else "chat", "role": role}
        for stage, role in zip(stages, roles(stages), strict=True)
    ]
    return {**data, "name": f"{name}-{rungs}", "lineup": lineup, "ladder": [stage.name for stage in stages]}
