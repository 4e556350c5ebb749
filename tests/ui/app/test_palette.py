"""The palette: what it finds, in whatever order it comes, and what choosing it does."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.command import CommandInput, CommandPalette

from alignscope.files.experiments import experiments
from alignscope.files.locations import data_dir
from alignscope.model.launch import Launch
from alignscope.model.sampling import PRESETS
from alignscope.model.session import Session
from alignscope.sessions.library.store import Store
from alignscope.ui.themes import saved_theme
from alignscope.ui.widgets.finder import best, find, places_of
from tests.sessions.recorded import AT, turn
from tests.standin import Ollama
from tests.standin.web import Exchange
from tests.ui.explorer.desk import Desk, explore

_HOSTILE = "[red]\x1b]0;x\x07Zebra\u202e[@click=app.quit]\nrow"


async def search(desk: Desk, text: str, *shown: str) -> None:
    """Open the palette, type into it, and wait until these are found."""
    await desk.press("ctrl+p")
    await desk.until(lambda: isinstance(desk.app.screen, CommandPalette) and desk.app.screen.query(CommandInput))
    await desk.type(text)
    await desk.until_shown(*shown)


async def test_an_experiment_is_sent_with_its_settings(ollama: Ollama) -> None:
    experiment = max(experiments(), key=lambda each: each.samples)
    async with explore(Launch(host=ollama.url)) as desk:
        await search(desk, f"experiment {experiment.title}", f"Experiment: {experiment.title}")
        await desk.press("enter")
        await desk.until_done(1)
        (sent,) = desk.exploration.turns
        assert (sent.prompt, sent.settings.samples) == (experiment.prompt, experiment.samples)
        assert experiment.samples > 1
        await desk.until_shown("Look for:")


async def test_a_preset_and_a_parameter(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url)) as desk:
        await search(desk, "greedy", "Preset: greedy", PRESETS["greedy"].help)
        await desk.press("enter")
        await desk.until_shown("sent with the preset greedy", "sampling greedy")
        assert desk.exploration.settings.sampling == PRESETS["greedy"].sampling
        await search(desk, "parameter min_p", "Parameter: min_p")
        await desk.press("enter")
        await desk.until(lambda: desk.explorer.next_turn.panel is not None and desk.explorer.next_turn.panel.has_focus)
        await desk.press("space", "right")
        assert "min_p" in desk.exploration.settings.sampling, "the parameter is the selected one"


async def test_a_theme_is_worn_and_kept(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url)) as desk:
        await search(desk, "theme paper", "Theme: paper", "light · alignscope")
        await desk.press("enter")
        await desk.until(lambda: desk.app.theme == "paper")
        assert saved_theme() == "paper"


async def test_a_model_goes_into_the_pane_with_the_focus(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url)) as desk:
        await desk.send("x")
        await desk.until_done()
        await desk.press("escape", "2")
        await search(desk, "model mistral:text", "Model: mistral:text", "base · Ollama")
        await desk.press("enter")
        await desk.until_shown("instruct is mistral:text now, asked as a completion")
        assert desk.exploration.pane("instruct").model == "mistral:text"


async def test_a_session_of_a_stranger_is_found_and_does_nothing(ollama: Ollama) -> None:
    path = data_dir() / "sessions" / "kept.yaml"
    Store(path.parent).save(Session(_HOSTILE, AT, turns=[turn(1, _HOSTILE)]), path)
    async with explore(Launch(host=ollama.url)) as desk:
        await search(desk, "zebra", "Session: [red]␛]0;x␇Zebra�[@click=app.quit] ⏎ row", "1 turn · [red]")
        assert not {"\x1b", "\x07", "\u202e"} & set(desk.screen)
        await desk.press("enter")
        await desk.until(lambda: desk.exploration.session.path == path)


@asynccontextmanager
async def silent_server() -> AsyncIterator[str]:
    """A server that takes connections and never answers."""
    gone = asyncio.Event()

    async def wait(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await gone.wait()
        writer.close()

    server = await asyncio.start_server(wait, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        gone.set()
        server.close()
        await server.wait_closed()


async def test_a_server_that_never_answers_holds_nothing_up(ollama: Ollama) -> None:
    async with silent_server() as silent, explore(Launch(host=ollama.url, servers={"silent": silent})) as desk:
        await search(desk, "mistral", "Model: mistral:text")
        await desk.press("escape", "escape")
        await desk.until(lambda: desk.app.screen is desk.explorer)
        await search(desk, "preset wild", "Preset: wild")
        await desk.press("escape", "escape")


@asynccontextmanager
async def explore_slow_lists() -> AsyncIterator[tuple[Desk, Ollama, asyncio.Event]]:
    """The explorer, and a server that lists its models again only once an event is set."""
    answers = asyncio.Event()
    async with Ollama() as server:
        first = server.routes["GET", "/api/tags"]

        async def later(exchange: Exchange) -> None:
            await answers.wait()
            await first(exchange)

        async with explore(Launch(host=server.url)) as desk:
            server.routes["GET", "/api/tags"] = later
            yield desk, server, answers


async def test_what_is_there_only_after_the_search_is_found_without_another_key() -> None:
    async with explore_slow_lists() as (desk, _, answers):
        await search(desk, "model mistral:text", "No matches found")
        answers.set()
        await desk.until_shown("Model: mistral:text")
        assert "No matches found" not in desk.screen
        await desk.press("escape", "escape")


async def test_what_comes_late_moves_nothing_under_a_hand_that_chooses() -> None:
    async with explore_slow_lists() as (desk, server, answers):
        await search(desk, "text", "Theme: textual-dark")
        await desk.press("down", "down")
        before = desk.screen
        answers.set()
        await server.until(lambda: all(seen.closed for seen in server.seen("/api/tags")))
        await desk.pilot.pause()
        assert desk.screen == before
        await desk.press("space")
        await desk.until_shown("Model: mistral:text")
        await desk.press("escape", "escape")


async def test_over_another_screen_it_finds_what_holds_there(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url)) as desk:
        await desk.send("x")
        await desk.until_done()
        await desk.press("f12")
        await search(desk, "paper", "Theme: paper")
        assert "Session:" not in desk.screen and "Experiment:" not in desk.screen


@pytest.mark.parametrize(
    ("query", "title", "found"),
    [
        ("moon", "the moon", "moon"),
        ("MOON the", "The Moon", "themoon"),
        ("on", "moon on", "on"),
        ("tempr", "Parameter: temperature", "tempr"),
        ("expgreet", "Experiment: Greeting", "expgreet"),
        ("moon", "Experiment: The opening of an e-mail", ""),
        ("x", "none", ""),
        ("straße", "Straße İx", "straße"),
    ],
)
def test_words_are_found_and_else_letters_from_the_beginning_of_a_word(query: str, title: str, found: str) -> None:
    each = key_of(title)
    places = places_of(query.lower().split(), each)
    assert "".join(each[place] for place in places) == found
    assert places == sorted(places)


def key_of(title: str) -> str:
    """The key of something to find that has this title."""
    return find("Session", title, "", print).key.removeprefix("session: ")


def test_thousands_of_hostile_titles_take_no_longer_than_their_letters() -> None:
    titles = [f"{'ab' * 30}{number}" for number in range(5_000)] + ["a bad abacus"]
    finds = [find("Session", title, "", print) for title in titles]
    found = best("abba" * 20, finds)
    assert found == []
    found = best("ab", finds)
    assert len(found) == 20
    (first, *_) = best("abacus", finds)
    assert first[1].title == "Session: a bad abacus"
