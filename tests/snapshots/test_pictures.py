"""Every screen, in two sizes, one of them light and one dark, as it looked when somebody last looked at it.

After a change that is meant: `pytest tests/snapshots --snapshot-update`, then look at what changed and commit it.
"""

import re
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.command import CommandPalette
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import ProgressBar

from alignscope.lab.summary.labels import Following
from alignscope.lab.votes.ballots import BallotBox
from alignscope.lab.votes.index import Index as VoteIndex
from alignscope.lab.votes.poll import RunPoll
from alignscope.lab.votes.ranking import RankPoll
from alignscope.lab.watching.index import Index
from alignscope.model.launch import Launch
from alignscope.ui.app import AlignscopeApp
from alignscope.ui.screens.dialogs.system import SystemScreen
from alignscope.ui.screens.dialogs.text import TextScreen
from alignscope.ui.screens.dialogs.verdict import VerdictScreen
from alignscope.ui.screens.explorer.screen import ExplorerScreen
from alignscope.ui.screens.lab.blind import BlindScreen
from alignscope.ui.screens.lab.screen import LabScreen
from alignscope.ui.screens.library.export import ExportScreen
from alignscope.ui.screens.library.library import LibraryScreen
from alignscope.ui.screens.library.turns import TurnsScreen
from alignscope.ui.screens.models.picker import PickerScreen
from alignscope.ui.screens.models.pull import Offer, PullScreen
from alignscope.ui.screens.replay.compare import CompareScreen
from alignscope.ui.screens.replay.screen import ReplayScreen
from alignscope.ui.screens.sent.screen import SentScreen
from alignscope.ui.screens.votes.rank import RankScreen
from alignscope.ui.screens.votes.screen import VotesScreen
from alignscope.ui.widgets.finder import Finder
from tests.lab import runs
from tests.snapshots import fixed
from tests.ui.screens.host import screen_text, type_in
from tests.ui.screens.listings import listings
from tests.waiting import until

LOOKS = {"80x24-paper": ((80, 24), "paper"), "120x40-lamp": ((120, 40), "lamp")}
"""Each size in one theme: a theme moves nothing, and a size colours nothing."""
OFFERS = (
    Offer("Qwen 2.5, 0.5B", ("qwen2.5:0.5b-base", "qwen2.5:0.5b-instruct"), 795_000_000, "small and quick"),
    Offer("Llama 3.2, 1B", ("llama3.2:1b-text-q4_K_M", "llama3.2:1b-instruct-q4_K_M"), 1_578_000_000),
)
WHY = "Ollama 0.32.15 is here, but has no base model together with its tuned twin."


@pytest.fixture(autouse=True)
def one_time_zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Pictures show local times."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


class Scene:
    """The application, and what is done before its picture is taken."""

    def __init__(self, pilot: Pilot[Any], place: Path) -> None:
        self.pilot = pilot
        self.app = pilot.app
        self.place = place

    @property
    def explorer(self) -> ExplorerScreen:
        """The explorer, whatever lies over it."""
        return next(screen for screen in self.app.screen_stack if isinstance(screen, ExplorerScreen))

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait for something to become true."""
        await until(condition)

    async def opened(self) -> None:
        """Wait for the explorer and its lineup."""
        await self.until(self.explorer.lineup_found.is_set)

    async def resumed(self, *more: Any) -> None:
        """Go on with the recording."""
        await self.explorer.resume(fixed.session(*more))
        self.explorer.show_notice("")
        await self.drawn()

    async def over(self, screen: Screen[Any]) -> None:
        """Put a screen on top."""
        await self.app.push_screen(screen)
        await self.drawn()

    async def show(self, scene: Callable[["Scene"], Awaitable[None]]) -> None:
        """Do what is done before a picture is taken, from the start to the last drawing."""
        await self.opened()
        await scene(self)
        await self.drawn()

    async def press(self, *keys: str) -> None:
        """Press keys."""
        await self.pilot.press(*keys)
        await self.drawn()

    async def drawn(self) -> None:
        """Wait until every transcript has been laid out, and the screen stays the same."""
        before, now = "", screen_text(self.app)
        while now != before:
            await self.until(lambda: not any(view.transcript.pending for view in self.explorer.split.views))
            await self.pilot.pause()
            before, now = now, screen_text(self.app)

    async def searched(self) -> None:
        """Wait until the palette shows what it finds, what is slow to be listed too, and isn't searching any more."""
        for _ in range(2):  # what has been listed last has it search again
            await self.until(lambda: not any(finder.is_loading for finder in finders(self.app.screen)))
            await self.until(lambda: all(each.is_finished for each in self.app.workers if each.node is self.app.screen))
            await self.drawn()


def finders(palette: Screen[Any]) -> list[Finder]:
    """The palette's own sources."""
    assert isinstance(palette, CommandPalette)
    return [provider for provider in palette._providers if isinstance(provider, Finder)]


async def empty(scene: Scene) -> None:
    """Nothing was sent yet."""


async def turn(scene: Scene) -> None:
    await scene.resumed()


async def samples(scene: Scene) -> None:
    await scene.resumed(fixed.sampled())
    await scene.press("escape", "a")


async def sampling(scene: Scene) -> None:
    await scene.resumed()
    await scene.press("f2")
    await scene.until(lambda: re.search(r"num_ctx .*!", screen_text(scene.app)))  # what the server says of it has come


async def experiments(scene: Scene) -> None:
    await scene.press("f3")


async def class_mode(scene: Scene) -> None:
    await scene.resumed()
    await scene.press("escape", "C", "J")  # asks about the experiment behind the greeting


async def picker(scene: Scene) -> None:
    await scene.over(PickerScreen(fixed.LINEUP[0], listings, fixed.ask_server, fixed.LINEUP))


async def pull(scene: Scene) -> None:
    await scene.over(PullScreen(WHY, OFFERS, fixed.pull, has=[], embedded=True))
    for bar in scene.app.screen.query(ProgressBar):
        bar.update(total=100)


async def system(scene: Scene) -> None:
    await scene.over(SystemScreen("You are a librarian who answers in one sentence."))


async def help_(scene: Scene) -> None:
    await scene.press("f1")


async def themes(scene: Scene) -> None:
    await scene.press("f10")
    # The screen beside the panel takes its new width in steps, and on a busy machine stands still between them.
    await scene.until(lambda: screen_text(scene.app).rstrip().splitlines()[-1].count("≡") == 2)
    await scene.until(lambda: scene.explorer.split.size.width == scene.app.size.width - 38)


async def library(scene: Scene) -> None:
    await scene.over(LibraryScreen(fixed.store(scene.place)))
    await scene.until(lambda: "4 sessions" in screen_text(scene.app) and "20200203-093000" in screen_text(scene.app))


async def replay(scene: Scene) -> None:
    await scene.app.push_screen(ReplayScreen(fixed.session()))
    await scene.press("space", "7")


async def tokens(scene: Scene) -> None:
    await scene.resumed(fixed.listed())
    await scene.press("escape", "x", "u")
    await scene.until(lambda: "token 2 of 7" in screen_text(scene.app))


async def verbs(scene: Scene) -> None:
    await scene.resumed(fixed.gone_on())
    await scene.press("escape", "n", "x", "right", "3")
    await scene.until(lambda: "token 2 of 7" in screen_text(scene.app))


async def tree(scene: Scene) -> None:
    await verbs(scene)
    await scene.press("t")
    await scene.until(lambda: "Which reply came from which" in screen_text(scene.app))


async def sent(scene: Scene) -> None:
    await scene.over(SentScreen([*fixed.turns(), fixed.asked()], 3))


async def votes(scene: Scene) -> None:
    index = VoteIndex(fixed.run(scene.place / "run").rows.folder)
    with BallotBox(index.folder) as box:
        await scene.over(VotesScreen(lambda _: RunPoll(index, box, (index.arms[0], index.arms[1])), print))
        await scene.until(lambda: "voted on" in screen_text(scene.app))
        await scene.press("a", "w")


async def lab(scene: Scene) -> None:
    folder = runs.folder(scene.place / "first-look", runs.made_up(12, 2), manifest=fixed.MANIFEST)
    screen = LabScreen(folder, ("lab.yaml",))
    await scene.over(screen)
    await scene.until(lambda: screen.measured_rows == 48 and screen.tested)
    await scene.drawn()


async def lab_plots(scene: Scene) -> None:
    await lab(scene)
    await scene.press("down", "enter")
    await scene.until(lambda: "in tokens, paired by prompt" in screen_text(scene.app))


async def blind(scene: Scene) -> None:
    tally = fixed.run(scene.place / "run")
    index = Index(tally.rows.folder)
    index.look()
    await scene.over(BlindScreen(index, Following(tally.rows.folder), seed=1))
    await scene.press("o")


async def rank(scene: Scene) -> None:
    index = fixed.ranked(scene.place / "run")
    with BallotBox(index.folder) as box:
        await scene.over(RankScreen(lambda _: RankPoll(index, box, index.arms), print))
        await scene.until(lambda: "voted on" in screen_text(scene.app))
        await scene.press("b")


async def tokens_scored(scene: Scene) -> None:
    await scene.resumed(fixed.scored())
    await scene.press("escape", "x", "tab")
    await scene.until(lambda: "thirds" in screen_text(scene.app))
    await scene.press("d", "c", "c", "c", "c", "c")


async def turns(scene: Scene) -> None:
    await scene.over(TurnsScreen(fixed.turns(), {}))


async def verdict(scene: Scene) -> None:
    await scene.over(VerdictScreen(fixed.turns()[1]))


async def note(scene: Scene) -> None:
    await scene.over(TextScreen("A note on turn 2", "kept with the session", "Who answers?", empty="No note."))


async def export(scene: Scene) -> None:
    await scene.over(ExportScreen("A-greeting-and-a-quiz"))


async def compare(scene: Scene) -> None:
    await scene.over(CompareScreen(fixed.turns()[1], fixed.again, kept="The new replies are kept."))
    await scene.until(lambda: "The same to the end" in screen_text(scene.app))


async def commands(scene: Scene) -> None:
    await scene.press("escape", "colon")
    await type_in(scene.pilot, "replay")
    await scene.searched()


SCENES: tuple[Callable[[Scene], Awaitable[None]], ...] = (
    empty, turn, samples, sampling, experiments, class_mode, picker, pull, system, help_, themes, library, replay,
    tokens, tokens_scored, verbs, tree, sent, votes, rank, lab, lab_plots, blind, turns, verdict, note, export,
    compare, commands,
)  # fmt: skip


@pytest.mark.parametrize(("size", "theme"), LOOKS.values(), ids=LOOKS)
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__.strip("_"))
def test_looks(
    scene: Callable[[Scene], Awaitable[None]],
    size: tuple[int, int],
    theme: str,
    snap_compare: Callable[..., bool],
    tmp_path: Path,
) -> None:
    async def before(pilot: Pilot[Any]) -> None:
        await Scene(pilot, tmp_path).show(scene)

    app = AlignscopeApp(Launch(embedded=True, theme=theme))
    assert snap_compare(app, terminal_size=size, run_before=before)
