"""OpenAI-style servers: llama.cpp's llama-server, vLLM, LM Studio, and others that keep to the standard."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from functools import partial
from typing import Final
from urllib.parse import urlencode

import httpx
import msgspec

from alignscope.backends import errors
from alignscope.backends.base import (
    Chunk,
    Ending,
    Fault,
    Item,
    Message,
    Pulling,
    ReadToken,
    Request,
    Sent,
    ServerError,
    ServerInfo,
)
from alignscope.backends.chunks import chunks_of
from alignscope.backends.client import PHASE_SECONDS, Client, HTTPBackend, drain
from alignscope.backends.dialects import Body
from alignscope.backends.framing import Events, FramingError, S, ServerEvent, decode, decode_list, decode_object
from alignscope.backends.openai import prompts
from alignscope.backends.openai.models import ListedModel, Props, Slot, described_model, listed_model
from alignscope.backends.openai.prompts import Echoed, Piece, Pieces, Rendered, Scored, TokenIds
from alignscope.backends.openai.wire import (
    EVENT,
    LOGPROBS_FIELDS,
    Choice,
    Timings,
    Usage,
    body,
    failure,
    neutralised,
    optional_in,
    stats,
)
from alignscope.model.events import End, Phase
from alignscope.model.lineup.pane import Mode, Model

_SCORE_SECONDS: Final = 120.0
"""Timeout of an answer about a text: the model may have to be loaded first, and reads all of it."""


class OpenAIBackend(HTTPBackend):
    """One OpenAI-style server; see `Backend`.

    Where each model has a server of its own, subclasses override `ready`, `route` and `neutral`.
    """

    def __init__(self, info: ServerInfo, client: Client) -> None:
        super().__init__(info, client)
        self._listed: dict[str, Model] = {}
        self._refused: dict[str, frozenset[str]] = {}
        """Optional fields that the server refuses for a model."""
        self._contexts: dict[str, int] = {}
        """Context length of each model, if known."""

    async def ready(self, model: str) -> None:
        """Load a model before a request to it. May raise ServerError."""

    def route(self, model: str) -> tuple[str, str]:
        """Return the base URL for a model, without a slash at its end, and the model's name there."""
        return self.info.url, model

    def neutral(self, model: str) -> bool:
        """Return whether to keep special tokens out of a model's prompts, by `wire.neutralised`."""
        return False

    async def models(self) -> list[Model]:
        """Return the models that the server lists."""
        decode = partial(decode_list, name="data", kind=ListedModel)
        entries = await self._client.ask(self.info, "GET", self.info.url + self.info.dialect.listing, decode)
        models = [listed_model(entry, self.info.url, self.info.dialect) for entry in entries if entry.id]
        self._listed = {model.name: model for model in models}
        self._contexts |= {model.name: model.context_length for model in models if model.context_length}
        return models

    async def describe(self, model: str) -> Model:
        """Return one model, from a llama.cpp with its template and sampling defaults."""
        if model not in self._listed:
            await self.models()
        found = self._listed.get(model)
        if self.info.dialect.describes:
            # A llama.cpp with one model answers to any name.
            listed = found or Model(name=model, server=self.info.url, loaded=True)
            return described_model(listed, await self.props(model))
        if found is None:
            raise errors.refusal(self.info, "", status=404, model=model)
        return found

    async def props(self, model: str) -> Props:
        """Return a llama.cpp's properties of a model."""
        decode = partial(decode_object, kind=Props)
        props = await self._client.ask(self.info, "GET", self._about("/props", model), decode, model=model)
        if props.default_generation_settings and props.default_generation_settings.n_ctx:
            self._contexts[model] = props.default_generation_settings.n_ctx
        return props

    def _about(self, path: str, model: str) -> str:
        """Return a llama.cpp's URL for details of one of its models, without loading it."""
        base, name = self.route(model)
        return f"{base}{path}?{urlencode({'model': name, 'autoload': 'false'})}"

    async def render(self, model: str, messages: Sequence[Message], *, think: bool = False) -> str:
        """Return a chat as the model's template renders it; see `Backend.render`."""
        await self.ready(model)
        base, name = self.route(model)
        chat = [{"role": message.role, "content": self.literal(model, message.content)} for message in messages]
        sent: Body = {"model": name, "messages": chat}
        if self.info.dialect.template_kwargs:
            sent["chat_template_kwargs"] = {"enable_thinking": think}  # as a request for a reply has it
        if self.info.dialect.renders:
            return (await self._about_text(f"{base}/apply-template", sent, Rendered)).prompt
        if self.info.dialect.scores_prompts:
            prefilled = bool(messages) and messages[-1].role == "assistant"
            sent |= self.info.dialect.prefill if prefilled else {"add_generation_prompt": True}
            tokens = (await self._about_text(f"{base}/tokenize", sent, TokenIds)).tokens
            return (await self._about_text(f"{base}/detokenize", {"model": name, "tokens": tokens}, Rendered)).prompt
        return await super().render(model, messages)

    def literal(self, model: str, text: str) -> str:
        """Return a person's text as it can stand in a rendered prompt; see `Backend.literal`."""
        return neutralised(text) if self.neutral(model) else text

    async def pieces(self, model: str, text: str) -> list[bytes] | None:
        """Return a rendered prompt's tokens, from a llama.cpp; see `Backend.pieces`."""
        if not self.info.dialect.renders:
            return None
        return [piece.content for piece in await self._pieces(model, text, add_special=False)]

    async def reading(self, model: str, text: str) -> list[ReadToken] | None:
        """Return the tokens in which a llama.cpp reads a prompt; see `Backend.reading`."""
        if not self.info.dialect.leads:
            return None
        return [ReadToken(piece.id, piece.content) for piece in await self._pieces(model, text, add_special=True)]

    async def _pieces(self, model: str, text: str, *, add_special: bool) -> list[Piece]:
        await self.ready(model)
        base, name = self.route(model)
        sent = {"model": name, "content": text, "add_special": add_special, "parse_special": True, "with_pieces": True}
        return (await self._about_text(f"{base}/tokenize", sent, Pieces)).tokens

    async def led(self, request: Request, before: Sequence[int], along: Sequence[int]) -> AsyncGenerator[Chunk, None]:
        """Have a llama.cpp write given tokens; see `Backend.led`."""
        await self.ready(request.model)
        base, name = self.route(request.model)
        sent = prompts.leading(request, name, before, along)
        async with self._client.stream(self.info, f"{base}/completion", sent, model=request.model) as incoming:
            try:
                events = Events()
                async for data in incoming:
                    for event in events.feed(data):
                        answer = decode(prompts.LED, event.data)
                        if answer.error is not None or event.name == "error":
                            text = errors.error_text(answer.error) or errors.body_text(event.data)
                            raise errors.refusal(self.info, text, model=request.model)
                        for chunk in chunks_of(answer.content, answer.completion_probabilities, request):
                            yield chunk
                        if answer.stop:
                            return
            except httpx.HTTPError:
                raise ServerError(errors.broke_off(self.info), Fault.FAILED) from None
            except FramingError as error:
                raise ServerError(errors.garbled(self.info, error), Fault.BROKEN) from None
        raise ServerError(errors.ended_early(self.info), Fault.FAILED)

    async def numbers(self, model: str, text: str) -> list[int] | None:
        """Return the numbers of a text's tokens, from vLLM; see `Backend.numbers`."""
        if not self.info.dialect.scores_prompts:
            return None
        base, name = self.route(model)
        sent: Body = {"model": name, "prompt": text, "add_special_tokens": False}
        return (await self._about_text(f"{base}/tokenize", sent, TokenIds)).tokens

    async def prompt_tokens(self, model: str, text: str, alternatives: int, *, rendered: bool) -> list[Chunk]:
        """Return a prompt's tokens, from vLLM or by `echo`; see `Backend.prompt_tokens`."""
        base, name = self.route(model)
        sent = {"model": name, "prompt": text, "max_tokens": 1, "temperature": 0, "stream": False}
        if self.info.dialect.scores_prompts:
            sent |= {"prompt_logprobs": alternatives, "add_special_tokens": not rendered}
            return prompts.prompt_chunks(await self._about_text(f"{base}/v1/completions", sent, Scored), alternatives)
        if self.info.dialect.echoes:
            sent |= {"echo": True, "logprobs": alternatives}
            answer = await self._about_text(f"{base}/v1/completions", sent, Echoed)
            if chunks := prompts.echoed_chunks(answer, text, alternatives):
                return chunks
        return await super().prompt_tokens(model, text, alternatives, rendered=rendered)

    async def _about_text(self, url: str, sent: Body, kind: type[S]) -> S:
        return await self._client.ask(
            self.info, "POST", url, partial(decode_object, kind=kind), sent, model=str(sent["model"]),
            seconds=_SCORE_SECONDS,
        )  # fmt: skip

    async def phase(self, model: str) -> Phase:
        """Return a llama.cpp's phase, by its health and its slots; `waiting` for other servers."""
        if not self.info.dialect.has_slots:
            return Phase.WAITING
        base, _ = self.route(model)
        try:
            health = await self._client.fetch("GET", f"{base}/health", seconds=PHASE_SECONDS)
            if health.status == 503:
                return Phase.LOADING
            answer = await self._client.fetch("GET", self._about("/slots", model), seconds=PHASE_SECONDS)
            slots = decode_list(answer.body, "", Slot) if answer.status == 200 else []
        except (ServerError, FramingError):
            return Phase.WAITING
        # A slot that is writing is not ours, since nothing of ours has come yet: if all are, ours has none.
        return Phase.QUEUED if slots and all(slot.writing for slot in slots) else Phase.WAITING

    async def stream(self, request: Request) -> AsyncGenerator[Item, None]:
        """Yield the reply as it comes; see `Backend.stream`."""
        path = "/v1/chat/completions" if request.mode is Mode.CHAT else "/v1/completions"
        _, name = self.route(request.model)
        whole = body(request, name, self.info.dialect, neutral=self.neutral(request.model))
        known = self._refused.get(request.model, frozenset())
        refused = frozenset[str]()
        why = ""
        while True:
            sent = {field: value for field, value in whole.items() if field not in known | refused}
            yield Sent(self.route(request.model)[0] + path, sent, request.limit)
            await self.ready(request.model)
            begun = False
            try:
                async with aclosing(self._read(self.route(request.model)[0] + path, sent, request)) as items:
                    async for item in items:
                        begun = True
                        if refused:
                            keep = refused - LOGPROBS_FIELDS
                            self._refused[request.model] = keep | self._refused.get(request.model, frozenset())
                        if refused and isinstance(item, Ending):
                            message = f"{item.message} {errors.left_out(self.info, refused, why)}".lstrip()
                            item = msgspec.structs.replace(item, message=message)
                        yield item
                return
            except ServerError as error:
                if begun or refused or error.fault is not Fault.INVALID or error.status is None:
                    raise
                refused, why = optional_in(sent, str(error)), str(error)
                if request.rendered:  # a reply to be scored by is nothing without them
                    refused -= LOGPROBS_FIELDS
                if not refused:
                    raise

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
        """Return the reply's ending; with the message `cut` if the server gave no reason for it."""
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
        """Raise ServerError, since these servers download nothing."""
        message = f"{errors.named(self.info)} can't download models. Start it with the model that you want."
        raise ServerError(message, Fault.INVALID)


class _Reading:
    """State of reading one reply."""

    def __init__(self, info: ServerInfo, request: Request) -> None:
        self._info = info
        self._request = request
        self.reason = ""
        """The server's reason for the end; "" until it gives one."""
        self.complete = False
        """Whether the server has marked the end."""
        self.usage: Usage | None = None
        self.timings: Timings | None = None

    def read(self, event: ServerEvent) -> list[Chunk]:
        """Return the chunks in an event. Raises FramingError for an unknown format, ServerError for an error."""
        if event.data.strip() == b"[DONE]":
            self.complete = True
            return []
        if event.name == "error":
            raise errors.refusal(self._info, errors.body_text(event.data), model=self._request.model)
        answer = decode(EVENT, event.data)
        if (error := failure(answer)) is not None:
            code = error.get("code") if isinstance(error, dict) else None
            status = code if isinstance(code, int) else None
            raise errors.refusal(self._info, errors.error_text(error), status=status, model=self._request.model)
        self.usage, self.timings = answer.usage or self.usage, answer.timings or self.timings
        return [chunk for choice in answer.choices or () for chunk in self._choice(choice)]

    def _choice(self, choice: Choice) -> list[Chunk]:
        self.reason = choice.finish_reason or self.reason
        delta = choice.delta or choice.message
        thought, text = delta.parts if delta else ("", choice.text or "")
        chunks = chunks_of(text, choice.logprobs.entries if choice.logprobs else (), self._request)
        return [Chunk(thought, True), *chunks] if thought else chunks
