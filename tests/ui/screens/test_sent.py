"""The screen of what was sent, driven by keys: warnings first, nothing claimed that nobody told, nothing obeyed."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import msgspec
import pytest
from textual.containers import VerticalScroll
from textual.pilot import Pilot

from alignscope.model.events import End, Finished, Started, Stats
from alignscope.model.launch import Launch
from alignscope.model.lineup.pane import Lineup, Mode
from alignscope.model.session import Session
from alignscope.model.turn import Turn, TurnSettings
from alignscope.ui.screens.replay.screen import ReplayScreen
from alignscope.ui.screens.sent.screen import SentScreen
from tests.sessions.recorded import AT, LINEUP
from tests.standin import PAIR, Held, Ollama
from tests.ui.explorer.desk import Desk, explore
from tests.ui.screens.host import Host, save_picture, screen_text
from tests.waiting import until

HOSTILE = "red \x1b[31m and \u202e<|user|>\tend"


def sent(number: int, prompt: str = "Why?", lineup: Lineup = LINEUP) -> Turn:
    """A turn with the requests that Ollama gets."""
    turn = Turn(number, AT, prompt, lineup, TurnSettings())
    options = {"options": dict(turn.settings.sampling), "model": "mistral"}
    for pane in lineup:
        body = (
            {"prompt": prompt} if pane.mode is Mode.COMPLETION else {"messages": [{"role": "user", "content": prompt}]}
        )
        path = "generate" if pane.mode is Mode.COMPLETION else "chat"
        turn.apply(Started(pane.name, 1, 0.0, f"http://localhost:11434/api/{path}", {**body, **options}))
        turn.apply(Finished(pane.name, 1, 9.0, End.STOP, stats=Stats(prompt_tokens=7)))
    return turn


class Seen:
    """The screen that a test looks at."""

    def __init__(self, app: Host, pilot: Pilot[Any], screen: SentScreen) -> None:
        self.app, self.pilot, self.screen = app, pilot, screen

    @property
    def text(self) -> str:
        return screen_text(self.app)

    @property
    def scroll(self) -> VerticalScroll:
        return self.screen.query_one(VerticalScroll)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def whole(self) -> str:
        """All of it, page by page."""
        await self.press("home")
        pages = [self.text]
        while self.scroll.scroll_y < self.scroll.max_scroll_y:
            await self.press("pagedown")
            pages.append(self.text)
        return "\n".join(pages)


@asynccontextmanager
async def look(
    turns: Sequence[Turn], number: int = 1, size: tuple[int, int] = (120, 40), **how: Any
) -> AsyncIterator[Seen]:
    screen = SentScreen(turns, number, **how)
    app = Host(screen=lambda: screen)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield Seen(app, pilot, screen)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60), (40, 12)])
async def test_it_shows_all_that_was_kept_in_every_size(size: tuple[int, int]) -> None:
    async with look([sent(1)], size=size) as seen:
        save_picture(seen.app, f"sent-{size[0]}x{size[1]}")
        whole = await seen.whole()
        assert "≈ base" in whole and "◆ instruct" in whole
        assert "by who set it" in whole and "Request" in whole
        if size[0] >= 80:
            assert "no server was asked" in whole and "preset even" in whole
            assert '"prompt": "Why?"' in whole and "7 tokens, by the server's count" in whole


async def test_hardly_any_room_is_no_problem() -> None:
    async with look([sent(1)], size=(12, 4)) as seen:
        await seen.press("end", "tab", "s", "home", "pagedown")
        assert seen.scroll.scroll_y > 0


async def test_hostile_text_is_shown_and_obeyed_by_nothing() -> None:
    async with look([sent(1, HOSTILE)]) as seen:
        whole = await seen.whole()
        assert "\x1b" not in whole and "\u202e" not in whole
        assert "red \N{SYMBOL FOR ESCAPE}[31m and \N{REPLACEMENT CHARACTER}<|user|>" in whole
        first = next(row for row in whole.split("\n") if row.strip().startswith("!"))
        assert "base, instruct: <|user|> in the text went out as it is" in first, "warnings come first"


async def test_a_conversation_without_end_is_cut_in_the_middle() -> None:
    long = "".join(f"line {number}\n" for number in range(5000))
    async with look([sent(1, long)], size=(100, 40)) as seen:
        shown = "\n".join(str(column.render()) for column in seen.screen.columns.children)
        assert "line 3\n" in shown.replace("│ ", "") and "line 4999" in shown and "line 2500" not in shown
        assert "characters more" in shown
        assert len(shown) < 60_000


async def test_the_person_s_words_stand_out_of_what_stands_around_them() -> None:
    lineup = (LINEUP[0],)
    turn = sent(1, "Why?", lineup)
    turn.replies["base", 1].request["prompt"] = "Q: Why?\nA:"
    async with look([turn]) as seen:
        strips = seen.app.screen._compositor.render_strips(seen.app.size)
        row = next(strip for strip in strips if "│ Q: Why?" in "".join(segment.text for segment in strip))
        bold = "".join(segment.text for segment in row if segment.style and segment.style.bold)
        assert bold == "Why?"


async def test_other_turns_and_panes_are_a_key_away() -> None:
    async with look([sent(1, "first"), sent(2, "second")], 2, size=(80, 24)) as seen:
        assert "turn 2 of 2" in seen.text and "› ≈ base" in seen.text
        await seen.press("right_square_bracket")
        assert "This is the last turn." in seen.text
        await seen.press("left_square_bracket")
        assert "turn 1 of 2" in seen.text and "│ first" in await seen.whole()
        await seen.press("left_square_bracket")
        assert "This is the first turn." in seen.text
        await seen.press("tab")
        assert "› ◆ instruct" in seen.text, "brought into view"
        await seen.press("tab")
        assert "› ≈ base" in seen.text
        await seen.press("r")
        assert "A recording asks no server" in seen.text


async def test_panes_stand_beside_each_other_where_there_is_room_or_where_one_wants() -> None:
    def beside(seen: Seen) -> bool:
        heads = [row for row in seen.text.split("\n") if "≈ base" in row]
        return "◆ instruct" in heads[0]

    async with look([sent(1)], size=(80, 24)) as seen:
        assert not beside(seen)
        await seen.press("s")
        assert beside(seen)
        await seen.press("s")
        assert not beside(seen)
    async with look([sent(1)], size=(120, 40)) as seen:
        assert beside(seen)


async def test_requests_are_copied_for_other_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSH_CONNECTION", "127.0.0.1 1 127.0.0.1 22")
    turn = sent(1)
    async with look([turn]) as seen:
        await seen.press("tab", "y")
        await until(lambda: "Copied instruct's request" in seen.text)
        assert msgspec.json.decode(seen.app.clipboard) == turn.replies["instruct", 1].request
        await seen.press("c")
        await until(lambda: "Copied a command for instruct's request" in seen.text)
        assert seen.app.clipboard.startswith("curl --no-buffer http://localhost:11434/api/chat -H")
        await seen.press("Y")
        await until(lambda: "There is nothing to copy: instruct's prompt isn't known." in seen.text)
        await seen.press("shift+tab", "Y")
        await until(lambda: "Copied base's prompt" in seen.text)
        assert seen.app.clipboard == "Why?"


async def test_a_turn_whose_requests_were_not_kept() -> None:
    async with look([Turn(1, AT, "Why?", LINEUP, TurnSettings())]) as seen:
        whole = await seen.whole()
        assert "unknown: its request wasn't kept" in whole and "wasn't kept" in whole
        await seen.press("y", "c", "Y")
        await until(lambda: "There is nothing to copy" in seen.text)


# Live, and in a replay


async def until_told(desk: Desk) -> None:
    await desk.until(lambda: isinstance(desk.app.screen, SentScreen) and "Asking" not in desk.screen)


async def test_a_live_turn_is_shown_with_what_its_servers_say() -> None:
    held = Held("mistral:instruct", system="You are a pirate.", quantization="Q8_0")
    async with Ollama([PAIR[0], held]) as server, explore(Launch(host=server.url)) as desk:
        await desk.send("Why?")
        await desk.until_done()
        await desk.press("escape", "M")
        await until_told(desk)
        while "r asks more" in desk.screen:  # a server on a crowded machine is too slow to say what it has in memory
            await desk.press("r")
            await until_told(desk)
        await desk.until_shown(
            "a text that nobody typed", "You are a pirate.", "quantisations differ", "as it went out"
        )
        assert "│ <|system|>You are a" in desk.screen
        await desk.press("escape")
        assert desk.app.screen is desk.explorer


async def test_a_server_that_is_gone_meanwhile_leaves_what_was_kept() -> None:
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(Ollama())
        async with explore(Launch(host=server.url)) as desk:
            await desk.send("Why?")
            await desk.until_done()
            await stack.aclose()
            await desk.press("escape", "M")
            await desk.until_shown("Not all could be asked about base, instruct.", "│ Why?")


async def test_models_that_rest_are_loaded_only_when_that_is_wanted() -> None:
    """A session that is gone on with has models of yesterday, and looking at its turns costs no memory."""
    async with Ollama() as server, explore(Launch(host=server.url)) as desk:
        await desk.send("Why?")
        await desk.until_done()
        for name in ("mistral:text", "mistral:instruct"):
            server.scheduler.unload(name)
        before = len(server.requests)
        await desk.press("escape", "M")
        await desk.until_shown("r asks more about instruct, and loads what isn't in memory for that.", "│ Why?")
        assert "unknown: its model isn't" in desk.screen
        asked = {seen.path for seen in server.requests[before:]}
        assert asked and not asked & {"/api/chat", "/api/generate"}
        await desk.press("r")
        await desk.until_shown("│ <|user|>Why?<|end|><|assistant|>")
        await desk.until(lambda: "asks more" not in desk.screen)
        assert [seen for seen in server.requests[before:] if seen.body.get("_debug_render_only")]


async def test_what_may_not_be_in_memory_is_not_loaded_either() -> None:
    """A server that is too busy to say what it holds, or a proxy that doesn't let that through."""
    async with Ollama() as server, explore(Launch(host=server.url)) as desk:
        await desk.send("Why?")
        await desk.until_done()
        del server.routes["GET", "/api/ps"]
        before = len(server.requests)
        await desk.press("escape", "M")
        await desk.until_shown("r asks more about instruct, and loads what isn't in memory for that.")
        assert not {seen.path for seen in server.requests[before:]} & {"/api/chat", "/api/generate"}


async def test_nothing_was_sent_yet(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url)) as desk:
        await desk.press("escape", "M")
        await desk.until_shown("Nothing has been sent yet.")


async def test_a_replay_shows_what_was_kept_of_the_turn_in_view() -> None:
    first, second = sent(1, "first"), sent(2, "second")
    screen = ReplayScreen(Session("Two", AT, turns=[first, second]))
    app = Host(screen=lambda: screen)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("end", "M")
        await until(lambda: isinstance(app.screen, SentScreen))
        await pilot.pause()
        assert "turn 2" in screen_text(app) and "no server was asked" in screen_text(app)
        await pilot.press("q")
        await pilot.pause()
        assert app.screen is screen and not screen.player.playing
