"""What Ollama says on the wire, as types; and its listings as ours."""

import json
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from alignscope.backends.chunks import TokenLogprob
from alignscope.model.events import Stats
from alignscope.model.pane import Model

NANOSECONDS_A_MS: Final = 1e6


class ChatMessage(msgspec.Struct):
    """The message of a chat line."""

    content: str | None = None
    thinking: str | None = None


class ReplyLine(msgspec.Struct):
    """One line of /api/generate or /api/chat. Durations are nanoseconds; whatever is 0 is left out by the server."""

    response: str | None = None
    thinking: str | None = None
    message: ChatMessage | None = None
    done: bool = False
    done_reason: str | None = None
    error: Any = None
    logprobs: list[TokenLogprob] | None = None
    load_duration: int | None = None
    prompt_eval_count: int | None = None
    eval_count: int | None = None
    eval_duration: int | None = None

    @property
    def stats(self) -> Stats:
        """The server's figures."""
        count, duration = self.eval_count or 0, self.eval_duration or 0
        return Stats(
            tokens=count,
            prompt_tokens=self.prompt_eval_count,
            load_ms=self.load_duration / NANOSECONDS_A_MS if self.load_duration else None,
            tokens_per_second=count / duration * 1e9 if count and duration else None,
        )


REPLY_LINE: Final = msgspec.json.Decoder(ReplyLine)


class PullLine(msgspec.Struct):
    """One line of /api/pull."""

    status: str = ""
    digest: str = ""
    total: int | None = None
    completed: int | None = None
    error: Any = None


PULL_LINE: Final = msgspec.json.Decoder(PullLine)


class Details(msgspec.Struct):
    """What kind of model it is."""

    family: str | None = None
    parameter_size: str | None = None
    quantization_level: str | None = None
    context_length: int | None = None


class ListedModel(msgspec.Struct):
    """A model in /api/tags and /api/ps."""

    name: str = ""
    model: str = ""
    """The same, which some servers tell alone."""
    size: int | None = None
    digest: str | None = None
    details: Details | None = None
    capabilities: list[str] | None = None
    remote_host: str | None = None
    remote_model: str | None = None
    context_length: int | None = None
    """In /api/ps: the context it was loaded with."""


class ShowAnswer(msgspec.Struct):
    """The answer of /api/show."""

    template: str | None = None
    parameters: str | None = None
    details: Details | None = None
    capabilities: list[str] | None = None
    model_info: dict[str, Any] | None = None
    remote_host: str | None = None
    remote_model: str | None = None


def listed_model(entry: ListedModel, server: str, loaded: Mapping[str, int | None] | None) -> Model:
    """A model as /api/tags tells of it.

    Args:
        loaded: the names in /api/ps, with the context each was loaded with; None when that didn't answer.
    """
    details = entry.details or Details()
    return Model(
        name=entry.name or entry.model,
        server=server,
        family=details.family or "",
        parameter_size=details.parameter_size or "",
        quantization=details.quantization_level or "",
        size=entry.size,
        digest=f"sha256:{entry.digest.removeprefix('sha256:')}" if entry.digest else "",
        loaded=None if loaded is None else entry.name in loaded,
        loaded_context=loaded.get(entry.name) if loaded else None,
        context_length=details.context_length,
        capabilities=tuple(entry.capabilities or ()),
        remote=_is_remote(entry.name, entry.remote_host, entry.remote_model),
    )


def described_model(listed: Model, shown: ShowAnswer) -> Model:
    """The same model with what /api/show adds."""
    details = shown.details or Details()
    parameters = parse_parameters(shown.parameters or "")
    info = shown.model_info or {}
    context = info.get(f"{info.get('general.architecture')}.context_length")
    return msgspec.structs.replace(
        listed,
        family=details.family or listed.family,
        parameter_size=details.parameter_size or listed.parameter_size,
        quantization=details.quantization_level or listed.quantization,
        template=shown.template,
        capabilities=tuple(shown.capabilities or listed.capabilities),
        context_length=context if isinstance(context, int) else listed.context_length,
        parameters=parameters,
        stops=any(name == "stop" for name, _ in parameters),
        remote=listed.remote or _is_remote(listed.name, shown.remote_host, shown.remote_model),
    )


def parse_parameters(text: str) -> tuple[tuple[str, str], ...]:
    """The text block in which /api/show gives a model's own values: a name, spaces, a value, which may be quoted."""
    pairs: list[tuple[str, str]] = []
    for line in text.split("\n"):
        name, _, value = line.strip().partition(" ")
        value = value.strip()
        if not name or not value:
            continue
        if value.startswith('"'):
            try:
                value = str(json.loads(value, strict=False))
            except ValueError:
                value = value.strip('"')
        pairs.append((name, value))
    return tuple(pairs)


def _is_remote(name: str, host: str | None, model: str | None) -> bool:
    tag = name.rpartition(":")[2]
    return bool(host or model) or tag == "cloud" or tag.endswith("-cloud")
