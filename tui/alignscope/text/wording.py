"""What a turn is sent with, in words: the same on screens, in exports and in comparisons."""

from collections.abc import Sequence
from typing import Final

from alignscope.model.sampling import PARAMETERS, PRESETS, Preset, Sampling, nearest_preset
from alignscope.model.scaffold import BARE
from alignscope.model.turn import FRESH, TurnSettings

_PRESETS: Final = tuple(PRESETS.values())
_MOST_CHANGED: Final = 4
"""Parameters that are named one by one behind a preset."""


def settings_words(settings: TurnSettings, presets: Sequence[Preset] = _PRESETS) -> list[str]:
    """Return a phrase for the sampling, and one for each setting that isn't the default.

    Args:
        presets: those the sampling is described by; without any, every parameter is written out.
    """
    return [
        sampling_words(settings.sampling, presets),
        *([f"{settings.samples} samples"] if settings.samples != 1 else []),
        *(["context carried"] if settings.context != FRESH else []),
        *([f"scaffold {settings.scaffold}"] if settings.scaffold != BARE else []),
        *(["thinking"] if settings.think else []),
        *([f"logprobs {settings.logprobs}"] if settings.logprobs is not None else []),
        *(["one after the other"] if settings.one_after_other else []),
    ]


def sampling_words(sampling: Sampling, presets: Sequence[Preset] = ()) -> str:
    """Return the nearest preset and what differs from it, such as `even · temperature 1.0`.

    Where nothing differs, temperature and seed stand behind the preset. Without presets, every parameter is written
    out.
    """
    if not presets:
        return _values(sampling, sampling) or "the models' own sampling"
    nearest = nearest_preset(sampling, presets)
    changed = [name for name in PARAMETERS if nearest.sampling.get(name) != sampling.get(name)]
    named = changed[:_MOST_CHANGED] or [name for name in ("temperature", "seed") if name in sampling]
    more = [f"and {len(changed) - _MOST_CHANGED} more"] if len(changed) > _MOST_CHANGED else []
    return " · ".join(filter(None, [nearest.name, _values(sampling, named), *more]))


def _values(sampling: Sampling, names: Sequence[str] | Sampling) -> str:
    return " · ".join(
        f"{name} {PARAMETERS[name].show(sampling[name]) if name in sampling else 'off'}" for name in names
    )
