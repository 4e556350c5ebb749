"""Asking a backend for one reply, and all that came of it."""

from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from alignscope.backends.base import Backend, Chunk, Ending, Message, Request, Sent, ServerError
from alignscope.model.events import End
from alignscope.model.lineup.pane import Mode
from alignscope.model.sampling import Sampling
from tests.standin.web import Server


@dataclass
class Outcome:
    """What a stream gave."""

    sent: list[Sent] = field(default_factory=list)
    chunks: list[Chunk] = field(default_factory=list)
    ending: Ending | None = None
    error: ServerError | None = None

    @property
    def text(self) -> str:
        """The reply."""
        return "".join(chunk.text for chunk in self.chunks if not chunk.thinking)

    @property
    def thinking(self) -> str:
        """The thinking."""
        return "".join(chunk.text for chunk in self.chunks if chunk.thinking)

    @property
    def end(self) -> End:
        """Why it ended; an error that was raised counts as `error`."""
        if self.ending is not None:
            return self.ending.end
        assert self.error is not None
        return End.ERROR

    @property
    def message(self) -> str:
        """What the person reads."""
        return self.ending.message if self.ending else str(self.error)


def completion(model: str, prompt: str = "Once upon a time", **fields: Any) -> Request:
    """A completion; further fields are sampling, but for `logprobs` and `think`."""
    extra = {name: fields.pop(name) for name in ("logprobs", "think") if name in fields}
    return Request(model=model, mode=Mode.COMPLETION, prompt=prompt, sampling=Sampling(fields), **extra)


def chat(model: str, prompt: str = "Tell me a story", system: str = "", **fields: Any) -> Request:
    """A chat; further fields as in `completion`."""
    extra = {name: fields.pop(name) for name in ("logprobs", "think") if name in fields}
    before = (Message("system", system),) if system else ()
    messages = (*before, Message("user", prompt))
    return Request(model=model, mode=Mode.CHAT, messages=messages, sampling=Sampling(fields), **extra)


async def on_the_wire(backend: Backend, server: Server, request: Request, path: str) -> Any:
    """The one body that reaches the server when the backend is asked, which is what it said it would send."""
    outcome = await ask(backend, request)
    (seen,) = server.seen(path)
    assert [(sent.url, sent.body) for sent in outcome.sent] == [(f"{server.url}{path}", seen.body)]
    return seen.body


async def would_send(backend: Backend, request: Request) -> Any:
    """The body that a backend sends, without sending it."""
    async with aclosing(backend.stream(request)) as stream:
        sent = await anext(stream)
    assert isinstance(sent, Sent)
    return sent.body


async def ask(backend: Backend, request: Request) -> Outcome:
    """The whole reply."""
    outcome = Outcome()
    try:
        async with aclosing(backend.stream(request)) as stream:
            async for item in stream:
                assert outcome.ending is None, "something came after the ending"
                match item:
                    case Sent():
                        outcome.sent.append(item)
                    case Ending():
                        outcome.ending = item
                    case Chunk():
                        outcome.chunks.append(item)
    except ServerError as error:
        outcome.error = error
    return outcome
