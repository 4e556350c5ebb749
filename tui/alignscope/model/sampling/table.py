"""Every sampling parameter, once: the panel, `--set`, both wire dialects, validation and the help read this table."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from alignscope.model.sampling.parameter import Dialect, Kind, Parameter

_EVERYWHERE: Final = (Dialect.OLLAMA, Dialect.LLAMA_CPP, Dialect.VLLM, Dialect.LM_STUDIO, Dialect.OPENAI)
_LOCAL: Final = (Dialect.OLLAMA, Dialect.LLAMA_CPP, Dialect.VLLM, Dialect.LM_STUDIO)


def _same(name: str, dialects: tuple[Dialect, ...] = _EVERYWHERE, **other: str) -> dict[Dialect, str]:
    return dict.fromkeys(dialects, name) | {Dialect[key]: wire for key, wire in other.items()}


PARAMETERS: Final[Mapping[str, Parameter]] = MappingProxyType(
    {
        parameter.name: parameter
        for parameter in (
            Parameter(
                "temperature", Kind.FLOAT, 0.8,
                "How flat the odds are before drawing: 0 always takes the likeliest token, 1 is the model's own odds.",
                0, 5, 0.1, {0: "greedy"}, _same("temperature"),
            ),
            Parameter(
                "top_k", Kind.INT, 40, "Draw only from this many likeliest tokens; 0 from all.",
                0, 1_000_000, 5, {0: "off"}, _same("top_k", _LOCAL),
            ),
            Parameter(
                "top_p", Kind.FLOAT, 0.9,
                "Draw only from the likeliest tokens that together reach this probability; 1 from all.",
                0, 1, 0.05, {1: "off"}, _same("top_p"),
            ),
            Parameter(
                "min_p", Kind.FLOAT, 0.0,
                "Drop tokens less likely than this share of the likeliest one; 0 drops none.",
                0, 1, 0.05, {0: "off"}, _same("min_p", _LOCAL),
            ),
            Parameter(
                "typical_p", Kind.FLOAT, 1.0,
                "Keep the tokens whose surprise is nearest to the average, up to this probability; 1 keeps all.",
                0, 1, 0.05, {1: "off"}, _same("typical_p", (Dialect.OLLAMA, Dialect.LLAMA_CPP)),
            ),
            Parameter(
                "repeat_penalty", Kind.FLOAT, 1.0,
                "Over 1 makes tokens that came lately less likely; 1 leaves them alone.",
                0.1, 2, 0.05, {1: "off"}, _same("repeat_penalty", _LOCAL, VLLM="repetition_penalty"),
            ),
            Parameter(
                "repeat_last_n", Kind.INT, 64,
                "How many tokens back the penalties look; 0 none, -1 the whole context.",
                -1, 1_000_000, 16, {0: "off", -1: "context"},
                _same("repeat_last_n", (Dialect.OLLAMA, Dialect.LLAMA_CPP)),
            ),
            Parameter(
                "presence_penalty", Kind.FLOAT, 0.0,
                "Takes this much from the score of every token that came already; below 0 it favours them.",
                -2, 2, 0.1, {0: "off"}, _same("presence_penalty"),
            ),
            Parameter(
                "frequency_penalty", Kind.FLOAT, 0.0,
                "Takes this much from a token's score for every time it came already; below 0 it favours them.",
                -2, 2, 0.1, {0: "off"}, _same("frequency_penalty"),
            ),
            Parameter(
                "seed", Kind.INT, 0,
                "Where the draws start from. The same seed mostly gives the same reply, but no server promises it.",
                0, 2**31 - 1, 1, {}, _same("seed"),
            ),
            Parameter(
                "num_predict", Kind.INT, 512,
                "At most this many tokens in a reply; -1 until the model stops or the server gives up.",
                -1, 1_000_000, 64, {-1: "no limit"},
                _same("num_predict", (Dialect.OLLAMA,), LLAMA_CPP="max_tokens", VLLM="max_tokens",
                      LM_STUDIO="max_tokens", OPENAI="max_tokens"),
                without=0,  # no limit to Ollama from 0.30 on, an empty reply to others
            ),
            Parameter(
                "num_ctx", Kind.INT, 4096,
                "How many tokens of prompt and reply the model can hold. A change loads the model anew.",
                64, 10_000_000, 1024, {}, _same("num_ctx", (Dialect.OLLAMA,)), load_time=True,
            ),
            Parameter(
                "stop", Kind.STRINGS, ("\n\n",),
                "A reply ends before any of these strings: plain text, or a JSON list.",
                wire=_same("stop"),
            ),
            Parameter(
                "keep_alive", Kind.DURATION, "5m",
                "How long the server keeps the model in memory afterwards.",
                wire=_same("keep_alive", (Dialect.OLLAMA,)),
            ),
        )
    }
)  # fmt: skip


# Up to 0.24 Ollama ran the newer families (Gemma 3, Qwen 3, gpt-oss and more) in an engine of its own, whose sampler
# knows nothing of these; the others ran in llama.cpp, and from 0.30 on all do.
_IGNORED_BY_GO_ENGINE: Final = frozenset(
    {"typical_p", "repeat_penalty", "repeat_last_n", "presence_penalty", "frequency_penalty"}
)


def caveat(name: str, dialect: Dialect, version: tuple[int, ...] = ()) -> str:
    """What a person should know of a parameter on this server: "" when it simply works.

    Args:
        version: the server's version, such as (0, 24, 0); empty when it isn't known.
    """
    if dialect not in PARAMETERS[name].wire:
        return f"not known to {'this server' if dialect is Dialect.OPENAI else dialect}: left out"
    if dialect is Dialect.OLLAMA and name in _IGNORED_BY_GO_ENGINE and () < version < (0, 30):
        return f"Ollama {'.'.join(map(str, version))} ignores it for newer families of models"
    return ""
