"""The request to one pane, as far as it is known."""

from enum import StrEnum
from typing import Any, Final

import msgspec

from alignscope.model.lineup.pane import Mode


class Setter(StrEnum):
    """The origin of an option's value."""

    PANE = "pane"
    """The pane's own sampling."""
    SESSION = "session"
    """The person, for all panes."""
    EXPERIMENT = "experiment"
    PRESET = "preset"
    MODEL = "model"
    """The model's own file, since the request didn't have it."""
    SERVER = "server"
    """The server's default, since neither the request nor the model has it."""
    UNKNOWN = "unknown"
    """Left to model and server, which don't tell."""


class Option(msgspec.Struct, frozen=True):
    """A sampling parameter as it was in force."""

    name: str
    value: Any
    """As it was sent, or as server or model hold it; None if that is unknown."""
    by: Setter
    source: str = ""
    """Name of the preset or the experiment."""
    note: str = ""
    """How the server deviates, in words."""


class Ability(msgspec.Struct, frozen=True):
    """An ability that a server has or lacks."""

    name: str
    can: bool | None
    """None if nobody has asked it."""
    note: str = ""
    """How it is known."""


class Match(StrEnum):
    """Whether two models read a text in the same tokens."""

    ALIKE = "alike"
    """On this very prompt."""
    DIFFERENT = "different"
    UNKNOWN = "unknown"


class Tokenizer(msgspec.Struct, frozen=True):
    """The comparison of a pane's tokenizer with that of another."""

    match: Match
    other: str
    """The other pane's name."""
    evidence: str


class ModelFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The known facts of a pane's model; empty or None for unknown ones."""

    digest: str = ""
    quantization: str = ""
    family: str = ""
    parameter_size: str = ""
    template: str | None = None
    """First digits of the chat template's SHA-256; "" if the model has none, None if unknown."""
    context: int | None = None
    """Tokens of prompt and reply that it was asked with."""
    trained_context: int | None = None
    """The most tokens that the server names for it."""


class SentPane(msgspec.Struct, frozen=True, kw_only=True):
    """The request to one pane. Figures are None, and texts empty, where nothing is known."""

    pane: str
    model: str
    mode: Mode
    server: str
    """URL, or `embedded`."""
    label: str = ""
    """The server's name and version."""
    asked: bool = False
    """Whether the server was asked about this now; else only what was kept is here."""
    resting: bool = False
    """Whether its model isn't in memory, and was left there: how it reads the prompt wasn't asked."""
    problem: str = ""
    """Why the server told nothing or not everything, for the person."""
    sample: int = 1
    sent: bool = True
    """Whether the request went out; False for one that was only made to be looked at."""
    url: str = ""
    request: dict[str, Any] = {}
    """The JSON body, exactly as sent; {} if it wasn't kept."""
    rebuilt: bool = False
    """Whether the conversation in it was put together again from the session's turns: files don't repeat it."""
    partial: bool = False
    """Whether the body is put together from the rows of a run, which have what was asked and not the server's form."""
    rendered: str | None = None
    """The prompt as the model reads it."""
    unrendered: str = ""
    """Why it isn't known; "" if it is."""
    before: int | None = None
    """Characters in it before the person's prompt."""
    typed: int | None = None
    """Characters of the person's prompt in it."""
    system: str = ""
    """The pane's system prompt."""
    brought_in: str | None = None
    """Text that the template or the model's file puts before the conversation by itself, without its marks."""
    altered: tuple[str, ...] = ()
    """Special tokens in the person's text that were changed before sending, so that they mean nothing."""
    special: tuple[str, ...] = ()
    """Those that were sent as they are, which most servers read as special tokens."""
    tokens: int | None = None
    """Tokens of the prompt, by the server's count."""
    options: tuple[Option, ...] = ()
    facts: ModelFacts = ModelFacts()
    recorded_digest: str = ""
    """The model's digest when it was asked."""
    abilities: tuple[Ability, ...] = ()
    tokenizer: Tokenizer | None = None
    """Compared with the first pane's; None for that pane."""


class Warned(msgspec.Struct, frozen=True):
    """A difference that makes the panes less comparable than they look."""

    panes: tuple[str, ...]
    text: str


class SentTurn(msgspec.Struct, frozen=True):
    """The requests for one prompt."""

    panes: tuple[SentPane, ...]
    warnings: tuple[Warned, ...] = ()


HASH_DIGITS: Final = 12
"""Digits of a hash that a person compares."""
