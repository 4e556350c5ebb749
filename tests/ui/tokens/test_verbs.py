"""The verbs of the token view, driven by keys in the running application: panes go on from where the cursor is."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from alignscope.model.events import End, Started, Token
from alignscope.model.launch import Launch
from alignscope.model.origin import Kind, Origin
from alignscope.model.sampling import PRESETS
from alignscope.model.turn import Turn, TurnSettings
from alignscope.ui.screens.dialogs.ancestry import AncestryScreen, branches
from alignscope.ui.screens.explorer.screen import ExplorerScreen
from alignscope.ui.screens.replay.screen import ReplayScreen
from alignscope.ui.screens.tokens.screen import TokensScreen
from tests.scoring.speaking import BASE, TWIN
from tests.standin import Ollama, Script
from tests.standin.replies.language import Language
from tests.standin.writing import rendered
from tests.ui.explorer.desk import Desk, explore
from tests.ui.tokens.replies import PARIS, events, turn, view

SPOKEN = Language("spoken")
CHAT = rendered([{"role": "user", "content": "Why?"}])
GREEDY = PRESETS["greedy"].sampling.on("num_predict", 6)
LISTED = TurnSettings(GREEDY, logprobs=5)
PURE = PRESETS["pure"].sampling.on("num_predict", 6)


class Verbs(Desk):
    """A desk with the token view over a turn."""

    @property
    def turn(self) -> Turn:
        return self.exploration.turns[-1]

    @property
    def tokens(self) -> TokensScreen:
        assert isinstance(self.app.screen, TokensScreen)
        return self.app.screen

    @property
    def words(self) -> str:
        return self.tokens.words.text

    async def until_gone_on(self, pane: str, sample: int) -> list[str]:
        """Wait for the end of a further sample, until it is shown, and return its tokens."""

        def shown() -> bool:
            reply = self.turn.replies.get((pane, sample))
            if reply is None or reply.end is None:
                return False
            column = next(each for each in self.tokens.columns if each.pane.name == pane)
            return column.tokens.reply is reply and len(column.tokens) == len(reply.texts)

        await self.until(shown)
        await self.pilot.pause()
        return self.turn.replies[pane, sample].texts


@asynccontextmanager
async def verbs(
    settings: TurnSettings = LISTED, size: tuple[int, int] = (120, 30)
) -> AsyncIterator[tuple[Ollama, Verbs]]:
    """Ask two panes that speak one language, and open the token view in the first."""
    async with Ollama(script=Script(language=SPOKEN)) as server:
        launch = Launch(host=server.url, base="mistral:text", instruct="mistral:instruct", settings=settings)
        async with explore(launch, size) as desk:
            await desk.send("Why?")
            await desk.until_done()
            desk.explorer.enter(desk.pane("base"))
            await desk.press("x")
            seen = Verbs(desk.app, desk.pilot)
            await seen.until(lambda: isinstance(desk.app.screen, TokensScreen) and "token 1 of 6" in seen.words)
            yield server, seen


async def test_an_alternative_is_chosen_by_its_number_and_gone_on_with() -> None:
    async with verbs() as (_, desk):
        source = desk.turn.replies["base", 1]
        await desk.press("right", "right", "enter")
        assert "Choose an alternative first" in desk.words
        await desk.press("3")
        assert f"chosen '{source.logprobs[2][1][2].text.replace(' ', '·')}'" in desk.words.replace("' ", "'·")
        assert "»" in desk.screen
        await desk.press("enter")
        prefix = [*source.texts[:2], source.logprobs[2][1][2].text]
        assert await desk.until_gone_on("base", 2) == prefix + SPOKEN.reply("Why?" + "".join(prefix), 6)
        await desk.until(lambda: "token 3 of 9" in desk.words and "taken instead" in desk.words)
        await desk.press("left")
        assert "kept from base 1" in desk.words
        await desk.press("o")
        assert "token 2 of 6" in desk.words and "sample 1 of 2" in desk.words, "the old one is a key away"
        await desk.press("o")
        assert "token 2 of 9" in desk.words and "taken as token 3 of base 1" in desk.words


async def test_brackets_go_through_the_list_and_around_its_end() -> None:
    async with verbs() as (_, desk):
        places = []
        for key in ("right_square_bracket", "right_square_bracket", "left_square_bracket", "left_square_bracket"):
            await desk.press(key)
            places.append(desk.tokens.verbs.chosen)
        assert places == [0, 1, 0, 4]
        await desk.press("9")
        assert "the list has no 9" in desk.words and desk.tokens.verbs.chosen == 4
        await desk.press("right")
        assert desk.tokens.verbs.chosen is None, "what was chosen belongs to its token"


@pytest.mark.parametrize("size", [(80, 24), (40, 12)])
async def test_a_chosen_alternative_is_in_view_however_long_the_list_is(size: tuple[int, int]) -> None:
    async with verbs(TurnSettings(GREEDY, logprobs=20), size) as (_, desk):
        await desk.press("left_square_bracket")
        assert desk.tokens.verbs.chosen == 19 and "» 20" in desk.screen


async def test_it_is_drawn_again_from_before_a_token() -> None:
    async with verbs(TurnSettings(PURE, logprobs=5)) as (server, desk):
        source = desk.turn.replies["base", 1]
        await desk.press("right", "right", "right", "r")
        texts = await desk.until_gone_on("base", 2)
        assert texts[:3] == source.texts[:3]
        assert server.seen("/api/generate")[-1].body["prompt"] == "Why?" + "".join(source.texts[:3])
        await desk.until(lambda: "token 4 of 9" in desk.words)


async def test_where_the_likeliest_is_always_taken_nothing_is_drawn_again() -> None:
    async with verbs() as (server, desk):
        await desk.press("r")
        assert "always takes the likeliest token" in desk.words
        assert len(server.seen("/api/generate")) == 1


async def test_both_panes_are_grafted_on_the_other() -> None:
    async with verbs() as (_, desk):
        base, instruct = desk.turn.replies["base", 1], desk.turn.replies["instruct", 1]
        await desk.press("right", "k")
        kept = instruct.texts[:2]
        assert await desk.until_gone_on("base", 2) == kept + SPOKEN.reply("Why?" + "".join(kept), 6)
        await desk.press("o", "home", "right", "right", "K")
        kept = base.texts[:3]
        assert await desk.until_gone_on("instruct", 2) == kept + SPOKEN.reply(CHAT + "".join(kept), 6)
        assert desk.tokens.active.pane.name == "instruct", "the keys move the pane that goes on"
        await desk.until(lambda: "token 4 of 9" in desk.words)


async def test_the_twin_writes_at_the_places_where_it_differs_most() -> None:
    async with Ollama(script=Script(language=TWIN)) as server:
        server.script("mistral:text", Script(language=BASE))
        launch = Launch(
            host=server.url, base="mistral:text", instruct="mistral:instruct",
            settings=TurnSettings(GREEDY.on("num_predict", 20), logprobs=20),
        )  # fmt: skip
        async with explore(launch, (120, 30)) as explorer:
            await explorer.send("Why?")
            await explorer.until_done()
            explorer.explorer.enter(explorer.pane("base"))
            await explorer.press("x")
            desk = Verbs(explorer.app, explorer.pilot)
            await desk.until(lambda: isinstance(desk.app.screen, TokensScreen) and "token 1 of 20" in desk.words)
            await desk.press("percent_sign")
            assert "s asks the other one" in desk.words
            await desk.press("s")
            tokens = desk.tokens.active.tokens
            await desk.until(lambda: tokens.scored and tokens.scored.score.whole and tokens.scored.known == 20)
            await desk.press("percent_sign")
            assert (
                "5 %: 1 of 20 places, JS at least " in desk.words
                and "frame chat; enter: instruct writes there" in desk.words
            )
            await desk.press("percent_sign", "percent_sign")
            assert "20 %: 4 of 20 places" in desk.words
            await desk.press("right", "enter")
            assert "Choose an alternative first" in desk.words, "what was chosen is forgotten with the next step"
            await desk.press("percent_sign", "percent_sign", "enter")
            await desk.until_gone_on("base", 2)
            origin = desk.turn.replies["base", 2].origin
            assert origin is not None and (origin.kind, origin.percent, origin.by) == (Kind.BUDGET, 10, "instruct")
            await desk.until(lambda: "written by instruct" in desk.words)
            assert len(origin.places) == 2
            text = desk.tokens.active.text
            assert text._style_name(origin.places[1]) == "kept"
            await desk.press("t")
            await desk.until_shown("instruct writes at 2 places of base 1, 10 % by JS, frame chat")


async def test_a_peek_shows_the_list_behind_and_one_of_it_can_be_taken() -> None:
    async with verbs(TurnSettings(GREEDY)) as (_, desk):
        await desk.press("2")
        assert "no list came with this token" in desk.words
        await desk.press("end", "v")
        await desk.until(lambda: "without writing" in desk.words)
        text = "Why?" + "".join(desk.turn.replies["base", 1].texts)
        listed = [token for token, _ in SPOKEN.tops(text, 20)]
        assert all(each.strip() in desk.screen for each in listed)
        assert len(desk.turn.replies) == 2, "nothing was written"
        await desk.press("4", "enter")
        prefix = [*desk.turn.replies["base", 1].texts, listed[3]]
        assert await desk.until_gone_on("base", 2) == prefix + SPOKEN.reply("Why?" + "".join(prefix), 6)
        await desk.press("o", "v")
        await desk.until(lambda: "without writing" in desk.words)
        await desk.press("left")
        assert "without writing" not in desk.words


async def test_a_server_that_refuses_is_said_and_what_was_kept_stays() -> None:
    async with verbs() as (server, desk):
        server.script("mistral:text", Script(status=500, error="it is broken"))
        await desk.press("v")
        await desk.until(lambda: "it is broken" in desk.words)
        await desk.press("2", "enter")
        await desk.until(lambda: ("base", 2) in desk.turn.replies and desk.turn.replies["base", 2].end is End.ERROR)
        assert desk.turn.replies["base", 2].texts[0] == desk.turn.replies["base", 1].logprobs[0][1][1].text


async def test_escape_stops_it_and_then_leaves() -> None:
    async with verbs() as (server, desk):
        server.script("mistral:text", Script(pieces=(" on", " and"), rate=20.0, endless=True))
        desk.turn.settings = TurnSettings(GREEDY.on("num_predict", 10_000), logprobs=5)
        await desk.press("2", "enter")
        await desk.until(lambda: ("base", 2) in desk.turn.replies and len(desk.turn.replies["base", 2].texts) > 3)
        await desk.press("escape")
        assert isinstance(desk.app.screen, TokensScreen) and "stopped" in desk.words
        await desk.until(lambda: desk.turn.replies["base", 2].end is End.CANCELLED)
        await desk.until(lambda: not desk.exploration.running)
        await desk.press("escape")
        assert isinstance(desk.app.screen, ExplorerScreen)


async def test_the_explorer_shows_it_as_a_further_sample_and_so_does_a_replay() -> None:
    async with verbs() as (_, desk):
        await desk.press("right", "2", "enter")
        texts = await desk.until_gone_on("base", 2)
        await desk.press("escape")
        await desk.until_shown("showing 1 of 2")
        await desk.press("n")
        await desk.until_shown("showing 2 of 2", "taken as token 2 of base 1")
        assert "".join(texts).split()[-1] in desk.screen
        await desk.press("v")
        await desk.until(lambda: isinstance(desk.app.screen, ReplayScreen))
        await desk.press("end", "n")
        await desk.until_shown("showing 2 of 2", "taken as token 2 of base 1")
        await desk.press("home", "n", "n", "end")
        await desk.until_shown("showing 2 of 2", "taken as token 2 of base 1")
        await desk.press("x")
        await desk.until_shown("sample 2", "token 1 of")
        for key in ("r", "k", "K", "v", "percent_sign"):
            await desk.press("right", key)
            assert "Go live" in desk.words, key
        await desk.press("2", "enter")
        assert "Go live" in desk.words


async def test_a_pane_that_is_asked_again_waits_for_no_further_sample() -> None:
    async with verbs() as (_, desk):
        await desk.press("right", "2", "enter")
        await desk.until_gone_on("base", 2)
        await desk.press("escape", "R")
        view = desk.pane("base")
        await desk.until(lambda: ("base", 2) not in desk.turn.replies and not view.running)
        assert list(view.replies) == [1] and view.shown_sample == 1
        assert view.replies[1] is desk.turn.replies["base", 1]
        assert view.replies[1].text.strip() in desk.screen
        await desk.press("n")
        assert view.shown_sample == 1 and view.replies[1].text.strip() in desk.screen


async def test_a_reply_that_still_streams_can_be_gone_on_from_and_loses_nothing() -> None:
    words = tuple(f" word{number}" for number in range(9000))
    async with Ollama(script=Script(language=SPOKEN), num_parallel=4) as server:
        server.script("mistral:text", Script(pieces=words, rate=40.0), Script(pieces=(" other", " words")))
        settings = TurnSettings(PURE.off("num_predict"))
        launch = Launch(host=server.url, base="mistral:text", instruct="mistral:instruct", settings=settings)
        async with explore(launch) as desk:
            await desk.send("Why?")
            await desk.until(lambda: desk.exploration.turns and len(desk.exploration.turns[-1].text("base")) > 40)
            desk.explorer.enter(desk.pane("base"))
            await desk.press("x", "right", "right", "r")
            turn = desk.exploration.turns[-1]
            await desk.until(lambda: ("base", 2) in turn.replies and turn.replies["base", 2].end)
            assert turn.replies["base", 1].end is None, "the first one goes on meanwhile"
            came = len(turn.replies["base", 1].texts)
            await desk.until(lambda: len(turn.replies["base", 1].texts) > came)
            await desk.press("escape")
            assert isinstance(desk.app.screen, ExplorerScreen), "nothing that went on from a reply is left to stop"
            await desk.press("escape")
            await desk.until_done()
            reply = turn.replies["base", 1]
            assert (reply.end, tuple(reply.texts)) == (End.CANCELLED, words[: len(reply.texts)])
            await desk.until_shown("showing 1 of 2")
            drawn = desk.screen.split()
            assert [drawn.count(f"word{number}") for number in range(8)] == [1] * 8
            await desk.press("n")
            await desk.until_shown("showing 2 of 2", "other words")


async def test_a_tree_tells_which_came_from_which_and_goes_there() -> None:
    async with verbs() as (_, desk):
        await desk.press("right", "2", "enter")
        await desk.until_gone_on("base", 2)
        await desk.press("right", "3", "enter")
        await desk.until_gone_on("base", 3)
        await desk.press("K")
        await desk.until_gone_on("instruct", 2)
        await desk.press("t")
        await desk.until_shown("Which reply came from which", "└─ ≈ base 2", "   └─ ≈ base 3", "      └─ ◆ instruct 2")
        await desk.press("up", "up", "enter")
        await desk.until(lambda: isinstance(desk.app.screen, TokensScreen))
        assert (desk.tokens.active.pane.name, desk.tokens.samples["base"]) == ("base", 2)
        await desk.press("t")
        await desk.until(lambda: isinstance(desk.app.screen, AncestryScreen))
        await desk.press("escape")
        assert desk.tokens.samples["base"] == 2


def test_replies_that_claim_to_come_from_one_another_are_all_in_the_tree() -> None:
    shown = turn(events("base", PARIS))
    for sample, source in ((2, 3), (3, 2), (4, 4), (5, 9)):
        origin = Origin(kind=Kind.REROLL, pane="base", sample=source, position=0, kept=0)
        shown.apply(Started("base", sample, 0.0, "", {}, origin=origin))
    assert [(lead, reply.sample) for lead, reply in branches(shown)] == [("", 1), ("", 5), ("", 2), ("└─ ", 3), ("", 4)]


async def test_what_was_kept_has_no_heat_and_is_in_no_list() -> None:
    shown = turn(events("base", PARIS))
    origin = Origin(kind=Kind.ALTERNATIVE, pane="base", sample=1, position=3, kept=4, taken=" Paris")
    shown.apply(Started("base", 2, 0.0, "", {}, origin=origin))
    for index in range(5):
        token = shown.replies["base", 1].token(index)
        shown.apply(Token("base", 2, token.ms, token.text, False, token.logprob, token.alternatives))
    async with view(shown, sample=2) as seen:
        await seen.press("n")
        assert "no uncertain token here" in seen.words
        text = seen.screen.columns[0].text
        assert [text._style_name(token) for token in range(1, 5)] == ["kept"] * 3 + [""]
        assert seen.inside(seen.screen._columns[0]._strip).rstrip() == "      ▁"
        await seen.press("r")
        assert "replay" in seen.screen.words.text, "nothing goes on from what is only shown"
