"""A stand-in for OpenAI-style servers on the loopback: llama.cpp, vLLM, LM Studio, or one without a name."""

import asyncio
import json
import ssl
from enum import StrEnum
from typing import Any

from tests.standin.leading import figures, led
from tests.standin.prompts import echoed, scored, whole
from tests.standin.replies.language import tokenised
from tests.standin.replies.script import SCRIPTS, Fault, Script
from tests.standin.web import Exchange, Server
from tests.standin.writing import Lists, Piece, pieces, quoted, rendered, send


class Flavour(StrEnum):
    """Which server it is taken for."""

    LLAMA_CPP = "llamacpp"
    VLLM = "vllm"
    LM_STUDIO = "lmstudio"
    PLAIN = "plain"


BROKEN = {
    Fault.MALFORMED: b'data: {"choices":[{"text":"half a li\n\n',
    Fault.NOT_OBJECT: b'data: ["not", "an object"]\n\n',
}


class OpenAIStyle(Server):
    """The stand-in. `script` what a model does next; read `requests` afterwards.

    Args:
        flavour: which server it behaves as.
        models: their names.
        api_key: the key that /v1 wants; none if empty.
        slots: replies at once; more wait. Only llama.cpp tells of them.
        context: tokens that fit; a longer prompt is refused.
        prefills: whether a chat goes on with a last message of the assistant's; vLLM wants to be asked to.
        leads: whether a llama.cpp knows grammars of token numbers; older ones don't.
        echoes: whether one without a name begins a completion with its prompt if asked to; it passes that over else.
        lists: whether an LM Studio tells log-probabilities.
    """

    def __init__(
        self,
        flavour: Flavour | str = Flavour.LLAMA_CPP,
        *models: str,
        api_key: str = "",
        script: Script | None = None,
        slots: int = 4,
        context: int = 4096,
        prefills: bool = True,
        leads: bool = True,
        echoes: bool = False,
        lists: bool = False,
        port: int = 0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        super().__init__(port=port, tls=tls)
        self.flavour = Flavour(flavour)
        self.models = models or ("stories",)
        self.api_key = api_key
        self.default = script or Script()
        self.slots = slots
        self.context = context
        self.prefills = prefills
        self.leads = leads
        self.echoes = echoes
        self.lists = lists or self.flavour is not Flavour.LM_STUDIO
        self._numbers: dict[str, int] = {}
        self.loading = False
        """While True, a llama.cpp answers everything with 503."""
        self.scripts: dict[str, list[Script]] = {}
        self._free = asyncio.Semaphore(slots)
        self._writing = 0
        self.routes = {
            ("GET", "/v1/models"): self._models,
            ("POST", "/v1/completions"): self._completion,
            ("POST", "/v1/chat/completions"): self._chat,
        }
        match self.flavour:
            case Flavour.LLAMA_CPP:
                self.routes |= {
                    ("GET", "/health"): self._health,
                    ("GET", "/props"): self._props,
                    ("GET", "/slots"): self._slots,
                    ("POST", "/apply-template"): self._template,
                    ("POST", "/tokenize"): self._tokenize,
                    ("POST", "/completion"): self._led,
                }
            case Flavour.VLLM:
                self.routes |= {
                    ("GET", "/version"): self._version,
                    ("POST", "/tokenize"): self._chat_ids,
                    ("POST", "/detokenize"): self._detokenize,
                }
            case Flavour.LM_STUDIO:
                self.routes[("GET", "/api/v0/models")] = self._lm_studio

    def script(self, model: str, *scripts: Script | str) -> None:
        """What the model's next replies are like, one after another; the last one holds from then on."""
        self.scripts[model] = [SCRIPTS[s] if isinstance(s, str) else s for s in scripts]

    def _next(self, model: str) -> Script:
        queue = self.scripts.get(model)
        if not queue:
            return self.default
        return queue.pop(0) if len(queue) > 1 else queue[0]

    async def _admit(self, exchange: Exchange) -> bool:
        """Answer with an error, as the server's front door does; False then."""
        if self.loading:
            await self._error(exchange, 503, "Loading model", "unavailable_error")
            return False
        if self.api_key and exchange.seen.headers.get("authorization") != f"Bearer {self.api_key}":
            await self._error(exchange, 401, "Invalid API Key", "authentication_error")
            return False
        return True

    async def _error(self, exchange: Exchange, status: int, text: str, kind: str = "server_error") -> None:
        error = {"message": text, "type": kind, "code": status}
        if self.flavour is Flavour.VLLM:
            await exchange.json({"object": "error", **error, "param": None}, status)
        else:
            await exchange.json({"error": error}, status)

    async def _health(self, exchange: Exchange) -> None:
        if self.loading:
            await self._error(exchange, 503, "Loading model", "unavailable_error")
        else:
            await exchange.json({"status": "ok"})

    async def _models(self, exchange: Exchange) -> None:
        if not await self._admit(exchange):
            return
        owner = {Flavour.LLAMA_CPP: "llamacpp", Flavour.VLLM: "vllm"}.get(self.flavour, "organization_owner")
        meta = {
            "n_ctx": self.context,
            "n_ctx_train": 32768,
            "n_vocab": 151_936,
            "n_params": 494_030_000,
            "size": 397_807_936,
            "ftype": "Q4_K",
        }
        data = [
            {
                "id": model,
                "object": "model",
                "created": 1,
                "owned_by": owner,
                **({"meta": meta} if self.flavour is Flavour.LLAMA_CPP else {}),
                **({"max_model_len": self.context} if self.flavour is Flavour.VLLM else {}),
            }
            for model in self.models
        ]
        await exchange.json({"object": "list", "data": data})

    async def _version(self, exchange: Exchange) -> None:
        await exchange.json({"version": "0.11.2"})

    async def _lm_studio(self, exchange: Exchange) -> None:
        data = [
            {
                "id": model,
                "object": "model",
                "type": "embeddings" if "embed" in model else "llm",
                "publisher": "someone",
                "arch": "llama",
                "compatibility_type": "gguf",
                "quantization": "Q4_K_M",
                "state": "not-loaded" if index else "loaded",
                "max_context_length": self.context,
            }
            for index, model in enumerate(self.models)
        ]
        await exchange.json({"object": "list", "data": data})

    async def _props(self, exchange: Exchange) -> None:
        await exchange.json(
            {
                "default_generation_settings": {
                    "params": {"seed": 4294967295, "temperature": 0.8, "top_k": 40, "top_p": 0.95, "n_predict": -1},
                    "n_ctx": self.context,
                },
                "total_slots": self.slots,
                "model_path": f"/models/{self.models[0]}.gguf",
                "model_ftype": "Q4_K",
                "chat_template": "{{ messages }}",
                "build_info": "b10488-0123abc",
            }
        )

    async def _slots(self, exchange: Exchange) -> None:
        await exchange.json(
            [
                {
                    "id": n,
                    "n_ctx": self.context,
                    "is_processing": n < self._writing,
                    **({"next_token": [{"n_decoded": 3}]} if n < self._writing else {}),
                }
                for n in range(self.slots)
            ]
        )

    async def _completion(self, exchange: Exchange) -> None:
        await self._reply(exchange, chat=False)

    async def _chat(self, exchange: Exchange) -> None:
        await self._reply(exchange, chat=True)

    async def _reply(self, exchange: Exchange, *, chat: bool) -> None:
        if (script := await self._begun(exchange)) is None:
            return
        body = exchange.seen.body
        if exchange.seen.model not in self.models and self.flavour is not Flavour.LLAMA_CPP:
            await self._error(exchange, 404, f"The model `{exchange.seen.model}` does not exist.", "NotFoundError")
            return
        prompt = " ".join(str(m["content"]) for m in body["messages"]) if chat else str(body["prompt"])
        prompt_tokens = len(prompt.split())
        if prompt_tokens >= self.context:
            text = f"request ({prompt_tokens} tokens) exceeds the available context size ({self.context} tokens)"
            await self._error(exchange, 400, text, "exceed_context_size_error")
            return
        if body.get("prompt_logprobs") is not None or (body.get("echo") and self.echoes):
            await self._score(exchange, script, prompt)
            return
        if script.language:
            prompt = self._rendered(exchange) if chat else prompt
            script = script.spoken(prompt, body.get("max_tokens") or 64)
        if body.get("stream") is False:
            await exchange.json({"object": "text_completion", "choices": [whole(script, prompt, body["logprobs"])]})
            return
        async with self._free:
            self._writing += 1
            try:
                await self._run(exchange, script, prompt, prompt_tokens, chat=chat)
            finally:
                self._writing -= 1

    async def _template(self, exchange: Exchange) -> None:
        await exchange.json({"prompt": self._rendered(exchange)})

    def _rendered(self, exchange: Exchange) -> str:
        body = exchange.seen.body
        asked = self.flavour is Flavour.LLAMA_CPP or (
            self.flavour is Flavour.VLLM
            and body.get("continue_final_message") is True
            and body.get("add_generation_prompt") is False
        )
        return rendered(body["messages"], prefills=self.prefills and asked)

    async def _tokenize(self, exchange: Exchange) -> None:
        pieces = tokenised(str(exchange.seen.body["content"]))
        numbers = [self._numbers.setdefault(piece, len(self._numbers)) for piece in pieces]
        await exchange.json(
            {"tokens": [{"id": number, "piece": piece} for number, piece in zip(numbers, pieces, strict=True)]}
        )

    async def _begun(self, exchange: Exchange) -> Script | None:
        """Return the script of a reply that may begin; None after an answer that says why not."""
        if not await self._admit(exchange):
            return None
        script = self._next(exchange.seen.model)
        if script.delay:
            await asyncio.sleep(script.delay)
        if script.status:
            await self._error(exchange, script.status, script.error or "")
            return None
        return script

    async def _led(self, exchange: Exchange) -> None:
        """Write the tokens that a grammar of numbers names, with the lists of what the language would have written."""
        if (script := await self._begun(exchange)) is None:
            return
        if not self.leads:
            await self._error(exchange, 400, "Failed to parse grammar", "invalid_request_error")
        elif not await led(exchange, script, {number: piece for piece, number in self._numbers.items()}, BROKEN):
            await self._error(exchange, 400, "Prompt contains invalid tokens", "invalid_request_error")

    async def _chat_ids(self, exchange: Exchange) -> None:
        text = str(exchange.seen.body.get("prompt", "")) or self._rendered(exchange)
        await exchange.json({"count": len(text), "max_model_len": self.context, "tokens": [ord(c) for c in text]})

    async def _detokenize(self, exchange: Exchange) -> None:
        await exchange.json({"prompt": "".join(map(chr, exchange.seen.body["tokens"]))})

    async def _score(self, exchange: Exchange, script: Script, prompt: str) -> None:
        """Answer with the prompt's log-probabilities."""
        body = exchange.seen.body
        if body.get("echo"):
            choice = echoed(script, prompt, body["logprobs"])
        else:
            choice = scored(script, prompt, body["prompt_logprobs"])
        await exchange.json({"object": "text_completion", "choices": [choice]})

    async def _run(self, exchange: Exchange, script: Script, prompt: str, prompt_tokens: int, *, chat: bool) -> None:
        body = exchange.seen.body
        number = int(body.get("top_logprobs") or 0) if chat else int(body.get("logprobs") or 0)
        # A completion asks by the number of alternatives, of which llama.cpp takes 0 for not asking.
        asked = body.get("logprobs") or (
            not chat and body.get("logprobs") == 0 and self.flavour is not Flavour.LLAMA_CPP
        )
        lists = Lists(script, prompt, number)
        limit = body.get("max_tokens", -1)
        think = bool((body.get("chat_template_kwargs") or {}).get("enable_thinking"))
        stop = body.get("stop") or ()
        stream = pieces(
            script,
            chat=chat,
            think=think,
            limit=limit if limit and limit > 0 else None,
            stop=(stop,) if isinstance(stop, str) else tuple(stop),
        )
        usage = (body.get("stream_options") or {}).get("include_usage")

        def frame(piece: Piece) -> bytes:
            name = b'"reasoning_content":' if piece.thinking else b'"content":'
            inner = b'"delta":{' + name + quoted(piece.text) + b"}" if chat else b'"text":' + quoted(piece.text)
            if not piece.done:
                extra = b',"logprobs":' + self._logprobs(piece, lists, chat) if asked else b""
                return b'data: {"choices":[{"index":0,' + inner + extra + b',"finish_reason":null}]}\n\n'
            last = b'data: {"choices":[{"index":0,' + inner + f',"finish_reason":"{piece.done}"'.encode() + b"}]}\n\n"
            if usage:
                last_words: dict[str, Any] = {
                    "choices": [],
                    "usage": {"prompt_tokens": prompt_tokens, "completion_tokens": piece.count},
                }
                if self.flavour is Flavour.LLAMA_CPP:
                    last_words["timings"] = {"predicted_n": piece.count, "predicted_ms": piece.count * 20.0}
                last += b"data: " + json.dumps(last_words).encode() + b"\n\n"
            return last + b"data: [DONE]\n\n"

        error = json.dumps({"error": {"code": 500, "message": script.error or "it failed", "type": "server_error"}})
        broken = {**BROKEN, Fault.ERROR_LINE: f"data: {error}\n\n".encode()}
        await send(exchange, script, stream, "text/event-stream", frame, broken)

    def _logprobs(self, piece: Piece, lists: Lists, chat: bool) -> bytes:
        entry = figures(piece, lists) if self.lists else None
        if entry is None:
            return b"null"
        if chat or self.flavour is Flavour.LLAMA_CPP:
            return json.dumps({"content": [entry]}).encode()
        word, own = entry["token"], entry["logprob"]
        tops = {each["token"]: each["logprob"] for each in entry["top_logprobs"]}
        older = {"tokens": [word], "token_logprobs": [own], "top_logprobs": [tops], "text_offset": [0]}
        return json.dumps(older).encode()
