"""Presets that come with alignscope; the settings file may add others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from alignscope.model.sampling.chosen import Sampling
from alignscope.model.sampling.table import PARAMETERS

_EVEN: Final = {
    name: PARAMETERS[name].default
    for name in (
        "temperature", "top_k", "top_p", "min_p", "typical_p", "repeat_penalty", "repeat_last_n", "presence_penalty",
        "frequency_penalty", "num_predict",
    )
}  # fmt: skip
_PURE: Final = {**_EVEN, "temperature": 1.0, "top_k": 0, "top_p": 1.0}


@dataclass(frozen=True, slots=True)
class Preset:
    """A named sampling."""

    name: str
    sampling: Sampling
    help: str


PRESETS: Final[Mapping[str, Preset]] = MappingProxyType(
    {
        preset.name: preset
        for preset in (
            Preset("even", Sampling(_EVEN), "Ollama's documented defaults, the same for every pane"),
            Preset("model", Sampling(), "nothing is sent: every model's own values"),
            Preset("greedy", Sampling({**_PURE, "temperature": 0.0}), "always the likeliest token"),
            Preset("pure", Sampling(_PURE), "the model's own distribution: no truncation, no penalties"),
            Preset(
                "focused", Sampling({**_EVEN, "temperature": 0.3, "top_p": 0.8}), "close to the likeliest, little risk"
            ),
            Preset(
                "wild",
                Sampling({**_PURE, "temperature": 1.4, "min_p": 0.02}),
                "flattened odds, only the absurd cut off",
            ),
        )
    }
)
DEFAULT_PRESET: Final = "even"


def nearest_preset(sampling: Sampling, presets: Sequence[Preset]) -> Preset:
    """Return the preset that differs from a sampling in the fewest parameters; the first of several."""
    return min(presets, key=lambda preset: sum(preset.sampling.get(name) != sampling.get(name) for name in PARAMETERS))
