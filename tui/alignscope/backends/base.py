"""What every backend is: one server, asked in its own dialect, answering in ours."""

from collections.abc import AsyncGenerator
from enum import StrEnum
from typing import Any, Protocol

import msgspec

from alignscope.backends.dialects import Dialect
from alignscope.model.events import Alternative, End, Phase, Stats
from alignscope.model.pane import Mode, Model
from alignscope.model.sampling import Sampling


class Message(msgspec.Struct, frozen=True):
    """One message of a chat."""

    role: str
    """`system`, `user` or `assistant`."""
    content: str


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One reply that is asked for."""

    model: str
    mode: Mode
    prompt: str = ""
    """The document to go on with; completion only."""
    messages: tuple[Message, ...] = ()
    """The conversation; chat only."""
    sampling: Sampling
    logprobs: int | None = None
    """None asks for no log-probabilities; 0 for those of the tokens drawn; N for N alternatives each (at most 20)."""
    think: bool = False
    """Whether a model that can reason before it replies should; sent explicitly wherever it can be."""

    @property
    def limit(self) -> int | None:
        """The most tokens that the reply may have; None when there is no limit."""
        limit = self.sampling.get("num_predict")
        return limit if isinstance(limit, int) and limit >= 0 else None


class Sent(msgspec.Struct, frozen=True):
    """The first thing a stream gives: the request, as it goes to the server."""

    url: str
    body: dict[str, Any]
    """The JSON body."""
    limit: int | None
    """The most tokens that it asks for; None when there is no limit."""


class Chunk(msgspec.Struct, frozen=True, gc=False):
    """A piece of a reply."""

    text: str
    thinking: bool = False
    logprob: float | None = None
    alternatives: tuple[Alternative, ...] = ()


class Ending(msgspec.Struct, frozen=True):
    """The last thing a stream gives: why it ended, by the server's word or by its silence."""

    end: End
    message: str = ""
    """For the person; empty when nothing is wrong."""
    stats: Stats = Stats()
    """What the server tells; times that only the client can know are filled in by `ask`."""


Item = Sent | Chunk | Ending


class Fault(StrEnum):
    """What kind of thing went wrong, so that a screen can offer the right remedy."""

    UNREACHABLE = "unreachable"
    """Nobody listens, or nobody answered within the connect time."""
    REFUSED = "refused"
    """The server won't talk to us: 401, 403."""
    NO_MODEL = "no model"
    INVALID = "invalid"
    """The request was wrong for this model: 400, 422."""
    CONTEXT = "context"
    """The prompt doesn't fit into the model's context."""
    MEMORY = "memory"
    BUSY = "busy"
    """The queue is full: 503, 429."""
    BROKEN = "broken"
    """It answered something that isn't its own protocol."""
    FAILED = "failed"
    """Any other error of the server's own."""


class ServerError(Exception):
    """A server said no, or nothing. `str()` is one or two sentences for the person: what happened, and what to do."""

    def __init__(self, message: str, fault: Fault, *, status: int | None = None) -> None:
        super().__init__(message)
        self.fault = fault
        self.status = status


class ServerInfo(msgspec.Struct, frozen=True):
    """Who answers at a URL."""

    url: str
    dialect: Dialect
    version: str = ""
    name: str = ""
    """What a person calls it, where that isn't the dialect's name."""
    proxy: str = ""
    """The environment variable that names the proxy on the way to it; "" when there is none."""
    key_variable: str = ""
    """The environment variable for its key; "" when it gets none, because the person named it nowhere."""

    @property
    def label(self) -> str:
        """As a person says it: `Ollama 0.32.15`."""
        if self.name:
            return self.name
        return f"{self.dialect.label} {self.version}".rstrip()

    @property
    def version_tuple(self) -> tuple[int, ...]:
        """`0.33.0-rc2` as (0, 33, 0); empty when there is none, or only the 0.0.0 of a build from source."""
        numbers = self.version.partition("-")[0].split(".")
        if not all(number.isdecimal() for number in numbers) or not any(int(number) for number in numbers):
            return ()
        return tuple(int(number) for number in numbers)

    def caveat(self, parameter: str) -> str:
        """Return what a person should know of a sampling parameter on this server, "" when it simply works."""
        return self.dialect.caveat(parameter, self.version_tuple)


class Pulling(msgspec.Struct, frozen=True):
    """How far a download is."""

    status: str
    completed: int = 0
    """Bytes, over all layers seen so far."""
    total: int = 0
    """Bytes, over all layers seen so far; 0 while none is known."""


class Backend(Protocol):
    """One server. Every method raises ServerError and nothing else of the network's; cancelling closes connections."""

    info: ServerInfo

    async def models(self) -> list[Model]:
        """What the server has, with what its listing tells."""

    async def describe(self, model: str) -> Model:
        """One model with all that the server tells of it: template, capabilities, own sampling values."""

    async def look(self, model: str) -> Model:
        """Describe a model without loading it; for servers that load none to describe it, the same as `describe`."""
        return await self.describe(model)

    async def phase(self, model: str) -> Phase:
        """Why a request for this model may be silent so far: `loading`, `queued` or just `waiting`. Never raises."""

    def stream(self, request: Request) -> AsyncGenerator[Item, None]:
        """Ask, and give the reply as it comes.

        A Sent comes first, before anything is sent, and once more if the server had to be asked in another way. The
        last item is always an Ending; a refusal before the first byte, and an error line in mid-stream, raise
        ServerError instead. Leave it early by cancelling, or inside `aclosing`.
        """

    def pull(self, model: str) -> AsyncGenerator[Pulling, None]:
        """Download a model; ends when it is there."""

    async def close(self) -> None:
        """Close all connections."""
