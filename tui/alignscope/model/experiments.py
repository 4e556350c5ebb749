"""The library of experiments: prompts that tell a base model from its aligned twin, and what to look for."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Literal

import msgspec

from alignscope.model.sampling import Sampling, SamplingError
from alignscope.model.scaffold import BARE
from alignscope.model.turn import MAX_SAMPLES, TurnSettings

Word = Annotated[str, msgspec.Meta(pattern=r"\A[a-z0-9]+(-[a-z0-9]+)*\Z", max_length=40)]
Line = Annotated[str, msgspec.Meta(min_length=1, max_length=400)]


class ExperimentsError(ValueError):
    """An experiments file that can't be used; the message is for the person and names the entry and the field."""


class Experiment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One prompt worth trying."""

    id: Word
    title: Annotated[str, msgspec.Meta(min_length=1, max_length=48)]
    group: Annotated[str, msgspec.Meta(max_length=40)] = ""
    """The heading that it stands under in a list."""
    prompt: Annotated[str, msgspec.Meta(min_length=1, max_length=20_000)]
    why: Line
    """What it tells about a base model and its aligned twin."""
    look_for: Line
    """The one thing to watch."""
    tags: tuple[Word, ...] = ()
    scaffold: Literal["bare", "qa", "dialogue"] = "bare"
    """What stands around the prompt before a completion."""
    samples: Annotated[int, msgspec.Meta(ge=1, le=MAX_SAMPLES)] = 1
    """How many replies per pane show it best."""
    sampling: Mapping[str, Any] = {}
    """Parameters that show it best, on top of what is set."""

    def applied_to(self, settings: TurnSettings) -> TurnSettings:
        """Return the settings with this experiment's own on top."""
        return msgspec.structs.replace(
            settings,
            sampling=Sampling({**settings.sampling, **self.sampling}),
            samples=max(settings.samples, self.samples),
            scaffold=settings.scaffold if self.scaffold == BARE else self.scaffold,
        )

    def matches(self, query: str) -> bool:
        """Whether every word of the query occurs in title, group, tags, prompt or id, in any case."""
        text = "\n".join((self.title, self.group, self.id, " ".join(self.tags), self.prompt)).casefold()
        return all(word in text for word in query.casefold().split())


def parse(source: str | bytes, name: str) -> tuple[Experiment, ...]:
    """The experiments of a YAML text.

    Args:
        name: what the text is called in errors.

    Raises:
        ExperimentsError: it isn't YAML, an entry isn't an experiment, or two have the same id.
    """
    # YAML costs 20 ms, and nobody needs an experiment for the first frame.
    import yaml

    try:
        entries = yaml.load(source, _loader())
    except yaml.YAMLError as error:
        where = getattr(error, "problem_mark", None)
        line = f", line {where.line + 1}" if where else ""
        raise ExperimentsError(f"{name}{line}: not YAML: {getattr(error, 'problem', None) or error}") from None
    if not isinstance(entries, list):
        raise ExperimentsError(f"{name}: a list of experiments is wanted, each beginning with `- id:`")
    found: dict[str, Experiment] = {}
    for number, entry in enumerate(entries, 1):
        label = entry.get("id") if isinstance(entry, dict) else None
        where = f"{name}, experiment {number}" + (f" ({label!s:.40})" if label else "")
        try:
            experiment = msgspec.convert(entry, Experiment)
            Sampling(experiment.sampling)
        except (msgspec.ValidationError, SamplingError) as error:
            raise ExperimentsError(f"{where}: {error}") from None
        if experiment.prompt != experiment.prompt.rstrip(" "):
            raise ExperimentsError(f"{where}: the prompt ends in a space, which spoils the next token")
        if experiment.id in found:
            raise ExperimentsError(f"{where}: there is another experiment with this id")
        found[experiment.id] = experiment
    return tuple(found.values())


@cache
def experiments() -> tuple[Experiment, ...]:
    """The experiments that come with alignscope, in the order to try them in."""
    return parse((files("alignscope.model") / "experiments.yaml").read_bytes(), "experiments.yaml")


def _loader() -> Any:
    """The fastest safe loader that this PyYAML has."""
    import yaml

    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)
