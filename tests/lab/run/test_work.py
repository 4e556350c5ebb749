"""Runs against stand-ins of every dialect: what is sent, what is kept, and every fault that a server has."""

import asyncio
import json
import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from alignscope.backends.base import ServerError
from alignscope.lab import manifest
from alignscope.lab.folder import FolderError, lists, rows
from alignscope.lab.manifest import ChangedModelsError
from alignscope.lab.run.retrying import Patience
from tests.lab.run.running import go, spec_for, whole
from tests.standin import Ollama, OpenAIStyle, Script
from tests.standin.models import Held
from tests.standin.replies.language import Language
from tests.standin.replies.script import Fault, Told
from tests.standin.replies.text import ANSWER
from tests.waiting import until

SEVEN = tuple(f" w{number}" for number in range(7))
FLAVOURS = ("ollama", "llamacpp", "vllm", "lmstudio", "plain")


def server_of(flavour: str, script: Script, port: int = 0) -> Ollama | OpenAIStyle:
    """A stand-in with the models `a` and `b`."""
    if flavour == "ollama":
        return Ollama((Held("a"), Held("b")), script=script, port=port)
    return OpenAIStyle(flavour, "a", "b", script=script, port=port)


@pytest.mark.parametrize("flavour", FLAVOURS)
async def test_every_row_is_there_once_whatever_a_server_does(tmp_path: Path, flavour: str) -> None:
    async with server_of(flavour, Script(pieces=SEVEN)) as server:
        well = server.default
        server.script("a", "busy", "cut", "well", "eof", "busy", "busy", "crash", "reset", well)
        server.script("b", "reset", well, "malformed", "cut", "busy", well)
        more = "samples: 2\nseed: 3\nlogprobs: 3"
        spec = spec_for(tmp_path, server.url, models=("a", "b"), prompts=6, more=more)
        outcome = await go(spec, tmp_path / "run")
    found = whole(tmp_path / "run")
    assert len(found) == 24
    assert outcome.progress.whole == 24
    assert outcome.lab.retries >= 8
    for said in ("is busy", "broke in the middle|ended the stream|not in its own format"):
        assert any(re.search(f"({said}).* asks again by itself in", each) for each in outcome.troubles), said
    assert sorted(each.key for each in lists(tmp_path / "run")) == sorted(row.key for row in found)
    assert {(row.entry, row.prompt_id, row.sample) for row in found} == {
        (entry, f"prompt-{prompt}", sample) for entry in ("e0", "e1") for prompt in range(6) for sample in (1, 2)
    }
    assert {row.text for row in found if row.entry == "e1"} == {"".join(SEVEN)}
    kept = manifest.read(tmp_path / "run")
    assert kept and kept.rows == 24 and [entry.server for entry in kept.lineup] == [server.url] * 2
    assert {entry.vocabulary for entry in kept.lineup} == {151_936 if flavour == "llamacpp" else None}


async def test_a_row_says_what_was_sent(tmp_path: Path, ollama: Ollama) -> None:
    ollama.default = Script(pieces=SEVEN)
    more = "seed: 40\nsamples: 2\npreset: pure\nsampling: {name: mine, temperature: 0.5, stop: [END], num_predict: 30}"
    await go(spec_for(tmp_path, ollama.url, prompts=1, more=more), tmp_path / "run", concurrency=1)
    completions, chats = ollama.seen("/api/generate"), ollama.seen("/api/chat")
    found = whole(tmp_path / "run")
    assert [row.sent for row in found if row.entry == "e0"] == [seen.body["prompt"] for seen in completions]
    assert [json.loads(row.sent) for row in found if row.entry == "e1"] == [seen.body["messages"] for seen in chats]
    for row, seen in zip(found, [*completions, *chats], strict=True):
        assert seen.body["options"] == {**row.options, "seed": row.seed}
        assert (row.sampling, row.seed, row.model) == ("mine", 39 + row.sample, seen.body["model"])
        assert (row.end, row.text, row.tokens, row.error) == ("stop", "".join(SEVEN), 8, "")
        assert row.first_token_ms is not None and 0 <= row.first_token_ms <= row.duration_ms
        assert row.digest
    assert [(row.mode, row.frame, row.role) for row in found[::2]] == [
        ("completion", "raw", "base"),
        ("chat", "chat", "aligned"),
    ]


async def test_what_is_there_is_not_asked_again(tmp_path: Path, ollama: Ollama) -> None:
    spec = spec_for(tmp_path, ollama.url)
    await go(spec, tmp_path / "run")
    asked = len(ollama.seen("/api/chat"))
    outcome = await go(spec, tmp_path / "run")
    assert len(ollama.seen("/api/chat")) == asked
    assert (outcome.progress.before, outcome.progress.came) == (8, 0)
    spec_for(tmp_path, ollama.url, more="samples: 2\nconcurrency: 9")
    outcome = await go(spec, tmp_path / "run")
    assert (outcome.progress.before, outcome.progress.came) == (8, 8)
    assert len(whole(tmp_path / "run")) == 16


@pytest.mark.parametrize("flavour", FLAVOURS)
async def test_an_outage_is_waited_for_and_said_once(tmp_path: Path, flavour: str) -> None:
    out, said, sevens = tmp_path / "run", asyncio.Event(), Script(pieces=SEVEN)

    def trouble(message: str) -> None:
        if "Nothing answers" in message:
            said.set()

    async with server_of(flavour, sevens) as server:
        port, spec = server.port, spec_for(tmp_path, server.url, models=("a",), prompts=20)
        server.script("a", *[sevens] * 4, Script(pieces=SEVEN, rate=0.001))
        running = asyncio.create_task(go(spec, out, on_trouble=trouble))
        await server.until(lambda: sum("completion" in s.path or "generate" in s.path for s in server.open_now()) == 3)
    await said.wait()
    before = len(whole(out))
    async with server_of(flavour, sevens, port) as server:
        outcome = await running
        asked = [seen for seen in server.requests if "prompt " in str(seen.body)]
    assert before == 4
    found = whole(out)
    assert len(found) == 20
    assert {row.text for row in found} == {"".join(SEVEN)}
    assert len(asked) == 16, "what is there is not asked again"
    assert outcome.lab.retries >= 3
    assert sum("Nothing answers" in message for message in outcome.troubles) == 1
    assert any(
        message.endswith("The run asks again by itself in 0.01 seconds, and then less often.")
        for message in outcome.troubles
    )


async def test_a_server_that_stays_away_is_given_up_and_gone_on_with(tmp_path: Path) -> None:
    out = tmp_path / "run"
    short = Patience(pauses=(0.01, 0.01))
    async with Ollama(script=Script(pieces=SEVEN)) as server, Ollama(script=Script(pieces=SEVEN)) as other:
        port = server.port
        spec = spec_for(tmp_path, server.url)
        text = spec.read_text().replace(server.url, other.url, 1)
        spec.write_text(text)
        server.default = Script(pieces=SEVEN, rate=0.001)
        running = asyncio.create_task(go(spec, out, patience=short))
        await server.until(lambda: bool(server.open_now("/api/chat")))
        await server.__aexit__()
        outcome = await running
        assert {row.entry for row in whole(out)} == {"e0"}
        assert outcome.progress.whole == 4
        assert any("Given up; the same command goes on" in message for message in outcome.troubles)
        async with Ollama(script=Script(pieces=SEVEN), port=port):
            outcome = await go(spec, out)
    assert (outcome.progress.before, outcome.progress.came) == (4, 4)
    assert len(whole(out)) == 8


async def test_no_more_requests_are_under_way_than_allowed(tmp_path: Path) -> None:
    async with Ollama(script=Script(pieces=SEVEN, delay=0.005), num_parallel=8) as server:
        spec = spec_for(tmp_path, server.url, prompts=10)
        await go(spec, tmp_path / "run", concurrency=3)
        replies = [seen for seen in server.requests if seen.path in ("/api/generate", "/api/chat")]
    peak = max(sum(one.opened <= seen.opened < (one.closed or 0) for one in replies) for seen in replies)
    assert 2 <= peak <= 3


async def test_a_silent_reply_is_given_up_and_asked_again(tmp_path: Path, ollama: Ollama) -> None:
    ollama.default = Script(pieces=SEVEN)
    ollama.script("mistral:text", Script(fault=Fault.STALL, after=3), Script(delay=60), Script(pieces=SEVEN))
    spec = spec_for(tmp_path, ollama.url, prompts=2, more="timeout: 0.5")
    # On a busy machine others may be silent for so long, too, and are asked as often as it takes.
    outcome = await go(spec, tmp_path / "run", patience=Patience(pauses=(0.01,), tries=1000))
    assert len(whole(tmp_path / "run")) == 4
    assert any("was silent for 0.5 seconds. Raise `timeout` in the spec" in message for message in outcome.troubles)


async def test_what_would_fail_again_is_asked_once_and_again_by_the_next_run(tmp_path: Path, ollama: Ollama) -> None:
    ollama.default = Script(pieces=SEVEN)
    ollama.script("mistral:text", Script(pieces=SEVEN), "invalid", Script(pieces=SEVEN))
    spec = spec_for(tmp_path, ollama.url)
    outcome = await go(spec, tmp_path / "run", concurrency=1)
    [failed] = [row for row in rows(tmp_path / "run") if row.failed]
    assert failed.end == "error"
    assert "context" in failed.error
    assert (outcome.progress.whole, outcome.progress.failed, outcome.lab.retries) == (7, 1, 0)
    outcome = await go(spec, tmp_path / "run")
    assert (outcome.settled.failed, outcome.progress.came) == (1, 1)
    assert len(whole(tmp_path / "run")) == 8


async def test_what_breaks_off_every_time_is_kept_as_far_as_it_came(tmp_path: Path, ollama: Ollama) -> None:
    ollama.default = Script(pieces=SEVEN)
    ollama.script("mistral:text", *[Script(pieces=SEVEN, fault=Fault.CUT, after=3)] * 4, Script(pieces=SEVEN))
    await go(spec_for(tmp_path, ollama.url, prompts=1), tmp_path / "run", concurrency=1)
    [failed] = [row for row in rows(tmp_path / "run") if row.failed]
    assert (failed.end, failed.text) == ("cut", "".join(SEVEN[:3]))
    assert len(ollama.seen("/api/generate")) == 4


@pytest.mark.parametrize(("script", "asked"), [("no-model", 2), ("refused", 2), ("memory", 60)])
async def test_an_entry_that_only_fails_is_given_up_and_the_other_isnt(
    tmp_path: Path, ollama: Ollama, script: str, asked: int
) -> None:
    ollama.default = Script(pieces=SEVEN)
    ollama.script("mistral:text", script)
    outcome = await go(spec_for(tmp_path, ollama.url, prompts=30), tmp_path / "run", concurrency=2)
    kept = [*rows(tmp_path / "run")]
    assert len([row for row in kept if not row.failed]) == 30
    assert {row.entry for row in kept if not row.failed} == {"e1"}
    assert len(ollama.seen("/api/generate")) <= asked
    assert sum("e0 is asked no more, since every request fails." in told for told in outcome.troubles) == 1


def has_rows(out: Path, number: int) -> bool:
    """Whether a folder has so many rows."""
    return len([*rows(out)]) >= number


async def test_a_run_that_is_stopped_early_has_replies_to_compare(tmp_path: Path) -> None:
    out = tmp_path / "run"
    async with Ollama(script=Script(pieces=SEVEN)) as server, Ollama(script=Script(pieces=SEVEN)) as other:
        spec = spec_for(tmp_path, server.url, prompts=20, more="samples: 2")
        servers = {"one": spec.read_text(), "two": spec.read_text().replace(server.url, other.url, 1)}
        for name, text in servers.items():
            spec.write_text(text)
            running = asyncio.create_task(go(spec, out / name, concurrency=1))
            await until(partial(has_rows, out / name, 14))
            running.cancel()
            with pytest.raises(asyncio.CancelledError):
                await running
            found = whole(out / name)
            prompts = [{row.prompt_id for row in found if row.entry == entry} for entry in ("e0", "e1")]
            assert len(prompts[0] & prompts[1]) >= 2, name


async def test_a_model_that_isnt_there_is_told_before_anything_is_sent(tmp_path: Path, ollama: Ollama) -> None:
    spec = spec_for(tmp_path, ollama.url, models=("mistral:text", "gone:latest"))
    with pytest.raises(ServerError, match=r"e1: .*gone:latest"):
        await go(spec, tmp_path / "run")
    assert not ollama.seen("/api/generate")
    assert not (tmp_path / "run").exists()


@dataclass(frozen=True)
class Retrained(Held):
    """The same model with other weights."""

    @property
    def digest(self) -> str:
        return "f" * 64


async def test_a_model_that_changed_is_refused_unless_it_is_accepted(tmp_path: Path) -> None:
    out = tmp_path / "run"
    async with Ollama((Held("a"), Held("b")), script=Script(pieces=SEVEN)) as server:
        spec = spec_for(tmp_path, server.url, models=("a", "b"))
        await go(spec, out)
        before = {row.key for row in rows(out)}
        server.models["b"] = Retrained("b")
        with pytest.raises(ChangedModelsError, match="e1 is not what the run began with"):
            await go(spec, out)
        assert {row.key for row in rows(out)} == before
        outcome = await go(spec, out, accept_changed=True)
    assert (outcome.settled.aside, outcome.progress.before, outcome.progress.came) == (4, 4, 4)
    assert {row.digest for row in whole(out) if row.entry == "e1"} == {"sha256:" + "f" * 64}
    kept = manifest.read(out)
    assert kept and [change.entry for change in kept.changed] == ["e1"]


async def test_a_template_that_changed_is_refused_and_another_name_in_the_spec_isnt(tmp_path: Path) -> None:
    out = tmp_path / "run"
    async with Ollama((Held("a"), Held("b"), Held("c")), script=Script(pieces=SEVEN)) as server:
        await go(spec_for(tmp_path, server.url, models=("a", "b")), out)
        server.models["b"] = Held("b", template="{{ .System }}{{ .Prompt }}")
        with pytest.raises(ChangedModelsError, match="e1 is not what"):
            await go(spec_for(tmp_path, server.url, models=("a", "b")), out)
        outcome = await go(spec_for(tmp_path, server.url, models=("a", "c")), out)
    assert (outcome.settled.aside, outcome.progress.came) == (4, 4)
    assert {row.model for row in whole(out)} == {"a", "c"}


async def test_another_spec_is_refused_its_folder(tmp_path: Path, ollama: Ollama) -> None:
    await go(spec_for(tmp_path, ollama.url), tmp_path / "run")
    other = spec_for(tmp_path, ollama.url, more="name: other")
    with pytest.raises(FolderError, match="holds the run lab, and this is other"):
        await go(other, tmp_path / "run")


async def test_lists_lie_beside_the_rows(tmp_path: Path, ollama: Ollama) -> None:
    ollama.default = Script(language=Language("a"))
    await go(spec_for(tmp_path, ollama.url, more="logprobs: 3\nsampling: {num_predict: 9}"), tmp_path / "run")
    kept = {each.key: each.tokens for each in lists(tmp_path / "run")}
    found = whole(tmp_path / "run")
    assert len(found) == 8
    for row in found:
        steps = kept.pop(row.key)
        assert "".join(text for text, _, _ in steps) == row.text
        assert all(logprob is not None and len(listed) == 3 for _, logprob, listed in steps)
    assert not kept


async def test_lists_that_a_server_keeps_to_itself_are_said_to_be_missing(tmp_path: Path, ollama: Ollama) -> None:
    ollama.default = Script(pieces=SEVEN, told=Told.NONE)
    outcome = await go(spec_for(tmp_path, ollama.url, more="logprobs: 3"), tmp_path / "run")
    assert sum("told none" in message for message in outcome.troubles) == 2
    assert all(logprob is None for each in lists(tmp_path / "run") for _, logprob, _ in each.tokens)


async def test_hostile_text_is_kept_as_text(tmp_path: Path, ollama: Ollama) -> None:
    ollama.script("mistral:text", "controls", "bad-utf8")
    await go(spec_for(tmp_path, ollama.url, prompts=2), tmp_path / "run", concurrency=1)
    lines = (tmp_path / "run" / "samples.jsonl").read_bytes()
    assert lines.count(b"\n") == 4
    assert b"\x1b" not in lines
    assert {ANSWER} == {row.text for row in rows(tmp_path / "run") if row.entry == "e1"}


async def test_stopping_keeps_every_row_that_is_whole(tmp_path: Path) -> None:
    out = tmp_path / "run"
    async with Ollama(script=Script(pieces=SEVEN)) as server:
        server.script("mistral:text", *[Script(pieces=SEVEN)] * 5, Script(pieces=SEVEN, rate=0.001))
        spec = spec_for(tmp_path, server.url, models=("mistral:text",), prompts=20)
        running = asyncio.create_task(go(spec, out))
        await until(lambda: len([*rows(out)]) == 5 and len(server.open_now("/api/generate")) == 3)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert len(whole(out)) == 5
        server.default = Script(pieces=SEVEN)
        server.script("mistral:text")
        outcome = await go(spec, out)
    assert (outcome.progress.before, outcome.progress.came) == (5, 15)
    assert len(whole(out)) == 20
