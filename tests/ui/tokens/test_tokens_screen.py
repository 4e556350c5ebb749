"""The token view, driven by keys: what is likely is shown as it came, and nothing is claimed that no list says."""

import math
from itertools import pairwise

import msgspec
import pytest
from rich.color import Color as RichColor
from textual.binding import Binding
from textual.color import Color
from textual.theme import BUILTIN_THEMES

from alignscope.model.events import Alternative, End, Finished, Started, Token
from alignscope.model.launch import Launch
from alignscope.model.sampling import PRESETS
from alignscope.model.turn import Turn, TurnSettings
from alignscope.ui.app import AlignscopeApp
from alignscope.ui.screens.explorer.screen import ExplorerScreen
from alignscope.ui.screens.tokens.bindings import BINDINGS
from alignscope.ui.screens.tokens.screen import TokensScreen
from alignscope.ui.themes import bundled_themes, contrast
from tests.sessions.recorded import LINEUP
from tests.sessions.recorded import events as plain_events
from tests.standin import Ollama, Script
from tests.standin.replies.language import Language
from tests.ui.explorer.desk import explore
from tests.ui.screens.host import save_picture
from tests.ui.tokens.replies import PARIS, Drawn, events, token, turn, view
from tests.ui.tokens.test_token_text import marks
from tests.waiting import until


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60), (40, 12)])
async def test_it_shows_texts_words_and_the_list_in_every_size(size: tuple[int, int]) -> None:
    async with view(turn(events("base", PARIS), events("instruct", PARIS)), size=size) as seen:
        await seen.press("right", "right", "right")
        save_picture(seen.app, f"tokens-{size[0]}x{size[1]}")
        assert "≈ base" in seen.text and "◆ instruct" in seen.text and "Paris" in seen.text
        assert seen.words.startswith("token 4 of 5, ' Paris', 4 percent")
        assert "unseen" in seen.text and ("·Lyon" in seen.text or size[1] < 18)


async def test_the_list_is_shown_with_what_it_leaves_open() -> None:
    async with view(turn(events("base", PARIS))) as seen:
        await seen.press("right", "right", "right")
        rows = seen.listed
        assert [row for row in rows if row[:1] in ("1", "2", "›")] == [
            "1 ·Lyon ████ 50.0",
            "2 ·Nice ██▍ 30.0",
            "› 3 ·Paris ▍ 4.0",
        ]
        assert "unseen █▎ 16.0" in rows and "covered 84.0 % by 3 tokens" in rows
        assert "surprisal 4.64 bits" in rows
        lo = sum(p * math.log2(1 / p) for p in (0.5, 0.3, 0.04)) + 4 * 0.04 * math.log2(1 / 0.04)
        assert f"entropy at least {lo:.2f} bits" in rows, "the rest is four tokens as likely as the last at most"
        assert f"effective choices: at least {2**lo:.1f}" in rows
        assert seen.words == "token 4 of 5, ' Paris', 4 percent, rank 3"


@pytest.mark.parametrize(
    ("sampling", "said"),
    [
        ({"top_p": 0.75}, "sampled away 20.0 %"),  # Lyon and Nice stay
        ({"top_k": 2}, "sampled away 20.0 %"),
        ({"min_p": 0.7}, "sampled away 50.0 %"),
        ({"top_p": 0.9}, "sampled away 6.0–10.0 %"),  # the list ends at 84 %, with 4 %
        ({"top_k": 40}, "sampled away 0.0–16.0 %"),
        ({}, "sampled away: nothing, no truncation"),
        ({"temperature": 0.0}, "sampled away 50.0 %"),
        ({"repeat_penalty": 1.2}, "repeat_penalty changed the odds before"),
    ],
)
async def test_what_sampling_took_away_is_shown_with_what_a_cut_list_leaves_open(
    sampling: dict[str, float], said: str
) -> None:
    shown = turn(events("base", PARIS))
    body = {"options": {**PRESETS["pure"].sampling, **sampling}}
    shown.apply(Started("base", 1, 0.0, "http://localhost:1/api/generate", body))
    async with view(shown) as seen:
        await seen.press("right", "right", "right")
        assert said in seen.listed


async def test_a_list_too_long_for_its_place_keeps_the_drawn_token_and_adds_up_the_others() -> None:
    others = {f"x{number}": 0.05 for number in range(18)}
    async with view(turn(events("base", [("own", 0.01, others)])), size=(80, 24)) as seen:
        assert "› 19 own" in seen.text and "14 more listed" in seen.text and "70.0" in seen.text


async def test_the_other_pane_is_shown_after_the_very_same_tokens_only() -> None:
    twin = [PARIS[0], (" city", 0.2, {" town": 0.7}), (" was", 0.6, {" is": 0.3}), (" Paris", 0.9, {" Lyon": 0.01})]
    async with view(turn(events("base", PARIS), events("instruct", twin))) as seen:
        heads = []
        for _ in range(4):
            heads.append("◆ %" in seen.text)
            await seen.press("right")
        assert heads == [True, True, True, False]
        await seen.press("home", "right")
        rows = seen.listed
        assert "› 1 ·city ████▊ 60.0 20.0" in rows and "2 ·town ██▊ 35.0 70.0" in rows
        assert "◆: same tokens before, own frame" in rows
        await seen.press("right")
        rows = seen.listed
        assert "1 ·was ████▍ 55.0 60.0" in rows and "3 ·lies ▊ 10.0 <10.0" in rows, "at most what its list leaves"


@pytest.mark.parametrize(("size", "stacked"), [((80, 24), False), ((80, 24), True), ((120, 40), True)])
async def test_four_panes_fit_side_by_side_and_one_above_the_other(size: tuple[int, int], stacked: bool) -> None:
    names = ("base", "sft", "dpo", "instruct")
    shown = turn(*(events(name, [(f" {name}{number}", 0.4, {" x": 0.5}) for number in range(30)]) for name in names))
    shown.lineup = tuple(msgspec.structs.replace(LINEUP[0], name=name) for name in names)
    async with view(shown, size=size, pane="dpo", stacked=stacked) as seen:
        save_picture(seen.app, f"tokens-four-{size[0]}x{size[1]}-{stacked}")
        assert all(f"{name}0" in seen.text for name in names) and "' dpo0'" in seen.words
        await seen.press("tab", "tab", "end")
        assert "' base29'" in seen.words and seen.cursors == [29] * 4


async def test_cursors_are_linked_by_position_or_not() -> None:
    async with view(turn(events("base", PARIS), events("instruct", PARIS[:3]))) as seen:
        await seen.press("end")
        assert seen.cursors == [4, 2], "as far as the other goes"
        await seen.press("l", "home")
        assert seen.cursors == [0, 2] and "not linked" in seen.text
        await seen.press("tab", "left")
        assert seen.cursors == [0, 1] and "token 2 of 3" in seen.words
        await seen.press("comma", "right", "right", "full_stop", "left")
        assert seen.cursors == [2, 0]
        await seen.press("l")
        assert seen.cursors == [0, 0]


async def test_lists_are_walked_around_the_end() -> None:
    async with view(turn(events("base", PARIS))) as seen:
        steps = [
            ("n", 2, "uncertain token 1 of 2"), ("n", 3, "uncertain token 2 of 2"),
            ("n", 2, "uncertain token 1 of 2, from the start again"), ("N", 3, "from the end again"),
            ("N", 2, "1 of 2"), ("f", 3, "fork 3 of 3"), ("n", 1, "fork 1 of 3, from the start again"),
            ("u", 2, "uncertain token 1 of 2"),
        ]  # fmt: skip
        for key, wanted, said in steps:
            await seen.press(key)
            assert (seen.cursors[0], said in seen.words) == (wanted, True), f"{key}: {seen.words}"


async def test_a_list_with_nothing_in_it_is_said() -> None:
    async with view(turn(events("base", [("a", 0.9, {"b": 0.1})]))) as seen:
        await seen.press("u")
        assert "no uncertain token here" in seen.words
        await seen.press("f")
        assert "no fork here" in seen.words


async def test_heat_goes_through_its_scales_and_each_step_has_a_mark() -> None:
    async with view(turn(events("base", PARIS))) as seen:
        column = seen.screen._columns[0].text
        looks = [column._style_name(number) for number in range(1, 5)]
        assert looks == ["step-1", "step-3", "step-4", ""]
        found = [marks(column._look(f"step-{step}")) for step in range(1, 5)]
        assert len({*found, (False,) * 4}) == 5, "each differs without its colour"
        assert all(not reverse for *_, reverse in found) and marks(column._look("cursor"))[3]
        for name in (
            "share of the likeliest's:",
            "rank:",
            "surprisal in bits:",
            "entropy in bits, at least:",
            "other's % less own:",
            "rank for the other:",
            "probability:",
        ):
            await seen.press("c")
            assert name in seen.text
        await seen.press("c", "c")
        assert [column._style_name(number) for number in range(1, 5)] == ["", "step-1", "step-1", ""]


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        (turn(plain_events("base", [(1, "Yes")]), logprobs=None), "has --logprobs"),
        (turn(plain_events("base", [(1, "Yes")])), "the server gave none"),
        (turn(events("base", [("Yes", 0.5)]), logprobs=0), "Only the tokens' own probabilities came"),
        (turn(plain_events("base", [])), "Nothing was written here"),
    ],
)
async def test_a_reply_without_lists_says_why(shown: Turn, said: str) -> None:
    async with view(shown) as seen:
        assert said in " ".join(seen.inside(seen.screen._columns[0]._why).split())
        await seen.press("right", "u", "f", "c", "c", "down", "end", "tab", "right", "n")
        assert seen.words.startswith(("token 1 of 1", "no token"))


async def test_the_strip_shows_surprisal_and_on_its_scale_entropy() -> None:
    drawn: list[Drawn] = [
        ("sure", 0.99, {"x": 0.005}),
        ("odd", 0.002, {"x": 0.99}),
        ("open", 0.25, dict.fromkeys("xyz", 0.25)),
    ]
    async with view(turn(events("base", drawn))) as seen:
        strip = seen.screen._columns[0]._strip
        assert seen.inside(strip).strip() == "▁█▃", "9 bits are more than the highest block stands for"
        await seen.press("c", "c", "c", "c")
        await until(lambda: seen.inside(strip).strip() == "▁▁▄")
        await seen.press("c", "c", "c")
        assert seen.inside(strip).strip() == "▁█▃"


async def test_what_is_no_list_of_the_likeliest_is_told() -> None:
    async with view(turn(events("base", [("a", 0.9, {"b": 0.9})]))) as seen:
        assert "not a list of the likeliest" in seen.text and "add up to 1.8" in seen.text
        assert "90.0" in seen.text, "what came is shown"


async def test_tokens_that_come_are_shown_and_move_nothing() -> None:
    shown = turn(events("base", PARIS, end=None))
    async with view(shown) as seen:
        await seen.press("right", "right")
        for number in range(40):
            shown.apply(token("base", 100.0 + number, (f" more{number}", 0.4, {" less": 0.6})))
        await until(lambda: "of 45" in seen.words)
        assert seen.cursors[0] == 2 and "more39" in seen.text
        shown.apply(Finished("base", 1, 9999.0, End.STOP))
        shown.apply(Finished("instruct", 1, 9999.0, End.STOP))
        await until(lambda: not seen.screen._timer._active.is_set())


async def test_a_view_that_was_scrolled_stays_until_a_key_is_pressed() -> None:
    shown = turn(events("base", [(f" word{number}", 0.4, {" x": 0.5}) for number in range(400)], end=None))
    async with view(shown, size=(80, 24)) as seen:
        text = seen.screen._columns[0].text
        text.scroll_to(y=20, animate=False, immediate=True)
        shown.apply(token("base", 9000.0, (" last", 0.4, {" less": 0.6})))
        await until(lambda: "of 401" in seen.words)
        assert (text.scroll_offset.y, seen.cursors[0]) == (20, 0)
        await seen.press("left")
        assert text.scroll_offset.y == 0


async def test_a_reply_that_is_asked_for_again_takes_the_place_of_the_old_one() -> None:
    shown = turn(events("base", PARIS, end=None))
    async with view(shown) as seen:
        await seen.press("end")
        shown.forget("base")
        for event in events("base", [("Anew", 0.2, {"Again": 0.7})]):
            shown.apply(event)
        await until(lambda: "of 1" in seen.words)
        assert "Anew" in seen.text and "Paris" not in seen.text and seen.cursors[0] == 0


async def test_thinking_is_no_part_of_it() -> None:
    thought = Token("base", 1, 0.0, "hm hm", True, -0.1, (Alternative("hm hm", -0.1),))
    async with view(turn([thought, *events("base", PARIS)], events("instruct", PARIS))) as seen:
        assert "hm" not in seen.text and "token 1 of 5" in seen.words
        assert "◆ %" not in seen.text, "after its thinking, nothing is the same prefix"


async def test_it_opens_over_a_turn_that_streams_and_goes_back() -> None:
    async with Ollama(script=Script(language=Language("base"), rate=60)) as server:
        settings = TurnSettings(logprobs=20)
        launch = Launch(host=server.url, base="mistral:text", instruct="mistral:instruct", settings=settings)
        async with explore(launch) as desk:
            await desk.press("escape", "x")
            await desk.until_shown("Nothing has been sent yet")
            await desk.send("Hi")
            desk.explorer.enter(desk.pane("instruct"))
            await desk.press("x")
            assert isinstance(desk.app.screen, TokensScreen)
            await desk.until_shown("token 1 of", "rank 1", "unseen")
            await desk.press("n", "c", "f")
            await desk.press("escape")
            assert isinstance(desk.app.screen, ExplorerScreen)
            await desk.press("escape")


COLOURED = [each.name for each in (*bundled_themes(), *BUILTIN_THEMES.values()) if not each.ansi]
"""Themes with colours of their own: on a terminal's there are no steps, only marks."""


@pytest.mark.parametrize("theme", COLOURED)
async def test_each_step_parts_more_from_the_ground_and_its_text_is_readable(theme: str) -> None:
    app = AlignscopeApp(Launch(embedded=True, theme=theme))
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(TokensScreen(turn(events("base", PARIS))))
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, TokensScreen)
        text = screen._columns[0].text
        ground = text.background_colors[1]
        steps = [text._look(f"step-{step}") for step in range(1, 5)]
        grounds = [contrast(color(step.bgcolor), ground) for step in steps]
        assert all(one < other for one, other in pairwise([1.05, *grounds])), grounds
        for side in ("less", "more"):
            both = [text._look(f"{side}-{step}") for step in (1, 2)]
            grounds = [contrast(color(step.bgcolor), ground) for step in both]
            assert 1.05 < grounds[0] < grounds[1], (side, grounds)
            steps += both
        steps += [screen.legend.get_component_rich_style(f"legend--step-{step}") for step in range(1, 5)]
        assert all(contrast(color(step.color), color(step.bgcolor)) >= 4.4 for step in steps)


def color(of: RichColor | None) -> Color:
    """A colour as Textual has it."""
    assert of is not None
    return Color.from_rich_color(of)


def test_no_two_bindings_share_a_key_and_each_says_what_it_does() -> None:
    seen: dict[str, str] = {}
    for binding in BINDINGS:
        assert isinstance(binding, Binding)
        assert binding.id and binding.description and binding.tooltip
        for key in binding.key.split(","):
            assert key not in seen, f"{key}: {seen.get(key)} and {binding.id}"
            seen[key] = binding.id
