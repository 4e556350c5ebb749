"""Interface of a backend, which speaks to one server in its dialect: requests, replies, errors."""

from collections.abc import AsyncGenerator, Sequence
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

import msgspec

from alignscope.backends.dialects import Dialect
from alignscope.model.events import Alternative, End, Phase, Stats
from alignscope.model.lineup.pane import Mode, Model
from alignscope.model.sampling import Sampling


class Message(msgspec.Struct, frozen=True):
    """One message of a chat."""

    role: str
    """`system`, `user` or `assistant`."""
    content: str


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """Request for one reply."""

    model: str
    mode: Mode
    prompt: str = ""
    """Document to continue; completion only."""
    messages: tuple[Message, ...] = ()
    """Conversation; chat only."""
    sampling: Sampling
    logprobs: int | None = None
    """None for no log-probabilities, 0 for those of the sampled tokens, N for N alternatives to each too.

    Ollama and most others have a maximum of 20; llama.cpp lists as many as the vocabulary has.
    """
    think: bool = False
    """Whether a model that can reason before it replies does; sent explicitly where the API allows it."""
    rendered: bool = False
    """Whether the prompt is a chat as its template renders it, special tokens and all, which then mean themselves."""

    @property
    def prefilled(self) -> bool:
        """Whether its last message is the beginning of the reply."""
        return bool(self.messages) and self.messages[-1].role == "assistant"

    @property
    def limit(self) -> int | None:
        """Maximum of tokens in the reply; None without a limit."""
        limit = self.sampling.get("num_predict")
        return limit if isinstance(limit, int) and limit >= 0 else None


class Sent(msgspec.Struct, frozen=True):
    """First item of a stream: the request as it goes to the server."""

    url: str
    body: dict[str, Any]
    """The JSON body."""
    limit: int | None
    """Maximum of tokens that it asks for; None without a limit."""


class Chunk(msgspec.Struct, frozen=True, gc=False):
    """Piece of a reply."""

    text: str
    thinking: bool = False
    logprob: float | None = None
    alternatives: tuple[Alternative, ...] = ()


class Ending(msgspec.Struct, frozen=True):
    """Last item of a stream: how the reply ended."""

    end: End
    message: str = ""
    """Message for the person; "" if nothing is wrong."""
    stats: Stats = Stats()
    """The server's figures; `ask` adds times that only the client can measure."""


Item = Sent | Chunk | Ending


class Fault(StrEnum):
    """Kind of an error, by which a screen chooses the remedy to offer."""

    UNREACHABLE = "unreachable"
    """No connection, or no answer in time."""
    REFUSED = "refused"
    """Not authorised: 401, 403."""
    NO_MODEL = "no model"
    INVALID = "invalid"
    """The request was wrong for this model: 400, 422."""
    CONTEXT = "context"
    """The prompt doesn't fit into the model's context."""
    MEMORY = "memory"
    BUSY = "busy"
    """The queue is full: 503, 429."""
    BROKEN = "broken"
    """The answer isn't in the server's protocol."""
    FAILED = "failed"
    """Any other error of the server."""


class ServerError(Exception):
    """Refusal or silence of a server. `str()` is for the person: what happened and what to do, in a sentence or two."""

    def __init__(self, message: str, fault: Fault, *, status: int | None = None) -> None:
        super().__init__(message)
        self.fault = fault
        self.status = status


class ServerInfo(msgspec.Struct, frozen=True):
    """Identity of the server at a URL."""

    url: str
    dialect: Dialect
    version: str = ""
    name: str = ""
    """Name for the person, if it isn't the dialect's."""
    proxy: str = ""
    """Environment variable that names the proxy in use, "" without one."""
    key_variable: str = ""
    """Environment variable with the key that the server gets, "" if it gets none."""

    @property
    def label(self) -> str:
        """Name and version for the person: `Ollama 0.32.15`."""
        return self.name or f"{self.dialect.label} {self.version}".rstrip()

    @property
    def version_tuple(self) -> tuple[int, ...]:
        """`0.33.0-rc2` as (0, 33, 0); () without a version or with 0.0.0, that of a build from source."""
        numbers = self.version.partition("-")[0].split(".")
        if not all(number.isdecimal() for number in numbers) or not any(int(number) for number in numbers):
            return ()
        return tuple(int(number) for number in numbers)

    def caveat(self, parameter: str) -> str:
        """Return how this server deviates for a sampling parameter, in words; "" if it doesn't."""
        return self.dialect.caveat(parameter, self.version_tuple)

    @property
    def lacks_logprobs(self) -> str:
        """A sentence that this server tells no log-probabilities; "" if it does, as far as is known."""
        return self.dialect.lacks_logprobs(self.label, self.version_tuple)


class ReadToken(NamedTuple):
    """Token in which a model reads a text."""

    number: int
    content: bytes
    """In UTF-8; a part of a character by itself is none."""


class TokenTable(msgspec.Struct, frozen=True):
    """The vocabulary of a model, as its file has it."""

    digest: str
    """Of all tokens that text can have, how they are joined, and how a text is cut first."""
    tokens: int
    """How many they are, without those that only mark a conversation."""


class Pulling(msgspec.Struct, frozen=True):
    """Progress of a download."""

    status: str
    completed: int = 0
    """Bytes of all layers seen so far."""
    total: int = 0
    """Bytes of all layers seen so far; 0 while unknown."""
    name: str = ""
    """The model's full name, where that is more than what was asked for and known by now."""


class Backend(Protocol):
    """One server. Network errors reach the caller as ServerError; cancelling a call closes its connection."""

    info: ServerInfo

    async def models(self) -> list[Model]:
        """Return the server's models, as its listing describes them."""

    async def describe(self, model: str) -> Model:
        """Return one model with its template, capabilities and sampling defaults, as far as the server has them."""

    async def look(self, model: str) -> Model:
        """Describe a model without loading it."""
        return await self.describe(model)

    async def phase(self, model: str) -> Phase:
        """Return why a request for a model has no reply yet: `loading`, `queued` or `waiting`. Never raises."""

    def stream(self, request: Request) -> AsyncGenerator[Item, None]:
        """Send a request, and yield its reply as it comes.

        A Sent comes first, before anything is sent, and again before a second attempt. The last item is an Ending,
        unless a refusal or an error in mid-stream raises ServerError. To leave early, cancel or use `aclosing`.
        """

    def pull(self, model: str) -> AsyncGenerator[Pulling, None]:
        """Download a model, and yield the progress."""

    async def render(self, model: str, messages: Sequence[Message], *, think: bool = False) -> str:
        """Return a chat as the model's template renders it, up to where the reply begins.

        Where the last message is the assistant's, it is rendered as the reply's beginning, if the server does that.

        Raises ServerError, also where the server doesn't show this.

        Args:
            think: as in `Request`: templates that know thinking render a chat without it otherwise.
        """
        raise ServerError(f"{self.info.label} doesn't show how it renders a chat.", Fault.INVALID)

    def literal(self, model: str, text: str) -> str:
        """Return a person's text as it can stand in a rendered prompt, where special tokens mean themselves."""
        return text

    async def pieces(self, model: str, text: str) -> list[bytes] | None:
        """Return the tokens of a rendered prompt, in UTF-8 together; None where the server doesn't tell."""
        return None

    async def numbers(self, model: str, text: str) -> list[int] | None:
        """Return the numbers of a text's tokens; None where the server doesn't tell, or tells their texts instead."""
        return None

    async def token_table(self, model: str) -> TokenTable | None:
        """Return what a model's file says of its tokens, without loading the model; None where the server doesn't."""
        return None

    async def reading(self, model: str, text: str) -> list[ReadToken] | None:
        """Return the tokens in which a model reads a prompt, and what its server adds; None where that isn't told."""
        return None

    def led(self, request: Request, before: Sequence[int], along: Sequence[int]) -> AsyncGenerator[Chunk, None]:
        """Have a model write given tokens, and yield each with what it found likely there, from before it was led.

        Text comes in whole characters: what is a part of one comes with the token that completes it.

        Args:
            request: with the model and the number of alternatives.
            before: numbers of the tokens that stand before them, at least one.
            along: their numbers.

        Raises ServerError, with the fault `INVALID` where the server can't be led.
        """
        raise ServerError(f"{self.info.label} can't be made to write a given text.", Fault.INVALID)

    async def prompt_tokens(self, model: str, text: str, alternatives: int, *, rendered: bool) -> list[Chunk]:
        """Return the tokens of a prompt, each with what the model thought of it at its position.

        The first has no log-probability. Raises ServerError, also where the server can't.

        Args:
            rendered: as in `Request`.
        """
        raise ServerError(f"{self.info.label} tells no log-probabilities of a prompt.", Fault.INVALID)

    async def close(self) -> None:
        """Close all connections."""
