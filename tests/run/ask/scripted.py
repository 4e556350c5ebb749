"""Backends whose replies a test writes."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from alignscope.backends.base import (
    Backend,
    Chunk,
    Ending,
    Item,
    Pulling,
    Request,
    Sent,
    ServerInfo,
)
from alignscope.backends.dialects import OLLAMA
from alignscope.model.events import End, Phase, Stats
from alignscope.model.lineup.pane import Mode, Model, Pane
from alignscope.model.reply import Reply
from alignscope.model.turn import TurnSettings
from alignscope.run.ask import Run

EVEN = TurnSettings()
BASE = Pane("base", "m:text", "http://one", Mode.COMPLETION)
CHAT = Pane("instruct", "m:it", "http://one", Mode.CHAT, "Be brief.")
Script = Callable[[Request], AsyncGenerator[Chunk | Ending, None]]


class Scripted(Backend):
    """A backend whose replies are written by the test."""

    def __init__(self, script: Script, phases: list[Phase] | None = None) -> None:
        self.info = ServerInfo("http://one", OLLAMA, "0.33.0")
        self.script = script
        self.phases = phases or []
        self.asked: list[Request] = []
        self.open = 0
        self.peak = 0

    async def models(self) -> list[Model]:
        return []

    async def describe(self, model: str) -> Model:
        return Model(name=model, server="http://one")

    async def phase(self, model: str) -> Phase:
        return self.phases.pop(0) if len(self.phases) > 1 else self.phases[0] if self.phases else Phase.WAITING

    async def stream(self, request: Request) -> AsyncGenerator[Item, None]:
        yield Sent("http://one/api", {"model": request.model, **OLLAMA.fields(request.sampling)}, request.limit)
        self.asked.append(request)
        self.open += 1
        self.peak = max(self.peak, self.open)
        try:
            async with aclosing(self.script(request)) as items:
                async for item in items:
                    yield item
        finally:
            await asyncio.sleep(0.01)  # closing a connection takes a moment, and must not be broken off
            self.open -= 1

    def pull(self, model: str) -> AsyncGenerator[Pulling, None]:
        raise NotImplementedError

    async def close(self) -> None:
        pass


class Known:
    """Every server's name leads to one backend, or to an error."""

    def __init__(self, **servers: Scripted | Exception) -> None:
        self.servers = servers

    async def get(self, server: str) -> Scripted:
        found = self.servers[server.removeprefix("http://")]
        if isinstance(found, Exception):
            raise found
        return found


async def two_words(request: Request) -> AsyncGenerator[Chunk | Ending, None]:
    for text in ("Hello", " there"):
        await asyncio.sleep(0)
        yield Chunk(text)
    yield Ending(End.STOP, "", Stats(tokens=7, prompt_tokens=3))


async def endless(request: Request) -> AsyncGenerator[Chunk | Ending, None]:
    while True:
        await asyncio.sleep(0.001)
        yield Chunk("x")


async def silent(request: Request) -> AsyncGenerator[Chunk | Ending, None]:
    await asyncio.sleep(3600)
    yield Chunk("never")


def by_model(**scripts: Script) -> Script:
    return lambda request: scripts[request.model.partition(":")[2]](request)


async def fold(run: Run) -> dict[tuple[str, int], Reply]:
    replies: dict[tuple[str, int], Reply] = {}
    async for event in run.events():
        replies.setdefault((event.pane, event.sample), Reply(event.pane, event.sample)).apply(event)
    return replies
