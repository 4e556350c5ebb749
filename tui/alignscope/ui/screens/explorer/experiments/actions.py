"""Actions that send experiments: from the list, one after the other, and before a class."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from alignscope.files.experiments import Experiment, experiments, find
from alignscope.model.sampling import Sampling
from alignscope.model.turn import Turn, TurnSettings
from alignscope.ui.screens.base.actions import work
from alignscope.ui.screens.explorer.actions import ExplorerActions

if TYPE_CHECKING:
    from alignscope.ui.screens.explorer.experiments.question import Question
    from alignscope.ui.screens.explorer.screen import ExplorerScreen

_OWN_AGAIN: Final = " The prompt goes with your own settings now, and not with the experiment's."
"""Notice when the person changes what an experiment in the editor has set."""
_PLAIN: Final = TurnSettings(Sampling())
"""Settings without any sampling."""


class ExperimentActions(ExplorerActions):
    """Actions that send experiments, and what a class sees of them."""

    def __init__(self, screen: "ExplorerScreen") -> None:
        super().__init__(screen)
        self.opened_samples = False
        """Whether all samples are in view because an experiment wanted that, and not the person."""
        self.class_mode = False
        """Whether an experiment is shown with a question before it is sent, and the panes have nearly all the room."""
        self._edited: Experiment | None = None
        self._last: Experiment | None = None
        self._question: Question | None = None
        """The question before an experiment; None before class mode first asked."""

    @property
    def edited(self) -> Experiment | None:
        """Experiment whose prompt is in the editor; its settings go with the next prompt."""
        return self._edited

    @edited.setter
    def edited(self, experiment: Experiment | None) -> None:
        if experiment is not self._edited:
            self._edited = experiment
            self.screen.show_settings()

    @property
    def last(self) -> Experiment | None:
        """The experiment that was used last, here or else in the session; None before the first."""
        if self._last is None:
            sent = (find(turn.experiment) for turn in reversed(self.exploration.turns) if turn.experiment)
            self._last = next(filter(None, sent), None)
        return self._last

    @property
    def asked(self) -> Experiment | None:
        """The experiment that class mode asks about; None if there is none."""
        return self._question.experiment if self._question is not None else None

    # Going through them

    @work()
    async def action_experiments(self) -> None:
        """Choose an experiment, and send it or edit it first."""
        from alignscope.ui.screens.explorer.experiments.chooser import ExperimentsScreen

        last = self.asked or self.last
        chosen = await self.screen.app.push_screen_wait(ExperimentsScreen(last=last.id if last else ""))
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
        last = self.asked or self.last
        place = listed.index(last) + step if last in listed else 0
        if not 0 <= place < len(listed):
            which = "last" if step > 0 else "first"
            self.show_notice(f"That was the {which} of the {len(listed)}. {self.key('experiments')} lists them all.")
        elif self.class_mode and self.screen.stoppable:  # a question now would keep from the class what to look for
            self.show_notice(f"The replies are still coming; {self.key('stop')} stops them.")
        else:
            await self.try_out(listed[place])

    async def try_out(self, experiment: Experiment) -> None:
        """Send an experiment, or in class mode ask about it first."""
        self._last = experiment
        if not self.class_mode:
            self.screen.sending.send(experiment.prompt, experiment)
            return
        if self._question is None:
            from alignscope.ui.screens.explorer.experiments.question import Question

            keys = f"{self.key('write')} to write it, {self.key('experiment-next')} or enter to send"
            self._question = Question(keys)
            await self.screen.mount(self._question, before=self.screen.notice)
        self._question.ask(experiment, self._place(experiment))
        self.show_notice("")
        self._question.focus()

    def send_asked(self) -> None:
        """Send the experiment that class mode asks about. What is expected becomes the turn's note."""
        question, experiment = self._question, self.asked
        if question is None or experiment is None:
            return
        expected = question.close()
        self.screen.enter(self.here)
        self.screen.sending.send(experiment.prompt, experiment, f"Expected: {expected}" if expected else "")

    def _place(self, experiment: Experiment) -> str:
        listed = experiments()
        return f"{listed.index(experiment) + 1} of {len(listed)}" if experiment in listed else ""

    # The one in the editor

    @property
    def next_settings(self) -> TurnSettings:
        """Settings of the next prompt: with those of the experiment in the editor, if there is one."""
        settings = self.exploration.settings
        return self.edited.applied_to(settings) if self.edited is not None else settings

    def prompt_changed(self) -> None:
        """Forget the experiment in the editor once its prompt is gone."""
        if not self.prompt.text.strip():
            self.edited = None  # whatever is typed next is another prompt
        self.show_writing()

    def give_way(self, changes: Iterable[str]) -> str:
        """Return the notice that the experiment in the editor gives way to settings of the person; "" if it doesn't."""
        if self.edited is None or not {"samples", "scaffold", "context"}.intersection(changes):
            return ""
        self.edited = None
        return _OWN_AGAIN

    def give_way_to(self, sampling: Sampling) -> None:
        """Have the experiment in the editor give way to a sampling of the person, with a notice."""
        before = self.exploration.settings.sampling
        own = self.edited.applied_to(_PLAIN).sampling if self.edited is not None else ()
        if any(before.get(name) != sampling.get(name) for name in own):
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
            self.opened_samples = True
            self._show_samples(None)
        elif not wanted and self.opened_samples:
            self.opened_samples = False
            self._show_samples(1)

    def _show_samples(self, sample: int | None) -> None:
        for view in self.split.views:
            view.show_sample(sample)

    def show_ended(self, turn: Turn, experiment: Experiment | None) -> None:
        """Show a class what to look for, when the replies of the last turn have ended."""
        if self.class_mode and experiment is not None and turn is self.exploration.turns[-1] and self.asked is None:
            self.show_notice(f"Look for: {experiment.look_for} {self.key('experiment-next')} shows the next.")

    # Before a class

    def action_class_mode(self) -> None:
        """Give the panes nearly all the room and ask before each experiment, or no longer."""
        self.set_class_mode(not self.class_mode)
        self.show_notice(self.class_keys() if self.class_mode else "The prompt and its settings are back.")
        self.screen.enter(self.here)

    def class_keys(self) -> str:
        """Return the sentence on what class mode's keys do."""
        key = self.key
        return (
            f"{key('experiment-next')} shows the next experiment and asks what to expect of it, and pressed again "
            f"sends it. {key('experiments')} lists them, {key('class-mode')} ends class mode."
        )

    def show_writing(self) -> None:
        """Give the prompt its line in class mode while it has the focus or a text."""
        if self.class_mode:
            self.screen.set_class(self.prompt.has_focus or bool(self.prompt.text), "-writing")

    def set_class_mode(self, on: bool) -> None:
        """Begin class mode, or end it."""
        self.class_mode = on
        self.screen.set_class(on, "-class")
        self.prompt.set_class(not on, "-first")  # what closes over the panes leaves letters as keys
        self.show_writing()
        if not on and self._question is not None:
            self._question.ask(None)

    def leave_question(self) -> bool:
        """Leave the question's line, or else hide the question. Return whether there was one."""
        question = self._question
        if question is None or question.experiment is None:
            return False
        if question.line.has_focus:
            question.focus()
        else:
            question.ask(None)
            self.show_notice(self.class_keys())
            self.screen.enter(self.here)
        return True

    def action_write(self) -> None:
        """Focus the question's line if there is a question, else the prompt."""
        question = self._question
        if question is not None and question.experiment is not None:
            question.line.focus()
        else:
            self.prompt.focus()
