"""The question before an experiment is sent: its prompt, its settings, and a line for what is expected of it."""

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from alignscope.files.experiments import Experiment
from alignscope.text.clean import clean
from alignscope.ui.screens.explorer.experiments.chooser import describe_own
from alignscope.ui.widgets.text_field import LineField, TextField


class Question(Vertical, can_focus=True):
    """Asks what is expected of an experiment. It is hidden while there is none."""

    BINDING_GROUP_TITLE = "Question"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "send", "Send", id="question.send", tooltip="Send the experiment to every pane"),
    ]
    DEFAULT_CSS = """
    Question {
        display: none;
        height: auto;
        max-height: 75%;
        padding: 1 2 1 1;
        overflow-y: hidden;
        border-left: blank;
        &:focus-within, &:focus { border-left: outer $accent; }
        background: $surface;
        &.-asking { display: block; }
        & > Static { max-height: 14; }
        & > Horizontal { dock: bottom; height: 1; margin-top: 1; }  /* a long prompt doesn't push it out */
        & > Horizontal > Static { width: auto; padding-right: 1; text-style: bold; }
        &:focus-within > Horizontal > Static { color: $accent; }
    }
    """

    @dataclass
    class Sent(Message):
        """The person pressed enter, in the line or before writing anything."""

    def __init__(self, hint: str) -> None:
        """Create it with a hint for the empty line: the keys that lead into it and on."""
        super().__init__()
        self.experiment: Experiment | None = None
        """The experiment that is asked about; None for none."""
        self._hint = hint
        self._typed: dict[str, str] = {}
        """Expectations by an experiment's id, for those that haven't been sent."""

    def compose(self) -> ComposeResult:
        yield Static(markup=False, classes="-what")
        yield Static(markup=False, classes="-prompt")
        with Horizontal():
            yield Static("What do you expect?", markup=False)
            yield LineField(placeholder=self._hint)

    @property
    def line(self) -> LineField:
        """The line for what is expected."""
        return self.query_one(LineField)

    def ask(self, experiment: Experiment | None, place: str = "") -> None:
        """Ask about an experiment, with its place among all, such as `3 of 40`; None hides the question.

        What was typed for another experiment comes back when that is asked about again.
        """
        if self.experiment is not None:
            self._typed[self.experiment.id] = self.line.value
        self.experiment = experiment
        self.set_class(experiment is not None, "-asking")
        if experiment is None:
            return
        own = describe_own(experiment)
        self.query_one(".-what", Static).update(
            Content.assemble(
                (clean(experiment.title), "bold"), (f"   {place}{f' · sent with {own}' if own else ''}", "$text-muted")
            )
        )
        self.query_one(".-prompt", Static).update(Content.styled(f"\n{clean(experiment.prompt)}", "bold"))
        self.line.put(self._typed.get(experiment.id, ""))

    def close(self) -> str:
        """Return what is expected, and hide the question."""
        expected = " ".join(self.line.value.split())
        self.line.put("")
        self.ask(None)
        return expected

    def action_send(self) -> None:
        """Post that the experiment is to be sent."""
        self.post_message(self.Sent())

    def on_text_field_submitted(self, event: TextField.Submitted) -> None:
        """Post that the experiment is to be sent."""
        event.stop()
        self.post_message(self.Sent())
