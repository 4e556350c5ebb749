"""Types of Ollama's answers, and its models as ours."""

import json
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from alignscope.backends.chunks import TokenLogprob
from alignscope.model.events import Stats
from alignscope.model.lineup.pane import Model

NANOSECONDS_A_MS: Final = 1e6


class ChatMessage(msgspec.Struct):
    """Message in a line of /api/chat."""

    content: str | None = None
    thinking: str | None = None


class ReplyLine(msgspec.Struct):
    """Line of /api/generate or /api/chat. Durations are nanoseconds; the server leaves out what is 0."""

    content: str | None = msgspec.field(default=None, name="response")
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
        """Figures of the reply."""
        count, duration = self.eval_count or 0, self.eval_duration or 0
        return Stats(
            tokens=count,
            prompt_tokens=self.prompt_eval_count,
            load_ms=self.load_duration / NANOSECONDS_A_MS if self.load_duration else None,
            tokens_per_second=count / duration * 1e9 if count and duration else None,
        )


REPLY_LINE: Final = msgspec.json.Decoder(ReplyLine)


class PullLine(msgspec.Struct):
    """Line of /api/pull."""

    status: str = ""
    digest: str = ""
    total: int | None = None
    completed: int | None = None
    error: Any = None


PULL_LINE: Final = msgspec.json.Decoder(PullLine)


class Details(msgspec.Struct):
    """Architecture and size of a model."""

    family: str | None = None
    parameter_size: str | None = None
    quantization_level: str | None = None
    context_length: int | None = None


class ListedModel(msgspec.Struct):
    """Model in /api/tags and /api/ps."""

    name: str = ""
    model: str = ""
    """The same; some servers give this one only."""
    size: int | None = None
    digest: str | None = None
    details: Details | None = None
    capabilities: list[str] | None = None
    remote_host: str | None = None
    remote_model: str | None = None
    context_length: int | None = None
    """Context that it is loaded with; in /api/ps only."""


class ShowAnswer(msgspec.Struct):
    """Answer of /api/show."""

    template: str | None = None
    parameters: str | None = None
    details: Details | None = None
    capabilities: list[str] | None = None
    model_info: dict[str, Any] | None = None
    remote_host: str | None = None
    remote_model: str | None = None


class RenderedTemplate(msgspec.Struct):
    """Debugging information in an answer."""

    rendered_template: str = ""


class RenderAnswer(msgspec.Struct):
    """Answer of /api/chat to `_debug_render_only`."""

    debug: RenderedTemplate | None = msgspec.field(default=None, name="_debug_info")


def listed_model(entry: ListedModel, server: str, loaded: Mapping[str, int | None] | None) -> Model:
    """Return a model in /api/tags as ours; `loaded` maps the models in /api/ps to their context lengths, if known."""
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


def described_model(listed: Model, answer: ShowAnswer) -> Model:
    """Return a model with what /api/show adds."""
    details = answer.details or Details()
    parameters = parse_parameters(answer.parameters or "")
    info = answer.model_info or {}
    context = info.get(f"{info.get('general.architecture')}.context_length")
    return msgspec.structs.replace(
        listed,
        family=details.family or listed.family,
        parameter_size=details.parameter_size or listed.parameter_size,
        quantization=details.quantization_level or listed.quantization,
        template=answer.template,
        capabilities=tuple(answer.capabilities or listed.capabilities),
        context_length=context if isinstance(context, int) else listed.context_length,
        parameters=parameters,
        stops=any(name == "stop" for name, _ in parameters),
        remote=listed.remote or _is_remote(listed.name, answer.remote_host, answer.remote_model),
    )


def parse_parameters(text: str) -> tuple[tuple[str, str], ...]:
    """Parse the sampling defaults in /api/show: lines of a name, spaces, and a value, which may be quoted."""
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
