"""Ask GGUF files through llama.cpp, as the program that ships them does: one thread each, several slots."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xllamacpp

LONGEST = 200
"""Tokens after which a sample is cut."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What a model said to a prompt, and whether it came to an end by itself."""

    prompt: str
    text: str
    ended: bool


class Twin:
    """A GGUF file in llama.cpp's server. `chat` says whether prompts go through the model's template."""

    def __init__(self, path: Path, *, chat: bool, slots: int = 8, context: int = 1024) -> None:
        params = xllamacpp.CommonParams()
        params.model.path = str(path)
        params.n_ctx = slots * context
        params.n_parallel = slots
        params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
        params.warmup = False
        params.use_jinja = True
        params.verbosity = -1
        begun = time.perf_counter()
        self._server: Any = xllamacpp.Server(params)
        self.ready = time.perf_counter() - begun
        """Seconds from the file to a server that takes requests."""
        self._chat = chat
        self._slots = slots

    def sample(
        self, prompts: Sequence[str], temperature: float = 0.8, seed: int = 1, tokens: int = LONGEST
    ) -> list[Sample]:
        """One sample of each prompt, of at most so many tokens, with nothing cut off the distribution."""
        with ThreadPoolExecutor(self._slots) as pool:
            jobs = [
                pool.submit(self._one, prompt, temperature, seed + index, tokens)
                for index, prompt in enumerate(prompts)
            ]
            return [job.result() for job in jobs]

    def speed(self, tokens: int = 400) -> float:
        """Tokens per second of one stream of so many tokens, with the log-probabilities of five."""
        body = {"prompt": "The", "n_predict": tokens, "ignore_eos": True, "n_probs": 5, "temperature": 0.8}
        answer = self.post("/completion", body)
        return float(answer["timings"]["predicted_per_second"])

    def post(self, route: str, body: dict[str, Any]) -> Any:
        request = urllib.request.Request(
            self._server.listening_address + route, json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=300) as answer:
            return json.load(answer)

    def _one(self, prompt: str, temperature: float, seed: int, tokens: int) -> Sample:
        body: dict[str, Any] = {
            "temperature": temperature, "top_k": 0, "top_p": 1.0, "min_p": 0.0, "seed": seed, "max_tokens": tokens,
            "repeat_penalty": 1.0,
        }  # fmt: skip
        if self._chat:
            said = self.post("/v1/chat/completions", body | {"messages": [{"role": "user", "content": prompt}]})
            text = said["choices"][0]["message"]["content"] or ""
        else:
            said = self.post("/v1/completions", body | {"prompt": prompt})
            text = said["choices"][0]["text"]
        return Sample(prompt, text, said["choices"][0]["finish_reason"] == "stop")
