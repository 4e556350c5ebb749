"""The library of experiments: filter it, read what one shows, send it or put it into the editor."""

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
    """Returns the experiment that was chosen, None when the person went back."""

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

    def __init__(self, library: Sequence[Experiment] | None = None) -> None:
        super().__init__()
        library = experiments() if library is None else library
        self._library = {experiment.id: experiment for experiment in library}

    def on_mount(self) -> None:
        self.refill()

    def entries(self, query: str) -> list[Option]:
        groups: dict[str, list[Option]] = {}
        for experiment in self._library.values():
            if experiment.matches(query):
                entry = Option(Content(clean(experiment.title)), id=experiment.id)
                groups.setdefault(experiment.group, []).append(entry)
        rows: list[Option] = []
        for group, entries in groups.items():
            heads = [Heading(Content.styled(clean(group), "bold"))] if group else []
            rows += [*([Heading()] if rows else []), *heads, *entries]
        return rows

    def preview(self, chosen: str | None) -> None:
        self.show_preview(describe(self._library[chosen]) if chosen else "No experiment has all of these words.")

    def choose(self, chosen: str | None) -> None:
        self._return("send")

    async def action_edit(self) -> None:
        """Return the selected experiment, for the editor."""
        await self.settle()
        self._return("edit")

    def _return(self, action: Action) -> None:
        if self.chosen is not None:
            self.dismiss((self._library[self.chosen], action))


def describe(experiment: Experiment) -> Content:
    """Everything that a person should know of an experiment before they send it."""
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
