"""A sampling: values for the parameters that are on; `--set` on the command line."""

from collections.abc import Iterator, Mapping

from alignscope.model.sampling.parameter import SamplingError, Value
from alignscope.model.sampling.table import PARAMETERS


class Sampling(Mapping[str, Value]):
    """The parameters that are on, in the table's order. Others aren't sent: the model's own value holds."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, object] | None = None) -> None:
        rest = dict(values or {})
        self._values: dict[str, Value] = {
            name: parameter.check(rest.pop(name)) for name, parameter in PARAMETERS.items() if name in rest
        }
        for name in rest:
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
        """Return a copy with one parameter set. Raises SamplingError as `Parameter.check` does."""
        return Sampling({**self._values, name: value})

    def off(self, name: str) -> "Sampling":
        """Return a copy without one parameter."""
        return Sampling({key: value for key, value in self._values.items() if key != name})


def unknown(name: str) -> SamplingError:
    """Return the error for a name that is no parameter."""
    return SamplingError(f"no sampling parameter is called {name!s:.40}; there are {', '.join(PARAMETERS)}")


def assign(sampling: Sampling, text: str) -> Sampling:
    """Return the sampling changed by `NAME=VALUE`; `NAME=off` switches it off. Raises SamplingError."""
    name, equals, value = text.partition("=")
    name = name.strip()
    if name not in PARAMETERS:
        raise unknown(name)
    if not equals:
        raise SamplingError(f"{name} wants a value, as in {name}={PARAMETERS[name].format(PARAMETERS[name].default)}")
    if value.strip() == "off":
        return sampling.off(name)
    return sampling.on(name, PARAMETERS[name].parse(value))
