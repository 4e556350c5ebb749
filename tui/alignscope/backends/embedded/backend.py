"""Backend of the embedded engine: a llama.cpp server for every model, all in one child process."""

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncGenerator
from contextlib import aclosing
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

import msgspec

from alignscope.backends.base import Ending, Fault, Item, Pulling, Request, Sent, ServerError, ServerInfo, TokenTable
from alignscope.backends.client import Client
from alignscope.backends.dialects import LLAMA_CPP
from alignscope.backends.embedded.engine import TWINS, Address, Engine, engine_problem
from alignscope.backends.embedded.gguf import TOKEN_LISTS, GGUFError, Header, read_pairs, token_table
from alignscope.backends.embedded.hub import pulling, store
from alignscope.backends.embedded.hub.known import known_as
from alignscope.backends.openai.backend import OpenAIBackend
from alignscope.backends.openai.models import described_model
from alignscope.model.events import End, Phase
from alignscope.model.lineup.pane import EMBEDDED, Model, is_hub, is_twin

LABEL: Final = "embedded llama.cpp"
_NOTICED_SECONDS: Final = 2.0
"""Maximum between the closing of a process's connections and the news of its end, on a busy machine."""
_LOOK_SECONDS: Final = 0.1
"""Time between two looks for that news."""
_HASHED: Final = 64_000_000
"""Maximum of bytes in a file with a digest: reading more takes too long."""


class EmbeddedBackend(OpenAIBackend):
    """The twins, models from a hub, and any GGUF file by its path; see `Backend`.

    The child process starts with the first model.
    """

    def __init__(self) -> None:
        self.engine = Engine()
        self._addresses: dict[str, Address] = {}
        self._digests: dict[Path, str] = {}
        self._tables: dict[Path, TokenTable | None] = {}
        self._others: dict[str, None] = {}
        info = ServerInfo(EMBEDDED, LLAMA_CPP, _version(), LABEL)
        super().__init__(info, Client("http://127.0.0.1", api_key=self.engine.key))

    async def ready(self, model: str) -> None:
        """Load a model, and start the child process if it doesn't run. Raises ServerError if that fails."""
        self._addresses[model] = await self.engine.url_for(model)
        if not is_twin(model) and not is_hub(model):
            self._others[model] = None

    def route(self, model: str) -> tuple[str, str]:
        """Return the address of a model's server, or just `embedded` until it is loaded."""
        return self._addresses.get(model, Address(EMBEDDED, model))

    def neutral(self, model: str) -> bool:
        """Return whether a model is a twin: prompts to those are text only."""
        return is_twin(model)

    async def models(self) -> list[Model]:
        """Return the twins, what was pulled from a hub, and the files used so far. Loads nothing.

        Raises ServerError if the engine can't run.
        """
        if reason := engine_problem():
            raise ServerError(reason, Fault.UNREACHABLE)
        models = [await self.look(name) for name in TWINS]
        for name in (*(model.name for model in store.pulled()), *self._others):
            # A file that was deleted or spoilt meanwhile is no reason to hide the others.
            with contextlib.suppress(ServerError):
                models.append(await self.look(name))
        return models

    async def look(self, model: str) -> Model:
        """Return one model, by its file. Loads nothing. Raises ServerError if the file is unusable."""
        header = await self.engine.header(model)
        pulled = store.find(model) if is_hub(model) else None
        return Model(
            name=model,
            server=EMBEDDED,
            family="twin" if is_twin(model) else header.architecture,
            parameter_size=header.parameter_size,
            quantization=header.quantization,
            size=pulled.size if pulled else header.size,
            digest=pulled.digest if pulled else await self._digest(header),
            loaded=self.engine.loaded(model),
            context_length=header.context_length or None,
            vocabulary=header.vocabulary or None,
            template=header.template,
            capabilities=("completion",),
            known_as=known_as(pulled.name) if pulled else "",
        )

    async def describe(self, model: str) -> Model:
        """Return one model with llama.cpp's sampling defaults. Loads it; `loaded` is from before that."""
        listed = await self.look(model)
        await self.ready(model)
        # The template in the file is better than llama.cpp's version of it.
        return msgspec.structs.replace(described_model(listed, await self.props(model)), template=listed.template)

    async def token_table(self, model: str) -> TokenTable | None:
        """Return a model's tokens, by its file; see `Backend.token_table`."""
        header = await self.engine.header(model)
        if header.path not in self._tables:
            self._tables[header.path] = await asyncio.to_thread(_table, header.path)
        return self._tables[header.path]

    async def phase(self, model: str) -> Phase:
        """Return `loading` until the model is in memory, then the phase on its server."""
        return await super().phase(model) if self.engine.loaded(model) else Phase.LOADING

    async def stream(self, request: Request) -> AsyncGenerator[Item, None]:
        """Yield the reply as it comes; see `Backend.stream`.

        If the child process breaks down over another model's file before this reply has begun, send the request again.
        """
        nothing_yet, again = True, True
        while again:
            again = False
            try:
                async with aclosing(super().stream(request)) as items:
                    async for item in items:
                        cut = nothing_yet and isinstance(item, Ending) and item.end is End.CUT
                        if again := cut and await self._moved(request.model):
                            break
                        nothing_yet &= isinstance(item, Sent)
                        yield item
            except ServerError as error:
                if not nothing_yet or error.status is not None or not await self._moved(request.model):
                    raise
                again = True

    async def _moved(self, model: str) -> bool:
        """Load the model again if its server is down, and return whether its address has changed."""
        before = self._addresses.get(model)
        for _ in range(round(_NOTICED_SECONDS / _LOOK_SECONDS)):
            await asyncio.sleep(_LOOK_SECONDS)
            await self.ready(model)
            if before != self._addresses[model]:
                return before is not None
        return False

    def pull(self, model: str) -> AsyncGenerator[Pulling, None]:
        """Pull a model from a hub, by `hf:OWNER/REPO[:FILE or quantisation]`, and yield the progress."""
        return pulling.pull(model)

    async def close(self) -> None:
        """Close all connections, and end the child process."""
        await super().close()
        await self.engine.close()

    async def _digest(self, header: Header) -> str:
        if header.size > _HASHED:
            return ""
        if header.path not in self._digests:
            self._digests[header.path] = await asyncio.to_thread(_sha256, header.path)
        return self._digests[header.path]


def _table(path: Path) -> TokenTable | None:
    try:
        return token_table(read_pairs(path, TOKEN_LISTS))
    except GGUFError:
        return None


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"


def _version() -> str:
    try:
        return version("xllamacpp")
    except PackageNotFoundError:
        return ""
