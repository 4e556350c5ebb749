"""Base models and their twins: judging what a model is, and finding pairs."""

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Final, NamedTuple

import msgspec

from alignscope.model.lineup.pane import MAX_NAME, MAX_PANES, QUANTISATION, Lineup, LineupError, Mode, Model, Pane


class Nature(StrEnum):
    """The nature that a model was judged to have. It limits nothing: any model may be in any pane in either mode."""

    BASE = "base"
    INSTRUCT = "instruct"
    UNKNOWN = "unknown"


class Judgement(msgspec.Struct, frozen=True):
    """The nature that a model seems to have, and why."""

    nature: Nature
    why: str


class KnownPair(msgspec.Struct, frozen=True, kw_only=True):
    """A base model and its twin that are known to be somewhere to pull from."""

    title: str = ""
    """What both are called; "" for their names."""
    base: str
    instruct: str
    size_gb: tuple[float, float]
    """Download size of each, in 10^9 bytes."""
    license: str = ""
    sha256: tuple[str, ...] = ()
    """Of the file of each, in hexadecimal digits; () if unknown."""
    note: str = ""

    @property
    def models(self) -> tuple[str, str]:
        """Return the names of both, the base model first."""
        return self.base, self.instruct

    @property
    def size(self) -> int:
        """Return the bytes to download for both."""
        return round(sum(self.size_gb) * 1e9)


# Tag words of Ollama's library and of file names: `llama3.2:1b-text-q4_K_M`, `qwen2.5:0.5b-base`, `gemma3:1b-pt`.
_BASE_WORDS: Final = frozenset({"text", "base", "pt", "pretrain", "pretrained"})
_TUNED_WORDS: Final = frozenset({"instruct", "chat", "it", "sft", "dpo", "rlhf", "assistant", "inst"})
_TUNED_CAPABILITIES: Final = ("tools", "thinking")
_NO_TEMPLATE: Final = re.compile(r"\s*(\{\{-?\s*\.Prompt\s*-?\}\}\s*)?")

_SIZE: Final = re.compile(r"(?i)(?<![a-z0-9.])(\d+(?:\.\d+)?)\s*([bmk])(?![a-z0-9])")
_UNITS: Final = {"k": 1e3, "m": 1e6, "b": 1e9}
_RAW_NAME: Final = " raw"
_SAME_SIZE: Final = 0.05
"""How far the parameter counts of twins may lie apart: names round, and `8B` is `8.03B` elsewhere."""


def judge(model: Model) -> Judgement:
    """Judge whether a model is a base model, by the strongest evidence there is.

    What is known of a model comes first, then a template that passes the prompt through unchanged, then words in the
    tag and the name, then stop strings, capabilities and a real template. Names beat a real template because many base
    models carry that of their tuned twin.
    """
    if not writes(model):
        return Judgement(Nature.UNKNOWN, "writes no text: it is made for embeddings or images")
    if model.known_as:
        known = Nature(model.known_as)
        though = ", though it carries a chat template" if known is Nature.BASE and model.template else ""
        return Judgement(known, f"is known as one{though}")
    nature, word = _named(model.name)
    if model.template is not None and not has_template(model.template):
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


def has_template(template: str) -> bool:
    """Return whether a chat template does more than pass a prompt through."""
    return _NO_TEMPLATE.fullmatch(template) is None


def default_mode(nature: Nature) -> Mode:
    """Return the mode for a model unless the person chooses one; chat for models of unknown nature."""
    return Mode.COMPLETION if nature is Nature.BASE else Mode.CHAT


def find_pairs(models: Iterable[Model]) -> list[tuple[Model, Model]]:
    """Return base models with the tuned twin of each, best pair first.

    Twins are on one server and have the same family and parameter count. Among several, the one of the same repository
    comes first, then one that is surely tuned, then the closest quantisation.
    """
    best: dict[tuple[str, str], _Pair] = {}
    for pair in _pairs(models):
        best.setdefault(_key(pair.base), pair)
    return [(pair.base, pair.tuned) for pair in sorted(best.values(), key=_order)]


def twins(models: Iterable[Model]) -> dict[tuple[str, str], Model]:
    """Return the twin of every model that has one, by server and name: the closest tuned or base model."""
    pairs = _pairs(models)
    found: dict[tuple[str, str], Model] = {}
    for pair in pairs:
        found.setdefault(_key(pair.base), pair.tuned)
    for pair in sorted(pairs, key=_order):
        found.setdefault(_key(pair.tuned), pair.base)
    return found


def pair_lineup(base: Model, instruct: Model, *, system: str = "") -> Lineup:
    """Return the usual lineup: a base model in completion mode and its tuned twin in chat mode."""
    return (
        Pane("base", base.name, base.server, Mode.COMPLETION),
        Pane("instruct", instruct.name, instruct.server, Mode.CHAT, system),
    )


def _tail(name: str) -> str:
    """Return a name without host and owner, which say nothing: `hf.co/unsloth/gemma-3-1b-pt-GGUF:Q8_0`."""
    return name.removesuffix("/").rpartition("/")[2]


def _named(name: str) -> tuple[Nature, str]:
    """Return the nature that a name indicates, and by which word. The tag goes first; `base-sft` is tuned."""
    repository, _, tag = _tail(name).partition(":")
    for part in (tag, repository):
        for nature, known in ((Nature.INSTRUCT, _TUNED_WORDS), (Nature.BASE, _BASE_WORDS)):
            if found := known.intersection(re.split(r"[^a-z0-9]+", part.lower())):
                return nature, min(found)
    return Nature.UNKNOWN, ""


def _stem(name: str) -> str:
    """Return what the names of twins share: `llama3.2` for `hf.co/x/Llama-3.2-1B-Instruct-GGUF:Q4_K_M`."""
    bare = _SIZE.sub(" ", QUANTISATION.sub(" ", _tail(name).lower()))
    idle = _BASE_WORDS | _TUNED_WORDS | {"latest", "gguf", "hf", "f"}
    return "".join(word for word in re.split(r"[^a-z0-9.]+", bare) if word not in idle)


def _count(model: Model) -> float | None:
    """Return the number of parameters, by the server or else by the name."""
    found = _SIZE.search(model.parameter_size) or _SIZE.search(_tail(model.name))
    return float(found[1]) * _UNITS[found[2].lower()] if found else None


def writes(model: Model) -> bool:
    """Return whether a model generates text; by its name if the server lists no capabilities (Ollama before 0.30)."""
    if model.capabilities:
        return "completion" in model.capabilities
    return "embed" not in _tail(model.name).lower() and "bert" not in model.family


class _Facts(NamedTuple):
    """The properties that decide on a model's twin."""

    model: Model
    nature: Nature
    stem: str
    parameters: float | None
    quantisation: str


class _Pair(NamedTuple):
    """A base model and a tuned one that may be twins."""

    rank: tuple[bool, bool, float]
    """How far from ideal they are; less is better."""
    base: Model
    tuned: Model


def _key(model: Model) -> tuple[str, str]:
    return model.server, model.name


def _order(pair: _Pair) -> tuple[object, ...]:
    return pair.rank, not (pair.base.loaded and pair.tuned.loaded), pair.base.size or 0, pair.base.name


def _pairs(models: Iterable[Model]) -> list[_Pair]:
    """Return all pairs, best first. Each model is examined once, since a server may have thousands."""
    facts = [
        _Facts(model, judge(model).nature, _stem(model.name), _count(model), _quant(model))
        for model in models
        if not model.remote and writes(model)
    ]
    bases = [one for one in facts if one.nature is Nature.BASE]
    others = [one for one in facts if one.nature is not Nature.BASE]
    pairs = [
        _Pair(
            (base.stem != other.stem, other.nature is Nature.UNKNOWN, _apart(base.quantisation, other.quantisation)),
            base.model,
            other.model,
        )
        for base in bases
        for other in others
        if _related(base, other)
    ]
    return sorted(pairs, key=lambda pair: (pair.rank, pair.tuned.name))


def _related(one: _Facts, two: _Facts) -> bool:
    """Return whether two models may be twins: same server, family and size, and not the same file."""
    base, other = one.model, two.model
    if base.server != other.server or (base.digest and base.digest == other.digest):
        return False
    same_name = one.stem == two.stem
    family = base.family == other.family if base.family and other.family else same_name
    if not one.parameters or not two.parameters:
        return family and same_name
    return family and abs(one.parameters - two.parameters) <= _SAME_SIZE * max(one.parameters, two.parameters)


def _quant(model: Model) -> str:
    found = QUANTISATION.search(_tail(model.name))
    return (model.quantization or (found[0] if found else "")).upper()


def _apart(one: str, two: str) -> float:
    """Return the difference between two quantisations in bits a weight; 0.5 for variants of one width."""
    if one == two:
        return 0.0
    bits = [re.search(r"\d+", name) for name in (one, two)]
    if not bits[0] or not bits[1]:
        return 1.0
    return abs(int(bits[0][0]) - int(bits[1][0])) + 0.5


def raw_twin(lineup: Lineup, here: str) -> tuple[Pane, Pane]:
    """Return a chat pane, and the pane that asks its model without a template: the third of an ablation.

    Args:
        here: name of the pane to take if it is in chat mode, else the first that is.

    Raises LineupError if there is none, if that pane is there already, or no room for it.
    """
    chats = [pane for pane in lineup if pane.mode is Mode.CHAT]
    if not chats:
        raise LineupError("No pane is in chat mode, whose model could be asked without its template.")
    chat = next((pane for pane in chats if pane.name == here), chats[0])
    for pane in lineup:
        if (pane.model, pane.server, pane.mode) == (chat.model, chat.server, Mode.COMPLETION):
            raise LineupError(f"{pane.name} is there already: it is {chat.model} without its template.")
    if len(lineup) >= MAX_PANES:
        raise LineupError(f"There is room for {MAX_PANES} panes.")
    names = {pane.name for pane in lineup}
    stem = chat.name[: MAX_NAME - len(_RAW_NAME) - 2]
    free = (f"{stem}{_RAW_NAME}{number}" for number in ("", *(f" {each}" for each in range(2, MAX_PANES + 2))))
    name = next(name for name in free if name not in names)
    return chat, msgspec.structs.replace(chat, name=name, mode=Mode.COMPLETION, system="")
