"""The library of experiments: prompts that show how a base model and its aligned twin differ."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from operator import itemgetter
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from alignscope.files.yaml_file import convert, load
from alignscope.model.sampling import PRESETS, Sampling
from alignscope.model.turn import FRESH, MAX_SAMPLES, TurnSettings

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
    stacked: bool = False
    """Whether several replies show it best below one another, rather than one at a time."""
    preset: str = ""
    """Name of the preset that shows it best; empty for none."""
    sampling: Mapping[str, Any] = {}
    """The best parameters, on top of the preset."""

    def applied_to(self, settings: TurnSettings) -> TurnSettings:
        """Return the settings to send the prompt with: the person's, with this experiment's own on top.

        The prompt stands alone and in the experiment's own scaffold, since in another it would be another experiment.
        More samples than the best number are left as they are.
        """
        preset = PRESETS[self.preset].sampling if self.preset else {}
        return msgspec.structs.replace(
            settings,
            sampling=Sampling({**settings.sampling, **preset, **self.sampling}),
            samples=max(settings.samples, self.samples),
            scaffold=self.scaffold,
            context=FRESH,
        )

    def rank(self, query: str) -> int | None:
        """Return how well a query describes this experiment, in any case: 0 is best, None doesn't at all.

        Every word of the query occurs in title, group, tags, prompt or id. With 0 each is a whole word of the title,
        with 1 some only begin one, with 2 some stand elsewhere.
        """
        text = "\n".join((self.title, self.group, self.id, " ".join(self.tags), self.prompt)).casefold()
        words = re.findall(r"[\w-]+", self.title.casefold())
        asked = query.casefold().split()
        if not all(word in text for word in asked):
            return None
        beginnings = all(any(each.startswith(word) for each in words) for word in asked)
        return 0 if set(asked) <= set(words) else 1 if beginnings else 2


def find(id: str) -> Experiment | None:
    """Return the experiment with this id; None if there is none."""
    return next((each for each in experiments() if each.id == id), None)


def search(listed: Iterable[Experiment], query: str) -> list[Experiment]:
    """Return the experiments that a query describes, the best first; all in their order for a blank one."""
    ranked = [(rank, each) for each in listed if (rank := each.rank(query)) is not None]
    return [each for _, each in sorted(ranked, key=itemgetter(0))]


@cache
def experiments() -> tuple[Experiment, ...]:
    """Return the experiments that come with alignscope, in the order to try them in."""
    return convert(load(Path(__file__).with_name("experiments.yaml")), tuple[Experiment, ...])
