"""The list of experiments: read about one, then send it or put it into the editor."""

from collections.abc import Sequence
from typing import ClassVar, Literal

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets.option_list import Option

from alignscope.files.experiments import Experiment, experiments, search
from alignscope.model.sampling import PARAMETERS, Sampling
from alignscope.model.scaffold import BARE
from alignscope.text.clean import clean
from alignscope.ui.screens.base.chooser import Heading, PreviewChooser

Action = Literal["send", "edit"]


class ExperimentsScreen(PreviewChooser[tuple[Experiment, Action] | None]):
    """Returns the chosen experiment and what to do with it, None if cancelled.

    Args:
        listed: the experiments to choose from; by default, those that come with alignscope.
        last: id of the one that is selected at first; empty for the first.
    """

    BINDING_GROUP_TITLE = "Experiments"
    HINT = "prompts that tell a base model from its twin"
    PLACEHOLDER = "Type to filter: title, tag or prompt"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter", "choose", "Send", id="experiments.send", tooltip="Send the prompt to every pane"
        ),
        Binding(
            "tab,ctrl+e", "edit", "Edit first", id="experiments.edit", key_display="tab",
            tooltip="Put the prompt into the editor",
        ),
    ]  # fmt: skip
    DEFAULT_CSS = """
    ExperimentsScreen {
        &.-wide Choices { width: 37; }
    }
    """

    def __init__(self, listed: Sequence[Experiment] | None = None, *, last: str = "") -> None:
        super().__init__()
        self._experiments = {each.id: each for each in (experiments() if listed is None else listed)}
        self._last = last

    def on_mount(self) -> None:
        self.refill()

    def refill(self) -> None:
        """Fill the list. The best is selected, or without a filter the last one used, until the person moves."""
        super().refill()
        if not self.touched:
            self.choices.action_first()
            if not self.filter.value.strip():
                self.select(self._last)

    def entries(self, query: str) -> list[Option]:
        found = search(self._experiments.values(), query)
        if query.strip():  # the best stand first, whatever their groups
            return [self._entry(each) for each in found]
        groups: dict[str, list[Option]] = {}
        for each in found:
            groups.setdefault(each.group, []).append(self._entry(each))
        rows: list[Option] = []
        for group, entries in groups.items():
            heads = [Heading(Content.styled(clean(group), "bold"))] if group else []
            rows += [*([Heading()] if rows else []), *heads, *entries]
        return rows

    def _entry(self, experiment: Experiment) -> Option:
        return Option(Content(clean(experiment.title)), id=experiment.id)

    def preview(self, chosen: str | None) -> None:
        self.show_preview(describe(self._experiments[chosen]) if chosen else "No experiment has all of these words.")

    def choose(self, chosen: str | None) -> None:
        self._return("send")

    async def action_edit(self) -> None:
        """Return the selected experiment to be edited first."""
        await self.settle()
        self._return("edit")

    def _return(self, action: Action) -> None:
        if self.chosen is not None:
            self.dismiss((self._experiments[self.chosen], action))


def describe(experiment: Experiment) -> Content:
    """Return an experiment's preview: prompt, purpose, what to look for, settings and tags."""
    settings = describe_own(experiment)
    return Content.assemble(
        (clean(experiment.prompt), "$accent"),
        "\n\n",
        clean(experiment.why),
        "\n\n",
        ("Look for: ", "bold"),
        clean(experiment.look_for),
        (f"\n\nSent with {settings}", "$text-muted") if settings else "",
        ("\n\n" + " · ".join(experiment.tags), "$text-muted") if experiment.tags else "",
    )


def describe_own(experiment: Experiment) -> str:
    """Return what an experiment is sent with besides the person's own settings, such as `4 samples, all in view`."""
    parts = [f"{experiment.samples} samples{', all in view' * experiment.stacked}"] if experiment.samples > 1 else []
    parts += [] if experiment.scaffold == BARE else [f"scaffold {experiment.scaffold}"]
    parts += [experiment.preset] if experiment.preset else []
    parts += [f"{name} {PARAMETERS[name].format(value)}" for name, value in Sampling(experiment.sampling).items()]
    return " · ".join(parts)
