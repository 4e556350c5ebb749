"""The models of OpenAI-style servers: each flavour tells of them in its own way."""

from typing import Any, Final

import msgspec

from alignscope.backends.dialects import LLAMA_CPP, Dialect
from alignscope.model.pane import Model
from alignscope.model.sampling import PARAMETERS


class Meta(msgspec.Struct):
    """What llama.cpp adds to a model."""

    n_ctx: int | None = None
    n_ctx_train: int | None = None
    n_params: int | None = None
    size: int | None = None
    ftype: str | None = None


class LoadState(msgspec.Struct):
    """Whether a llama.cpp that serves several models has this one in memory."""

    value: str = ""


class ListedModel(msgspec.Struct):
    """A model in /v1/models, or in LM Studio's /api/v0/models."""

    id: str = ""
    owned_by: str | None = None
    max_model_len: int | None = None
    """vLLM."""
    meta: Meta | None = None
    status: LoadState | None = None
    type: str | None = None
    """LM Studio, as all that follows: `llm`, `vlm` or `embeddings`."""
    arch: str | None = None
    quantization: str | None = None
    state: str | None = None
    max_context_length: int | None = None
    loaded_context_length: int | None = None


class Defaults(msgspec.Struct):
    """What llama.cpp does where a request doesn't say."""

    params: dict[str, Any] | None = None
    n_ctx: int | None = None


class Props(msgspec.Struct):
    """The answer of llama.cpp's /props."""

    default_generation_settings: Defaults | None = None
    chat_template: str | None = None
    build_info: str | None = None
    model_ftype: str | None = None


FALLBACK_TEMPLATE: Final = (
    "{%- for message in messages -%}\n"
    "  {{- '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>\n' -}}\n"
    "{%- endfor -%}\n"
    "{%- if add_generation_prompt -%}\n"
    "  {{- '<|im_start|>assistant\n' -}}\n"
    "{%- endif -%}"
)
"""What llama.cpp gives as the template of a model that has none."""


class NextToken(msgspec.Struct):
    """How far a slot's reply is."""

    n_decoded: int = 0


class Slot(msgspec.Struct):
    """One of llama.cpp's /slots."""

    is_processing: bool = False
    next_token: list[NextToken] | NextToken | None = None

    @property
    def writing(self) -> bool:
        """Whether it is taken by a reply that has tokens already."""
        token = self.next_token[0] if isinstance(self.next_token, list) and self.next_token else self.next_token
        return self.is_processing and isinstance(token, NextToken) and token.n_decoded > 0


def listed_model(entry: ListedModel, server: str, dialect: Dialect) -> Model:
    """A model as the listing tells of it."""
    meta = entry.meta or Meta()
    state = entry.state or (entry.status.value if entry.status else "")
    context = meta.n_ctx or entry.loaded_context_length or entry.max_context_length or entry.max_model_len
    return Model(
        name=entry.id,
        server=server,
        family=entry.arch or "",
        parameter_size=_size(meta.n_params),
        quantization=entry.quantization or meta.ftype or "",
        size=meta.size,
        loaded=state == "loaded" if state else dialect.all_loaded or None,
        context_length=context or meta.n_ctx_train,
        capabilities=("embedding",) if entry.type == "embeddings" else (),
    )


def described_model(listed: Model, props: Props) -> Model:
    """The same model with what llama.cpp's /props adds."""
    defaults = props.default_generation_settings or Defaults()
    wire = {LLAMA_CPP.names.get(name, name): name for name in PARAMETERS if name not in LLAMA_CPP.lacks}
    wire["n_predict"] = "num_predict"
    values = [
        (wire[name], f"{value:.6g}")
        for name, value in (defaults.params or {}).items()
        if name in wire and name != "seed" and isinstance(value, (int, float)) and not isinstance(value, bool)
    ]
    return msgspec.structs.replace(
        listed,
        quantization=listed.quantization or props.model_ftype or "",
        template="" if props.chat_template == FALLBACK_TEMPLATE else props.chat_template,
        context_length=defaults.n_ctx or listed.context_length,
        parameters=tuple(dict(values).items()),
    )


def _size(parameters: int | None) -> str:
    """A number of parameters as Ollama writes it: 7.2B, 494.03M."""
    if not parameters:
        return ""
    return f"{parameters / 1e9:.1f}B" if parameters >= 1e9 else f"{parameters / 1e6:.2f}M"
