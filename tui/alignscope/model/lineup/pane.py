"""Panes, their models, and the notation for a pane on the command line."""

import re
from collections.abc import Collection
from enum import StrEnum
from typing import Final, Literal

import msgspec

from alignscope.model.sampling import Sampling

EMBEDDED: Final = "embedded"
"""The server name of the engine inside alignscope, where others have a URL."""
QUANTISATION: Final = re.compile(
    r"(?i)(?<![a-z0-9])(i?q\d(_[a-z0-9]+)*|[bf]?f16|fp(8|16|32)|f32|mxfp4|qat|\d+bit)(?![a-z0-9])"
)
"""How names of models write one, such as `q4_K_M`."""
_LOGIN: Final = re.compile(r"@(?!sha256:)[^@/\s]+:[^@/\s]*\Z")
"""A name and a password at the end of what would be a model's name."""
_ADDRESS: Final = re.compile(r"\w+://.*|[^/\s]+:\d+(/.*)?")


class Mode(StrEnum):
    """The mode in which a pane sends prompts to its model."""

    COMPLETION = "completion"
    """Raw text in, continuation out."""
    CHAT = "chat"
    """Messages, through the model's own template."""


class Pane(msgspec.Struct, frozen=True):
    """One pane of the lineup."""

    name: str
    model: str
    """A model's name on its server; for the embedded engine a twin, `hf:OWNER/REPO:TAG`, or the path of a GGUF file."""
    server: str
    """A URL, or `embedded`."""
    mode: Mode
    system: str = ""
    """The system prompt; chat only."""
    sampling: Sampling | None = None
    """The pane's own sampling; None for the lineup's."""


Lineup = tuple[Pane, ...]
MAX_PANES: Final = 4
MAX_NAME: Final = 40
"""Characters of a pane's name."""


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """A model that a server has, with everything the server reports."""

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
    """Whether it is in memory now; None if the server doesn't report it."""
    context_length: int | None = None
    """Tokens that the model was trained for, or the server is set to."""
    loaded_context: int | None = None
    """Tokens that it was loaded with; None if the server doesn't report it."""
    vocabulary: int | None = None
    """Number of its tokens; None if the server doesn't report it."""
    template: str | None = None
    """The chat template; None if unknown, empty or Ollama's `{{ .Prompt }}` if there is none."""
    capabilities: tuple[str, ...] = ()
    stops: bool = False
    """Whether the model has stop strings of its own."""
    parameters: tuple[tuple[str, str], ...] = ()
    """The model's own sampling values, as the server reports them."""
    remote: bool = False
    """Whether it runs elsewhere (an Ollama cloud model)."""
    known_as: Literal["", "base", "instruct"] = ""
    """What it is by a list of known models; "" if it is in none."""


class LineupError(ValueError):
    """An invalid pane or lineup; the message is for the person."""


class PaneRequest(msgspec.Struct, frozen=True):
    """A pane as requested; what was left out is None, and depends on the servers."""

    name: str
    model: str
    server: str | None = None
    mode: Mode | None = None


def read_pane(text: str, servers: Collection[str] = ()) -> PaneRequest:
    """Parse `NAME=MODEL[@URL][,completion|,chat]`; `@embedded` is the embedded engine. Raises LineupError.

    Args:
        servers: names that may stand for a URL.
    """
    name, equals, rest = text.partition("=")
    name, rest = name.strip(), rest.strip()
    if not equals or not name or not rest:
        raise LineupError(f"a pane is written NAME=MODEL, as in base=mistral:text; ‘{text:.80}’ is not")
    if not is_name(name):
        raise LineupError("a pane's name is at most 40 printable characters")
    mode = None
    model, comma, word = rest.rpartition(",")
    if comma and word.strip() in {*Mode}:
        rest, mode = model.strip(), Mode(word.strip())
    elif comma and not is_path(rest):
        raise LineupError(f"a pane's mode is completion or chat, not ‘{word.strip():.40}’")
    model, at, server = _split_server(rest)
    named = server in (EMBEDDED, *servers) or _ADDRESS.fullmatch(server)
    # In a path and before a quantisation, an @ is part of the model's name.
    if not at or (not named and (is_path(rest) or QUANTISATION.fullmatch(server))):
        return PaneRequest(name, rest, None, mode)
    if not model or not server:
        raise LineupError(f"‘{rest:.80}’ lacks the {'server after' if model else 'model before'} the @")
    if _LOGIN.search(model):
        raise LineupError("a server's name and password stand in a whole URL, as in @http://NAME:PASSWORD@HOST")
    return PaneRequest(name, model, server, mode)


def _split_server(text: str) -> tuple[str, str, str]:
    """Return what is before and behind the @ of a server: of a whole URL the first, since a password may precede it."""
    if found := re.search(r"@(?=\w+://)", text):
        return text[: found.start()], "@", text[found.end() :]
    return text.rpartition("@")


def is_name(name: str) -> bool:
    """Return whether a pane may have that name: 1 to 40 printable characters."""
    return 0 < len(name) <= MAX_NAME and name.isprintable()


def is_path(model: str) -> bool:
    """Return whether a model's name looks like the path of a GGUF file, for the embedded engine."""
    if model.startswith(("hf.co/", "huggingface.co/")) or is_hub(model):
        return False
    return model.lower().endswith(".gguf") or model.startswith(("/", "./", "../", "~"))


def is_twin(model: str) -> bool:
    """Return whether a model comes with alignscope."""
    return model.startswith("twin:")


def is_hub(model: str) -> bool:
    """Return whether a model's name says that it is from a model hub: `hf:OWNER/REPO:Q4_K_M`.

    Those run in the embedded engine; `hf.co/OWNER/REPO` is Ollama's name for its own.
    """
    return model.startswith("hf:")
