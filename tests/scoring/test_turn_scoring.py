"""A turn's replies scored in the background: while they come and later, stopped, gone on with, and kept."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from alignscope.model.events import Alternative, End, Finished, Started, Token
from alignscope.model.lineup.pane import EMBEDDED, Mode, Pane
from alignscope.model.score import Frame, Missing, Score, ScoreKey, Tokenizers
from alignscope.model.turn import CARRY, Turn, TurnSettings
from alignscope.run.ask import Run
from alignscope.run.servers import Servers
from alignscope.scoring.silence import SCREEN, Patience
from alignscope.scoring.turn_scoring import TurnScoring
from alignscope.sessions.format import file
from alignscope.sessions.recording.recorder import Recorder
from tests.scoring.speaking import BASE, TWIN
from tests.standin import Flavour, Ollama, OpenAIStyle, Script
from tests.standin.web import Exchange, Server
from tests.waiting import until

PROMPT = "Why?"
REPLY = TWIN.reply(PROMPT, 120)
ONE, OTHER = ScoreKey("one", 1, "other", Frame.CHAT), ScoreKey("other", 1, "one", Frame.CHAT)


def turn_on(*servers: Server, settings: TurnSettings | None = None) -> Turn:
    """A turn of two completion panes on these servers, to which nobody has replied yet."""
    panes = zip(("one", "other"), servers, strict=True)
    lineup = tuple(Pane(name, "mistral:text", server.url, Mode.COMPLETION) for name, server in panes)
    return Turn(1, datetime(2026, 11, 20, tzinfo=UTC), PROMPT, lineup, settings or TurnSettings(logprobs=20))


def tell(turn: Turn, texts: Sequence[str], end: End | None = End.LENGTH, pane: str = "one") -> None:
    """Let a pane write."""
    if (pane, 1) not in turn.replies:
        turn.apply(Started(pane, 1, 0.0, "", {}))
    for text in texts:
        turn.apply(Token(pane, 1, 1.0, text, False, -1.0, (Alternative(text, -1.0),)))
    if end is not None:
        turn.apply(Finished(pane, 1, 2.0, end))


@asynccontextmanager
async def two(rate: float | None = None, **how: object) -> AsyncIterator[tuple[Ollama, Ollama, Servers]]:
    """A server that nobody asks, one that speaks the base's language, and connections."""
    script = Script(language=BASE) if rate is None else Script(language=BASE, rate=rate)
    async with Ollama() as own, Ollama(script=script) as base, Servers() as servers:
        yield own, base, servers


async def test_a_reply_is_scored_by_the_other_and_every_part_is_kept() -> None:
    kept: list[tuple[int, bool]] = []

    def keep(turn: Turn, score: Score) -> None:
        kept.append((len(score.positions), score.whole))

    async with two() as (own, base, servers):
        turn = turn_on(own, base)
        tell(turn, REPLY)
        scoring = TurnScoring(turn, servers, keep=keep)
        scoring.start(ONE)
        assert scoring.running == {ONE}
        await scoring.settled()
        score = turn.scores[ONE]
        assert [position.token for position in score.positions] == REPLY and score.whole
        assert not scoring.running and not scoring.problems and kept[-1] == (120, True)
        assert [tuple(each) for each in map(msgspec.structs.astuple, score.positions[7].alternatives)] == [
            pytest.approx(each) for each in BASE.tops(PROMPT + "".join(REPLY[:7]), 20)
        ]
        generated = [seen for seen in base.seen("/api/generate") if not seen.body.get("_debug_render_only")]
        assert score.requests == len(generated) <= 0.4 * 120 and score.tokens >= 120
        assert score.tokenizers is Tokenizers.UNKNOWN
        scoring.start(ONE)
        await scoring.settled()
        assert len(base.seen("/api/generate")) == len(generated), "what is whole costs nothing any more"


async def test_it_goes_along_while_the_reply_comes_without_a_request_for_every_token() -> None:
    async with two() as (own, base, servers):
        turn = turn_on(own, base)
        tell(turn, REPLY[:10], None)
        scoring = TurnScoring(turn, servers)
        scoring.start(ONE)
        for number, token in enumerate(REPLY[10:], 10):
            tell(turn, [token], None)
            scoring.look()
            if number == 60:
                await until(lambda: ONE in turn.scores and len(turn.scores[ONE].positions) >= 32)
                assert not turn.scores[ONE].whole
        tell(turn, ())
        scoring.look()
        await scoring.settled()
        score = turn.scores[ONE]
        assert score.whole and [position.token for position in score.positions] == REPLY
        assert score.requests <= 0.45 * 120
        assert not any(position.missing for position in score.positions)


async def test_it_stops_at_once_and_goes_on_where_it_was(tmp_path: Path) -> None:
    async with two(rate=100) as (own, base, servers):
        turn = turn_on(own, base)
        tell(turn, REPLY)
        recorder = Recorder(tmp_path)
        recorder.begin(turn)
        recorder.finish()
        scoring = TurnScoring(turn, servers, keep=recorder.scored)
        scoring.start(ONE)
        await until(lambda: ONE in turn.scores and len(turn.scores[ONE].positions) >= 10)
        scoring.stop()
        await scoring.settled()
        await base.until(lambda: not base.open_now())
        score = turn.scores[ONE]
        stopped, asked = len(score.positions), score.requests
        assert 10 <= stopped < 120 and not score.whole and not scoring.problems
        base.script("mistral:text", Script(language=BASE))
        seen = len(base.seen("/api/generate"))
        scoring.start(ONE)
        await scoring.settled()
        assert [position.token for position in score.positions] == REPLY and turn.scores[ONE].whole
        prompts = [each.body["prompt"] for each in base.seen("/api/generate")[seen:] if each.body.get("prompt")]
        assert prompts[0] == PROMPT + "".join(REPLY[:stopped]), "nothing is asked twice"
        assert score.requests == asked + len(prompts)
        assert recorder.close() == "" and recorder.session.path is not None
        assert file.read(recorder.session.path).session.turns[0].scores == turn.scores


async def test_a_reply_that_is_replaced_gets_no_positions_of_the_old_one() -> None:
    async with two(rate=100) as (own, base, servers):
        turn = turn_on(own, base)
        tell(turn, REPLY)
        scoring = TurnScoring(turn, servers)
        scoring.start(ONE)
        await until(lambda: ONE in turn.scores and len(turn.scores[ONE].positions) >= 5)
        turn.forget("one")
        tell(turn, ["another"])
        await scoring.settled()
        assert ONE not in turn.scores
        scoring.start(ONE)
        await scoring.settled()
        assert [position.token for position in turn.scores[ONE].positions] == ["another"]


async def test_positions_that_are_not_the_replys_are_asked_for_again() -> None:
    async with two() as (own, base, servers):
        turn = turn_on(own, base)
        tell(turn, REPLY[:9])
        scoring = TurnScoring(turn, servers)
        scoring.start(ONE)
        await scoring.settled()
        positions = turn.scores[ONE].positions
        positions[4] = msgspec.structs.replace(positions[4], token="other")
        scoring.start(ONE)
        await scoring.settled()
        assert [position.token for position in turn.scores[ONE].positions] == REPLY[:9]


async def test_a_failure_is_said_at_the_pane_that_it_is_about() -> None:
    async with two() as (own, base, servers), Ollama(version="0.12.0", script=Script(language=BASE)) as old:
        turn = turn_on(own, base)
        tell(turn, REPLY)
        scoring = TurnScoring(turn, servers)
        base.script("mistral:text", "memory")
        scoring.start(ONE)
        await scoring.settled()
        assert scoring.problems[ONE].pane == "other" and "memory" in scoring.problems[ONE].message
        base.script("mistral:text", Script(language=BASE))
        scoring.start(ONE)
        assert not scoring.problems, "it is tried again"
        await scoring.settled()
        assert turn.scores[ONE].whole
        unable = turn_on(own, old)
        tell(unable, REPLY)
        scoring = TurnScoring(unable, servers)
        scoring.start(ONE)
        await scoring.settled()
        assert scoring.problems[ONE].pane == "other" and "0.12.11" in scoring.problems[ONE].message
        assert not unable.scores[ONE].positions, "it isn't taken for asked"


async def test_a_server_that_falls_silent_is_given_up_and_asked_again_when_it_is_wanted() -> None:
    async with Ollama() as own, Ollama(script=Script(language=BASE, delay=3600.0)) as base, Servers() as servers:
        turn = turn_on(own, base)
        tell(turn, REPLY[:9])
        scoring = TurnScoring(turn, servers, patience=SCREEN._replace(seconds=0.5))
        scoring.start(ONE)
        await scoring.settled()
        assert scoring.problems[ONE].pane == "other"
        assert scoring.problems[ONE].message == (
            "other: its server was silent for 0.5 seconds when it was asked about the text, the most that it is waited "
            "for. Look at the server; asking again goes on where it was."
        )
        base.script("mistral:text", Script(language=BASE))
        again = TurnScoring(turn, servers)
        again.start(ONE)
        await again.settled()
        assert turn.scores[ONE].whole and not again.problems


async def test_a_server_that_never_shows_a_chat_is_given_up_at_its_own_pane() -> None:
    async with two() as (_, base, servers), OpenAIStyle(script=Script(language=TWIN)) as own:
        own.routes["POST", "/apply-template"] = forever
        turn = turn_on(own, base)
        chat = replace(turn, lineup=(msgspec.structs.replace(turn.lineup[0], mode=Mode.CHAT), turn.lineup[1]))
        tell(chat, REPLY)
        scoring = TurnScoring(chat, servers, patience=Patience(0.5))
        scoring.start(ONE)
        await scoring.settled()
        assert scoring.problems[ONE].pane == "one"
        assert "silent for 0.5 seconds when it was asked what it makes of the chat" in scoring.problems[ONE].message


async def forever(exchange: Exchange) -> None:
    """Never answer."""
    await asyncio.Event().wait()


async def test_a_chat_that_its_server_cannot_show_is_said_at_its_own_pane() -> None:
    async with two() as (_, base, servers), OpenAIStyle(Flavour.LM_STUDIO, script=Script(language=TWIN)) as own:
        turn = turn_on(own, base)
        chat = replace(turn, lineup=(msgspec.structs.replace(turn.lineup[0], mode=Mode.CHAT), turn.lineup[1]))
        tell(chat, REPLY)
        scoring = TurnScoring(chat, servers)
        scoring.start(ONE)
        await scoring.settled()
        assert scoring.problems[ONE].pane == "one" and "renders a chat" in scoring.problems[ONE].message
        bare = ScoreKey(*ONE[:3], Frame.BARE)
        scoring.start(bare)
        await scoring.settled()
        assert chat.scores[bare].positions[0].missing is Missing.START and chat.scores[bare].whole


async def test_where_one_model_fits_at_a_time_it_waits_for_all_replies_and_asks_one_after_the_other() -> None:
    async with two() as (own, base, servers):
        own.script("mistral:text", Script(language=TWIN))
        turn = turn_on(own, base, settings=TurnSettings(logprobs=20, one_after_other=True))
        tell(turn, REPLY[:40])
        tell(turn, REPLY[:1], None, "other")
        scoring = TurnScoring(turn, servers)
        scoring.start(ONE)
        scoring.start(OTHER)
        await asyncio.sleep(0)
        scoring.look()
        assert not base.seen("/api/generate") and not own.seen("/api/generate")
        tell(turn, REPLY[1:40], pane="other")
        scoring.look()
        await scoring.settled()
        assert turn.scores[ONE].whole and turn.scores[OTHER].whole
        last = max(seen.closed or 0 for seen in base.seen("/api/generate"))
        assert all(seen.opened >= last for seen in own.seen("/api/generate"))


async def test_what_was_thought_is_not_before_the_other() -> None:
    async with two() as (own, base, servers):
        turn = turn_on(own, base)
        turn.apply(Token("one", 1, 0.0, "hm", True))
        tell(turn, REPLY)
        scoring = TurnScoring(turn, servers)
        scoring.start(ONE)
        await scoring.settled()
        assert scoring.problems[ONE].pane == "one" and "thinking off" in scoring.problems[ONE].message


async def test_what_was_carried_on_stands_before_the_reply() -> None:
    async with two() as (own, base, servers):
        first = turn_on(own, base)
        tell(first, ["So", " so."])
        turn = turn_on(own, base, settings=TurnSettings(logprobs=20, context=CARRY))
        tell(turn, REPLY[:3])
        scoring = TurnScoring(turn, servers, before=[first])
        scoring.start(ONE)
        await scoring.settled()
        prompt = next(seen.body["prompt"] for seen in base.seen("/api/generate") if seen.body.get("prompt"))
        assert prompt == "Why?So so.\nWhy?"


async def test_the_twins_score_one_another_and_the_ends_are_compared() -> None:
    async with Servers() as servers:
        base = Pane("one", "twin:text", EMBEDDED, Mode.COMPLETION)
        chat = Pane("other", "twin:latest", EMBEDDED, Mode.CHAT)
        settings = TurnSettings(logprobs=20, sampling=TurnSettings().sampling.on("num_predict", 24))
        turn = Turn(1, datetime(2026, 11, 20, tzinfo=UTC), "What is the capital of France?", (base, chat), settings)
        async for event in Run(turn.lineup, turn.prompt, settings, servers).events():
            turn.apply(event)
        scoring = TurnScoring(turn, servers)
        scoring.start(ONE)
        scoring.start(OTHER)
        await scoring.settled()
        assert not scoring.problems
        for key in (ONE, OTHER):
            score, reply = turn.scores[key], turn.replies[key.pane, 1]
            assert score.whole and len(score.positions) == len(reply.texts) + (reply.end is End.STOP)
            assert score.tokenizers is Tokenizers.ALIKE
            first = score.positions[0]
            assert first.alternatives or first.missing is Missing.ENDS  # a tuned twin may end a bare question at once
            assert any(position.alternatives for position in score.positions)
