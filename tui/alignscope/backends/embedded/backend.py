"""The embedded engine as a backend: a llama.cpp server for every model, all in one child process."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator
from contextlib import aclosing
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

import msgspec

from alignscope.backends.base import Ending, Fault, Item, Request, Sent, ServerError, ServerInfo
from alignscope.backends.client import Client
from alignscope.backends.dialects import LLAMA_CPP
from alignscope.backends.embedded.engine import TWINS, Address, Engine, engine_available
from alignscope.backends.embedded.gguf import Header
from alignscope.backends.openai.backend import OpenAIBackend
from alignscope.backends.openai.models import described_model
from alignscope.model.events import End, Phase
from alignscope.model.pane import EMBEDDED, Model, is_twin

LABEL: Final = "embedded llama.cpp"
_NOTICED_SECONDS: Final = 0.1
"""How long the system takes at most to tell of a process's end, after its connections have closed."""
_HASHED: Final = 64_000_000
"""Larger files, in bytes, have no digest: reading them through takes longer than anyone waits."""


class EmbeddedBackend(OpenAIBackend):
    """The twins, and any GGUF file by its path; see `base.Backend`. Starts nothing before a model is asked for."""

    def __init__(self) -> None:
        self.engine = Engine()
        """What runs the models."""
        self._addresses: dict[str, Address] = {}
        self._digests: dict[Path, str] = {}
        self._others: dict[str, None] = {}
        info = ServerInfo(EMBEDDED, LLAMA_CPP, _version(), LABEL)
        super().__init__(info, Client("http://127.0.0.1", api_key=self.engine.key))

    async def ready(self, model: str) -> None:
        """Load the model, and start the child process if it doesn't run. Raises ServerError when it can't be."""
        self._addresses[model] = await self.engine.url_for(model)
        if not is_twin(model):
            self._others[model] = None

    def route(self, model: str) -> tuple[str, str]:
        """The model's own server; just `embedded` as long as it has none."""
        return self._addresses.get(model, Address(EMBEDDED, model))

    def neutral(self, model: str) -> bool:
        """The twins are for visitors: what they type is text. Who brings a model may write its tokens."""
        return is_twin(model)

    async def models(self) -> list[Model]:
        """The twins, and the files that were asked for so far. Loads nothing.

        Raises:
            ServerError: the engine can't run here.
        """
        if reason := engine_available():
            raise ServerError(reason, Fault.UNREACHABLE)
        return [await self.look(name) for name in (*TWINS, *self._others)]

    async def look(self, model: str) -> Model:
        """One model, by what its file says. Loads nothing. Raises ServerError when there is no such file."""
        header = await self.engine.header(model)
        return Model(
            name=model,
            server=EMBEDDED,
            family="twin" if is_twin(model) else header.architecture,
            parameter_size=header.parameter_size,
            quantization=header.quantization,
            size=header.size,
            digest=await self._digest(header),
            loaded=self.engine.loaded(model),
            context_length=header.context_length or None,
            template=header.template,
            capabilities=("completion",),
        )

    async def describe(self, model: str) -> Model:
        """One model, with llama.cpp's values for what a request leaves out. Loads it; `loaded` is from before that."""
        listed = await self.look(model)
        await self.ready(model)
        # What the file itself says of its template is better than what llama.cpp makes of it.
        return msgspec.structs.replace(described_model(listed, await self.props(model)), template=listed.template)

    async def phase(self, model: str) -> Phase:
        """`loading` until the model is in memory, then what its server tells."""
        return await super().phase(model) if self.engine.loaded(model) else Phase.LOADING

    async def stream(self, request: Request) -> AsyncGenerator[Item, None]:
        """The reply as it comes; see `base.Backend.stream`.

        If the child process breaks down over another model's file before this reply has begun, it is asked for again.
        """
        nothing_yet, again = True, True
        while again:
            again = False
            try:
                async with aclosing(super().stream(request)) as items:
                    async for item in items:
                        if nothing_yet and isinstance(item, Ending) and item.end is End.CUT:
                            again = await self._moved(request.model)
                            if again:
                                break
                        nothing_yet &= isinstance(item, Sent)
                        yield item
            except ServerError as error:
                if not nothing_yet or error.status is not None or not await self._moved(request.model):
                    raise
                again = True

    async def _moved(self, model: str) -> bool:
        """Whether the model's server has gone down, and the model is served elsewhere now."""
        before = self._addresses.get(model)
        await asyncio.sleep(_NOTICED_SECONDS)
        await self.ready(model)
        return before is not None and before != self._addresses[model]

    async def close(self) -> None:
        """Close all connections and end the child process."""
        await super().close()
        await self.engine.close()

    async def _digest(self, header: Header) -> str:
        if header.size > _HASHED:
            return ""
        if header.path not in self._digests:
            self._digests[header.path] = await asyncio.to_thread(_sha256, header.path)
        return self._digests[header.path]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"


def _version() -> str:
    try:
        return version("xllamacpp")
    except PackageNotFoundError:
        return ""
