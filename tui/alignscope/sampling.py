"""Every sampling parameter, once: the panel, `--set`, both wire dialects, validation and the help read this table."""

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

Value = float | int | str | tuple[str, ...]


class Dialect(StrEnum):
    """How a server wants to be spoken to: Ollama's own API, or one of the flavours of the OpenAI-style one."""

    OLLAMA = "ollama"
    LLAMA_CPP = "llama.cpp"
    VLLM = "vllm"
    LM_STUDIO = "lm studio"
    OPENAI = "openai"
    """An OpenAI-style server that doesn't say which it is: only the fields of the standard are sent."""


class Kind(StrEnum):
    """The type of a parameter's value."""

    FLOAT = "number"
    INT = "whole number"
    STRINGS = "list of strings"
    DURATION = "duration"
    """Seconds, or a number with a unit such as `5m`; a negative one means for ever."""


class SamplingError(ValueError):
    """A name or value that can't be sampled with; the message is for the person and names the range."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One sampling parameter."""

    name: str
    kind: Kind
    default: Value
    """What Ollama documents as its default; what the parameter starts from when it is switched on."""
    help: str
    low: float = -math.inf
    high: float = math.inf
    step: float = 1
    special: Mapping[float, str] = field(default_factory=dict)
    """Values with a meaning of their own, in words."""
    wire: Mapping[Dialect, str] = field(default_factory=dict)
    """The field's name in each dialect; a dialect that isn't there lacks the parameter."""
    without: float | None = None
    """A value in the range that servers understand differently, so that it is refused."""
    load_time: bool = False
    """A change makes Ollama load the model anew."""

    @property
    def range(self) -> str:
        """The allowed values in words, as in `from 0 to 2`."""
        match self.kind:
            case Kind.STRINGS:
                return "one or more strings"
            case Kind.DURATION:
                return "seconds, or a time such as 30s, 5m or 1h; -1 for ever"
        if math.isfinite(self.low) and math.isfinite(self.high):
            but = "" if self.without is None else f" but not {self.without:g}"
            return f"from {self.low:,.10g} to {self.high:,.10g}{but}"
        return f"{self.low:,.10g} or more" if math.isfinite(self.low) else "any number"

    def parse(self, text: str) -> Value:
        """The value that a person typed.

        Raises:
            SamplingError: it has the wrong type or is out of range.
        """
        text = text.strip()
        match self.kind:
            case Kind.FLOAT:
                return self.check(_number(text, self))
            case Kind.INT:
                return self.check(_number(text, self))
            case Kind.DURATION:
                return self.check(text)
            case Kind.STRINGS:
                return self.check(_strings(text))

    def check(self, value: object) -> Value:
        """The value, in the type it has on the wire.

        Raises:
            SamplingError: it has the wrong type or is out of range.
        """
        match self.kind:
            case Kind.STRINGS:
                items = [value] if isinstance(value, str) else value
                if not isinstance(items, (list, tuple)) or not all(isinstance(item, str) for item in items):
                    raise self._refused(value)
                strings = tuple(str(item) for item in items)
                if len(strings) > 16 or any(not item or len(item) > 256 for item in strings):
                    raise SamplingError(f"{self.name} takes at most 16 strings, none empty or over 256 characters")
                return strings
            case Kind.DURATION:
                seconds = isinstance(value, (int, float)) and not isinstance(value, bool)
                if seconds and math.isfinite(float(str(value))):
                    return str(value)
                if not isinstance(value, str) or not _DURATION.fullmatch(value):
                    raise self._refused(value)
                return value
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            raise self._refused(value)
        if self.kind is Kind.INT and value != int(value):
            raise self._refused(value)
        if not self.low <= value <= self.high or value == self.without:
            raise self._refused(value)
        return int(value) if self.kind is Kind.INT else float(value)

    def turn(self, value: Value, steps: int) -> Value:
        """The value moved by so many steps, held within the range; kinds without steps stay as they are."""
        if self.kind not in (Kind.FLOAT, Kind.INT) or not isinstance(value, (int, float)):
            return value
        moved = round(value + steps * self.step, 6)
        if moved == self.without:
            moved += math.copysign(1, steps)
        return self.check(min(max(moved, self.low), self.high))

    def show(self, value: Value) -> str:
        """The value as a person reads it, and as `parse` reads it back (special meanings aside)."""
        if isinstance(value, tuple):
            return json.dumps(list(value), ensure_ascii=False)
        if isinstance(value, float):
            return f"{value:.6g}" if value != int(value) else f"{value:.1f}"
        return str(value)

    def _refused(self, value: object) -> SamplingError:
        shown = value if isinstance(value, str) else json.dumps(value, default=str)
        return SamplingError(f"{self.name} is a {self.kind}, {self.range}; {shown!s:.60} is not")


_DURATION: Final = re.compile(r"-?\d+(\.\d+)?(ms|s|m|h)?(\d+(\.\d+)?(ms|s|m|h))*")


def _number(text: str, parameter: Parameter) -> float | int:
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        raise parameter._refused(text) from None


def _strings(text: str) -> tuple[str, ...]:
    """A JSON list of strings, or the text itself with `\\n` and `\\t` understood, as one string."""
    if text.startswith("["):
        try:
            items = json.loads(text)
        except ValueError:
            items = None
        if isinstance(items, list):
            return tuple(items)
    return (text.replace("\\n", "\n").replace("\\t", "\t"),)


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


class Sampling(Mapping[str, Value]):
    """The parameters that are on, in the table's order. What isn't in it isn't sent: the model's own value holds."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, object] | None = None) -> None:
        given = dict(values or {})
        self._values: dict[str, Value] = {
            name: parameter.check(given.pop(name)) for name, parameter in PARAMETERS.items() if name in given
        }
        for name in given:
            raise unknown(name)

    def __getitem__(self, name: str) -> Value:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Sampling({self._values})"

    def __hash__(self) -> int:
        return hash(tuple(self._values.items()))

    def on(self, name: str, value: object) -> "Sampling":
        """The same with one parameter set. Raises SamplingError as `Parameter.check` does."""
        return Sampling({**self._values, name: value})

    def off(self, name: str) -> "Sampling":
        """The same without one parameter."""
        return Sampling({key: value for key, value in self._values.items() if key != name})

    def wire(self, dialect: Dialect) -> dict[str, Value]:
        """The fields to send, under the dialect's names. What the dialect lacks is left out: see `caveat`."""
        return {
            PARAMETERS[name].wire[dialect]: value
            for name, value in self._values.items()
            if dialect in PARAMETERS[name].wire
        }


def unknown(name: str) -> SamplingError:
    """The error for a name that is no parameter."""
    return SamplingError(f"no sampling parameter is called {name!s:.40}; there are {', '.join(PARAMETERS)}")


def assign(sampling: Sampling, text: str) -> Sampling:
    """`--set NAME=VALUE`: the sampling with that set; `NAME=off` switches it off.

    Raises:
        SamplingError: no such parameter, or no such value.
    """
    name, equals, value = text.partition("=")
    name = name.strip()
    if name not in PARAMETERS:
        raise unknown(name)
    if not equals:
        raise SamplingError(f"{name} wants a value, as in {name}={PARAMETERS[name].show(PARAMETERS[name].default)}")
    if value.strip() == "off":
        return sampling.off(name)
    return sampling.on(name, PARAMETERS[name].parse(value))


# Ollama's engines up to 0.24 wrote their own sampler in Go, which knew nothing of these; llama.cpp came with 0.30.
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
        return f"mostly ignored by Ollama {'.'.join(map(str, version))}"
    return ""


_EVEN: Final = {
    **{
        name: PARAMETERS[name].default
        for name in (
            "temperature", "top_k", "top_p", "min_p", "typical_p", "repeat_penalty", "repeat_last_n",
            "presence_penalty", "frequency_penalty", "num_predict",
        )
    }
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
                "focused",
                Sampling({**_EVEN, "temperature": 0.3, "top_p": 0.8}),
                "close to the likeliest, little risk",
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
