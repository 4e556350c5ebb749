"""The content of a row of the sampling panel, and the editor of its value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from alignscope.backends.base import ServerInfo
from alignscope.model.sampling import PARAMETERS, Parameter, Sampling, SamplingError, Value, ValueType
from alignscope.text.clean import clean, fit

ModelValues = Mapping[str, Mapping[str, object]]
"""Known default values of each pane's model: pane -> parameter -> value."""

UNKNOWN: Final = "–"
_EDIT_MAX: Final = 2_000


@dataclass(frozen=True, slots=True)
class ParameterRow:
    """Content of a parameter's row."""

    parameter: Parameter
    on: bool
    value: str
    """The value that is sent; if it is off, the models' default values, or a dash if they are unknown."""
    own: tuple[tuple[str, str], ...] = ()
    """Default value of each pane's model, if one is known."""
    caveats: tuple[str, ...] = ()
    """Restrictions of the lineup's servers."""

    @property
    def differs(self) -> bool:
        """Whether the panes' default values differ."""
        return len({value for _, value in self.own}) > 1

    @property
    def help(self) -> str:
        """Caveats, description, range, and differing default values."""
        parts = [_sentence(note) for note in self.caveats]
        parts.append(self.parameter.help)
        if self.parameter.type is not ValueType.STRINGS:
            parts.append(_sentence(self.parameter.range))
        if not self.on and self.differs:
            parts.append("Own values: " + ", ".join(f"{pane} {value}" for pane, value in self.own) + ".")
        return " ".join(parts)


def parameter_row(
    name: str, sampling: Sampling, servers: Sequence[ServerInfo] = (), models: ModelValues | None = None
) -> ParameterRow:
    """Return a parameter's row."""
    parameter = PARAMETERS[name]
    panes = models or {}
    known = any(name in values for values in panes.values())
    own = tuple((clean(pane), _show(values.get(name))) for pane, values in panes.items()) if known else ()
    caveats = tuple(dict.fromkeys(note for server in servers if (note := server.caveat(name))))
    if name in sampling:
        return ParameterRow(parameter, True, parameter.format(sampling[name]), own, caveats)
    values = dict.fromkeys(value for _, value in own)
    return ParameterRow(parameter, False, "/".join(values) or UNKNOWN, own, caveats)


def start_value(name: str, models: ModelValues | None = None) -> Value:
    """Return a parameter's first known default value of a model, else ours."""
    parameter = PARAMETERS[name]
    for values in (models or {}).values():
        if name in values:
            try:
                return parameter.parse(str(values[name]))
            except SamplingError:
                continue
    return parameter.default


def stepped(name: str, sampling: Sampling, steps: int, models: ModelValues | None = None) -> Sampling:
    """Return the sampling with a parameter changed by so many steps, and switched on.

    Raises:
        SamplingError: the parameter is at the end of its range, or isn't a number.
    """
    parameter = PARAMETERS[name]
    if parameter.type not in (ValueType.FLOAT, ValueType.INT):
        raise SamplingError(f"{name} has no steps: press enter to type it")
    before = sampling.get(name)
    after = parameter.moved(start_value(name, models) if before is None else before, steps)
    if after == before:
        raise SamplingError(f"{name} ends here: {parameter.range}")
    return sampling.on(name, after)


@dataclass(frozen=True, slots=True)
class Edit:
    """A value being typed, and the position of the cursor."""

    text: str
    cursor: int

    @classmethod
    def of(cls, text: str) -> "Edit":
        """Return a text with the cursor at its end."""
        return cls(text, len(text))

    def insert(self, text: str) -> "Edit":
        """Return the state with the first line of a text inserted at the cursor."""
        line = text.replace("\r", "\n").partition("\n")[0][: _EDIT_MAX - len(self.text)]
        return Edit(self.text[: self.cursor] + line + self.text[self.cursor :], self.cursor + len(line))

    def press(self, key: str) -> "Edit | None":
        """Return the state after a key that moves or deletes; None for any other key."""
        text, cursor = self.text, self.cursor
        before, after, end = max(cursor - 1, 0), min(cursor + 1, len(text)), len(text)
        moves = {"left": before, "right": after, "home": 0, "ctrl+a": 0, "end": end, "ctrl+e": end}
        cuts = {"backspace": (before, cursor), "delete": (cursor, after), "ctrl+u": (0, cursor)}
        if key in cuts:
            start, stop = cuts[key]
            return Edit(text[:start] + text[stop:], start)
        return Edit(text, moves[key]) if key in moves else None


def _show(value: object) -> str:
    if value is None:
        return UNKNOWN
    return fit(f"{value:g}" if isinstance(value, float) else str(value), 24)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".") + "."
