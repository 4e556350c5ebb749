"""How Ollama shares its memory: loading one model at a time, evicting idle ones, a fixed number of slots for each."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


class QueueFullError(Exception):
    """More requests wait than the server lets wait."""


@dataclass
class Runner:
    """A loaded model."""

    key: object
    """The load-time options that it was loaded with."""
    slots: asyncio.Semaphore
    users: int = 0
    """Requests that run on it or wait for it."""
    context: int = 4096


@dataclass
class Scheduler:
    """Who may run, and when."""

    num_parallel: int = 1
    max_loaded: int = 0
    """How many models fit into memory at once; 0 any number."""
    max_queue: int = 512
    load_seconds: float = 0.0
    loaded: dict[str, Runner] = field(default_factory=dict)
    loads: list[str] = field(default_factory=list)
    """Every load in order, so that a test can count reloads."""
    evictions: list[str] = field(default_factory=list)
    waiting: int = 0

    def __post_init__(self) -> None:
        self._loading = asyncio.Lock()
        self._idle = asyncio.Condition()

    @asynccontextmanager
    async def slot(self, model: str, key: object, context: int) -> AsyncIterator[Runner]:
        """Hold one of the model's slots, loading it first if need be. Raises QueueFullError."""
        if self.waiting >= self.max_queue:
            raise QueueFullError
        self.waiting += 1
        try:
            runner = await self._reserve(model, key, context)
        except BaseException:
            self.waiting -= 1
            raise
        try:
            try:
                await runner.slots.acquire()
            finally:
                self.waiting -= 1
            try:
                yield runner
            finally:
                runner.slots.release()
        finally:
            runner.users -= 1
            async with self._idle:
                self._idle.notify_all()

    def unload(self, model: str) -> None:
        """Forget a model, as `keep_alive: 0` does."""
        self.loaded.pop(model, None)

    async def _reserve(self, model: str, key: object, context: int) -> Runner:
        runner = self.loaded.get(model)
        if runner is None or runner.key != key:
            async with self._loading:
                runner = self.loaded.get(model)
                if runner is None or runner.key != key:
                    runner = await self._load(model, key, context)
                runner.users += 1
                return runner
        runner.users += 1
        return runner

    async def _load(self, model: str, key: object, context: int) -> Runner:
        if model in self.loaded:
            await self._wait_idle(lambda: self.loaded[model].users == 0)
            self.evictions.append(model)
            del self.loaded[model]
        while self.max_loaded and len(self.loaded) >= self.max_loaded:
            await self._wait_idle(lambda: any(runner.users == 0 for runner in self.loaded.values()))
            idle = next(name for name, runner in self.loaded.items() if runner.users == 0)
            self.evictions.append(idle)
            del self.loaded[idle]
        self.loads.append(model)
        if self.load_seconds:
            await asyncio.sleep(self.load_seconds)
        runner = self.loaded[model] = Runner(key, asyncio.Semaphore(self.num_parallel), context=context)
        return runner

    async def _wait_idle(self, condition: Callable[[], bool]) -> None:
        async with self._idle:
            await self._idle.wait_for(condition)
