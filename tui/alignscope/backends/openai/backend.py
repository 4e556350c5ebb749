"""OpenAI-style servers: llama.cpp's llama-server, vLLM, LM Studio, and others that keep to the standard."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import partial
from typing import Final
from urllib.parse import urlencode

import httpx
import msgspec

from alignscope.backends import errors
from alignscope.backends.base import (
    Backend,
    Chunk,
    Ending,
    Fault,
    Item,
    Pulling,
    Request,
    Sent,
    ServerError,
    ServerInfo,
)
from alignscope.backends.chunks import chunks_of
from alignscope.backends.client import Client, drain
from alignscope.backends.dialects import Body
from alignscope.backends.framing import Events, FramingError, ServerEvent, decode, decode_list, decode_object
from alignscope.backends.openai.models import (
    ListedModel,
    Props,
    Slot,
    described_model,
    listed_model,
)
from alignscope.backends.openai.wire import EVENT, Choice, Timings, Usage, body, failure, optional_in, stats
from alignscope.model.events import End, Phase
from alignscope.model.pane import Mode, Model

_PHASE_SECONDS: Final = 2.0


class OpenAIBackend(Backend):
    """One OpenAI-style server; see `base.Backend`.

    The embedded engine has a server for every model, so what depends on the model goes through three methods made to be
    overridden: `ready`, `route` and `neutral`.
    """

    def __init__(self, info: ServerInfo, client: Client) -> None:
        self.info = info
        self._client = client
        self._listed: dict[str, Model] = {}
        self._refused: dict[str, frozenset[str]] = {}
        """Fields that the server would not take for a model, though it could do without them."""
        self._contexts: dict[str, int] = {}
        """Tokens that each model's server holds, where it told."""

    async def ready(self, model: str) -> None:
        """Called before anything is asked of a model; may take as long as starting it takes, and raise ServerError."""

    def route(self, model: str) -> tuple[str, str]:
        """The base URL that a model is asked at, without a slash at its end, and the name that it goes by there."""
        return self.info.url, model

    def neutral(self, model: str) -> bool:
        """Whether prompts for this model are kept from containing special tokens: `openai_wire.neutralised`."""
        return False

    async def models(self) -> list[Model]:
        """All that the server lists."""
        decode = partial(decode_list, name="data", kind=ListedModel)
        entries = await self._client.ask(self.info, "GET", self.info.url + self.info.dialect.listing, decode)
        models = [listed_model(entry, self.info.url, self.info.dialect) for entry in entries if entry.id]
        self._listed = {model.name: model for model in models}
        self._contexts |= {model.name: model.context_length for model in models if model.context_length}
        return models

    async def describe(self, model: str) -> Model:
        """One model, with its template and own values where the server is a llama.cpp."""
        if model not in self._listed:
            await self.models()
        found = self._listed.get(model)
        if self.info.dialect.describes:
            # Whatever name it is asked by, a llama.cpp with one model answers with that one.
            listed = found or Model(name=model, server=self.info.url, loaded=True)
            return described_model(listed, await self.props(model))
        if found is None:
            raise errors.refusal(self.info, "", status=404, model=model)
        return found

    async def props(self, model: str) -> Props:
        """What a llama.cpp tells of a model."""
        decode = partial(decode_object, kind=Props)
        props = await self._client.ask(self.info, "GET", self._about("/props", model), decode, model=model)
        if props.default_generation_settings and props.default_generation_settings.n_ctx:
            self._contexts[model] = props.default_generation_settings.n_ctx
        return props

    def _about(self, path: str, model: str) -> str:
        """A URL at which a llama.cpp tells of one model; where it serves several, without loading that one for it."""
        base, name = self.route(model)
        return f"{base}{path}?{urlencode({'model': name, 'autoload': 'false'})}"

    async def phase(self, model: str) -> Phase:
        """A llama.cpp tells by its health and its slots; others don't."""
        if not self.info.dialect.has_slots:
            return Phase.WAITING
        base, _ = self.route(model)
        try:
            if (await self._client.fetch("GET", f"{base}/health", seconds=_PHASE_SECONDS)).status == 503:
                return Phase.LOADING
            answer = await self._client.fetch("GET", self._about("/slots", model), seconds=_PHASE_SECONDS)
            slots = decode_list(answer.body, "", Slot) if answer.status == 200 else []
        except (ServerError, FramingError):
            return Phase.WAITING
        # A slot that is writing is not ours, since nothing of ours has come yet: if all are, ours has none.
        return Phase.QUEUED if slots and all(slot.writing for slot in slots) else Phase.WAITING

    async def stream(self, request: Request) -> AsyncGenerator[Item, None]:
        """The reply as it comes; see `base.Backend.stream`."""
        if request.mode is Mode.CHAT and not request.messages:
            raise ServerError("There is no message to answer. Write at least one character.", Fault.INVALID)
        path = "/v1/chat/completions" if request.mode is Mode.CHAT else "/v1/completions"
        base, name = self.route(request.model)
        whole = body(request, name, self.info.dialect, neutral=self.neutral(request.model))
        sent = {field: value for field, value in whole.items() if field not in self._refused.get(request.model, ())}
        yield Sent(base + path, sent, request.limit)
        await self.ready(request.model)
        base, _ = self.route(request.model)
        begun = False
        try:
            async with aclosing(self._read(base + path, sent, request)) as items:
                async for item in items:
                    begun = True
                    yield item
            return
        except ServerError as error:
            refused = optional_in(sent, str(error))
            if begun or not refused or error.fault is not Fault.INVALID or error.status is None:
                raise
        sent = {field: value for field, value in sent.items() if field not in refused}
        yield Sent(base + path, sent, request.limit)
        async with aclosing(self._read(base + path, sent, request)) as items:
            async for item in items:
                self._refused[request.model] = refused | self._refused.get(request.model, frozenset())
                if isinstance(item, Ending):
                    message = f"{item.message} {errors.left_out(self.info, refused)}".lstrip()
                    item = msgspec.structs.replace(item, message=message)
                yield item

    async def _read(self, url: str, sent: Body, request: Request) -> AsyncGenerator[Chunk | Ending, None]:
        reading = _Reading(self.info, request)
        async with self._client.stream(self.info, url, sent, model=request.model) as incoming:
            try:
                events = Events()
                async for data in incoming:
                    for event in events.feed(data):
                        for chunk in reading.read(event):
                            yield chunk
                        if reading.complete:
                            await drain(incoming)
                            yield self._ending(reading, request)
                            return
                for event in events.rest():
                    for chunk in reading.read(event):
                        yield chunk
            except httpx.HTTPError:
                yield self._ending(reading, request, errors.broke_off(self.info))
                return
            except FramingError as error:
                yield Ending(End.CUT, errors.garbled(self.info, error))
                return
        yield self._ending(reading, request, errors.ended_early(self.info))

    def _ending(self, reading: "_Reading", request: Request, cut: str = "") -> Ending:
        """How the reply ended.

        Args:
            cut: what to say if the server didn't say that it is complete.
        """
        figures = stats(reading.usage, reading.timings)
        if cut and not reading.reason:
            return Ending(End.CUT, cut, figures)
        match reading.reason:
            case "length":
                return Ending(End.LENGTH, self._context_note(reading, request), figures)
            case "content_filter":
                return Ending(End.STOP, f"{errors.named(self.info)} held back the rest by its content filter.", figures)
            case "abort" | "error":
                return Ending(End.CUT, errors.ended_early(self.info), figures)
            case "repetition":
                return Ending(End.LOOP, errors.gave_up(self.info), figures)
        return Ending(End.STOP, "", figures)

    def _context_note(self, reading: "_Reading", request: Request) -> str:
        usage, context = reading.usage, self._contexts.get(request.model)
        if usage is None or not context:
            return ""
        if (usage.prompt_tokens or 0) + (usage.completion_tokens or 0) < context - 1:
            return ""
        return f"The context of {context} tokens is full. A shorter prompt leaves more room for the reply."

    def pull(self, model: str) -> AsyncGenerator[Pulling, None]:
        """Raise ServerError: these servers have no such thing."""
        raise ServerError(
            f"{errors.named(self.info)} can't download models. Start it with the model that you want.", Fault.INVALID
        )

    async def close(self) -> None:
        """Close all connections."""
        await self._client.close()


class _Reading:
    """What has been read of one reply."""

    def __init__(self, info: ServerInfo, request: Request) -> None:
        self._info = info
        self._request = request
        self._wanted = request.logprobs or 0
        self.reason = ""
        """Why it ended, in the server's word; "" while it hasn't said."""
        self.complete = False
        """The server said that nothing more comes."""
        self.usage: Usage | None = None
        self.timings: Timings | None = None

    def read(self, event: ServerEvent) -> list[Chunk]:
        """The chunks in an event.

        Raises:
            FramingError: it isn't in the server's format.
            ServerError: it is an error.
        """
        if event.data.strip() == b"[DONE]":
            self.complete = True
            return []
        if event.name == "error":
            raise errors.refusal(self._info, errors.body_text(event.data), model=self._request.model)
        said = decode(EVENT, event.data)
        error = failure(said)
        if error is not None:
            code = error.get("code") if isinstance(error, dict) else None
            status = code if isinstance(code, int) else None
            raise errors.refusal(self._info, errors.error_text(error), status=status, model=self._request.model)
        self.usage, self.timings = said.usage or self.usage, said.timings or self.timings
        found: list[Chunk] = []
        for choice in said.choices or ():
            found += self._choice(choice)
        return found

    def _choice(self, choice: Choice) -> list[Chunk]:
        self.reason = choice.finish_reason or self.reason
        found: list[Chunk] = []
        text = choice.text or ""
        if (said := choice.delta or choice.message) is not None:
            thought, text = said.parts
            if thought:
                found.append(Chunk(thought, True))
        entries = choice.logprobs.entries if choice.logprobs else None
        if text and entries:
            found += chunks_of(text, entries, self._wanted)
        elif text:
            found.append(Chunk(text))
        return found
