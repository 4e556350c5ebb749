"""Dialects: what sets one kind of server apart from the others, a record each. What they share is in the backends."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from alignscope.model.sampling import Sampling

Body = dict[str, Any]
"""A JSON object, of a request or of an answer."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Dialect:
    """How one kind of server is recognised, what it can do, and where its fields differ from the usual ones."""

    label: str
    """The server's name in messages."""

    probe_path: str = ""
    """A path that only this kind of server has."""
    version: Callable[[Body], str | None] = field(default=lambda _: None)
    """Read the version from the answer at `probe_path`; None when the answer isn't that of this kind of server."""
    owner: str = ""
    """What it says in `owned_by` of its models, by which it is known even when `probe_path` doesn't answer."""

    listing: str = "/v1/models"
    """The path of its list of models."""
    all_loaded: bool = False
    """Every model in the list is in memory, unless its entry says otherwise."""
    describes: bool = False
    """Asked about one model, it tells more than in the list."""
    can_pull: bool = False
    """Downloads models on request."""
    needs_sign_in: bool = False
    """Wants a person signed in where others want a key."""
    has_slots: bool = False
    """Tells at /health and /slots why a reply is silent."""
    closes_streams: bool = False
    """Closes a connection that has carried a stream, a moment after the stream's end."""
    template_kwargs: bool = False
    """Hands `chat_template_kwargs` to a chat template, which can so be told whether to think."""

    names: Mapping[str, str] = field(default_factory=dict)
    """Sampling parameters that go by another name in its requests."""
    lacks: frozenset[str] = frozenset()
    """Sampling parameters that it doesn't know; they are not sent."""
    ignores: frozenset[str] = frozenset()
    """Sampling parameters that versions before `heeds_since` ignored for the newer families of models."""
    heeds_since: tuple[int, ...] = ()
    adapt: Callable[[Body], Body] = dict
    """Change a request's body where a value means something else to this server."""

    def fields(self, sampling: Sampling) -> Body:
        """Return the fields that a request says a sampling with."""
        return {
            self.names.get(name, name): list(value) if isinstance(value, tuple) else value
            for name, value in sampling.items()
            if name not in self.lacks
        }

    def caveat(self, name: str, version: tuple[int, ...] = ()) -> str:
        """Return what a person should know of a parameter on this server, "" when it simply works.

        Args:
            version: the server's version, such as (0, 24, 0); empty when it isn't known.
        """
        if name in self.lacks:
            return f"not known to {'this server' if self is OPENAI else self.label}: left out"
        if name in self.ignores and () < version < self.heeds_since:
            return f"{self.label} {'.'.join(map(str, version))} ignores it for newer families of models"
        return ""


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
        body[name] = 1  # it takes 0 alternatives for no log-probabilities at all
    return body


def _openai(body: Body) -> Body:
    return {name: value for name, value in body.items() if (name, value) != ("max_tokens", -1)}


def _llama_cpp_version(props: Body) -> str | None:
    build = str(props.get("build_info", "")).partition("-")[0]
    return build if {"default_generation_settings", "build_info"} & set(props) else None


def _text_version(answer: Body) -> str | None:
    version = answer.get("version")
    return version if isinstance(version, str) else None


# Parameters that only some know. A new one that isn't OpenAI's stands in one of these.
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
    names=_MAX_TOKENS,
    lacks=_LLAMA_CPP_ONLY,
)
OPENAI: Final = Dialect(label="OpenAI-style server", names=_MAX_TOKENS, lacks=_NOT_OPENAI, adapt=_openai)
"""An OpenAI-style server that doesn't say which it is: only the standard's fields are sent."""
FLAVOURS: Final = (VLLM, LM_STUDIO, LLAMA_CPP)
"""OpenAI-style servers that can be recognised, in the order in which a server is asked for their own paths."""
