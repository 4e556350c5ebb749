"""Actions that send experiments: from the list, one after the other, and before a class."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from textual import on, work
from textual.reactive import var

from alignscope.files.experiments import Experiment, experiments, find
from alignscope.model.sampling import Sampling
from alignscope.model.turn import Turn, TurnSettings
from alignscope.ui.screens.explorer.session import SessionActions
from alignscope.ui.widgets.prompt import PromptEditor

if TYPE_CHECKING:
    from alignscope.ui.screens.explorer.experiments.question import Question
    from alignscope.ui.widgets.sampling.panel import SamplingPanel

_OWN_AGAIN: Final = " The prompt goes with your own settings now, and not with the experiment's."
"""Notice when the person changes what an experiment in the editor has set."""
_PLAIN: Final = TurnSettings(Sampling())
"""Settings without any sampling."""


class ExperimentActions(SessionActions):
    """Actions that send experiments, and what a class sees of them."""

    send: Callable[..., Any]
    """Sends a prompt, as an experiment if one is given, with a note on the turn."""
    edited: var[Experiment | None] = var(None, init=False)
    """Experiment whose prompt is in the editor; its settings go with the next prompt."""
    question: "Question | None" = None
    """The question before an experiment; None before class mode first asked."""
    _last: Experiment | None = None
    _opened_samples = False
    """Whether all samples are in view because an experiment wanted that, and not the person."""

    @property
    def last_experiment(self) -> Experiment | None:
        """The experiment that was used last, here or else in the session; None before the first."""
        if self._last is None:
            sent = (find(turn.experiment) for turn in reversed(self.exploration.turns) if turn.experiment)
            self._last = next(filter(None, sent), None)
        return self._last

    @property
    def asked(self) -> Experiment | None:
        """The experiment that class mode asks about; None if there is none."""
        return self.question.experiment if self.question is not None else None

    # Going through them

    @work(exit_on_error=False)
    async def action_experiments(self) -> None:
        """Choose an experiment, and send it or edit it first."""
        from alignscope.ui.screens.explorer.experiments.chooser import ExperimentsScreen

        last = self.asked or self.last_experiment
        chosen = await self.app.push_screen_wait(ExperimentsScreen(last=last.id if last else ""))
        if chosen is None:
            return
        experiment, action = chosen
        if action == "send":
            await self.try_out(experiment)
        else:
            self._last = self.edited = experiment
            self.prompt.put(experiment.prompt)
            self.prompt.focus()

    async def action_experiment(self, step: int) -> None:
        """Send the next experiment or the one before. Class mode asks first, and the next press sends."""
        if self.asked is not None and step > 0:
            self.send_asked()
            return
        listed = experiments()
        last = self.asked or self.last_experiment
        place = listed.index(last) + step if last in listed else 0
        if not 0 <= place < len(listed):
            which = "last" if step > 0 else "first"
            self.show_notice(f"That was the {which} of the {len(listed)}. {self.key('experiments')} lists them all.")
        elif self.class_mode and self.stoppable:  # a question now would keep from the class what to look for
            self.show_notice(f"The replies are still coming; {self.key('stop')} stops them.")
        else:
            await self.try_out(listed[place])

    async def try_out(self, experiment: Experiment) -> None:
        """Send an experiment, or in class mode ask about it first."""
        self._last = experiment
        if not self.class_mode:
            self.send(experiment.prompt, experiment)
            return
        if self.question is None:
            from alignscope.ui.screens.explorer.experiments.question import Question

            keys = f"{self.key('write')} to write it, {self.key('experiment-next')} or enter to send"
            self.question = Question(keys)
            await self.mount(self.question, before=self.notice)
        self.question.ask(experiment, self._place(experiment))
        self.show_notice("")
        self.question.focus()

    def send_asked(self) -> None:
        """Send the experiment that class mode asks about. What is expected becomes the turn's note."""
        question, experiment = self.question, self.asked
        if question is None or experiment is None:
            return
        expected = question.take()
        self.enter(self.here)
        self.send(experiment.prompt, experiment, f"Expected: {expected}" if expected else "")

    def on_question_sent(self, event: "Question.Sent") -> None:
        event.stop()
        self.send_asked()

    def _place(self, experiment: Experiment) -> str:
        listed = experiments()
        return f"{listed.index(experiment) + 1} of {len(listed)}" if experiment in listed else ""

    @property
    def next_settings(self) -> TurnSettings:
        """Settings of the next prompt: with those of the experiment in the editor, if there is one."""
        settings = self.exploration.settings
        return self.edited.applied_to(settings) if self.edited is not None else settings

    def watch_edited(self) -> None:
        self.show_settings()

    @on(PromptEditor.Changed, "#prompt")
    def _prompt_changed(self) -> None:
        if not self.prompt.text.strip():
            self.edited = None  # whatever is typed next is another prompt
        self.show_writing()

    def _set(self, message: str, **changes: Any) -> None:
        if self.edited is not None and changes.keys() & {"samples", "scaffold", "context"}:
            self.edited = None
            message += _OWN_AGAIN
        super()._set(message, **changes)

    def on_sampling_panel_changed(self, event: "SamplingPanel.Changed") -> None:
        if self.edited is None:
            return
        before, now = self.exploration.settings.sampling, event.sampling
        if any(before.get(name) != now.get(name) for name in self.edited.applied_to(_PLAIN).sampling):
            self.edited = None
            self.show_notice(_OWN_AGAIN.strip())

    # What is seen of them

    def show_experiment(self, turn: Turn, experiment: Experiment | None) -> None:
        """Show what to look for in a turn that begins, and as many of its samples as show it best."""
        if experiment is None or self.class_mode:
            self.show_notice("")  # what to look for would tell a class what comes
        else:
            self._last = experiment
            self.show_notice(f"{experiment.title}, {self._place(experiment)}. Look for: {experiment.look_for}")
        wanted = experiment is not None and experiment.stacked
        if wanted and self.here.shown_sample is not None:
            self._opened_samples = True
            self._show_samples(None)
        elif not wanted and self._opened_samples:
            self._opened_samples = False
            self._show_samples(1)

    def _show_samples(self, sample: int | None) -> None:
        for view in self.split.views:
            view.show_sample(sample)

    def action_stack_samples(self) -> None:
        self._opened_samples = False
        super().action_stack_samples()

    def show_ended(self, turn: Turn, experiment: Experiment | None) -> None:
        """Show a class what to look for, when the replies of the last turn have ended."""
        if self.class_mode and experiment is not None and turn is self.exploration.turns[-1] and self.asked is None:
            self.show_notice(f"Look for: {experiment.look_for} {self.key('experiment-next')} shows the next.")

    # Before a class

    def action_class_mode(self) -> None:
        """Give the panes nearly all the room and ask before each experiment, or no longer."""
        self.class_mode = not self.class_mode
        self.show_notice(self.class_keys() if self.class_mode else "The prompt and its settings are back.")
        self.enter(self.here)

    def class_keys(self) -> str:
        """Return the sentence on what class mode's keys do."""
        return (
            f"{self.key('experiment-next')} shows the next experiment and asks what to expect of it, and pressed again "
            f"sends it. {self.key('experiments')} lists them, {self.key('class-mode')} ends class mode."
        )

    def show_writing(self) -> None:
        """Give the prompt its line in class mode while it has the focus or a text."""
        if self.class_mode:
            self.set_class(self.prompt.has_focus or bool(self.prompt.text), "-writing")

    def watch_class_mode(self, on: bool) -> None:
        self.set_class(on, "-class")
        self.prompt.set_class(not on, "-first")  # what closes over the panes leaves letters as keys
        self.show_writing()
        if not on and self.question is not None:
            self.question.ask(None)

    def leave_question(self) -> bool:
        """Leave the question's line, or else hide the question. Return whether there was one."""
        question = self.question
        if question is None or question.experiment is None:
            return False
        if question.line.has_focus:
            question.focus()
        else:
            question.ask(None)
            self.show_notice(self.class_keys())
            self.enter(self.here)
        return True

    def action_write(self) -> None:
        """Focus the question's line if there is a question, else the prompt."""
        question = self.question
        if question is not None and question.experiment is not None:
            question.line.focus()
        else:
            self.prompt.focus()
