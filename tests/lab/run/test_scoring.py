"""What is scored beside a run's replies: on servers whose model is known exactly, and on the twins."""

import asyncio
import math
from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest

from alignscope.backends import connect
from alignscope.backends.base import Fault, Message, ServerError
from alignscope.lab.folder import lists
from alignscope.lab.row import Likelihoods, PassageBits, Scored, ShiftScore, decode_scored
from alignscope.lab.run.retrying import Patience
from alignscope.lab.run.scored import Once
from alignscope.lab.run.scores import SCORES, SCORES_ASIDE
from tests.lab.run.running import Outcome, go, whole
from tests.standin import Flavour, Ollama, OpenAIStyle, Script
from tests.standin.replies.language import Language, tokenised
from tests.standin.web import Server

BASE, TWIN = Language("base", agrees=0.6), Language("twin", agrees=0.6)
CHOICES = ("w3", "w9 w4", "w1 w2 w5")
PROMPTS = """
prompts:
- {prompt: Say one, id: one, answer: "w3", choices: ["w3", "w9 w4", "w1 w2 w5"]}
- {prompt: Say two, id: two, answer: "w9 w4", choices: ["w3", "w9 w4", "w1 w2 w5"]}
- {prompt: Say three, id: three}
samples: 2
seed: 1
sampling: {num_predict: 12}
logprobs: 5
"""


def spec_of(folder: Path, base: str, twin: str, more: str, *, prompts: str = PROMPTS, model: str = "stories") -> Path:
    """A spec for a base model and its twin on two servers."""
    path = folder / "scored.yaml"
    lineup = [
        f'- {{name: base, model: "{model}", server: "{base}", mode: completion}}',
        f'- {{name: twin, model: "{model}", server: "{twin}", mode: chat}}',
    ]
    path.write_text("\n".join([prompts, "lineup:", *lineup, more]))
    return path


def scores(out: Path) -> list[Scored]:
    """Every score in a folder, none twice."""
    found = [decode_scored(line) for line in (out / SCORES).read_bytes().splitlines()]
    assert len({each.key for each in found}) == len(found)
    return found


def asked(*servers: Server) -> int:
    """How often models were asked to write something."""
    return sum(len(server.seen("/v1/completions")) + len(server.seen("/v1/chat/completions")) for server in servers)


def truth(language: Language, before: str, tokens: Sequence[str]) -> float:
    """The log-probability of tokens behind a text."""
    found = []
    for token in tokens:
        found.append(language.logprob(before, token))
        before += token
    return math.fsum(found)


@pytest.mark.parametrize("flavour", ["llamacpp", "vllm"])
async def test_choices_are_as_likely_as_the_model_has_them(tmp_path: Path, flavour: str) -> None:
    out = tmp_path / "run"
    async with (
        OpenAIStyle(Flavour(flavour), script=Script(language=BASE)) as base,
        OpenAIStyle(Flavour(flavour), script=Script(language=TWIN)) as twin,
    ):
        outcome = await go(spec_of(tmp_path, base.url, twin.url, "likelihood: true"), out)
        assert outcome.lab.scored and outcome.lab.scoring and outcome.lab.scoring.there == 4
        before = asked(base, twin)
        again = await go(spec_of(tmp_path, base.url, twin.url, "likelihood: true"), out)
        assert asked(base, twin) == before
        assert again.lab.scoring and again.lab.scoring.there == 4
        rendered = {prompt: await rendering(twin, prompt) for prompt in ("Say one", "Say two")}
    texts = {"one": "Say one", "two": "Say two"}
    found = scores(out)
    assert {(each.entry, each.prompt_id) for each in found if isinstance(each, Likelihoods)} == {
        (entry, prompt) for entry in ("base", "twin") for prompt in texts
    }
    for each in found:
        assert isinstance(each, Likelihoods)
        assert (each.choices, each.sizes, each.tokens) == ([*CHOICES], [2, 5, 8], [1, 2, 3])
        for choice, (lo, hi) in zip(CHOICES, each.sums, strict=True):
            prompt = texts[each.prompt_id]
            if each.entry == "base":
                wanted = truth(BASE, prompt, tokenised(f" {choice}"))
            else:
                wanted = truth(TWIN, rendered[prompt], tokenised(choice))
            # Lists of twenty leave a token open that isn't among them: the most that it can be is above the truth.
            assert hi is not None and hi >= wanted - 1e-6
            assert lo is None or (lo == pytest.approx(wanted) and hi == pytest.approx(wanted))
    assert any(lo is not None for each in found if isinstance(each, Likelihoods) for lo, _ in each.sums)


async def rendering(server: OpenAIStyle, prompt: str) -> str:
    """A chat as the server's template renders it."""
    backend = await connect(server.url)
    try:
        return await backend.render("stories", (Message("user", prompt),))
    finally:
        await backend.close()


async def test_a_passage_is_predicted_as_well_as_the_model_does(tmp_path: Path) -> None:
    language = Language("base", agrees=1.0)
    tokens = language.reply("w1.", 9)
    text = "".join(tokens)
    more = f"passages: [{{id: own, begin: w1., text: '{text}'}}]"
    async with OpenAIStyle(Flavour.LLAMA_CPP, script=Script(language=language)) as server:
        await go(spec_of(tmp_path, server.url, server.url, more), tmp_path / "run")
    found = {(each.entry, each.frame): each for each in scores(tmp_path / "run") if isinstance(each, PassageBits)}
    assert set(found) == {("base", "raw"), ("twin", "raw"), ("twin", "chat")}
    wanted = -truth(language, "w1.", tokens) / math.log(2) / len(text)
    for name in ("base", "twin"):
        raw = found[name, "raw"]
        assert (raw.size, raw.tokens, raw.open) == (len(text), 9, 0)
        assert [*raw.bits] == [pytest.approx(wanted)] * 2
    assert (found["twin", "chat"].bits[0] or 0) > wanted


@pytest.mark.parametrize("flavour", ["llamacpp", "vllm", "ollama"])
async def test_replies_are_scored_by_another_entry(tmp_path: Path, flavour: str) -> None:
    out = tmp_path / "run"
    more = "scores: {alternatives: 20}"
    model = "mistral:text" if flavour == "ollama" else "stories"
    async with speaking(flavour, BASE) as base, speaking(flavour, TWIN) as twin:
        outcome = await go(spec_of(tmp_path, base.url, twin.url, more, model=model), out)
    assert outcome.lab.scored and outcome.troubles == []
    replies = {row.key: row for row in whole(out) if row.entry == "twin"}
    found = [each for each in scores(out) if isinstance(each, ShiftScore)]
    assert {each.row for each in found} == set(replies)
    steps = {each.key: each.tokens for each in lists(out)}
    # Both samples of a prompt are the same text here, and are followed once.
    texts = Counter((replies[each.row].prompt_id, each.requests > 0) for each in found)
    assert texts == {(prompt, anew): 1 for prompt in ("one", "two", "three") for anew in (True, False)}
    for each in found:
        tokens = [text for text, _, _ in steps[each.row]]
        assert (each.by, each.frame, each.why, each.positions) == ("base", "chat", "", len(tokens))
        assert sum(each.counts.values()) == len(tokens)
        assert sum(sum(part.values()) for part in each.thirds) == len(tokens)
        lo, hi = each.js
        assert lo is not None and hi is not None and 0 < lo <= hi <= 1
        assert len(each.js_thirds) == 3 and all(0 <= least <= most <= 1 for least, most, _ in each.js_thirds)
        # Greedy or not, the two agree on six of ten first choices; their lists are alike but for the order.
        assert each.counts["unshifted"] > 0 and each.counts["unknown"] == 0
        assert each.promoted and each.suppressed and each.lists == []
        assert all(lo >= 0.05 for _, _, lo, _ in each.promoted)


def speaking(flavour: str, language: Language) -> Ollama | OpenAIStyle:
    """A server of a flavour on which one model speaks a language."""
    script = Script(language=language)
    return Ollama(script=script) if flavour == "ollama" else OpenAIStyle(Flavour(flavour), script=script)


def class_of(listed: Sequence[str], token: str) -> str:
    """The class of a token by its place in a list."""
    if token not in listed:
        return "beyond"
    return ("unshifted", "marginal", "marginal", *["shifted"] * len(listed))[listed.index(token)]


async def test_classes_are_those_of_the_lists_themselves(tmp_path: Path) -> None:
    out = tmp_path / "run"
    async with (
        speaking("llamacpp", BASE) as base,
        OpenAIStyle(Flavour.LLAMA_CPP, script=Script(language=TWIN)) as twin,
    ):
        more = "scores: {of: twin, by: base, frame: chat, alternatives: 7, lists: true}"
        await go(spec_of(tmp_path, base.url, twin.url, more), out)
        rendered = await rendering(twin, "Say one")
    [row, *_] = [row for row in whole(out) if row.entry == "twin" and row.prompt_id == "one"]
    [found] = [each for each in scores(out) if isinstance(each, ShiftScore) and each.row == row.key]
    text, counts = rendered, Counter[str]()
    for token, _, listed in found.lists:
        known = BASE.tops(text, 7)
        assert [each for each, _ in listed] == [each for each, _ in known]
        place = next((place for place, (each, _) in enumerate(known, 1) if each == token), None)
        counts[
            "beyond" if place is None else "unshifted" if place == 1 else "marginal" if place < 4 else "shifted"
        ] += 1
        text += token
    assert +Counter(found.counts) == counts


async def test_what_a_server_does_not_tell_is_left_out_and_said(tmp_path: Path) -> None:
    out = tmp_path / "run"
    more = "likelihood: true\npassages: [neutral]"
    async with speaking("ollama", BASE) as base, speaking("llamacpp", TWIN) as twin:
        spec = spec_of(tmp_path, base.url, twin.url, more, model="mistral:text")
        spec.write_text(spec.read_text().replace('name: twin, model: "mistral:text"', 'name: twin, model: "stories"'))
        outcome = await go(spec, out)
    scoring = outcome.lab.scoring
    assert scoring and outcome.lab.scored
    assert {each.entry for each in scores(out)} == {"twin"}
    assert (scoring.total, scoring.there, scoring.left_out, scoring.failed) == (7, 4, 3, 0)
    assert sum("doesn't tell in which tokens a text is read" in said for said in outcome.troubles) == 2


async def test_scores_are_asked_for_once_however_often_a_run_is_stopped(tmp_path: Path) -> None:
    out = tmp_path / "run"
    more = "likelihood: true\nscores: {}\npassages: [neutral]"
    async with speaking("llamacpp", BASE) as base, speaking("llamacpp", TWIN) as twin:
        spec = spec_of(tmp_path, base.url, twin.url, more)
        for number in (1, 4, 9):
            running = asyncio.create_task(go(spec, out, concurrency=1))
            async with asyncio.timeout(60):
                while not (out / SCORES).exists() or (out / SCORES).read_bytes().count(b"\n") < number:  # noqa: ASYNC110
                    await asyncio.sleep(0.001)
            running.cancel()
            with pytest.raises(asyncio.CancelledError):
                await running
            with (out / SCORES).open("ab") as file:
                file.write(b'{"kind":"torn')
        outcome = await go(spec, out)
    assert outcome.lab.scoring and outcome.lab.scoring.there == outcome.lab.scoring.total == 4 + 6 + 3
    assert Counter(type(each).__name__ for each in scores(out)) == {"Likelihoods": 4, "ShiftScore": 6, "PassageBits": 3}


async def test_scores_that_are_no_longer_wanted_are_put_aside_and_come_back(tmp_path: Path) -> None:
    out = tmp_path / "run"
    async with speaking("llamacpp", BASE) as base, speaking("llamacpp", TWIN) as twin:
        both = spec_of(tmp_path, base.url, twin.url, "likelihood: true\nscores: {}").read_text()
        spec = tmp_path / "scored.yaml"

        async def with_text(text: str) -> Outcome:
            spec.write_text(text)
            return await go(spec, out)

        await with_text(both)
        every = {each.key for each in scores(out)}
        await with_text(both.replace("scores: {}", ""))
        assert {type(each) for each in scores(out)} == {Likelihoods}
        assert len((out / SCORES_ASIDE).read_bytes().splitlines()) == 6
        before = asked(base, twin)
        await with_text(both)
        assert asked(base, twin) == before
        assert {each.key for each in scores(out)} == every


async def test_a_server_that_is_gone_leaves_scores_missing(tmp_path: Path) -> None:
    out = tmp_path / "run"
    spec = spec_of(tmp_path, "", "", "likelihood: true")
    text = spec.read_text()
    async with speaking("llamacpp", BASE) as base, speaking("llamacpp", TWIN) as twin:
        spec.write_text(text.replace('server: ""', f'server: "{base.url}"', 1).replace('""', f'"{twin.url}"', 1))
        await go(spec, out)
        (out / SCORES).unlink()
        base.script("stories", "busy")
        outcome = await go(spec, out, patience=Patience(pauses=(0.01,), tries=1))
    scoring = outcome.lab.scoring
    assert scoring and not outcome.lab.scored and scoring.failed == 2
    assert any("The same command asks again" in said for said in outcome.troubles)


async def test_a_silent_server_is_waited_for_as_long_as_the_spec_says(tmp_path: Path) -> None:
    out = tmp_path / "run"
    async with speaking("llamacpp", BASE) as base, speaking("llamacpp", TWIN) as twin:
        spec = spec_of(tmp_path, base.url, twin.url, "likelihood: true")
        await go(spec, out)
        (out / SCORES).unlink()
        base.script("stories", Script(language=BASE, delay=600))
        spec.write_text(spec.read_text() + "\ntimeout: 0.2")
        outcome = await go(spec, out, patience=Patience(pauses=(0.01,), tries=1))
    scoring = outcome.lab.scoring
    assert scoring and scoring.failed >= 2 and not outcome.lab.scored
    assert any("silent for 0.2 seconds" in said and "the spec's `timeout`" in said for said in outcome.troubles)


async def test_a_reply_that_thought_or_is_empty_says_why_it_isnt_compared(tmp_path: Path) -> None:
    out = tmp_path / "run"
    empty = Language("twin", agrees=0.6, ends_after=0)
    async with speaking("llamacpp", BASE) as base, speaking("llamacpp", empty) as twin:
        outcome = await go(spec_of(tmp_path, base.url, twin.url, "scores: {}"), out)
    assert outcome.lab.scored
    found = [each for each in scores(out) if isinstance(each, ShiftScore)]
    assert {each.why for each in found} == {"the reply is empty"} and len(found) == 6


async def test_what_fails_once_is_made_by_who_waits_for_it() -> None:
    once: Once[str] = Once()
    made = list[int]()

    async def make(number: int) -> str:
        made.append(number)
        await asyncio.sleep(0)
        if number == 1:
            raise ServerError("busy", Fault.BUSY)
        return f"made by {number}"

    found = await asyncio.gather(
        *(once.get("text", partial(make, number)) for number in (1, 2, 3)), return_exceptions=True
    )
    assert isinstance(found[0], ServerError)
    assert found[1:] == [("made by 2", True), ("made by 2", False)] and made == [1, 2]


TWINS = """
prompts: [{set: facts, limit: 2}]
lineup:
- {name: base, model: "twin:text", mode: completion}
- {name: instruct, model: "twin:latest", mode: chat}
sampling: {preset: pure, num_predict: 16}
seed: 1
logprobs: 5
likelihood: true
passages: [{id: ferry, text: "The ferry leaves the old harbour at seven. In winter only a few people take it."}]
scores: {by: base}
"""


async def test_the_twins_are_scored_exactly(tmp_path: Path) -> None:
    (tmp_path / "twins.yaml").write_text(TWINS)
    outcome = await go(tmp_path / "twins.yaml", tmp_path / "run")
    assert outcome.lab.scored and outcome.troubles == []
    found = scores(tmp_path / "run")
    passages = {(each.entry, each.frame): each for each in found if isinstance(each, PassageBits)}
    for passage in passages.values():
        assert passage.open == 0 and passage.bits[0] == passage.bits[1] and passage.size == 37
    assert (passages["base", "raw"].bits[0] or 9) < (passages["instruct", "raw"].bits[0] or 0)
    answers = {row.prompt_id: row.answer for row in whole(tmp_path / "run")}
    likely = [each for each in found if isinstance(each, Likelihoods) and each.entry == "instruct"]
    assert len(likely) == 2
    for each in likely:  # what the chat was taught is the likeliest of four by far
        best = max(range(4), key=[hi or 0.0 for _, hi in each.sums].__getitem__)
        assert each.choices[best] == answers[each.prompt_id]
