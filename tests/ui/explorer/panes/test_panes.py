"""What can be done with panes on the screen."""

import asyncio

import pytest

from alignscope.model.launch import Launch
from alignscope.model.lineup.pane import Mode, Pane, PaneRequest
from alignscope.model.lineup.tones import tones
from alignscope.ui.screens.models.picker import PickerScreen
from alignscope.ui.widgets.keybar import KeyBar
from tests.standin import Ollama, Script
from tests.ui.explorer.desk import Desk, explore


async def replied(desk: Desk) -> None:
    """One turn, and the first pane in focus."""
    await desk.send("x")
    await desk.until_done()
    await desk.press("escape", "1")


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60), (300, 80)])
async def test_it_is_sensible_at_every_size(ollama: Ollama, size: tuple[int, int]) -> None:
    async with explore(Launch(host=ollama.url), size) as desk:
        await desk.send("Tell me")
        await desk.until_done()
        rows = desk.screen.split("\n")
        assert len(rows) == size[1]
        assert "base" in rows[0]
        assert "instruct" in rows[0]
        assert "f1" in rows[-1]
        assert "tok" in desk.screen or "▼" in desk.screen, "where there is room for one, it is how much is below"


async def test_zoom_split_and_divider(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url)) as desk:
        await replied(desk)
        base, instruct = desk.pane("base"), desk.pane("instruct")
        await desk.press("z")
        await desk.until(lambda: base.size.width == 120)
        await desk.press("2")
        await desk.until(lambda: instruct.size.width == 120)
        await desk.press("z")
        await desk.until(lambda: base.size.width + instruct.size.width == 119)
        before = base.size.width
        await desk.press("]")
        await desk.until(lambda: base.size.width > before)
        await desk.press("backslash")
        await desk.until(lambda: abs(base.size.width - instruct.size.width) <= 1)
        await desk.press("s")
        await desk.until(lambda: base.size.width == instruct.size.width == 120)


async def test_every_turn_shows_a_reply_whichever_sample_is_in_view(ollama: Ollama) -> None:
    ollama.default = Script(pieces=("a short reply",))
    async with explore(Launch(host=ollama.url)) as desk:
        await replied(desk)
        await desk.press("plus", "plus")
        await desk.send("y")
        await desk.until_done(2)
        await desk.press("escape", "1", "n", "n")
        await desk.until_shown("sample 3 of 3")
        assert desk.screen.count("▎ a short reply") == 4, "the first turn has one sample, which stays in view"
        await desk.press("minus")
        await desk.send("z")
        await desk.until_done(3)
        await desk.until_shown("sample 1 of 3", "sample 1 of 2", "showing 1 of 2")
        await desk.press("escape", "1", "n")
        await desk.until_shown("sample 2 of 3", "sample 2 of 2", "showing 2 of 2")
        assert desk.screen.count("▎ a short reply") == 6
        await desk.press("minus")
        await desk.send("last")
        await desk.until_done(4)
        await desk.until_shown("sample 1 of 3", "sample 1 of 2")
        assert desk.screen.count("▎ a short reply") == 8


async def test_a_finished_chat_reply_is_shown_as_markdown_on_a_key(ollama: Ollama) -> None:
    ollama.default = Script(pieces=("# Title\n\n", "- one\n", "- two\n", "\n[/x] [link](http://127.0.0.1/)"))
    async with explore(Launch(host=ollama.url)) as desk:
        await replied(desk)
        await desk.press("m")
        await desk.until_shown("exactly as it came")
        await desk.press("2", "m")
        await desk.until(lambda: desk.pane("instruct").markdown)
        await desk.until_shown("Title")
        await desk.press("m")
        await desk.until(lambda: not desk.pane("instruct").markdown)
        await desk.until_shown("# Title")


async def test_a_reply_and_a_turn_are_copied_and_it_says_how(ollama: Ollama, monkeypatch: pytest.MonkeyPatch) -> None:
    # Over SSH the terminal's own sequence is the way, and Textual keeps what it sent.
    monkeypatch.setenv("SSH_CONNECTION", "127.0.0.1 1 127.0.0.1 22")
    async with explore(Launch(host=ollama.url)) as desk:
        await replied(desk)
        await desk.press("y")
        await desk.until_shown("Copied base's reply", "OSC 52")
        assert desk.app.clipboard == desk.exploration.turns[0].text("base")
        await desk.press("Y")
        await desk.until_shown("Copied the turn")
        for text in ("x", desk.exploration.turns[0].text("base"), desk.exploration.turns[0].text("instruct")):
            assert text in desk.app.clipboard


async def test_what_no_terminal_takes_is_not_copied_and_it_says_what_to_do(
    ollama: Ollama, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSH_CONNECTION", "127.0.0.1 1 127.0.0.1 22")
    ollama.default = Script(pieces=("word " * 20_000,))
    async with explore(Launch(host=ollama.url)) as desk:
        await replied(desk)
        await desk.press("y")
        await desk.until_shown("Nothing was copied: 100 kB are too large", "inside tmux")
        assert desk.app.clipboard == ""


async def test_text_is_selected_with_the_mouse_and_copied(ollama: Ollama, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSH_CONNECTION", "127.0.0.1 1 127.0.0.1 22")
    ollama.default = Script(pieces=("alpha beta gamma",))
    async with explore(Launch(host=ollama.url)) as desk:
        await replied(desk)
        rows = desk.screen.split("\n")
        y = next(index for index, row in enumerate(rows) if "alpha beta" in row)
        x = rows[y].index("beta")
        await desk.pilot.mouse_down(offset=(x, y))
        await desk.pilot.hover(offset=(x + 3, y))
        await desk.pilot.mouse_up(offset=(x + 3, y))
        await desk.press("ctrl+c")
        await desk.until_shown("Copied the selection")
        assert desk.app.clipboard == "beta"


async def test_the_lineup_is_shown_anew_while_a_pane_is_being_added(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url)) as desk:
        lineup = desk.explorer.lineup
        third = Pane("third", "mistral:instruct", ollama.url, Mode.CHAT)
        desk.exploration.add(third)
        adding = asyncio.ensure_future(desk.explorer.split.add(lineup.make_view(third)))
        await asyncio.sleep(0)
        assert not desk.pane("third").children, "it is there, and has nothing in it yet"
        lineup.show()
        await adding
        await desk.send("x")
        await desk.until_done()
        assert desk.pane("third").reply_text() and desk.pane("third").transcript.display


async def test_panes_are_added_changed_and_removed(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url)) as desk:
        await replied(desk)
        await desk.press("A")
        await desk.until_shown("Model for ▲ third")
        await desk.until_shown("mistral:instruct")
        await desk.type("instruct")
        await desk.press("enter")
        await desk.until(lambda: len(desk.exploration.lineup) == 3)
        await desk.send("y")
        await desk.until_done(2)
        third = desk.exploration.turns[1].replies["third", 1]
        assert third.text, f"{third.end}: {third.message}; {third.request}"
        await desk.press("escape", "3", "X")
        await desk.until(lambda: len(desk.explorer.split.views) == 2)
        await desk.press("1", "p")
        await desk.until_shown("Model for ≈ base", "mistral:instruct")
        await desk.press("ctrl+t", "enter")
        await desk.until(lambda: desk.app.screen is desk.explorer)
        await desk.until_shown("base  mistral:text  chat")


@pytest.mark.parametrize("zoomed", [False, True])
@pytest.mark.parametrize("taken", ["base", "instruct"])
async def test_letters_stay_keys_when_a_pane_is_taken_away(ollama: Ollama, taken: str, zoomed: bool) -> None:
    async with explore(Launch(host=ollama.url)) as desk:
        await replied(desk)
        await desk.press("1" if taken == "base" else "2", *["z"] * zoomed, "X")
        await desk.until_shown(f"{taken} has been taken away.")
        [view] = desk.explorer.split.views
        await desk.until(lambda: view.has_focus_within)
        await desk.press("s", "l")
        await desk.until_shown("scrolling linked")
        assert not desk.explorer.prompt.text


async def test_lists_and_panes_agree_on_colour_and_mark_after_a_pane_was_added(ollama: Ollama) -> None:
    panes = tuple(PaneRequest(name, "mistral:latest", mode=Mode.CHAT) for name in ("sft", "dpo"))
    launch = Launch(host=ollama.url, panes=(PaneRequest("base", "mistral:text"), *panes))
    async with explore(launch) as desk:
        await desk.until_shown("continued here", "answered here")
        await replied(desk)
        assert [view.tone for view in desk.explorer.split.views] == ["base", "third", "instruct"]
        await desk.press("A")
        await desk.until_shown("Model for ◆ third", "mistral:instruct")
        await desk.type("instruct")
        await desk.press("enter")
        await desk.until(lambda: len(desk.explorer.split.views) == 4)
        await desk.until_shown("≈ base", "▲ sft", "● dpo", "◆ third")
        assert [view.tone for view in desk.explorer.split.views] == tones(desk.exploration.lineup)
        await desk.press("A")
        await desk.until_shown("There is room for 4 panes; X takes one away.")
        assert desk.app.screen is desk.explorer
        assert len(desk.exploration.lineup) == 4


async def test_a_server_of_another_pane_is_told_by_the_name_that_the_person_gave_it(ollama: Ollama) -> None:
    from tests.standin.models import THINKER, Held

    async with Ollama([THINKER]) as named, Ollama([Held("unnamed-b:1b")]) as unnamed:
        servers = {"desk": named.url, "desk-again": named.url}
        async with explore(Launch(host=ollama.url, servers=servers), (160, 40)) as desk:
            await desk.press("f4", *"qwen3")
            await desk.until_shown("Model for ≈ base", "qwen3:0.6b")
            await desk.press("enter")
            await desk.until_shown("qwen3:0.6b  chat  @desk ")
            await desk.press("f4", *unnamed.url, "enter")
            await desk.until_shown("unnamed-b:1b")
            await desk.press("enter")
            await desk.until_shown(f"unnamed-b:1b  chat  @{unnamed.url.removeprefix('http://')}")
            assert "mistral:instruct  chat  @" not in desk.screen, "the usual server needs no mention"


async def test_without_a_pair_the_known_ones_are_offered_and_pulled() -> None:
    from tests.standin.models import PAIR

    lonely = [model for model in PAIR if "text" not in model.name]
    async with Ollama(lonely) as server, explore(Launch(host=server.url)) as desk:
        await desk.until_shown("no base model with its twin", "qwen2.5:0.5b-base")
        await desk.press("enter")
        await desk.until(lambda: len(server.seen("/api/pull")) == 2)
        await desk.until(lambda: desk.exploration.lineup[0].model == "qwen2.5:0.5b-base")
        # A progress bar was shown, and its style is for no other bar.
        await desk.press("f4")
        await desk.until_shown("Model for")
        assert desk.app.screen.query_one(KeyBar).size.width > 100
        await desk.press("escape")
        await desk.send("x")
        await desk.until_done()


async def test_the_embedded_engine_is_there_without_any_server(nobody: str) -> None:
    async with explore(Launch(host=nobody)) as desk:
        await desk.until_shown("twin:text", "twin:latest", "Nothing answers")
        await desk.send("What is the capital of France?")
        await desk.until_done()
        for name in ("base", "instruct"):
            assert desk.exploration.turns[0].text(name)


async def test_a_key_right_behind_a_pane_that_is_taken_away_is_for_one_that_stays(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url)) as desk:
        await replied(desk)
        await desk.press("2")
        gone = desk.pane("instruct")
        desk.exploration.lineup = desk.exploration.lineup[:1]  # as it is while the pane is on its way out
        assert gone.has_focus_within and desk.explorer.here is desk.pane("base")
        await desk.press("f4")
        await desk.until(lambda: isinstance(desk.app.screen, PickerScreen))
