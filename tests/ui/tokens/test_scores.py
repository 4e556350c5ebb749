"""The other model in the token view: asked by a key, stopped, kept, replayed, and never said more than it told."""

import math
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import msgspec
import pytest

from alignscope.measure.shift.classes import Shift
from alignscope.model.events import Alternative, End
from alignscope.model.launch import Launch, Playback
from alignscope.model.score import Frame, Missing, Position, Score, ScoreKey, Tokenizers
from alignscope.model.turn import Turn, TurnSettings
from alignscope.sessions.format import file
from alignscope.ui.screens.replay.screen import ReplayScreen
from alignscope.ui.screens.tokens.scales import SCALES
from alignscope.ui.screens.tokens.scores.scored_tokens import ScoredTokens
from alignscope.ui.screens.tokens.screen import TokensScreen
from tests.scoring.speaking import BASE, TWIN
from tests.standin import Fault, Ollama, Script
from tests.ui.explorer.desk import Desk, explore
from tests.ui.screens.host import Host, save_picture, screen_text
from tests.ui.tokens.replies import PARIS, Drawn, events, tokens_of, turn, view
from tests.waiting import until

KEY = ScoreKey("base", 1, "instruct", Frame.CHAT)
THEIRS: Sequence[dict[str, float] | Missing] = (
    {"The": 0.95, "A": 0.02, "It": 0.01},
    {" town": 0.7, " city": 0.1, " place": 0.05},
    Missing.ENDS,
    {" Rome": 0.4, " Lyon": 0.3, " Nice": 0.1, " Paris": 0.05},
    {"!": 0.5, "?": 0.3, ";": 0.1},
)
"""What another model would have written along PARIS."""


def score(theirs: Sequence[dict[str, float] | Missing] = THEIRS, *, key: ScoreKey = KEY, whole: bool = True) -> Score:
    """A score of PARIS, and of the end that it came to by itself."""
    positions = []
    for index, each in enumerate(theirs):
        token = PARIS[index][0] if index < len(PARIS) else ""
        listed = () if isinstance(each, Missing) else tuple(Alternative(text, math.log(p)) for text, p in each.items())
        missing = each if isinstance(each, Missing) else None
        positions.append(
            Position(index=index, token=token, alternatives=listed, missing=missing, end=index == len(PARIS))
        )
    return Score(key, 20, positions, whole, 4, 9, Tokenizers.DIFFERENT)


def scored_turn(*scores: Score) -> Turn:
    """PARIS with scores."""
    made = turn(events("base", PARIS), events("instruct", PARIS[:1]))
    made.scores = {each.key: each for each in scores}
    return made


def scored_tokens(theirs: Sequence[dict[str, float] | Missing] = THEIRS) -> ScoredTokens:
    tokens = tokens_of(*PARIS)
    tokens.scored = ScoredTokens(tokens, score(theirs), "◆ instruct")
    assert [tokens.scored.take_in() for _ in range(2)] == [True, False]
    return tokens.scored


def test_each_token_has_its_class_and_its_difference() -> None:
    scored = scored_tokens()
    assert [scored.shift(at) for at in range(5)] == [
        Shift.UNSHIFTED, Shift.MARGINAL, Shift.UNKNOWN, Shift.SHIFTED, Shift.BEYOND,
    ]  # fmt: skip
    assert [scored.ended(at) for at in range(6)] == [False, False, True, False, False, False]
    assert [scored.summary, scored.fill(lambda: False)] == [None, False], "only after all have been compared"
    summary = scored.summary
    assert summary is not None and (summary.shifted_or_beyond.found, summary.shifted_or_beyond.known) == (2, 4)
    assert scored.by_itself == 0, "no token was sampled from far down"
    low = scored.difference(1)
    assert low is not None and low.met(1e-3) and low.hi == pytest.approx(-0.5, abs=1e-3)
    last = scored.difference(4)
    assert last is not None and last.lo == pytest.approx(-0.98) and last.hi == pytest.approx(-0.88, abs=1e-3)
    assert scored.difference(2) is None and scored.comparison(7) is None


def test_the_two_sided_scale_counts_only_what_is_certain() -> None:
    scored = scored_tokens(({"A": 0.6, "B": 0.3}, {" city": 0.95, "x": 0.01, "y": 0.01}, {" is": 0.4, "x": 0.3}))
    difference, classes = (scale for scale in SCALES if scale.scored)
    tokens = scored._tokens
    styles = [difference.styles[step] if (step := difference.step(tokens, at)) is not None else "" for at in range(4)]
    assert styles == ["less-2", "more-1", "more-1", ""]
    assert [classes.step(tokens, at) for at in range(4)] == [None, 0, None, None], "two are too few to tell"


def test_what_sampling_alone_shifts_is_told_beside() -> None:
    drawn: list[Drawn] = [
        ("odd", 0.02, {"a": 0.4, "b": 0.3, "c": 0.2}),
        ("even", 0.9, {"a": 0.02, "b": 0.01, "c": 0.01}),
    ]
    tokens = tokens_of(*drawn)
    positions = [Position(index=at, token=text, missing=Missing.NO_LIST) for at, text in enumerate(("odd", "even"))]
    scored = ScoredTokens(tokens, Score(KEY, 20, positions), "◆ instruct")
    assert scored.take_in() and not scored.fill(lambda: False)
    assert scored.by_itself == 0.5


def test_positions_of_another_text_are_not_taken_in() -> None:
    tokens = tokens_of(PARIS[0], (" town", 0.5), *PARIS[2:])
    scored = ScoredTokens(tokens, score(), "◆ instruct")
    assert scored.take_in() and scored.known == 1
    scored.score.positions.clear()
    assert scored.known == 0 and scored.comparison(0) is None and not scored.take_in()


async def test_what_was_kept_is_shown_with_its_frame() -> None:
    shown = scored_turn(score((*THEIRS, Missing.ENDS)))
    async with view(shown, size=(120, 40)) as seen:
        await until(lambda: "40 % shifted of 5, 1 unknown" in bars(seen.screen)[0])
        assert (
            bars(seen.screen)[0]
            == flat(seen.inside(seen.screen._columns[0]._score))
            == (
                "◆ instruct, frame chat · tokenizers differ: only tokens that both have count · 40 % shifted of 5, 1 "
                "unknown · ends there too"
            )
        )
        await seen.press("right")
        rows = seen.listed
        assert "› 1 ·city ████▊ 60.0 10.0" in rows and "2 ·town ██▊ 35.0 70.0" in rows
        assert "◆ 10.0 %, rank 2, frame chat" in rows
        assert "marginal · -50.0 points" in rows and any(row.startswith("JS 0.") and " · TV 0." in row for row in rows)
        assert "order of 2 in both: tau -1.00" in rows, "·city stands before ·town here, and behind it there"
        assert "order of 3 in either: tau 0.33" in rows, "both have ·place behind the other two"
        assert seen.words.endswith("60 percent, rank 1; instruct 10 percent, rank 2, marginal")
        await seen.press("right")
        assert "◆ would end here, frame chat" in seen.listed and seen.words.endswith("; instruct: would end here")
        await seen.press("end")
        assert "◆ <10.0 %, rank over 3, frame chat" in seen.listed
        assert "at most 10 percent, rank over 3, beyond" in seen.words
        assert "order of 4 in either: tau -0.67–0.17" in seen.listed, "two that a list left out have no order"
        assert not any("in both" in row for row in seen.listed), "one token has no order"
        save_picture(seen.app, "tokens-scored")


def bars(screen: object) -> list[str]:
    """What stands under each pane."""
    assert isinstance(screen, TokensScreen)
    return [column._scored for column in screen._columns]


def flat(text: str) -> str:
    """What is shown, without line breaks."""
    return " ".join(text.split())


async def test_lists_of_the_score_are_walked() -> None:
    async with view(scored_turn(score())) as seen:
        await until(lambda: "% shifted" in bars(seen.screen)[0])
        for key, cursor, said in [
            ("d", 3, "shifted token 1 of 2"), ("n", 4, "shifted token 2 of 2"), ("e", 2, "end by the other 1 of 1"),
            ("N", 2, "from the end again"),
        ]:  # fmt: skip
            await seen.press(key)
            assert (seen.cursors[0], said in seen.words) == (cursor, True), seen.words


async def test_heat_and_strip_have_scales_for_it_with_marks() -> None:
    async with view(scored_turn(score())) as seen:
        await until(lambda: "% shifted" in bars(seen.screen)[0])
        await seen.press("c", "c", "c", "c", "c")
        text = seen.screen._columns[0].text
        assert [text._style_name(at) for at in range(1, 5)] == ["less-2", "unknown", "", "less-2"]
        assert "other's % less own" in seen.text
        strip = seen.inside(seen.screen._columns[0]._strip)
        assert strip[2:7].strip(" ") and strip[4] == " ", "no list, no block"
        await seen.press("c")
        assert [text._style_name(at) for at in range(1, 5)] == ["step-1", "unknown", "step-3", "step-4"]


async def test_what_was_not_asked_is_said() -> None:
    async with view(turn(events("base", PARIS), events("instruct", PARIS))) as seen:
        for keys in (["d"], ["e"], ["c"] * 5):
            await seen.press(*keys)
            assert "not asked yet: s asks the other model" in seen.words
        await seen.press("s")
        assert "a replay has kept scores only" in seen.words
        await seen.press("F")
        assert "frame qa: the prompt as a question" in seen.words


async def test_each_frame_has_its_own_score_and_the_first_that_has_one_is_shown() -> None:
    bare, qa = ScoreKey(*KEY[:3], Frame.BARE), ScoreKey(*KEY[:3], Frame.QA)
    shown = scored_turn(score(THEIRS[:2], key=bare, whole=False), score((Missing.START, *THEIRS[1:]), key=qa))
    async with view(shown) as seen:
        await until(lambda: "frame qa" in bars(seen.screen)[0])
        assert "◆ another prompt stands before, frame qa" in seen.listed
        await seen.press("F")
        await until(lambda: "0 % shifted of 2 · 2 of 5 tokens" in bars(seen.screen)[0])
        assert "frame bare · tokenizers differ" in bars(seen.screen)[0], "a narrow pane has no room for all"
        await seen.press("F")
        assert "◆ another prompt stands before, frame qa" not in seen.text


async def test_blanks_and_tabs_are_seen_on_a_key() -> None:
    drawn: list[Drawn] = [("a", 0.5), (" b", 0.5), ("\t", 0.5), ("寿 ", 0.5)]
    async with view(turn(events("base", drawn))) as seen:
        text = seen.screen._columns[0].text
        assert "a b" in seen.inside(text)
        await seen.press("b")
        assert "a·b→寿·" in seen.inside(text)
        await seen.press("b")
        assert "·" not in seen.inside(text)


@asynccontextmanager
async def twins(rate: float | None = None) -> AsyncIterator[tuple[Ollama, Desk]]:
    """The explorer with a base model and its twin, after they have replied."""
    async with Ollama() as server:
        server.script("mistral:text", Script(language=BASE))
        server.script("mistral:instruct", Script(language=TWIN))
        settings = TurnSettings(logprobs=20, sampling=TurnSettings().sampling.on("num_predict", 24))
        launch = Launch(host=server.url, base="mistral:text", instruct="mistral:instruct", settings=settings)
        async with explore(launch) as desk:
            await desk.send("Why?")
            await desk.until_done()
            if rate is not None:
                server.script("mistral:text", Script(language=BASE, rate=rate))
                server.script("mistral:instruct", Script(language=TWIN, rate=rate))
            await desk.press("escape", "x")
            await desk.until_shown("token 1 of")
            yield server, desk


async def test_a_key_has_both_replies_scored_and_the_session_keeps_it() -> None:
    async with twins() as (_, desk):
        await desk.press("s")
        [shown] = desk.exploration.turns
        await desk.until(lambda: len(shown.scores) == 2 and all(score.whole for score in shown.scores.values()))
        await desk.until(lambda: all("% shifted of 24" in bar for bar in bars(desk.app.screen)))
        await desk.press("s")
        await desk.until_shown("scored already, frame chat")
        await desk.press("right")
        await desk.until_shown(", frame chat", " points")
        await desk.press("escape")
        recorder = desk.exploration.recorder
        assert recorder is not None and recorder.session.path is not None
        recorder.flush().result()
        kept = file.read(recorder.session.path).session
        assert kept.turns[0].scores == shown.scores
    screen = ReplayScreen(kept, Playback())
    app = Host(screen=lambda: screen)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(lambda: len(screen.player.frame()) == 1)
        await pilot.press("end", "x")
        await until(lambda: "token 1 of 24" in screen_text(app))
        await until(lambda: all("% shifted of 24" in bar for bar in bars(app.screen)))


async def test_the_same_key_stops_and_goes_on_and_leaving_stops_too() -> None:
    async with twins() as (server, desk):
        for model, language in (("mistral:text", BASE), ("mistral:instruct", TWIN)):
            server.script(model, Script(language=language, fault=Fault.STALL, after=2))  # never at the end
        [shown] = desk.exploration.turns

        def scored() -> int:
            return sum(len(score.positions) for score in shown.scores.values())

        await desk.press("s")
        await desk.until_shown("token 1 of 24", "  ·  scoring ")
        await desk.until(lambda: scored() > 2)
        await desk.press("s")
        await desk.until_shown("scoring is stopped, s goes on")
        await server.until(lambda: not server.open_now())
        known = {key: list(score.positions) for key, score in shown.scores.items()}
        await desk.press("s")
        await desk.until(lambda: scored() > sum(map(len, known.values())))
        await desk.press("escape")
        await server.until(lambda: not server.open_now())
        for key, positions in known.items():
            assert shown.scores[key].positions[: len(positions)] == positions
        assert not any(score.whole for score in shown.scores.values())


async def test_how_far_it_is_holds_for_the_replies_that_are_scored_whichever_are_in_view() -> None:
    async with twins(rate=1) as (_, desk):
        [shown] = desk.exploration.turns
        screen = desk.app.screen
        assert isinstance(screen, TokensScreen)
        await desk.press("s")
        await desk.until(lambda: " of 48, " in screen.words.text)
        for event in events("base", PARIS[:2]):
            shown.apply(msgspec.structs.replace(event, sample=2))
        screen.show_sample(screen.columns[0], 2)
        await desk.until(lambda: screen.words.text.startswith("token 1 of 2") and "scoring " in screen.words.text)
        assert " of 48, " in screen.words.text
        await desk.press("escape")


async def test_while_replies_stream_they_are_scored_and_may_be_stopped() -> None:
    async with Ollama() as server:
        server.script("mistral:text", Script(language=BASE, rate=60))
        server.script("mistral:instruct", Script(language=TWIN, rate=60))
        settings = TurnSettings(logprobs=20, sampling=TurnSettings().sampling.on("num_predict", 64))
        launch = Launch(host=server.url, base="mistral:text", instruct="mistral:instruct", settings=settings)
        async with explore(launch) as desk:
            await desk.send("Why?")
            desk.explorer.enter(desk.pane("instruct"))
            await desk.press("x")
            await desk.until_shown("token 1 of")
            await desk.press("s")
            [shown] = desk.exploration.turns
            await desk.until(lambda: any(score.positions for score in shown.scores.values()))
            await desk.until(lambda: len(shown.scores) == 2 and all(score.whole for score in shown.scores.values()))
            assert all(reply.end is End.LENGTH for reply in shown.replies.values())
            await desk.until(lambda: not desk.app.screen._timer._active.is_set())  # type: ignore[attr-defined]
            await desk.press("escape")


async def test_a_server_that_cannot_is_named_at_its_pane() -> None:
    async with Ollama(version="0.12.0", script=Script(language=BASE)) as old, Ollama() as server:
        server.script("mistral:instruct", Script(language=TWIN))
        settings = TurnSettings(logprobs=20, sampling=TurnSettings().sampling.on("num_predict", 20))
        launch = Launch(host=server.url, base="mistral:text", instruct="mistral:instruct", settings=settings)
        async with explore(launch) as desk:
            pane = desk.exploration.pane("base")
            desk.exploration.change(msgspec.structs.replace(pane, server=old.url))
            await desk.send("Why?")
            await desk.until_done()
            await desk.press("escape", "x", "tab", "s")
            screen = desk.app.screen
            assert isinstance(screen, TokensScreen)
            await desk.until(lambda: "tells no log-probabilities" in bars(screen)[0])
            assert bars(screen)[0].startswith("Ollama 0.12.0 ") and not bars(screen)[1]
            await desk.press("escape")
