"""Ollama by its own API, from version 0.12 on.

Its OpenAI-style routes override sampling and put every prompt through the model's template.
"""

import asyncio
import math
import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress
from functools import partial
from typing import Any, Final

import httpx

from alignscope.backends import errors
from alignscope.backends.base import (
    Chunk,
    Ending,
    Fault,
    Item,
    Message,
    Pulling,
    Request,
    Sent,
    ServerError,
    ServerInfo,
    TokenTable,
)
from alignscope.backends.chunks import chunks_of
from alignscope.backends.client import PHASE_SECONDS, Client, HTTPBackend, drain, lines_of
from alignscope.backends.embedded.gguf import token_table
from alignscope.backends.framing import FramingError, decode, decode_list, decode_object
from alignscope.backends.ollama.wire import (
    PULL_LINE,
    REPLY_LINE,
    ListedModel,
    RenderAnswer,
    ReplyLine,
    ShowAnswer,
    described_model,
    listed_model,
)
from alignscope.model.events import End, Phase
from alignscope.model.lineup.pane import Mode, Model

RENDERS_SINCE: Final = (0, 11, 5)
LOAD_SECONDS: Final = 120.0
"""Timeout of an answer for which the model may have to be loaded."""
LOOP_CHUNKS: Final = 30
"""Pieces in a row with the same text but for white space, after which the server stops silently. It doesn't send the
last of them, nor count a first one of white space only."""
REPEAT_LIMIT: Final = "token repeat limit reached"
"""Error by which some versions report it."""
_UNREACHED: Final = re.compile(r'\b[A-Z][a-z]+ "https?://([^/"]+)[^"]*": (?:.*: )?([^:]+)$')
"""Failed request of the server itself, in Go's format: the host, and the last of the reasons."""
_listing: Final = partial(decode_list, name="models", kind=ListedModel)


class _Reading:
    """State of reading one reply."""

    def __init__(self, request: Request) -> None:
        self.model = request.model
        self.silent = True
        """Whether nothing has come yet."""
        self._request = request
        self._repeats = 0
        self._last = ""

    @property
    def looped(self) -> bool:
        """Whether enough pieces in a row were the same for the server to stop."""
        return self._repeats >= LOOP_CHUNKS

    def read(self, line: ReplyLine) -> list[Chunk]:
        """Return the chunks in a line."""
        source = line if line.message is None else line.message
        text, thought = source.content or "", source.thinking or ""
        if thought or text:
            self.silent = False
            bare = text.strip()
            self._repeats, self._last = (self._repeats + 1, self._last) if bare == self._last and text else (1, bare)
        chunks = chunks_of(text, line.logprobs or (), self._request)
        return [Chunk(thought, True), *chunks] if thought else chunks


class OllamaBackend(HTTPBackend):
    """One Ollama server; see `Backend`."""

    def __init__(self, info: ServerInfo, client: Client) -> None:
        super().__init__(info, client)
        self._readings: set[_Reading] = set()
        self._listed: dict[str, Model] = {}
        self._tables: dict[str, TokenTable | None] = {}
        """What files say of their tokens, by the file's digest."""
        self._trained: dict[str, int] = {}
        """Context length that each described model was trained with, its maximum."""

    async def models(self) -> list[Model]:
        """Return all models, cloud models too, with whether each is in memory."""
        url = self.info.url + self.info.dialect.listing
        tags, running = await asyncio.gather(
            self._client.ask(self.info, "GET", url, _listing), self._running(), return_exceptions=True
        )
        if isinstance(tags, BaseException):
            raise tags
        loaded = None if isinstance(running, BaseException) else running
        models = [listed_model(entry, self.info.url, loaded) for entry in tags if entry.name or entry.model]
        self._listed = {model.name.casefold(): model for model in models}
        return models

    async def describe(self, model: str) -> Model:
        """Return one model with its template, capabilities and sampling defaults."""
        url = f"{self.info.url}/api/show"
        decode = partial(decode_object, kind=ShowAnswer)
        answer = await self._client.ask(self.info, "POST", url, decode, {"model": model}, model=model)
        if not self._known(model):
            await self.models()
        described = described_model(self._known(model) or Model(name=model, server=self.info.url), answer)
        if described.context_length:
            self._trained[described.name] = described.context_length
        return described

    def _known(self, model: str) -> Model | None:
        """Return a listed model; neither case nor a missing `:latest` matters, as in the server."""
        name = model.casefold()
        return self._listed.get(name) or self._listed.get(f"{name}:latest")

    def _name(self, model: str) -> str:
        known = self._known(model)
        return known.name if known else model

    async def render(self, model: str, messages: Sequence[Message], *, think: bool = False) -> str:
        """Return a chat as the model's template renders it; see `Backend.render`."""
        version = self.info.version_tuple
        if version and version < RENDERS_SINCE:  # it would ignore the field, and write a reply
            return await super().render(model, messages)
        url = f"{self.info.url}/api/chat"
        chat = [{"role": message.role, "content": message.content} for message in messages]
        body = {"model": model, "messages": chat, "stream": False, "think": think, "_debug_render_only": True}
        decode = partial(decode_object, kind=RenderAnswer)
        answer = await self._client.ask(self.info, "POST", url, decode, body, model=model, seconds=LOAD_SECONDS)
        if answer.debug is None:
            return await super().render(model, messages)
        return answer.debug.rendered_template

    async def token_table(self, model: str) -> TokenTable | None:
        """Return a model's tokens, by its file; see `Backend.token_table`. Several megabytes come, and once only."""
        if not self._known(model):
            await self.models()
        known = self._known(model)
        key = known.digest or known.name if known else model
        if key not in self._tables:
            url, asked = f"{self.info.url}/api/show", {"model": model, "verbose": True}
            body = await self._client.ask(self.info, "POST", url, bytes, asked, model=model, seconds=LOAD_SECONDS)
            self._tables[key] = await asyncio.to_thread(_table, body)  # it takes too long for a screen to wait
        return self._tables[key]

    async def phase(self, model: str) -> Phase:
        """Return `loading` until the model is listed as running, `queued` while it writes another reply of ours."""
        try:
            running = await self._running()
        except ServerError:
            return Phase.WAITING
        name = self._name(model)
        if name not in running and f"{name}:latest" not in running:
            return Phase.LOADING
        if any(reading.model == model and not reading.silent for reading in self._readings):
            return Phase.QUEUED
        return Phase.WAITING

    async def _running(self) -> dict[str, int | None]:
        """Return the models in memory, with the context length of each."""
        url = f"{self.info.url}/api/ps"
        listed = await self._client.ask(self.info, "GET", url, _listing, seconds=PHASE_SECONDS)
        return {entry.name or entry.model: entry.context_length for entry in listed}

    def _sent(self, request: Request) -> Sent:
        """Return the request: `/api/generate` with `raw` for a completion, `/api/chat` for a chat."""
        options = self.info.dialect.fields(request.sampling)
        keep_alive = options.pop("keep_alive", None)
        body: dict[str, Any] = {"model": request.model}
        if request.mode is Mode.COMPLETION:
            # A template, a system prompt or a context beside `raw` is refused, and raw text has no place for thinking.
            url, body["prompt"], body["raw"], think = "/api/generate", request.prompt, True, False
        else:
            url, think = "/api/chat", request.think
            body["messages"] = [{"role": m.role, "content": m.content} for m in request.messages]
        body |= {"stream": True, "think": think, "options": options}
        if keep_alive is not None:
            body["keep_alive"] = _keep_alive(str(keep_alive))
        if request.logprobs is not None and not self.info.lacks_logprobs:
            body |= {"logprobs": True, "top_logprobs": request.logprobs}
        return Sent(self.info.url + url, body, request.limit)

    async def stream(self, request: Request) -> AsyncGenerator[Item, None]:
        """Yield the reply as it comes; see `Backend.stream`."""
        if request.mode is Mode.COMPLETION and not request.prompt:
            raise ServerError(
                "There is nothing to go on with: Ollama can't continue an empty prompt. Write at least one character.",
                Fault.INVALID,
            )
        sent = self._sent(request)
        yield sent
        reading = _Reading(request)
        self._readings.add(reading)
        try:
            async with (
                self._client.stream(self.info, sent.url, sent.body, model=request.model) as incoming,
                aclosing(lines_of(incoming)) as lines,
            ):
                try:
                    async for together in lines:
                        for raw in together:
                            line = decode(REPLY_LINE, raw)
                            if line.error is not None:
                                yield self._failed(line, request)
                                return
                            for chunk in reading.read(line):
                                yield chunk
                            if line.done:
                                await drain(incoming)
                                yield await self._ending(line, request)
                                return
                except httpx.HTTPError:
                    yield Ending(End.CUT, errors.broke_off(self.info))
                    return
                except FramingError as error:
                    yield Ending(End.CUT, errors.garbled(self.info, error))
                    return
            if reading.looped:
                yield Ending(End.LOOP, errors.gave_up(self.info))
            else:
                yield Ending(End.CUT, errors.ended_early(self.info))
        finally:
            self._readings.discard(reading)

    def _failed(self, line: ReplyLine, request: Request) -> Ending:
        text = errors.error_text(line.error)
        if REPEAT_LIMIT in text:
            return Ending(End.LOOP, errors.gave_up(self.info))
        raise errors.refusal(self.info, text, model=request.model)

    async def _ending(self, line: ReplyLine, request: Request) -> Ending:
        end = End.LENGTH if line.done_reason == "length" else End.STOP
        return Ending(end, await self._context_note(line, request), line.stats)

    async def _context_note(self, line: ReplyLine, request: Request) -> str:
        """Return a note if the prompt did not fit, the context ran out, or the reply outgrew it; else "".

        Most models go on writing past their context: the server silently drops the oldest tokens.
        """
        prompt, written = line.prompt_eval_count or 0, line.eval_count or 0
        ran_out = line.done_reason == "length" and (request.limit is None or written < request.limit)
        if prompt + written < 256 and not ran_out and "num_ctx" not in request.sampling:
            return ""
        name, context = self._name(request.model), request.sampling.get("num_ctx")
        with suppress(ServerError):
            running = await self._running()
            context = running.get(name) or running.get(f"{name}:latest") or context
        if not isinstance(context, int):
            return ""
        whole = context >= self._trained.get(name, math.inf)
        if prompt >= context - 1:
            remedy = "The model holds no more: shorten the prompt" if whole else "Raise num_ctx, or shorten the prompt"
            return f"The prompt was longer than the context of {context} tokens, and the server cut it. {remedy}."
        # One over is a full context still: the last token drawn is never read back.
        if prompt + written > context + 1:
            remedy = "The model holds no more" if whole else "Raise num_ctx to keep it whole"
            what = f"The reply outgrew the context of {context} tokens"
            return f"{what}: to go on, the server dropped the oldest text. {remedy}."
        if ran_out and prompt + written >= context - 1:
            remedy = "The model holds no more" if whole else "Raise num_ctx for a longer reply"
            return f"The context of {context} tokens is full. {remedy}."
        return ""

    async def pull(self, model: str) -> AsyncGenerator[Pulling, None]:
        """Download a model; a later pull continues a cancelled one. See `Backend.pull`."""
        url, status = f"{self.info.url}/api/pull", ""
        layers: dict[str, tuple[int, int]] = {}
        async with (
            self._client.stream(self.info, url, {"model": model, "stream": True}, model=model) as incoming,
            aclosing(lines_of(incoming)) as lines,
        ):
            try:
                async for together in lines:
                    for raw in together:
                        line = decode(PULL_LINE, raw)
                        if line.error is not None:
                            raise self._not_pulled(errors.error_text(line.error), model)
                        status = line.status
                        if line.digest and line.total:
                            layers[line.digest] = (line.completed or 0, line.total)
                        completed, total = map(sum, zip(*layers.values(), strict=True)) if layers else (0, 0)
                        yield Pulling(status, completed, total)
            except (httpx.HTTPError, FramingError):
                status = ""
        if status != "success":
            message = (
                f"The download of {model} by {errors.named(self.info)} broke off. Start it again: it goes on there."
            )
            raise ServerError(message, Fault.FAILED)

    def _not_pulled(self, text: str, model: str) -> ServerError:
        if "file does not exist" in text or "not found" in text:
            message = f"Ollama's library has no model called {model}. Check the name and the tag."
            return ServerError(message, Fault.NO_MODEL)
        if unreached := _UNREACHED.search(text):
            host, reason = unreached.groups()
            problem = f"could not reach {host} to download {model}: {reason}"
            remedy = "Check the network of the machine it runs on, then start again."
        else:
            problem = f"could not download {model}: {text}"
            remedy = "Check its network and its disk, then start again: it goes on from there."
        return ServerError(f"{errors.named(self.info)} {problem}. {remedy}", Fault.FAILED)


def _keep_alive(text: str) -> float | int | str:
    """Return a number of seconds as a number, since Ollama refuses a string without a unit; other text as it is."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _table(body: bytes) -> TokenTable | None:
    try:
        return token_table(decode_object(body, kind=ShowAnswer).model_info or {})
    except FramingError:
        return None
