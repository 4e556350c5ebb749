"""How a base model finds its twin: what a model is judged to be, and which two belong together."""

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Final

import msgspec

from alignscope.model.pane import Lineup, Mode, Model, Pane


class Nature(StrEnum):
    """What a model was judged to be. A judgement, never a rule: any model may sit in any pane in either mode."""

    BASE = "base"
    INSTRUCT = "instruct"
    UNKNOWN = "unknown"


class Judgement(msgspec.Struct, frozen=True):
    """What a model seems to be, and why."""

    nature: Nature
    why: str


# Tag words of Ollama's library and of file names: `llama3.2:1b-text-q4_K_M`, `qwen2.5:0.5b-base`, `gemma3:1b-pt`.
_BASE_WORDS: Final = frozenset({"text", "base", "pt", "pretrain", "pretrained"})
_TUNED_WORDS: Final = frozenset({"instruct", "chat", "it", "sft", "dpo", "rlhf", "assistant", "inst"})
_TUNED_CAPABILITIES: Final = ("tools", "thinking")
_NO_TEMPLATE: Final = re.compile(r"\s*(\{\{-?\s*\.Prompt\s*-?\}\}\s*)?")

_QUANTISATION: Final = re.compile(
    r"(?i)(?<![a-z0-9])(i?q\d(_[a-z0-9]+)*|[bf]?f16|fp(8|16|32)|f32|mxfp4|qat)(?![a-z0-9])"
)
_SIZE: Final = re.compile(r"(?i)(?<![a-z0-9.])(\d+(?:\.\d+)?)\s*([bmk])(?![a-z0-9])")
_UNITS: Final = {"k": 1e3, "m": 1e6, "b": 1e9}
_SAME_SIZE: Final = 0.05
"""How far the parameter counts of twins may lie apart: names round, and `8B` is `8.03B` elsewhere."""


def judge(model: Model) -> Judgement:
    """Whether a model is a base model, by the strongest evidence there is.

    A template that passes the prompt through as it is comes first, then words in the tag and the name, then stop
    strings, capabilities and a real template. Names beat a real template because many base models carry the one of
    their tuned twin.
    """
    if not _writes(model):
        return Judgement(Nature.UNKNOWN, "writes no text: it is made for embeddings or images")
    nature, word = _named(model.name)
    if model.template is not None and _NO_TEMPLATE.fullmatch(model.template):
        though = f", though its name says {word}" if nature is Nature.INSTRUCT else ""
        return Judgement(Nature.BASE, f"has no chat template{though}")
    if nature is Nature.BASE:
        though = ", though it carries a chat template" if model.template else ""
        return Judgement(nature, f"its name says {word}{though}")
    if nature is Nature.INSTRUCT:
        return Judgement(nature, f"its name says {word}")
    for capability in _TUNED_CAPABILITIES:
        if capability in model.capabilities:
            return Judgement(Nature.INSTRUCT, f"its capabilities name {capability}")
    if model.template:
        return Judgement(Nature.INSTRUCT, "has a chat template")
    if model.stops:
        return Judgement(Nature.INSTRUCT, "brings stop strings of its own")
    return Judgement(Nature.UNKNOWN, "nothing tells")


def default_mode(nature: Nature) -> Mode:
    """How a model is asked unless the person says otherwise; one that nothing is known of is talked to."""
    return Mode.COMPLETION if nature is Nature.BASE else Mode.CHAT


def find_pairs(models: Iterable[Model]) -> list[tuple[Model, Model]]:
    """Base models with the tuned twin of each, best pair first.

    Twins live on one server and have the same family and parameter count. Among several, the one of the same
    repository comes first, then one that is surely tuned, then the closest quantisation.
    """
    local = [model for model in models if not model.remote]
    natures = {id(model): judge(model) for model in local}
    bases = [model for model in local if natures[id(model)].nature is Nature.BASE]
    others = [model for model in local if natures[id(model)].nature is not Nature.BASE and _writes(model)]
    ranked = []
    for base in bases:
        ranks = [
            (_distance(base, other, natures[id(other)].nature), other) for other in others if _related(base, other)
        ]
        if ranks:
            rank, twin = min(ranks, key=lambda pair: (pair[0], pair[1].name))
            ranked.append((rank, not (base.loaded and twin.loaded), base.size or 0, base.name, base, twin))
    ranked.sort(key=lambda entry: entry[:4])
    return [(base, twin) for *_, base, twin in ranked]


def twin_of(model: Model, models: Iterable[Model]) -> Model | None:
    """The model's twin among those its server has: the tuned one of a base model, else the base of a tuned one."""
    listed = [other for other in models if other.server == model.server and other.name != model.name]
    if judge(model).nature is Nature.BASE:
        pairs = find_pairs([model, *(other for other in listed if judge(other).nature is not Nature.BASE)])
        return pairs[0][1] if pairs else None
    # One base at a time, since a base would otherwise be given to the closest tuned model, which may be another.
    pairs = find_pairs([model, *(other for other in listed if judge(other).nature is Nature.BASE)])
    return pairs[0][0] if pairs else None


def pair_lineup(base: Model, instruct: Model, *, system: str = "") -> Lineup:
    """The usual lineup: a base model asked raw, its tuned twin asked through its template."""
    return (
        Pane("base", base.name, base.server, Mode.COMPLETION),
        Pane("instruct", instruct.name, instruct.server, Mode.CHAT, system),
    )


def _tail(name: str) -> str:
    """The name without host and owner, whose words mean nothing: `hf.co/unsloth/gemma-3-1b-pt-GGUF:Q8_0`."""
    return name.removesuffix("/").rpartition("/")[2]


def _words(text: str) -> frozenset[str]:
    return frozenset(re.split(r"[^a-z0-9]+", _tail(text).lower()))


def _named(name: str) -> tuple[Nature, str]:
    """What the words say, and which one; the tag speaks before the name, and `base-sft` is tuned."""
    repository, _, tag = _tail(name).partition(":")
    for part in (tag, repository):
        for nature, known in ((Nature.INSTRUCT, _TUNED_WORDS), (Nature.BASE, _BASE_WORDS)):
            if found := _words(part) & known:
                return nature, min(found)
    return Nature.UNKNOWN, ""


def _stem(name: str) -> str:
    """What twins have in common in their names: `llama3.2` of `hf.co/x/Llama-3.2-1B-Instruct-GGUF:Q4_K_M`."""
    bare = _SIZE.sub(" ", _QUANTISATION.sub(" ", _tail(name).lower()))
    idle = _BASE_WORDS | _TUNED_WORDS | {"latest", "gguf", "hf", "f"}
    return "".join(word for word in re.split(r"[^a-z0-9.]+", bare) if word not in idle)


def _count(model: Model) -> float | None:
    """Parameters, by what the server tells, else by the name."""
    found = _SIZE.search(model.parameter_size) or _SIZE.search(_tail(model.name))
    return float(found[1]) * _UNITS[found[2].lower()] if found else None


def _writes(model: Model) -> bool:
    """Whether it is a language model at all; by its name where the server lists no capabilities, as before 0.30."""
    if model.capabilities:
        return "completion" in model.capabilities
    return "embed" not in _tail(model.name).lower() and "bert" not in model.family


def _related(base: Model, other: Model) -> bool:
    """Whether two models may be twins: one server, one family, one size, and not one file under two names."""
    if base.server != other.server or (base.digest and base.digest == other.digest):
        return False
    same_name = _stem(base.name) == _stem(other.name)
    family = base.family == other.family if base.family and other.family else same_name
    one, two = _count(base), _count(other)
    size = abs(one - two) <= _SAME_SIZE * max(one, two) if one and two else same_name
    return family and size


def _distance(base: Model, other: Model, nature: Nature) -> tuple[bool, bool, float]:
    """How far from ideal a pair is; less is better."""
    return _stem(base.name) != _stem(other.name), nature is Nature.UNKNOWN, _apart(_quant(base), _quant(other))


def _quant(model: Model) -> str:
    found = _QUANTISATION.search(_tail(model.name))
    return (model.quantization or (found[0] if found else "")).upper()


def _apart(one: str, two: str) -> float:
    """How different two quantisations are, in bits a weight; half a bit between variants of the same width."""
    if one == two:
        return 0.0
    bits = [re.search(r"\d+", name) for name in (one, two)]
    if not bits[0] or not bits[1]:
        return 1.0
    return abs(int(bits[0][0]) - int(bits[1][0])) + 0.5
