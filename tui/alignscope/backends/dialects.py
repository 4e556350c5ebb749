"""Dialects: a record for each kind of server, of how it differs from the others."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from alignscope.model.sampling import Sampling

Body = dict[str, Any]
"""A JSON object, of a request or of an answer."""


class Dialect(msgspec.Struct, frozen=True, eq=False, kw_only=True):
    """A kind of server: how to recognise it, what it can do, and where its fields differ from the usual ones."""

    label: str
    """Name in messages."""
    probe_path: str = ""
    """Path that only this kind of server has."""
    version: Callable[[Body], str | None] = lambda _: None
    """Read the version in the answer at `probe_path`; None if the answer is another kind of server's."""
    owner: str = ""
    """Its models' `owned_by`, which identifies it even if `probe_path` doesn't answer."""
    listing: str = "/v1/models"
    """Path of its list of models."""
    all_loaded: bool = False
    """Whether listed models are in memory unless their entry has a state."""
    describes: bool = False
    """Whether it has details of a model beyond the list."""
    can_pull: bool = False
    """Whether it downloads models on request."""
    needs_sign_in: bool = False
    """Whether a 401 asks for a sign-in instead of a key."""
    has_slots: bool = False
    """Whether /health and /slots have the reason of a silence."""
    closes_streams: bool = False
    """Whether it closes a connection shortly after the end of a stream on it."""
    renders: bool = False
    """Whether /apply-template shows a chat as the model's template renders it, and /tokenize the tokens' texts."""
    prefills: bool = False
    """Whether it goes on with a chat whose last message is the assistant's, as far as a model's template lets it."""
    prefill: Mapping[str, Any] = {}
    """Fields by which it is asked to, and not to begin a message of its own behind that one."""
    scores_prompts: bool = False
    """Whether it tells the log-probabilities of a prompt's own tokens, and /tokenize takes a chat."""
    echoes: bool = False
    """Whether it is asked for that by `echo`, which some servers of this kind know and others pass over."""
    leads: bool = False
    """Whether a grammar of token numbers makes it write a given text, and its lists are from before that."""
    tells_logprobs: bool = True
    """Whether completions and chats come with log-probabilities if they are asked for."""
    logprobs_since: tuple[int, ...] = ()
    """First version that tells them."""
    template_kwargs: bool = False
    """Whether it passes `chat_template_kwargs`, such as whether to think, to chat templates."""
    names: Mapping[str, str] = {}
    """Its names of sampling parameters, where they differ from ours."""
    lacks: frozenset[str] = frozenset()
    """Unknown sampling parameters, which are not sent."""
    ignores: frozenset[str] = frozenset()
    """Sampling parameters that versions before `heeds_since` ignored for the newer families of models."""
    heeds_since: tuple[int, ...] = ()
    adapt: Callable[[Body], Body] = dict
    """Return a request's body with values that mean something else to this server replaced."""

    def fields(self, sampling: Sampling) -> Body:
        """Return a sampling as fields of a request."""
        return {
            self.names.get(name, name): list(value) if isinstance(value, tuple) else value
            for name, value in sampling.items()
            if name not in self.lacks
        }

    def caveat(self, name: str, version: tuple[int, ...]) -> str:
        """Return how this server deviates for a parameter, in words; "" if it doesn't."""
        if name in self.lacks:
            return f"not known to {'this server' if self is OPENAI else self.label}: left out"
        if name in self.ignores and () < version < self.heeds_since:
            return f"{self.label} {'.'.join(map(str, version))} ignores it for newer families of models"
        return ""

    def lacks_logprobs(self, label: str, version: tuple[int, ...]) -> str:
        """Return that this server tells no log-probabilities, in a sentence; "" if it does, as far as is known."""
        if () < version < self.logprobs_since:
            first = ".".join(map(str, self.logprobs_since))
            return f"{label} tells no log-probabilities: {first} was the first that did."
        return (
            "" if self.tells_logprobs else f"{label} tells no log-probabilities, neither in completions nor in chats."
        )


def _vllm(body: Body) -> Body:
    if body.get("max_tokens") == -1:
        del body["max_tokens"]
        if "prompt" in body:
            body["max_tokens"] = None  # left out, a completion would end after the 16 tokens of OpenAI's default
    if body.get("top_k") == 0:
        body["top_k"] = -1  # its older versions refuse 0
    return body


def _llama_cpp(body: Body) -> Body:
    name = "top_logprobs" if "messages" in body else "logprobs"
    if body.get(name) == 0:
        body[name] = 1  # 0 alternatives mean no log-probabilities at all
    return body


def _openai(body: Body) -> Body:
    return {name: value for name, value in body.items() if (name, value) != ("max_tokens", -1)}


def _llama_cpp_version(props: Body) -> str | None:
    build = str(props.get("build_info", "")).partition("-")[0]
    return build if {"default_generation_settings", "build_info"} & set(props) else None


def _text_version(answer: Body) -> str | None:
    version = answer.get("version")
    return version if isinstance(version, str) else None


# Parameters that not all servers know. A new one that isn't OpenAI's belongs into one of these.
_OLLAMA_ONLY: Final = frozenset({"num_ctx", "keep_alive"})
_LLAMA_CPP_ONLY: Final = frozenset({"typical_p", "repeat_last_n"}) | _OLLAMA_ONLY
_NOT_OPENAI: Final = frozenset({"top_k", "min_p", "repeat_penalty"}) | _LLAMA_CPP_ONLY
_MAX_TOKENS: Final = {"num_predict": "max_tokens"}

OLLAMA: Final = Dialect(
    label="Ollama",
    probe_path="/api/version",
    version=_text_version,
    listing="/api/tags",
    describes=True,
    can_pull=True,
    needs_sign_in=True,
    logprobs_since=(0, 12, 11),
    prefills=True,
    # Up to 0.24 it ran the newer families (Gemma 3, Qwen 3, gpt-oss and more) in an engine of its own, whose sampler
    # knows nothing of these; the others ran in llama.cpp, and from 0.30 on all do.
    ignores=frozenset({"typical_p", "repeat_penalty", "repeat_last_n", "presence_penalty", "frequency_penalty"}),
    heeds_since=(0, 30),
)
LLAMA_CPP: Final = Dialect(
    label="llama.cpp",
    probe_path="/props",
    version=_llama_cpp_version,
    owner="llamacpp",
    all_loaded=True,
    describes=True,
    has_slots=True,
    closes_streams=True,
    renders=True,
    leads=True,
    prefills=True,
    template_kwargs=True,
    names=_MAX_TOKENS,
    lacks=_OLLAMA_ONLY,
    adapt=_llama_cpp,
)
VLLM: Final = Dialect(
    label="vLLM",
    probe_path="/version",
    version=_text_version,
    owner="vllm",
    all_loaded=True,
    scores_prompts=True,
    prefills=True,
    prefill={"add_generation_prompt": False, "continue_final_message": True},
    template_kwargs=True,
    names={**_MAX_TOKENS, "repeat_penalty": "repetition_penalty"},
    lacks=_LLAMA_CPP_ONLY,
    adapt=_vllm,
)
LM_STUDIO: Final = Dialect(
    label="LM Studio",
    probe_path="/api/v0/models",
    version=lambda answer: "" if isinstance(answer.get("data"), list) else None,
    listing="/api/v0/models",
    tells_logprobs=False,
    names=_MAX_TOKENS,
    lacks=_LLAMA_CPP_ONLY,
)
OPENAI: Final = Dialect(label="OpenAI-style server", echoes=True, names=_MAX_TOKENS, lacks=_NOT_OPENAI, adapt=_openai)
"""OpenAI-style server of an unknown kind: only the standard's fields are sent."""
FLAVOURS: Final = (VLLM, LM_STUDIO, LLAMA_CPP)
"""Recognisable OpenAI-style servers, in the order in which their paths are probed."""
