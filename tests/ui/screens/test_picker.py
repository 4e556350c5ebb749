"""The picker, driven by keys, with listings that come as servers answer."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from alignscope.backends.base import Fault, Pulling, ServerError
from alignscope.model.lineup.pane import EMBEDDED, Mode, Model, Pane
from alignscope.model.sampling import Sampling
from alignscope.run.catalog import Listing
from alignscope.ui.screens.models.picker import PickerScreen
from tests.ui.screens.host import Host, save_picture, screen_text, type_in
from tests.ui.screens.listings import LISTINGS, OLLAMA, listings
from tests.waiting import until

PANE = Pane("base", "llama3.2:1b-text-q4_K_M", OLLAMA, Mode.COMPLETION, sampling=Sampling({"seed": 7}))


async def ask(text: str) -> Listing:
    if "down" in text:
        raise ServerError(f"Nobody answers at {text}.", Fault.UNREACHABLE)
    return Listing("http://new:8080", "llama.cpp", (Model(name="fresh.gguf", server="http://new:8080"),))


def picker() -> PickerScreen:
    return PickerScreen(PANE, listings, ask, [PANE])


def replaced(model: str, server: str, mode: Mode) -> Pane:
    return Pane("base", model, server, mode, sampling=Sampling({"seed": 7}))


@pytest.mark.parametrize("size", [(80, 24), (200, 60), (50, 16)])
async def test_models_stand_under_their_servers_with_what_they_seem_to_be(size: tuple[int, int]) -> None:
    app = Host(screen=picker)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        save_picture(app, f"picker-{size[0]}x{size[1]}")
        text = screen_text(app)
        assert "Ollama 0.32.15" in text and "≈ llama3.2:1b-text" in text
        assert "base model (has no chat template)" in " ".join(text.split())
        assert "completion: asked to continue" in text
        if size[0] >= 80:
            assert "◆ llama3.2:1b-instruct" in text and "· mystery:latest" in text
            assert "770 MB loaded" in text and "42.5 GB" in text
            assert "Nobody answers at 10.0.0.9:8000." in text


async def test_enter_chooses_with_the_mode_that_suits_the_model() -> None:
    app = Host(screen=picker)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("down", "enter")
        assert app.returned == [replaced("llama3.2:1b-instruct-q4_K_M", OLLAMA, Mode.CHAT)]


async def test_the_panes_own_model_is_selected_first_and_keeps_its_mode() -> None:
    pane = Pane("x", "llama3.2:1b-instruct-q4_K_M", OLLAMA, Mode.COMPLETION)
    app = Host(screen=lambda: PickerScreen(pane, listings, ask, [pane]))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert " here" in screen_text(app)
        await pilot.press("enter")
        assert app.returned == [pane]


async def test_for_a_new_pane_the_first_model_is_selected_and_not_what_stood_there_before_it() -> None:
    answers = asyncio.Event()

    async def late() -> AsyncIterator[Listing]:
        await answers.wait()
        async for listing in listings():
            yield listing

    async def pulled(_: str) -> AsyncIterator[Pulling]:
        yield Pulling("", 0, 0)

    pane = Pane("third", "", OLLAMA, Mode.CHAT)
    app = Host(screen=lambda: PickerScreen(pane, late, ask, [pane], pulled))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: "▎ Get real models" in screen_text(app))
        answers.set()
        await until(lambda: "Nobody answers at 10.0.0.9:8000." in screen_text(app))
        await pilot.press("enter")
        [chosen] = app.returned
        assert isinstance(chosen, Pane) and chosen.model == PANE.model


async def test_ctrl_t_asks_the_other_way_and_is_believed_over_the_judgement() -> None:
    app = Host(screen=picker)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("ctrl+t")
        assert "chat: asked as a chat" in screen_text(app)
        await pilot.press("ctrl+t", "down", "enter")
        assert app.returned == [replaced("llama3.2:1b-instruct-q4_K_M", OLLAMA, Mode.COMPLETION)]


async def test_typing_filters_over_all_servers() -> None:
    app = Host(screen=picker)
    async with app.run_test(size=(80, 24)) as pilot:
        await type_in(pilot, "twin")
        text = screen_text(app)
        assert "llama3.2" not in text and "embedded llama.cpp" in text
        await pilot.press("enter")
        assert app.returned == [replaced("twin:text", EMBEDDED, Mode.COMPLETION)]


async def test_nothing_found_is_said_and_cannot_be_chosen() -> None:
    async def empty() -> AsyncIterator[Listing]:
        yield Listing(OLLAMA, "Ollama")

    app = Host(screen=lambda: PickerScreen(PANE, empty, ask, [PANE]))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "has no models" in screen_text(app)
        await type_in(pilot, "zebra\r")
        assert "No model has all of these words" in screen_text(app)
        await pilot.press("escape")
        assert app.returned == [None]


async def test_a_typed_url_is_asked_and_its_models_can_be_chosen() -> None:
    app = Host(screen=picker)
    async with app.run_test(size=(80, 24)) as pilot:
        await type_in(pilot, "http://new:8080")
        assert "Ask the server http://new:8080" in screen_text(app)
        await pilot.press("enter")
        await app.workers.wait_for_complete()
        await pilot.pause()
        await pilot.press("enter")
        assert app.returned == [replaced("fresh.gguf", "http://new:8080", Mode.CHAT)]


async def test_a_server_that_cannot_be_asked_says_why_and_nothing_is_lost() -> None:
    app = Host(screen=picker)
    async with app.run_test(size=(80, 24)) as pilot:
        await type_in(pilot, "down:9999\r")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert "× Nobody answers at down:9999." in screen_text(app)
        await type_in(pilot, "\x15mystery\r")
        assert app.returned == [replaced("mystery:latest", OLLAMA, Mode.CHAT)]


async def test_a_typed_path_uses_that_file_if_it_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "my-base.gguf").write_bytes(b"GGUF")
    monkeypatch.chdir(tmp_path)
    app = Host(screen=picker)
    async with app.run_test(size=(120, 24)) as pilot:
        await type_in(pilot, "./no.gguf\r")
        assert "No such file:" in screen_text(app) and app.returned == []
        await type_in(pilot, "\x15./my-base.gguf")
        assert "Use the file" in screen_text(app)
        await pilot.press("enter")
        assert app.returned == [replaced(str(tmp_path / "my-base.gguf"), EMBEDDED, Mode.COMPLETION)]


async def test_what_comes_late_does_not_move_the_selection_that_a_person_made() -> None:
    more = asyncio.Event()

    async def slowly() -> AsyncIterator[Listing]:
        yield LISTINGS[2]
        await more.wait()
        yield LISTINGS[0]

    app = Host(screen=lambda: PickerScreen(PANE, slowly, ask, [PANE]))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "Asking the servers" in screen_text(app)
        await pilot.press("down")
        more.set()
        await app.workers.wait_for_complete()
        await pilot.press("enter")
        assert app.returned[0].model == "twin:text"


async def test_leaving_early_ends_the_asking() -> None:
    ended = asyncio.Event()

    async def stuck() -> AsyncIterator[Listing]:
        try:
            yield LISTINGS[0]
            await asyncio.Event().wait()
        finally:
            ended.set()

    app = Host(screen=lambda: PickerScreen(PANE, stuck, ask, [PANE]))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("escape")
        await until(ended.is_set)


async def test_a_servers_text_cannot_do_anything() -> None:
    async def hostile() -> AsyncIterator[Listing]:
        bad = "\x1b]0;owned\x07[/red][@click=app.quit]x"
        yield Listing("http://\x9b31m", bad, (Model(name=bad, server="http://\x9b31m", quantization=bad),), error=bad)

    app = Host(screen=lambda: PickerScreen(PANE, hostile, ask, [PANE]))
    async with app.run_test(size=(100, 24)) as pilot:
        await pilot.pause()
        text = screen_text(app)
        assert "\x1b" not in text and "\x9b" not in text and "[@click=app.quit]x" in text


# From a hub

FETCHED = Model(name="hf:o/Tiny-GGUF:Q8_0", server=EMBEDDED, size=4_000_000, template="")


def hub_picker(go: asyncio.Event, pulled: list[str]) -> PickerScreen:
    """A picker where pulling a model takes until `go`, after which the embedded engine has it."""

    async def pull(name: str) -> AsyncIterator[Pulling]:
        pulled.append(name)
        yield Pulling("pulling Q8_0", 1_000_000, 4_000_000, FETCHED.name)
        await go.wait()
        yield Pulling("pulled", 4_000_000, 4_000_000, FETCHED.name)

    async def here(server: str) -> Listing:
        assert server == EMBEDDED
        return Listing(EMBEDDED, "embedded llama.cpp", (Model(name="twin:text", server=EMBEDDED), FETCHED))

    return PickerScreen(PANE, listings, here, [PANE], pull)


async def test_a_model_of_a_hub_is_pulled_and_then_selected() -> None:
    go, pulled = asyncio.Event(), list[str]()
    app = Host(screen=lambda: hub_picker(go, pulled))
    async with app.run_test(size=(80, 24)) as pilot:
        await type_in(pilot, "hf:o/Tiny")
        await pilot.pause()
        save_picture(app, "picker-hub")
        assert "Pull from a hub hf:o/Tiny" in screen_text(app)
        await pilot.press("enter")
        await until(lambda: "runs in the engine" in " ".join(screen_text(app).split()))
        await pilot.press("enter")
        await until(lambda: "pulling Q8_0, 1 MB of 4 MB" in screen_text(app))
        go.set()
        await until(lambda: "base model (has no chat template)" in screen_text(app))
        assert pulled == ["hf:o/Tiny"]
        await pilot.press("enter")
        assert app.returned == [replaced(FETCHED.name, EMBEDDED, Mode.COMPLETION)]


async def test_a_name_that_no_hub_has_is_said_while_it_is_typed() -> None:
    app = Host(screen=lambda: hub_picker(asyncio.Event(), []))
    async with app.run_test(size=(80, 24)) as pilot:
        await type_in(pilot, "hf:../x")
        await pilot.pause()
        assert "A model of a hub is written hf:OWNER/REPO:Q4_K_M" in screen_text(app)
        await pilot.press("enter")
        assert app.returned == []


async def test_real_models_are_offered_below_all_others_where_they_can_run() -> None:
    app = Host(screen=lambda: hub_picker(asyncio.Event(), []))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "Get real models from huggingface.co: SmolLM2 135M, 290 MB" in screen_text(app)
        await pilot.press("down", "down", "down", "down", "enter")
        assert app.returned == ["pairs"]
    app = Host(screen=picker)
    async with app.run_test(size=(80, 24)) as pilot:
        await type_in(pilot, "hf:o/r")
        await pilot.pause()
        assert "Get real models" not in screen_text(app) and "Pull from" not in screen_text(app)
