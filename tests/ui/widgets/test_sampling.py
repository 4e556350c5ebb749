"""The sampling panel, driven by keys and by the mouse."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from textual.events import MouseScrollUp, Paste
from textual.pilot import Pilot
from textual.widgets import Static

from alignscope.backends.base import ServerInfo
from alignscope.backends.dialects import LLAMA_CPP, OLLAMA
from alignscope.model.sampling import PARAMETERS, PRESETS, Preset, Sampling
from alignscope.text.clean import cell_width
from alignscope.ui.widgets.sampling.panel import SamplingPanel
from alignscope.ui.widgets.sampling.parameter_list import NAMES, ParameterList
from alignscope.ui.widgets.sampling.parameter_row import Edit, parameter_row, stepped
from tests.ui.screens.host import Heard, Host, save_picture, screen_text

EVEN = PRESETS["even"].sampling


@dataclass
class Bench:
    """A panel under test, and what it said."""

    panel: SamplingPanel
    pilot: Pilot[None]
    heard: Heard

    async def go(self, name: str) -> None:
        await self.pilot.press("home", *["down"] * NAMES.index(name))

    @property
    def told(self) -> list[Sampling]:
        return [message.sampling for message in self.heard.of(SamplingPanel.Changed)]

    def typed(self) -> str | None:
        return None if self.panel.edit is None else self.panel.edit.text

    @property
    def help(self) -> str:
        return str(self.panel.query_one("#sampling-help", Static).content)

    @property
    def title(self) -> str:
        return str(self.panel.query_one("#sampling-title", Static).content)

    @property
    def refused(self) -> bool:
        return self.panel.query_one("#sampling-help").has_class("-refused")


@asynccontextmanager
async def opened(
    size: tuple[int, int] = (34, 24), make: Callable[[], SamplingPanel] = SamplingPanel
) -> AsyncIterator[Bench]:
    heard = Heard()
    app = Host(widget=make)
    async with app.run_test(size=size, message_hook=heard) as pilot:
        panel = app.query_one(SamplingPanel)
        panel.styles.width = "100%"
        await pilot.pause()
        yield Bench(panel, pilot, heard)


async def test_every_parameter_has_a_row_and_is_drawn_as_it_stands() -> None:
    async with opened() as bench:
        save_picture(bench.pilot.app, "panel-34x24")
        lines = screen_text(bench.pilot.app).splitlines()
        assert "Sampling  even" in lines[0]
        for name, line in zip(NAMES, lines[1:], strict=False):
            assert name in line
        assert lines[1].startswith("▎● temperature") and "0.8" in lines[1]
        seed = lines[1 + NAMES.index("seed")]
        assert seed.startswith(" ○ seed") and "–" in seed


async def test_space_switches_off_and_on_again_with_the_same_value() -> None:
    async with opened() as bench:
        await bench.pilot.press("right", "space")
        assert "temperature" not in bench.panel.sampling
        await bench.pilot.press("space")
        assert bench.panel.sampling["temperature"] == 0.9
        assert bench.told == [EVEN.on("temperature", 0.9), EVEN.off("temperature"), EVEN.on("temperature", 0.9)]


@pytest.mark.parametrize(
    ("keys", "value"),
    [
        (["right"], 0.9), (["l"], 0.9), (["left"], 0.7), (["h"], 0.7),
        (["shift+right"], 1.8), (["greater_than_sign"], 1.8), (["L"], 1.8),
        (["shift+left"], 0.0), (["less_than_sign"], 0.0), (["H"], 0.0),
    ],
)  # fmt: skip
async def test_arrows_turn_the_value_by_its_step_and_stay_in_range(keys: list[str], value: float) -> None:
    async with opened() as bench:
        await bench.pilot.press(*keys)
        assert bench.told == [EVEN.on("temperature", value)]


async def test_turning_at_the_end_of_the_range_says_so_and_changes_nothing() -> None:
    async with opened() as bench:
        await bench.pilot.press("shift+left", "left")
        assert bench.told == [EVEN.on("temperature", 0.0)]
        assert bench.refused and bench.help == "temperature ends here: from 0 to 5"
        await bench.pilot.press("down")
        assert not bench.refused


async def test_turning_a_parameter_that_is_off_switches_it_on() -> None:
    async with opened() as bench:
        await bench.go("seed")
        await bench.pilot.press("right")
        assert bench.told == [EVEN.on("seed", 1)]


async def test_j_and_k_move_and_stop_at_the_ends() -> None:
    async with opened() as bench:
        await bench.pilot.press("j", "j", "k")
        assert bench.panel.cursor == 1
        await bench.pilot.press("k", "k", "k")
        assert bench.panel.cursor == 0
        await bench.pilot.press("end", "down")
        assert NAMES[bench.panel.cursor] == "keep_alive"


async def test_typing_a_number_sets_it() -> None:
    async with opened() as bench:
        await bench.go("seed")
        await bench.pilot.press("4", "2", "9", "backspace")
        assert bench.told == []
        await bench.pilot.press("enter")
        assert bench.told == [EVEN.on("seed", 42)]


async def test_a_value_out_of_range_is_refused_where_it_is_typed() -> None:
    async with opened() as bench:
        await bench.pilot.press("9", "enter")
        save_picture(bench.pilot.app, "panel-refused")
        assert bench.refused and "from 0 to 5" in bench.help
        assert bench.told == [] and bench.panel.sampling == EVEN
        assert bench.typed() == "9"
        await bench.pilot.press("backspace", "1", "enter")
        assert bench.told == [EVEN.on("temperature", 1.0)]


@pytest.mark.parametrize("typed", ["4.5", "-", "1e999", "--1", "."])
async def test_what_is_no_whole_number_is_refused_for_one(typed: str) -> None:
    async with opened() as bench:
        await bench.go("top_k")
        await bench.pilot.press("enter", "ctrl+u", *(_key(char) for char in typed), "enter")
        assert bench.refused
        assert bench.told == []


async def test_letters_are_text_while_typing_and_escape_leaves_the_value() -> None:
    async with opened() as bench:
        await bench.pilot.press("1", "p", "r", "u", "j", "space", "q")
        assert bench.typed() == "1pruj q"
        await bench.pilot.press("down")
        assert bench.panel.cursor == 0 and "escape" in bench.help
        await bench.pilot.press("escape")
        assert bench.typed() is None and bench.told == []
        assert not bench.heard.of(SamplingPanel.Closed)
        await bench.pilot.press("escape")
        assert len(bench.heard.of(SamplingPanel.Closed)) == 1


async def test_stop_strings_are_typed_after_enter() -> None:
    async with opened() as bench:
        await bench.go("stop")
        await bench.pilot.press("enter")
        assert bench.typed() == '["\\n\\n"]'
        await bench.pilot.press("ctrl+u", "Q", "colon", "enter")
        assert bench.told == [EVEN.on("stop", ["Q:"])]
        await bench.pilot.press("right")
        assert bench.refused and "press enter" in bench.help


async def test_keep_alive_is_a_time() -> None:
    async with opened() as bench:
        await bench.go("keep_alive")
        await bench.pilot.press("enter", "ctrl+u", "1", "h", "enter")
        assert bench.told == [EVEN.on("keep_alive", "1h")]
        await bench.pilot.press("enter", "ctrl+u", "s", "o", "o", "n", "enter")
        assert bench.refused and "30s, 5m or 1h" in bench.help


async def test_p_goes_through_the_presets_and_r_back_to_the_default() -> None:
    async with opened() as bench:
        for name in [*list(PRESETS)[1:], "even"]:
            await bench.pilot.press("p")
            assert bench.panel.sampling == PRESETS[name].sampling
            assert name in bench.title
        await bench.pilot.press("P")
        assert bench.panel.preset == "wild"
        await bench.pilot.press("right")
        assert bench.panel.preset == "wild, changed"
        assert "wild, changed" in bench.title
        await bench.pilot.press("r")
        assert bench.panel.sampling == EVEN


async def test_presets_of_the_persons_own_come_with_the_others() -> None:
    mine = Preset("mine", Sampling({"seed": 7}), "mine alone")
    async with opened(make=lambda: SamplingPanel([*PRESETS.values(), mine])) as bench:
        await bench.pilot.press("P")
        assert bench.told == [mine.sampling]


async def test_u_asks_for_a_pane_of_its_own_and_the_title_says_whose_it_is() -> None:
    async with opened() as bench:
        await bench.pilot.press("u")
        assert len(bench.heard.of(SamplingPanel.UnlinkRequested)) == 1
        bench.panel.scope = "base"
        await bench.pilot.pause()
        assert bench.title.startswith("Sampling of base alone")


async def test_setting_it_from_outside_tells_nobody() -> None:
    async with opened() as bench:
        bench.panel.sampling = PRESETS["pure"].sampling
        await bench.pilot.pause()
        assert "pure" in bench.title and bench.told == []


async def test_what_a_server_ignores_or_lacks_is_marked_and_explained() -> None:
    async with opened() as bench:
        servers = [
            ServerInfo("http://a", OLLAMA, "0.24.0"),
            ServerInfo("http://b", LLAMA_CPP),
            ServerInfo("http://c", LLAMA_CPP),
        ]
        bench.panel.set_lineup(servers, {})
        await bench.go("typical_p")
        assert bench.help.startswith("Ollama 0.24.0 ignores it for newer families of models.")
        await bench.go("num_ctx")
        assert bench.help.count("Not known to llama.cpp") == 1
        lines = screen_text(bench.pilot.app).splitlines()
        assert "!" in lines[1 + NAMES.index("typical_p")]
        assert "!" not in lines[1 + NAMES.index("temperature")]
        save_picture(bench.pilot.app, "panel-caveats")


async def test_off_shows_the_models_own_value_and_where_the_panes_differ() -> None:
    async with opened() as bench:
        models: dict[str, dict[str, object]] = {
            "base": {"temperature": "0.6", "top_k": 20, "stop": "\x1b]0;owned\x07"},
            "instruct": {"temperature": 0.6, "top_k": 64},
        }
        bench.panel.set_lineup([], models)
        bench.panel.sampling = Sampling()
        await bench.pilot.pause()
        lines = screen_text(bench.pilot.app).splitlines()
        assert "0.6" in lines[1] and "≠" not in lines[1]
        assert "20/64≠" in lines[1 + NAMES.index("top_k")]
        await bench.go("top_k")
        assert "Own values: base 20, instruct 64." in bench.help
        assert "\x1b" not in screen_text(bench.pilot.app)
        await bench.pilot.press("space")
        assert bench.told == [Sampling({"top_k": 20})]
        assert "≠" not in screen_text(bench.pilot.app).splitlines()[1 + NAMES.index("top_k")]
        save_picture(bench.pilot.app, "panel-own-values")


async def test_the_mouse_switches_selects_types_and_turns() -> None:
    async with opened() as bench:
        rows = bench.panel.query_one(ParameterList)
        await bench.pilot.click(rows, offset=(0, 1))
        assert bench.told == [EVEN.off("top_k")] and bench.panel.cursor == 1
        await bench.pilot.click(rows, offset=(5, 0))
        assert bench.panel.cursor == 0 and len(bench.told) == 1
        await bench.pilot.click(rows, offset=(28, 0))
        assert bench.typed() == "0.8"
        await bench.pilot.press("escape")
        await bench.pilot._post_mouse_events([MouseScrollUp], rows, offset=(5, 0))
        assert bench.told[-1]["temperature"] == 0.9
        await bench.pilot._post_mouse_events([MouseScrollUp], rows, offset=(5, 3))
        assert len(bench.told) == 2


@pytest.mark.parametrize("size", [(30, 16), (34, 40), (120, 8), (200, 10), (28, 9)])
async def test_the_selected_row_is_on_the_screen_in_any_size(size: tuple[int, int]) -> None:
    async with opened(size) as bench:
        save_picture(bench.pilot.app, f"panel-{size[0]}x{size[1]}")
        await bench.pilot.press("home")
        for name in NAMES:
            await bench.pilot.pause()
            assert name[:12] in screen_text(bench.pilot.app), name
            await bench.pilot.press("down")
        bench.panel.sampling = Sampling({"stop": ["語" * 200]})
        await bench.go("stop")
        await bench.pilot.press("enter", "left", "left", "left")
        assert bench.panel.edit is not None
        await bench.pilot.pause()
        assert all(cell_width(line) <= size[0] for line in screen_text(bench.pilot.app).splitlines())


async def test_a_paste_goes_into_the_value_and_nowhere_else() -> None:
    async with opened() as bench:
        await bench.go("stop")
        bench.panel.post_message(Paste("nobody types"))
        await bench.pilot.press("enter", "ctrl+u")
        bench.panel.post_message(Paste("a\x1b[31m\rsecond"))
        await bench.pilot.pause()
        assert bench.typed() == "a\x1b[31m"
        assert "stop a␛[31m" in screen_text(bench.pilot.app)


def test_the_line_editor_moves_and_deletes() -> None:
    edit = Edit.of("abc")
    keys = ["left", "left", "backspace", "delete", "end", "home", "right"]
    texts = []
    for key in keys:
        pressed = edit.press(key)
        assert pressed is not None
        edit = pressed
        texts.append((edit.text, edit.cursor))
    assert texts == [("abc", 2), ("abc", 1), ("bc", 0), ("c", 0), ("c", 1), ("c", 0), ("c", 1)]
    assert edit.press("f1") is None


def test_a_row_reads_everything_from_the_table() -> None:
    for name, parameter in PARAMETERS.items():
        shown = parameter_row(name, EVEN)
        assert shown.on is (name in EVEN)
        assert parameter.help in shown.help
    assert stepped("num_predict", EVEN, -1)["num_predict"] == 448


def _key(char: str) -> str:
    return {".": "full_stop", "-": "minus"}.get(char, char)
