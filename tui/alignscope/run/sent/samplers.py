"""The truncation that a reply was drawn with, from its request."""

from collections.abc import Mapping
from typing import Any, Final

from alignscope.backends.base import ServerInfo
from alignscope.backends.dialects import OLLAMA
from alignscope.measure.distribution.truncation import Truncation
from alignscope.run.sent.options import sent_values

_NEEDED: Final = ("temperature", "top_k", "top_p", "min_p")
_NEUTRAL: Final = {"repeat_penalty": 1.0, "presence_penalty": 0.0, "frequency_penalty": 0.0}
"""Penalties that leave the odds as they are."""


def truncation_of(url: str, request: Mapping[str, Any], server: str = "") -> tuple[Truncation | None, str]:
    """Return the truncation that a request asked for; None, and why, if it can't be told.

    Args:
        server: the server's name and version, where a session has it.

    llama.cpp, and with it Ollama from 0.30 on and LM Studio, truncates before temperature. vLLM does afterwards, and
    min_p first; the others order neither. There a temperature of T keeps the tokens with min_p to the power of T of the
    likeliest one's own probability, and top_k keeps the same, but what top_p keeps isn't told by a cut list.
    """
    values = sent_values(request)
    numbers = {name: value for name, value in values.items() if isinstance(value, (int, float))}
    if missing := [name for name in (*_NEEDED, *_NEUTRAL) if name not in numbers]:
        return None, f"{', '.join(missing[:2])}{' and others' if len(missing) > 2 else ''} went unsent"
    if moved := [name for name, neutral in _NEUTRAL.items() if numbers[name] != neutral]:
        return None, f"{moved[0] if len(moved) == 1 else 'penalties'} changed the odds before"
    typical = numbers.get("typical_p", 1.0)
    if typical < 1:
        return None, "typical_p drops likely tokens too"
    temperature, top_k, top_p, min_p = (numbers[name] for name in _NEEDED)
    if temperature <= 0:
        return Truncation(greedy=True), ""
    chain = Truncation(max(0, int(top_k)), min(1.0, top_p), max(0.0, min_p))
    if _may_temper_first(server) and temperature != 1 and (chain.top_p < 1 or chain.min_p):
        return None, "old Ollamas may temper the odds first"
    # Only vLLM's requests have this name for it.
    if "repetition_penalty" not in request or "/api/" in url:
        return chain, ""
    if chain.top_p < 1 and (temperature != 1 or chain.top_k or chain.min_p):
        return None, "top_p came after temperature"
    return Truncation(chain.top_k, chain.top_p, chain.min_p**temperature if chain.min_p else 0.0), ""


def _may_temper_first(server: str) -> bool:
    """Return whether a server is an Ollama that runs newer families in its own engine, with temperature before top_p.

    At a temperature of 1 it keeps the same tokens.
    """
    name, _, version = server.partition(" ")
    return name == OLLAMA.label and () < ServerInfo("", OLLAMA, version).version_tuple < OLLAMA.heeds_since
