"""Getting models, driven by keys, with downloads that the test controls."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from textual.widgets import ProgressBar

from alignscope.backends.base import Fault, Pulling, ServerError
from alignscope.model.lineup.pane import Model
from alignscope.ui.screens.models.pull import Offer, PullScreen
from tests.ui.screens.host import Host, save_picture, screen_text

PAIRS = (
    Offer("Qwen 2.5, 0.5B", ("qwen2.5:0.5b-base", "qwen2.5:0.5b-instruct"), 795_000_000, "small and quick"),
    Offer("Llama 3.2, 1B", ("llama3.2:1b-text-q4_K_M", "llama3.2:1b-instruct-q4_K_M"), 1_578_000_000),
)
WHY = "Ollama 0.32.15 is here, but has no base model together with its tuned twin."
HAS = [Model(name="qwen2.5:0.5b-instruct", server="http://a")]


class Store:
    """Downloads that wait at each step until the test lets them go on."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.closed: list[str] = []
        self.go = asyncio.Semaphore(0)
        self.error: ServerError | None = None

    async def pull(self, model: str) -> AsyncIterator[Pulling]:
        self.asked.append(model)
        try:
            yield Pulling("pulling manifest")
            await self.go.acquire()
            if self.error is not None:
                raise self.error
            yield Pulling("pulling 5ee4f07cdb9b", 100_000_000, 400_000_000)
            await self.go.acquire()
        finally:
            self.closed.append(model)


def host(store: Store, *, has: list[Model] = HAS, embedded: bool = True) -> Host:
    return Host(screen=lambda: PullScreen(WHY, PAIRS, store.pull, has=has, embedded=embedded))


@pytest.mark.parametrize("size", [(80, 24), (200, 60), (40, 16)])
async def test_it_says_what_there_is_and_what_can_be_had(size: tuple[int, int]) -> None:
    app = host(Store())
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        save_picture(app, f"pull-{size[0]}x{size[1]}")
        text = " ".join(screen_text(app).split())
        assert "no base model together with its tuned twin" in text
        assert "It has qwen2.5:0.5b-instruct." in text
        assert "Qwen 2.5, 0.5B" in text and "795 MB" in text and "1.6 GB" in text


async def test_enter_pulls_what_is_missing_and_shows_how_far_it_is() -> None:
    store = Store()
    app = host(store)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        await pilot.pause()
        assert "pulling manifest" in screen_text(app)
        store.go.release()
        await pilot.pause()
        await pilot.pause()
        save_picture(app, "pull-running")
        assert "100 MB of 400 MB" in screen_text(app)
        assert app.screen.query_one(ProgressBar).percentage == 0.25
        store.go.release()
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert app.returned == [PAIRS[0]]
        assert store.asked == ["qwen2.5:0.5b-base"]


async def test_both_models_of_a_pair_are_pulled_one_after_the_other() -> None:
    store = Store()
    app = host(store, has=[])
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("j", "k", "down", "enter")
        await pilot.pause()
        assert "It has no models at all yet." in screen_text(app)
        assert "(1 of 2)" in screen_text(app)
        for _ in range(4):
            store.go.release()
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert store.asked == list(PAIRS[1].models)
        assert app.returned == [PAIRS[1]]


async def test_escape_stops_the_download_and_leaves_only_when_there_is_none() -> None:
    store = Store()
    app = host(store)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        await pilot.pause()
        await pilot.press("escape")
        await pilot.pause()
        assert store.closed == ["qwen2.5:0.5b-base"]
        assert "Stopped." in screen_text(app) and app.returned == []
        await pilot.press("enter")
        await pilot.pause()
        assert len(store.asked) == 2
        await pilot.press("escape", "escape")
        assert app.returned == [None]


async def test_a_failure_is_said_and_can_be_tried_again() -> None:
    store = Store()
    store.error = ServerError("Ollama could not write: no space left on the disk. Free some.", Fault.FAILED)
    app = host(store)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        store.go.release()
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert "no space left on the disk" in screen_text(app)
        store.error = None
        await pilot.press("enter")
        await pilot.pause()
        assert "pulling manifest" in screen_text(app)


async def test_e_goes_on_with_the_twins_even_in_mid_download() -> None:
    store = Store()
    app = host(store)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        await pilot.pause()
        await pilot.press("e")
        await pilot.pause()
        assert app.returned == ["embedded"]
        assert store.closed == ["qwen2.5:0.5b-base"]


async def test_the_twins_are_not_offered_where_they_cannot_run() -> None:
    app = host(Store(), embedded=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("e")
        assert app.returned == [] and "embedded" not in screen_text(app)


async def test_a_servers_words_cannot_do_anything() -> None:
    async def hostile(model: str) -> AsyncIterator[Pulling]:
        yield Pulling("\x1b[2J[/x]", 1, 2)
        await asyncio.Event().wait()

    offer = Offer("\x1b]0;a\x07[b]", ("[/m]\x9b",), 1, "[@click=app.quit]n")
    app = Host(screen=lambda: PullScreen("[/w]\x1b", [offer], hostile, has=[Model(name="[/h]", server="")]))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        await pilot.pause()
        text = screen_text(app)
        assert "\x1b" not in text and "\x9b" not in text and "[/x]" in text
