"""A row of `samples.jsonl`: one reply, with everything it was asked with."""

from typing import Final, Literal

import msgspec

from alignscope.model.events import End
from alignscope.model.lineup.pane import Mode

Role = Literal["base", "aligned", "other"]
"""What an entry of the lineup is compared as."""
RAW: Final = "raw"
"""Frame of a completion with nothing around the prompt."""
CHAT: Final = "chat"
"""Frame of a chat: the model's own template."""
Option = float | int | str | bool | list[str]
"""Value of a sampling parameter."""
MAX_LINE: Final = 2**27
"""Bytes of a row's line."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One reply of a run: flat, and with the same fields in every row, so that other programs read it as a table."""

    key: str
    """Hash of everything that the reply depends on."""
    prompt_id: str
    set: str
    """The prompt set's name."""
    category: str = ""
    language: str = ""
    prompt: str
    answer: str = ""
    """What is right, as the prompt set says; "" where nothing is."""
    choices: list[str] = []
    entry: str
    """Name in the lineup."""
    role: Role
    server: str
    """A URL without name and password, or `embedded`."""
    model: str
    digest: str = ""
    """The model file's hash as the server reports it; "" if it doesn't."""
    mode: Mode
    frame: str
    """`raw`, the name of a scaffold, or `chat`."""
    sampling: str
    """Name of the row of sampling parameters."""
    options: dict[str, Option]
    """The sampling parameters that were sent, by their names here."""
    seed: int | None = None
    sample: int
    """From 1."""
    sent: str
    """The document of a completion, or the messages of a chat as JSON."""
    text: str = ""
    thinking: str = ""
    end: End
    error: str = ""
    """What went wrong, for the person; "" if nothing did."""
    tokens: int = 0
    """Number of generated tokens by the server's count, or else of pieces received."""
    first_token_ms: float | None = None
    """From sending to the first token."""
    duration_ms: float = 0.0
    """From sending to the end."""
    at: str
    """When it was sent: ISO 8601, UTC."""

    @property
    def failed(self) -> bool:
        """Whether this is no whole reply, so that it is asked for again."""
        return self.end.failed or self.end is End.CANCELLED


Candidate = tuple[str, float]
"""A token, and its log-probability."""
Step = tuple[str, float | None, list[Candidate]]
"""A token that was written, its log-probability, and the list that it came from."""


class Tokens(msgspec.Struct, frozen=True, kw_only=True):
    """A line of `tokens.jsonl`: the lists of one row, in which only the reply's own text stands, no thinking."""

    key: str
    tokens: list[Step]


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Row)
_tokens_decoder = msgspec.json.Decoder(Tokens)


def encode(row: Row | Tokens) -> bytes:
    """Return a row as its line, with the line feed."""
    return _encoder.encode(row) + b"\n"


def decode(line: bytes) -> Row:
    """Return the row of a line. Raises what msgspec raises for anything else."""
    return _decoder.decode(line)


def decode_tokens(line: bytes) -> Tokens:
    """Return the lists of a line. Raises what msgspec raises for anything else."""
    return _tokens_decoder.decode(line)


def short(key: str) -> int:
    """Return a key's short hash, by which many are held in memory: 64 bits of it. Raises ValueError for no key."""
    return int(key[:16], 16)
