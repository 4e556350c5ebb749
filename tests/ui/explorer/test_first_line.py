"""The line above the prompt at the first start: what is shown, why, and the next key."""

from collections.abc import AsyncIterator, Callable, Mapping

import pytest
import pytest_asyncio

from alignscope.model.launch import Launch
from tests.standin import LONELY, Ollama, OpenAIStyle
from tests.ui.explorer.desk import Desk, explore

NEXT = "F3 shows prompts worth trying."


@pytest_asyncio.fixture
async def lonely() -> AsyncIterator[Ollama]:
    """An Ollama without a base model."""
    async with Ollama(LONELY) as server:
        yield server


async def first_line(desk: Desk, *told: str) -> None:
    """Wait for the line, which has room in two rows, and leave what may lie over it."""

    def said() -> bool:
        line = " ".join(row.strip() for row in desk.screen.splitlines())
        return all(words in line for words in (*told, NEXT))

    await desk.until(lambda: str(desk.explorer.notice.content).endswith(NEXT))
    while desk.app.screen is not desk.explorer:
        await desk.press("escape")
    await desk.until(said)
    assert desk.explorer.notice.size.height <= 2
    await desk.press("f3")
    await desk.until_shown("prompts that tell a base model")


PLACES: dict[str, Mapping[str, str]] = {
    "usual": {},
    "ssh": {"SSH_CONNECTION": "192.0.2.1 50000 192.0.2.2 22", "SSH_TTY": "/dev/pts/1", "TERM": "tmux-256color"},
    "sixteen colours": {"TERM": "xterm", "COLORTERM": ""},
    "linux console": {"TERM": "linux", "COLORTERM": ""},
    "no unicode": {"LC_ALL": "C"},
    "no colour": {"NO_COLOR": "1"},
}


@pytest.mark.parametrize("place", PLACES)
async def test_without_ollama_the_twins_are_shown_in_every_terminal(
    monkeypatch: pytest.MonkeyPatch, nobody: str, place: str
) -> None:
    monkeypatch.setenv("OLLAMA_HOST", nobody)
    for name, value in PLACES[place].items():
        monkeypatch.setenv(name, value)
    async with explore(Launch(), size=(80, 24)) as desk:
        await first_line(desk, "Meanwhile, the twins inside alignscope are here.")


async def test_with_a_pair_it_is_named(monkeypatch: pytest.MonkeyPatch, ollama: Ollama) -> None:
    monkeypatch.setenv("OLLAMA_HOST", ollama.url)
    async with explore(Launch(), size=(80, 24)) as desk:
        await first_line(desk, "has mistral:text and its twin mistral:instruct.")


async def test_without_a_pair_the_twins_are_shown_and_pairs_offered(
    monkeypatch: pytest.MonkeyPatch, lonely: Ollama
) -> None:
    monkeypatch.setenv("OLLAMA_HOST", lonely.url)
    async with explore(Launch(), size=(80, 24)) as desk:
        await desk.until_shown("qwen2.5:0.5b-base", "⏎ Pull")
        await first_line(desk, "No base model with its twin at", "Meanwhile, the twins inside alignscope are here.")


async def test_a_single_model_is_asked_both_ways_and_the_line_says_so(llama_cpp: OpenAIStyle) -> None:
    async with explore(Launch(host=llama_cpp.url), size=(80, 24)) as desk:
        await first_line(desk, "No base model with its twin at", "is asked raw and as a chat.", "F4")
        await desk.press("escape")
        await desk.until_shown("≈ completion", "◆ chat")
        await desk.send("x")
        await desk.until_done()
        assert all(desk.pane(name).reply_text() for name in ("completion", "chat"))


async def test_a_named_model_that_is_not_there_is_said_before_it_is_asked(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url, instruct="gone:latest"), size=(80, 24)) as desk:
        await first_line(desk, "Neither gone:latest nor a twin of it is at", "F4 chooses another")


@pytest.mark.parametrize(
    ("launch", "told"),
    [
        (lambda url: Launch(embedded=True), "two small models inside alignscope"),
        (lambda url: Launch(host=url, base="mistral:text", instruct="mistral:instruct"), "the models you named."),
    ],
)
async def test_what_was_asked_for_needs_no_reason(ollama: Ollama, launch: Callable[[str], Launch], told: str) -> None:
    async with explore(launch(ollama.url), size=(80, 24)) as desk:
        await first_line(desk, told)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_an_empty_pane_says_what_will_be_in_it_and_what_such_a_model_is(size: tuple[int, int]) -> None:
    async with explore(Launch(embedded=True), size=size) as desk:
        rows = [row.partition("│") for row in desk.screen.splitlines() if "│" in row]
        left, right = (" ".join(" ".join(row[side] for row in rows).split()) for side in (0, 2))
        for words, nature in ((left, "A base model"), (right, "An instruct model")):
            assert "What you type is" in words
            assert nature in words
