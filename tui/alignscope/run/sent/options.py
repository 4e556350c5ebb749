"""The sampling parameters that were in force, and who set each."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from alignscope.backends.base import ServerInfo
from alignscope.backends.dialects import OLLAMA
from alignscope.files.experiments import find
from alignscope.model.lineup.pane import Model, Pane
from alignscope.model.sampling import PARAMETERS, PRESETS, Preset, Sampling, nearest_preset
from alignscope.model.turn import Turn
from alignscope.run.sent.pane import Option, Setter

_NAMES: Final = {"num_predict": "max_tokens", "repeat_penalty": "repetition_penalty"}
"""Other names of a parameter in requests."""
_NO_LIMIT: Final = -1
"""Value of num_predict that goes to some servers as none."""
_MILDER_SINCE: Final = (0, 32, 10)
"""First version of Ollama whose default repeat_penalty is 1.0 and not 1.1."""


def sent_values(request: Mapping[str, Any]) -> dict[str, Any]:
    """Return the sampling parameters in a request's body, by our names."""
    options = request.get("options")
    inner = options if isinstance(options, dict) else request
    found = {}
    for name in PARAMETERS:
        for key in (name, _NAMES.get(name, name)):
            value = inner.get(key, request.get(key))
            if value is not None:
                found[name] = value
                break
    return found


def options_of(
    turn: Turn,
    pane: Pane,
    request: Mapping[str, Any],
    model: Model | None = None,
    info: ServerInfo | None = None,
    presets: Sequence[Preset] = tuple(PRESETS.values()),
) -> tuple[Option, ...]:
    """Return every parameter of the table as it was in force for a pane.

    Args:
        model: as its server describes it now; None if nobody asked.
        info: that server; None if nobody asked.
    """
    sent = sent_values(request)
    chosen = turn.settings.sampling if pane.sampling is None else pane.sampling
    nearest = nearest_preset(turn.settings.sampling, presets)
    own = dict(model.parameters) if model else {}
    found = []
    for name in PARAMETERS:
        note = info.caveat(name) if info and name in chosen else ""
        if name in sent:
            by, source = _setter(turn, pane, name, chosen, nearest)
            found.append(Option(name, sent[name], by, source, note))
            continue
        if name == "num_predict" and request and chosen.get(name) == _NO_LIMIT:
            found.append(Option(name, _NO_LIMIT, *_setter(turn, pane, name, chosen, nearest)))
            continue
        if name in chosen and not note and request:
            note = "not sent: this server doesn't know it"
        if name in own:
            by = Setter.MODEL if info and info.dialect is OLLAMA else Setter.SERVER
            found.append(Option(name, own[name], by, note=note))
        elif (default := _default(name, info)) is not None:
            found.append(Option(name, default, Setter.SERVER, note=note))
        else:
            found.append(Option(name, None, Setter.UNKNOWN, note=note))
    return tuple(found)


def _setter(turn: Turn, pane: Pane, name: str, chosen: Sampling, nearest: Preset) -> tuple[Setter, str]:
    if pane.sampling is not None:
        return Setter.PANE, ""
    experiment = find(turn.experiment) if turn.experiment else None
    if experiment is not None:
        preset = PRESETS[experiment.preset].sampling if experiment.preset else {}
        if name in preset or name in experiment.sampling:
            return Setter.EXPERIMENT, experiment.id
    if nearest.sampling.get(name) == chosen.get(name):
        return Setter.PRESET, nearest.name
    return Setter.SESSION, ""


def _default(name: str, info: ServerInfo | None) -> Any:
    """Return the value of a server for what neither request nor model has; None if it isn't known."""
    if info is None or info.dialect is not OLLAMA:
        return None
    if name == "num_predict":
        return _NO_LIMIT
    if name == "repeat_penalty" and () < info.version_tuple < _MILDER_SINCE:
        return 1.1
    return PRESETS["even"].sampling.get(name)  # which are Ollama's documented defaults
