"""Finders of the command palette over the explorer: experiments, presets, parameters, sessions and models."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from functools import partial
from itertools import islice
from typing import Final, cast

from alignscope.files.experiments import experiments
from alignscope.model.lineup.pairing import judge
from alignscope.model.sampling import PARAMETERS
from alignscope.sessions.library.index import Entry
from alignscope.text.wording import counted
from alignscope.ui.screens.explorer.screen import ExplorerScreen
from alignscope.ui.widgets.finder import Find, Finder, find

_BATCH: Final = 500
"""Sessions read in one go, between which the palette may be closed."""
_SESSIONS: Final = 10_000
"""The newest sessions that are looked at."""


class _ExplorerFinder(Finder):
    """Finds what is chosen in the explorer."""

    @property
    def explorer(self) -> ExplorerScreen:
        """The screen that the palette was opened on."""
        return cast(ExplorerScreen, self.screen)


class ExperimentFinder(_ExplorerFinder):
    """Sends an experiment."""

    async def load(self) -> AsyncIterator[Iterable[Find]]:
        """Yield all experiments."""
        yield [
            find("Experiment", each.title, f"send ‘{each.prompt}’", partial(self.explorer.experiments.try_out, each))
            for each in experiments()
        ]


class PresetFinder(_ExplorerFinder):
    """Sets a preset."""

    async def load(self) -> AsyncIterator[Iterable[Find]]:
        """Yield all presets, also the person's own."""
        yield [
            find("Preset", each.name, each.help, partial(self.explorer.next_turn.use_preset, each))
            for each in self.explorer.launch.presets
        ]


class ParameterFinder(_ExplorerFinder):
    """Opens the sampling panel at a parameter."""

    async def load(self) -> AsyncIterator[Iterable[Find]]:
        """Yield all parameters."""
        yield [
            find("Parameter", name, each.help, partial(self.explorer.next_turn.show_parameter, name))
            for name, each in PARAMETERS.items()
        ]


class SessionFinder(_ExplorerFinder):
    """Goes on with a session."""

    async def load(self) -> AsyncIterator[Iterable[Find]]:
        """Yield the newest sessions, read in a thread."""
        entries = islice(self.explorer.session.store.list(), _SESSIONS)
        while batch := await asyncio.to_thread(lambda: list(islice(entries, _BATCH))):
            yield [self._of(entry) for entry in batch if not entry.problem]

    def _of(self, entry: Entry) -> Find:
        when = "came with alignscope" if entry.bundled else f"{entry.created.astimezone():%Y-%m-%d %H:%M}"
        help = f"{when} · {counted(entry.turns, 'turn')} · {entry.prompt}"
        return find("Session", entry.title or entry.name, help, partial(self.explorer.session.open_session, entry.path))


class ModelFinder(_ExplorerFinder):
    """Puts a model into the pane that has or had the focus."""

    async def load(self) -> AsyncIterator[Iterable[Find]]:
        """Yield the models of every server in use, each as it answers."""
        pane = self.explorer.here.pane.name
        async for listing in self.explorer.lineup.listings():
            yield [
                find(
                    "Model",
                    model.name,
                    f"{judge(model).nature} · {listing.label} · into the pane {pane}",
                    partial(self.explorer.lineup.put_model, model),
                )
                for model in listing.models
            ]


class RunFinder(_ExplorerFinder):
    """Opens the lab's screen over a run, or begins one."""

    async def load(self) -> AsyncIterator[Iterable[Find]]:
        """Yield the runs and the specs that lie where alignscope was started."""
        from alignscope.lab.watching.place import runs, specs
        from alignscope.ui.screens.lab.opening import open_lab

        folders, files = await asyncio.to_thread(lambda: (runs(), [*specs()]))
        yield [
            find("Lab", path.name, "its table, plots and rows; label replies", partial(open_lab, self.explorer, path))
            for path in folders
        ]
        yield [
            find("Lab", f"run {path.name}", "ask all of it, and see what it comes to while it goes on",
                 partial(open_lab, self.explorer, path))
            for path in files
        ]  # fmt: skip
