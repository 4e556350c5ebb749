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


Ends = tuple[float | None, float | None]
"""Bounds of a figure; None for one that nothing bounds."""


class Likelihoods(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="choices"):
    """A line of `scores.jsonl`: how likely an entry finds each choice of a prompt, in one frame."""

    key: str
    prompt_id: str
    set: str
    entry: str
    frame: str
    digest: str
    choices: list[str]
    sums: list[Ends]
    """Of the natural log-probabilities of each choice's tokens; bounds, where one isn't in its list."""
    sizes: list[int]
    """UTF-8 bytes of each choice."""
    tokens: list[int]
    """Number of tokens that each was read in, with the blank before it."""
    at: str


class PassageBits(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="passage"):
    """A line of `scores.jsonl`: how well an entry predicts a passage, in one frame."""

    key: str
    passage: str
    entry: str
    role: Role
    model: str
    digest: str
    frame: str
    """`raw` for nothing before it, `chat` for the model's own template."""
    bits: Ends
    """Per byte of the passage."""
    size: int
    """UTF-8 bytes."""
    tokens: int
    open: int = 0
    """Tokens that weren't in their lists."""
    at: str


class ShiftScore(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="shift"):
    """A line of `scores.jsonl`: how one row's reply stands in another entry's lists, in figures."""

    key: str
    row: str
    """The row's key."""
    entry: str
    by: str
    """The entry that was asked."""
    frame: str
    """What stood before the reply: `chat`, `qa` or `bare`."""
    alternatives: int
    """Length of the lists that were asked for."""
    why: str = ""
    """Why nothing could be compared; "" if it could."""
    positions: int = 0
    """The reply's tokens."""
    counts: dict[str, int] = {}
    """Positions by class, without that of the end."""
    null: dict[str, int] = {}
    """The same in the reply's own lists: what sampling alone shifts."""
    thirds: list[dict[str, int]] = []
    """Classes by thirds; [] for a reply too short to have them."""
    js: Ends = (None, None)
    """Mean Jensen-Shannon divergence in bits over the positions at which both have a list."""
    js_known: int = 0
    """Number of those."""
    js_thirds: list[tuple[float, float, int]] = []
    """The same by thirds, with the number of positions at which it is known."""
    covered: float | None = None
    """Mean probability of all tokens in the other's lists together."""
    missing: dict[str, int] = {}
    """Positions without a list, by why."""
    ends: bool | None = None
    """Whether the other would have ended, too, where the reply did; None where it didn't, or isn't told."""
    promoted: list[tuple[str, int, float, float]] = []
    """Tokens that the reply's model finds likelier: text, positions, and the bounds of the sum of the differences."""
    suppressed: list[tuple[str, int, float, float]] = []
    tokenizers: str = ""
    """Whether both read the reply in the same tokens: alike, different or unknown."""
    requests: int = 0
    lists: list[Step] = []
    """The other's, where the spec asks for them."""
    at: str


Scored = Likelihoods | PassageBits | ShiftScore

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Row)
_tokens_decoder = msgspec.json.Decoder(Tokens)
_scored_decoder: msgspec.json.Decoder[Scored] = msgspec.json.Decoder(Scored)


def encode(row: Row | Tokens | Scored) -> bytes:
    """Return a row as its line, with the line feed."""
    return _encoder.encode(row) + b"\n"


def decode(line: bytes) -> Row:
    """Return the row of a line. Raises what msgspec raises for anything else."""
    return _decoder.decode(line)


def decode_tokens(line: bytes) -> Tokens:
    """Return the lists of a line. Raises what msgspec raises for anything else."""
    return _tokens_decoder.decode(line)


def decode_scored(line: bytes) -> Scored:
    """Return what was scored, from its line. Raises what msgspec raises for anything else."""
    return _scored_decoder.decode(line)


def short(key: str) -> int:
    """Return a key's short hash, by which many are held in memory: 64 bits of it. Raises ValueError for no key."""
    return int(key[:16], 16)
