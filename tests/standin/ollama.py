"""A stand-in for Ollama on the loopback: its own API as `ollama-api.md` describes it, with faults on request."""

import asyncio
import json
import re
import time
from collections.abc import Iterable, Mapping
from typing import Any

from tests.standin.models import PAIR, Held
from tests.standin.replies.script import QUEUE_FULL, SCRIPTS, Fault, Script
from tests.standin.scheduler import QueueFullError, Runner, Scheduler
from tests.standin.web import Exchange, Server
from tests.standin.writing import Lists, Piece, pieces, quoted, rendered, send

LOAD_TIME = ("num_ctx", "num_batch", "num_gpu", "main_gpu", "use_mmap", "num_thread", "draft_num_predict")
KINDS: Mapping[str, str] = {
    **dict.fromkeys(("temperature", "top_p", "min_p", "typical_p", "repeat_penalty"), "float32"),
    **dict.fromkeys(("presence_penalty", "frequency_penalty"), "float32"),
    **dict.fromkeys(("top_k", "repeat_last_n", "seed", "num_predict", "num_keep", *LOAD_TIME), "integer"),
    "use_mmap": "boolean",
    "stop": "array",
}
"""What an option must be, in the server's words. Any number will do as an integer: it is cut down to one."""
RIGHT: Mapping[str, type | tuple[type, ...]] = {
    "float32": (int, float),
    "integer": (int, float),
    "boolean": bool,
    "array": list,
}
_NAME = re.compile(r"([\w.-]+(:\d+)?/)?([\w-]+/)?[\w.-]+(:[\w.-]+)?", re.ASCII)
_DURATION = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)")
BROKEN = {Fault.MALFORMED: b'{"model":"x","response":"half a li\n', Fault.NOT_OBJECT: b'["not", "an object"]\n'}
PULL_LAYERS = (("8934d96d3f08", 4_000_000), ("8c17c2ebb0ea", 7_020), ("7c23fb36d801", 4_766))


class RefusalError(Exception):
    """An error before the first chunk."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status, self.text = status, text


class Ollama(Server):
    """The stand-in. `script` what a model does next; read `requests` and `scheduler` afterwards.

    Args:
        models: what it has.
        version: what /api/version says; differences between versions follow it.
        script: what a reply is like where nothing else was said; the default is well-behaved and as fast as can be.
        context: the context that is used where `num_ctx` is not sent.
        num_parallel, max_loaded, max_queue, load_seconds: as the variables of the real server, see `Scheduler`.
    """

    def __init__(
        self,
        models: Iterable[Held] = PAIR,
        *,
        version: str = "0.32.15",
        script: Script | None = None,
        context: int = 4096,
        num_parallel: int = 1,
        max_loaded: int = 0,
        max_queue: int = 512,
        load_seconds: float = 0.0,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        super().__init__(host=host, port=port)
        self.models = {model.name: model for model in models}
        self.version = version
        self.default = script or Script()
        self.context = context
        self.scheduler = Scheduler(num_parallel, max_loaded, max_queue, load_seconds)
        self.scripts: dict[str, list[Script]] = {}
        self.pull_rate = 0.0
        """Layers' parts a second while pulling; 0 at once."""
        self.pull_error = ""
        self.prefills = True
        """Templates leave a last message of the assistant's open; else they end it, and a new one begins."""
        self.shifts = True
        """A reply that fills its context goes on, without the oldest of the text; else it ends there."""
        self.routes = {
            ("GET", "/"): self._root,
            ("HEAD", "/"): self._root,
            ("GET", "/api/version"): self._version,
            ("GET", "/api/tags"): self._tags,
            ("GET", "/api/ps"): self._ps,
            ("POST", "/api/show"): self._show,
            ("POST", "/api/generate"): self._generate,
            ("POST", "/api/chat"): self._chat,
            ("POST", "/api/pull"): self._pull,
        }

    def script(self, model: str, *scripts: Script | str) -> None:
        """What the model's next replies are like, one after another; the last one holds from then on.

        A name is one of `script.SCRIPTS`. With none the model behaves as usual again.
        """
        self.scripts[model] = [SCRIPTS[s] if isinstance(s, str) else s for s in scripts]

    @property
    def numbers(self) -> tuple[int, ...]:
        """The version as numbers."""
        return tuple(int(part) for part in self.version.partition("-")[0].split("."))

    def _next(self, model: str) -> Script:
        queue = self.scripts.get(model)
        if not queue:
            return self.default
        return queue.pop(0) if len(queue) > 1 else queue[0]

    async def _root(self, exchange: Exchange) -> None:
        await exchange.plain(b"Ollama is running" if exchange.seen.method == "GET" else b"")

    async def _version(self, exchange: Exchange) -> None:
        await exchange.json({"version": self.version})

    async def _tags(self, exchange: Exchange) -> None:
        await exchange.json({"models": [model.listed(self.numbers) for model in self.models.values()]})

    async def _ps(self, exchange: Exchange) -> None:
        running = [
            {key: value for key, value in self.models[name].listed(()).items() if key != "modified_at"}
            | {"expires_at": _now(), "size_vram": 0, "context_length": runner.context}
            for name, runner in self.scheduler.loaded.items()
        ]
        await exchange.json({"models": running})

    async def _show(self, exchange: Exchange) -> None:
        try:
            await exchange.json(self._model(exchange).shown(verbose=exchange.seen.body.get("verbose") is True))
        except RefusalError as refusal:
            await exchange.json({"error": refusal.text}, refusal.status)

    def _model(self, exchange: Exchange) -> Held:
        name = str(exchange.seen.body.get("model") or exchange.seen.body.get("name") or "")
        if not _NAME.fullmatch(name) and exchange.seen.path != "/api/generate":
            if name and exchange.seen.path == "/api/show":
                raise RefusalError(500, f"unqualified name: {name}")
            raise RefusalError(400, "model is required")
        known = {model.name.casefold(): model for model in self.models.values()}
        held = known.get(name.casefold()) or known.get(f"{name}:latest".casefold())
        if held is None:
            raise RefusalError(404, f"model '{name}' not found")
        return held

    async def _generate(self, exchange: Exchange) -> None:
        await self._reply(exchange, chat=False)

    async def _chat(self, exchange: Exchange) -> None:
        await self._reply(exchange, chat=True)

    async def _reply(self, exchange: Exchange, *, chat: bool) -> None:
        try:
            held = self._model(exchange)
            script = self._next(held.name)
            body = exchange.seen.body
            self._check(body, held, chat)
            if script.status:
                raise RefusalError(script.status, script.error or "")
            options = dict(body.get("options") or {})
            context = min(max(4, int(options.get("num_ctx") or self.context)), held.context_length)
            key = tuple((name, options.get(name)) for name in LOAD_TIME if name in options)
            queued = time.monotonic()
            async with self.scheduler.slot(held.name, key, context) as runner:
                load_ns = int((time.monotonic() - queued) * 1e9)
                await self._run(exchange, held, script, runner, load_ns, chat=chat)
            if body.get("keep_alive") in (0, "0"):
                self.scheduler.unload(held.name)
        except QueueFullError:
            await exchange.json({"error": QUEUE_FULL}, 503)
        except RefusalError as refusal:
            if refusal.text:
                await exchange.json({"error": refusal.text}, refusal.status)
            else:
                await exchange.plain(b"", refusal.status)

    def _check(self, body: dict[str, Any], held: Held, chat: bool) -> None:
        """Refuse what the real server refuses."""
        if "completion" not in held.capabilities:
            raise RefusalError(400, f'"{held.name}" does not support {"chat" if chat else "generate"}')
        if body.get("think") and "thinking" not in held.capabilities:
            raise RefusalError(400, f'"{held.name}" does not support thinking')
        if not chat and body.get("raw") and any(body.get(name) for name in ("template", "system", "context")):
            raise RefusalError(400, "raw mode does not support template, system, or context")
        if not 0 <= int(body.get("top_logprobs") or 0) <= 20:
            raise RefusalError(400, "top_logprobs must be between 0 and 20")
        keep_alive = body.get("keep_alive")
        if isinstance(keep_alive, str) and keep_alive != "0" and not _DURATION.match(keep_alive):
            said = "missing unit in duration" if keep_alive.lstrip("+-").isdecimal() else "invalid duration"
            raise RefusalError(400, f'time: {said} "{keep_alive}"')
        for name, value in dict(body.get("options") or {}).items():
            kind = KINDS.get(name, "")
            if kind and value is not None and not _fits(kind, value):
                raise RefusalError(500, f'option "{name}" must be of type {kind}')
            if name == "stop" and not all(isinstance(one, str) for one in value or ()):
                raise RefusalError(500, 'option "stop" must be of an array of strings')

    async def _run(
        self, exchange: Exchange, held: Held, script: Script, runner: Runner, load_ns: int, *, chat: bool
    ) -> None:
        body = exchange.seen.body
        if script.delay:
            await asyncio.sleep(script.delay)
        messages = body.get("messages") or []
        if (chat and not messages) or (not chat and not body.get("prompt")):
            reason = "unload" if body.get("keep_alive") in (0, "0") else "load"
            empty = {"message": {"role": "assistant", "content": ""}} if chat else {"response": ""}
            await exchange.json(
                {"model": held.name, "created_at": _now(), **empty, "done": True, "done_reason": reason}
            )
            return
        options = dict(body.get("options") or {})
        top = int(body.get("top_logprobs") or 0)
        limit = options.get("num_predict", -1)
        stop = options.get("stop") or []
        prompt = "".join(str(m.get("content", "")) for m in messages) if chat else str(body["prompt"])
        if held.system and chat and messages[0].get("role") != "system":
            messages = [{"role": "system", "content": held.system}, *messages]
        if body.get("_debug_render_only"):
            await exchange.json(
                {"model": held.name, "_debug_info": {"rendered_template": rendered(messages, prefills=self.prefills)}}
            )
            return
        prompt = rendered(messages, prefills=self.prefills) if chat and script.language else prompt
        script = script.spoken(prompt, limit if limit and limit > 0 else 64)
        lists = Lists(script, prompt, top)
        prompt_tokens = min(max(1, len(prompt.split())), runner.context)
        room = runner.context * 10 if self.shifts else max(1, runner.context - prompt_tokens)
        stream = pieces(
            script,
            chat=chat,
            think="thinking" in held.capabilities and body.get("think", True) is not False,
            limit=min(limit, room) if limit and limit > 0 else (None if script.endless else room),
            stop=tuple(stop),
        )
        began = time.monotonic_ns()
        wants = self.numbers >= (0, 12, 11) and body.get("logprobs")
        head = f'{{"model":{json.dumps(held.name)},"created_at":"{_now()}",'.encode()

        def frame(piece: Piece) -> bytes:
            text, thought = (b'""', piece.text) if piece.thinking else (quoted(piece.text), "")
            field = b'"content":' if chat else b'"response":'
            inner = field + text + (b',"thinking":' + quoted(thought) if thought else b"")
            if chat:
                inner = b'"message":{"role":"assistant",' + inner + b"}"
            if not piece.done:
                extra = _logprobs(lists, piece) if wants and isinstance(piece.text, str) else b""
                return head + inner + b',"done":false' + extra + b"}\n"
            figures = {
                "total_duration": time.monotonic_ns() - began + load_ns,
                "load_duration": load_ns,
                "prompt_eval_count": prompt_tokens,
                "prompt_eval_duration": 1_000_000,
                "eval_count": piece.count,
                "eval_duration": max(1, time.monotonic_ns() - began),
            }
            told = {name: figure for name, figure in figures.items() if figure} if script.stats else {}
            rest = json.dumps({"done": True, "done_reason": piece.done, **told}, separators=(",", ":"))
            return head + inner + b"," + rest[1:].encode() + b"\n"

        error = json.dumps({"error": script.error or "an error was encountered while running the model"}).encode()
        await send(exchange, script, stream, "application/x-ndjson", frame, {**BROKEN, Fault.ERROR_LINE: error + b"\n"})

    async def _pull(self, exchange: Exchange) -> None:
        name = str(exchange.seen.body.get("model") or exchange.seen.body.get("name") or "")
        if not _NAME.fullmatch(name):
            await exchange.json({"error": "invalid model name"}, 400)
            return
        exchange.begin("application/x-ndjson")

        async def say(**line: object) -> None:
            await exchange.chunk(json.dumps(line, separators=(",", ":")).encode() + b"\n")

        await say(status="pulling manifest")
        if self.pull_error:
            await say(error=self.pull_error)
            return
        for digest, total in PULL_LAYERS:
            for part in range(11):
                if self.pull_rate:
                    await asyncio.sleep(1 / self.pull_rate)
                await say(
                    status=f"pulling {digest}", digest=f"sha256:{digest}", total=total, completed=total * part // 10
                )
        for status in ("verifying sha256 digest", "writing manifest", "removing unused layers", "success"):
            await say(status=status)
        self.models.setdefault(name, Held(name))


def _fits(kind: str, value: object) -> bool:
    return isinstance(value, RIGHT[kind]) and (kind == "boolean" or not isinstance(value, bool))


def _logprobs(lists: Lists, piece: Piece) -> bytes:
    text = str(piece.text)
    figures = lists.of(text, piece.held)
    if figures is None:
        return b""
    own, tops = figures
    entry: dict[str, Any] = {"token": text, "logprob": own, "bytes": list(text.encode("utf-8", "replace"))}
    if tops:
        entry["top_logprobs"] = [{"token": token, "logprob": value, "bytes": []} for token, value in tops]
    return b',"logprobs":' + json.dumps([entry]).encode()


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S.123456789Z", time.gmtime())
