"""Panes, and how a base model finds its twin."""

import re
from enum import StrEnum
from typing import Final

import msgspec

from alignscope.sampling import Sampling

EMBEDDED: Final = "embedded"
"""The server name of the engine inside alignscope, where others have a URL."""


class Mode(StrEnum):
    """How a pane's model is asked."""

    COMPLETION = "completion"
    """Raw text in, continuation out."""
    CHAT = "chat"
    """Messages, through the model's own template."""


class Nature(StrEnum):
    """What a model was judged to be. A judgement, never a rule: any model may sit in any pane in either mode."""

    BASE = "base"
    INSTRUCT = "instruct"
    UNKNOWN = "unknown"


class Pane(msgspec.Struct, frozen=True):
    """One place in the lineup."""

    name: str
    model: str
    """A model's name on its server, or the path of a GGUF file for the embedded engine."""
    server: str
    """A URL, or `embedded`."""
    mode: Mode
    system: str = ""
    """The system prompt; chat only."""
    sampling: Sampling | None = None
    """None shares the lineup's sampling; else this pane is unlinked and has its own."""


Lineup = tuple[Pane, ...]
MAX_PANES: Final = 4


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """A model that a server has, with whatever it tells."""

    name: str
    server: str
    family: str = ""
    parameter_size: str = ""
    """As servers write it, such as `8.0B`."""
    quantization: str = ""
    size: int | None = None
    """Bytes on disk."""
    digest: str = ""
    loaded: bool | None = None
    """Whether it is in memory now; None when the server doesn't tell."""
    context_length: int | None = None
    """Tokens the model was trained for, or the server was set to."""
    template: str | None = None
    """The chat template, None when the server doesn't tell; Ollama's `{{ .Prompt }}` means none."""
    capabilities: tuple[str, ...] = ()
    stops: bool = False
    """The model brings stop strings of its own."""
    parameters: tuple[tuple[str, str], ...] = ()
    """The model's own sampling values, as the server tells them."""
    remote: bool = False
    """Runs somewhere else (an Ollama cloud model)."""


class Judgement(msgspec.Struct, frozen=True):
    """What a model seems to be, and why."""

    nature: Nature
    why: str


_BASE_WORDS: Final = frozenset({"text", "base", "pt", "pretrain", "pretrained"})
_TUNED_WORDS: Final = frozenset({"instruct", "chat", "it", "sft", "dpo", "rlhf", "assistant", "inst"})
_NO_TEMPLATE: Final = re.compile(r"\s*\{\{-?\s*\.Prompt\s*-?\}\}\s*")
