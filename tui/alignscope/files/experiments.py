"""The library of experiments: prompts that show how a base model and its aligned twin differ."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from alignscope.files.yaml_file import convert, load
from alignscope.model.sampling import Sampling
from alignscope.model.scaffold import BARE
from alignscope.model.turn import MAX_SAMPLES, TurnSettings

Word = Annotated[str, msgspec.Meta(pattern=r"\A[a-z0-9]+(-[a-z0-9]+)*\Z", max_length=40)]
Line = Annotated[str, msgspec.Meta(min_length=1, max_length=400)]


class Experiment(msgspec.Struct, frozen=True, kw_only=True):
    """A prompt worth trying, with the settings for it."""

    id: Word
    title: Annotated[str, msgspec.Meta(min_length=1, max_length=48)]
    group: Annotated[str, msgspec.Meta(max_length=40)] = ""
    """Its heading in a list."""
    prompt: Annotated[str, msgspec.Meta(min_length=1, max_length=20_000)]
    why: Line
    """What it reveals about a base model and its aligned twin."""
    look_for: Line
    """The one thing to watch."""
    tags: tuple[Word, ...] = ()
    scaffold: Literal["bare", "qa", "dialogue"] = "bare"
    """The scaffold of completions."""
    samples: Annotated[int, msgspec.Meta(ge=1, le=MAX_SAMPLES)] = 1
    """The best number of replies per pane."""
    sampling: Mapping[str, Any] = {}
    """The best parameters, on top of those that are set."""

    def applied_to(self, settings: TurnSettings) -> TurnSettings:
        """Return the settings with this experiment's own on top."""
        return msgspec.structs.replace(
            settings,
            sampling=Sampling({**settings.sampling, **self.sampling}),
            samples=max(settings.samples, self.samples),
            scaffold=settings.scaffold if self.scaffold == BARE else self.scaffold,
        )

    def matches(self, query: str) -> bool:
        """Return whether every word of the query occurs in title, group, tags, prompt or id, in any case."""
        text = "\n".join((self.title, self.group, self.id, " ".join(self.tags), self.prompt)).casefold()
        return all(word in text for word in query.casefold().split())


@cache
def experiments() -> tuple[Experiment, ...]:
    """Return the experiments that come with alignscope, in the order to try them in."""
    return convert(load(Path(__file__).with_name("experiments.yaml")), tuple[Experiment, ...])
