"""Models of OpenAI-style servers, from the formats of each flavour."""

from typing import Any, Final

import msgspec

from alignscope.backends.dialects import LLAMA_CPP, Dialect
from alignscope.model.lineup.pane import Model
from alignscope.model.sampling import PARAMETERS


class Meta(msgspec.Struct):
    """Details of a model, from llama.cpp."""

    n_ctx: int | None = None
    n_ctx_train: int | None = None
    n_params: int | None = None
    n_vocab: int | None = None
    size: int | None = None
    ftype: str | None = None


class LoadState(msgspec.Struct):
    """State of a model, from a llama.cpp with several."""

    value: str = ""


class ListedModel(msgspec.Struct):
    """Model in /v1/models, or in LM Studio's /api/v0/models."""

    id: str = ""
    owned_by: str | None = None
    max_model_len: int | None = None
    """vLLM."""
    meta: Meta | None = None
    status: LoadState | None = None
    type: str | None = None
    """`llm`, `vlm` or `embeddings`; LM Studio, as the rest."""
    arch: str | None = None
    quantization: str | None = None
    state: str | None = None
    max_context_length: int | None = None
    loaded_context_length: int | None = None


class Defaults(msgspec.Struct):
    """Values in llama.cpp for what a request leaves out."""

    params: dict[str, Any] | None = None
    n_ctx: int | None = None


class Props(msgspec.Struct):
    """Answer of llama.cpp's /props."""

    default_generation_settings: Defaults | None = None
    chat_template: str | None = None
    model_ftype: str | None = None


FALLBACK_TEMPLATE: Final = (
    "{%- for message in messages -%}\n"
    "  {{- '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>\n' -}}\n"
    "{%- endfor -%}\n"
    "{%- if add_generation_prompt -%}\n"
    "  {{- '<|im_start|>assistant\n' -}}\n"
    "{%- endif -%}"
)
"""Template in llama.cpp's answer for a model that has none."""


class NextToken(msgspec.Struct):
    """Progress of a slot's reply."""

    n_decoded: int = 0


class Slot(msgspec.Struct):
    """Slot in llama.cpp's /slots."""

    is_processing: bool = False
    next_token: list[NextToken] | NextToken | None = None

    @property
    def writing(self) -> bool:
        """Whether its reply has tokens already."""
        token = self.next_token[0] if isinstance(self.next_token, list) and self.next_token else self.next_token
        return self.is_processing and isinstance(token, NextToken) and token.n_decoded > 0


def listed_model(entry: ListedModel, server: str, dialect: Dialect) -> Model:
    """Return a listed model as ours."""
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
        vocabulary=meta.n_vocab if meta.n_vocab and meta.n_vocab > 0 else None,
        capabilities=("embedding",) if entry.type == "embeddings" else (),
    )


def described_model(listed: Model, props: Props) -> Model:
    """Return a model with what llama.cpp's /props adds."""
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
    """Return a number of parameters as Ollama writes it: 7.2B, 494.03M."""
    if not parameters:
        return ""
    return f"{parameters / 1e9:.1f}B" if parameters >= 1e9 else f"{parameters / 1e6:.2f}M"
