"""The table of all sampling parameters: the panel, `--set`, requests, validation and the help read it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from alignscope.model.sampling.parameter import Parameter, ValueType

PARAMETERS: Final[Mapping[str, Parameter]] = MappingProxyType(
    {
        parameter.name: parameter
        for parameter in (
            Parameter(
                "temperature", ValueType.FLOAT, 0.8,
                "How flat the odds are before drawing: 0 always takes the likeliest token, 1 is the model's own odds.",
                0, 5, 0.1, {0: "greedy"},
            ),
            Parameter(
                "top_k", ValueType.INT, 40, "Draw only from this many likeliest tokens; 0 from all.",
                0, 1_000_000, 5, {0: "off"},
            ),
            Parameter(
                "top_p", ValueType.FLOAT, 0.9,
                "Draw only from the likeliest tokens that together reach this probability; 1 from all.",
                0, 1, 0.05, {1: "off"},
            ),
            Parameter(
                "min_p", ValueType.FLOAT, 0.0,
                "Drop tokens less likely than this share of the likeliest one; 0 drops none.",
                0, 1, 0.05, {0: "off"},
            ),
            Parameter(
                "typical_p", ValueType.FLOAT, 1.0,
                "Keep the tokens whose surprise is nearest to the average, up to this probability; 1 keeps all.",
                0, 1, 0.05, {1: "off"},
            ),
            Parameter(
                "repeat_penalty", ValueType.FLOAT, 1.0,
                "Over 1 makes tokens that came lately less likely; 1 leaves them alone.",
                0.1, 2, 0.05, {1: "off"},
            ),
            Parameter(
                "repeat_last_n", ValueType.INT, 64,
                "How many tokens back the penalties look; 0 none, -1 the whole context.",
                -1, 1_000_000, 16, {0: "off", -1: "context"},
            ),
            Parameter(
                "presence_penalty", ValueType.FLOAT, 0.0,
                "Takes this much from the score of every token that came already; below 0 it favours them.",
                -2, 2, 0.1, {0: "off"},
            ),
            Parameter(
                "frequency_penalty", ValueType.FLOAT, 0.0,
                "Takes this much from a token's score for every time it came already; below 0 it favours them.",
                -2, 2, 0.1, {0: "off"},
            ),
            Parameter(
                "seed", ValueType.INT, 0,
                "Where the draws start from. The same seed mostly gives the same reply, but no server promises it.",
                0, 2**31 - 1, 1, {},
            ),
            Parameter(
                "num_predict", ValueType.INT, 512,
                "At most this many tokens in a reply; -1 until the model stops or the server gives up.",
                -1, 1_000_000, 64, {-1: "no limit"},
                without=0,  # no limit to Ollama from 0.30 on, an empty reply to others
            ),
            Parameter(
                "num_ctx", ValueType.INT, 4096,
                "How many tokens of prompt and reply the model can hold. A change loads the model anew.",
                64, 10_000_000, 1024, {},
            ),
            Parameter(
                "stop", ValueType.STRINGS, ("\n\n",),
                "A reply ends before any of these strings: plain text, or a JSON list.",
            ),
            Parameter(
                "keep_alive", ValueType.DURATION, "5m",
                "How long the server keeps the model in memory afterwards.",
            ),
        )
    }
)  # fmt: skip
