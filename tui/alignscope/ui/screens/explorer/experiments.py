"""The list of experiments: read about one, then send it or put it into the editor."""

from collections.abc import Sequence
from typing import ClassVar, Literal

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets.option_list import Option

from alignscope.files.experiments import Experiment, experiments
from alignscope.model.sampling import PARAMETERS
from alignscope.text.clean import clean
from alignscope.ui.screens.chooser import Heading, PreviewChooser

Action = Literal["send", "edit"]


class ExperimentsScreen(PreviewChooser[tuple[Experiment, Action] | None]):
    """Returns the chosen experiment and what to do with it, None if cancelled."""

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

    def __init__(self, listed: Sequence[Experiment] | None = None) -> None:
        super().__init__()
        self._experiments = {each.id: each for each in (experiments() if listed is None else listed)}

    def on_mount(self) -> None:
        self.refill()

    def entries(self, query: str) -> list[Option]:
        groups: dict[str, list[Option]] = {}
        for experiment in self._experiments.values():
            if experiment.matches(query):
                entry = Option(Content(clean(experiment.title)), id=experiment.id)
                groups.setdefault(experiment.group, []).append(entry)
        rows: list[Option] = []
        for group, entries in groups.items():
            heads = [Heading(Content.styled(clean(group), "bold"))] if group else []
            rows += [*([Heading()] if rows else []), *heads, *entries]
        return rows

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
    hints = [f"{experiment.samples} samples"] if experiment.samples > 1 else []
    hints += [] if experiment.scaffold == "bare" else [f"scaffold {experiment.scaffold}"]
    hints += [f"{name} {PARAMETERS[name].format(value)}" for name, value in experiment.sampling.items()]
    return Content.assemble(
        (clean(experiment.prompt), "$accent"),
        "\n\n",
        clean(experiment.why),
        "\n\n",
        ("Look for: ", "bold"),
        clean(experiment.look_for),
        ("\n\nShows best with " + ", ".join(hints), "$text-muted") if hints else "",
        ("\n\n" + " · ".join(experiment.tags), "$text-muted") if experiment.tags else "",
    )
