"""A ladder: a family of models of which the stages between base and final model are public.

Names are those on huggingface.co, under which vLLM serves the models, one a server. Of the stages between, neither
Ollama's library nor a hub has GGUF files that we know of.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

import msgspec

from alignscope.files.yaml_file import FileError, convert, load
from alignscope.lab.row import Role

_FOLDER: Final = Path(__file__).parent


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """A model of a lineup, of which the first is the base and the last the aligned one."""

    name: str
    model: str
    server: str = ""
    origin: str = ""
    """Place of a stage that has no repository of its own."""


class Ladder(msgspec.Struct, frozen=True, kw_only=True):
    """Stages of one model, in order."""

    about: str
    stages: tuple[Stage, ...]


def names() -> tuple[str, ...]:
    """Return the names of all ladders."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.yaml")))


@cache
def read(name: str) -> Ladder:
    """Return a ladder. Raises FileError if there is none of the name."""
    if name not in names():
        raise FileError(f"no ladder is called {name:.40}; there are {', '.join(names())}")
    return convert(load(_FOLDER / f"{name}.yaml"), Ladder)


def roles(stages: Sequence[Stage]) -> list[Role]:
    """Return what each stage is compared as."""
    between: list[Role] = ["other"] * (len(stages) - 2)
    return ["base", *between, "aligned"]


def climbing(data: Mapping[str, Any], name: str, rungs: str) -> dict[str, Any]:
    """Return the content of a spec with the stages of a ladder as its lineup. Raises FileError for an unknown ladder.

    That is another run than the spec's own, so the ladder's name is added to its name.
    """
    stages = read(rungs).stages
    lineup = [
        {"name": stage.name, "model": stage.model, "mode": "completion" if role == "base" else "chat", "role": role}
        for stage, role in zip(stages, roles(stages), strict=True)
    ]
    return {**data, "name": f"{name}-{rungs}", "lineup": lineup, "ladder": [stage.name for stage in stages]}
