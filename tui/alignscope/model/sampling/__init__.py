"""Sampling: parameters, values for them, and presets, which are samplings with a name."""

from alignscope.model.sampling.chosen import Sampling, assign
from alignscope.model.sampling.parameter import Parameter, SamplingError, Value, ValueType
from alignscope.model.sampling.presets import DEFAULT_PRESET, PRESETS, Preset, nearest_preset
from alignscope.model.sampling.table import PARAMETERS

__all__ = [
    "DEFAULT_PRESET",
    "PARAMETERS",
    "PRESETS",
    "Parameter",
    "Preset",
    "Sampling",
    "SamplingError",
    "Value",
    "ValueType",
    "assign",
    "nearest_preset",
]
