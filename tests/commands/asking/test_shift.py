"""`alignscope shift`: real processes, on the twins and on stand-ins that speak a made-up language."""

import asyncio
import json
import math
import re
from pathlib import Path
from typing import Any

import pytest

from tests.commands.shell import Shell, Terminal
from tests.scoring.speaking import BASE, TWIN
from tests.standin import Fault, Flavour, Ollama, OpenAIStyle, Script
from tests.standin.web import Exchange

PROMPT = "how do i kill a python process?"
TWINS = ("--embedded", "--set", "num_predict=40")
BEGINNING = ("--embedded", "--set", "num_predict=12")
"""For what holds of a few positions as well: whole lists of the twins are what takes long here."""


TWIN_BEFORE = "<|user|>Why?<|end|><|assistant|>"
"""What the stand-ins make of a chat with the prompt `Why?`."""


def positions(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [event for event in events if event["event"] == "position"]


async def test_the_twins_part_at_the_beginning_and_the_rest_is_the_base_models_own(shell: Shell) -> None:
    done = await shell.run("shift", PROMPT, *TWINS, "--json")
    assert (done.status, done.err) == (0, "")
    *_, summary = done.events
    rows = positions(done.events)
    assert [row["index"] for row in rows] == list(range(len(rows)))
    assert rows[-1]["end"] and not rows[-1]["token"]
    for row in rows[:-1]:
        assert set(row) == {"event", "index", "token", "own", "other", "class", "entropy", "tv", "js", "covered"}
        assert row["own"]["rank"] == 1, "it is greedy unless told"
        assert row["other"]["logprob_lo"] == row["other"]["logprob_hi"], "whole lists leave nothing open"
        assert row["covered"] == pytest.approx([1, 1], abs=1e-3)
        assert row["tv"][1] - row["tv"][0] < 1e-3
        assert 0 <= row["js"][0] <= row["js"][1] <= math.log(2) + 1e-9
        rank = row["other"]["rank"]
        assert row["class"] == ("unshifted" if rank == 1 else "marginal" if rank <= 3 else "shifted")
    assert rows[0]["class"] == "shifted"
    assert summary["counts"]["unshifted"] > summary["counts"]["shifted"]
    assert sum(summary["counts"].values()) == summary["positions"] == len(rows)
    assert summary["null_shifted_or_beyond"]["value"] == 0
    begun, further = summary["shifted_by_position"][:2]
    assert [begun["from"], begun["to"], begun["known"], further["from"], further["to"]] == [0, 5, 5, 5, 25]
    assert begun["value"] == sum(row["class"] == "shifted" for row in rows[:5]) / 5 > further["value"]
    first, _, last = summary["js_thirds"]
    assert first[0] > last[1], "the later, the less they differ"


async def test_a_scaffold_brings_the_base_model_nearer(shell: Shell) -> None:
    shares = {}
    for frame in ("qa", "bare"):
        done = await shell.run("shift", PROMPT, *BEGINNING, "--json", "--frame", frame)
        shares[frame] = done.events[-1]["shifted_or_beyond"]["value"]
        assert positions(done.events)[0]["missing"] == "start"
    assert shares["qa"] < shares["bare"]


async def test_for_a_person(shell: Shell) -> None:
    done = await shell.run("shift", PROMPT, *BEGINNING)
    assert done.status == 0
    assert "instruct · twin:latest · chat, scored by base · twin:text · completion" in done.out
    assert "frame: chat, what the reply's own model read" in done.out
    assert "shifted or beyond: " in done.out and "known positions" in done.out
    assert re.search(r"^tokens 1–5: \d+% of 5 · 6–25: \d+% of \d+$", done.out, re.M)
    assert "\x1b" not in done.out, "no colours in a pipe"
    assert "position  token" in done.out


async def test_cut_lists_are_bounds(shell: Shell) -> None:
    done = await shell.run("shift", PROMPT, *TWINS, "--json", "--alternatives", "3")
    rows = positions(done.events)
    beyond = [row for row in rows if row["class"] == "beyond"]
    assert beyond
    for row in beyond:
        assert (row["other"]["rank"], row["other"]["beyond"]) == (None, 3)
        assert row["other"]["logprob_lo"] == pytest.approx(row["other"]["logprob_hi"], abs=1e-3), (
            "it was made to write it"
        )
    assert all(row["entropy"][0] <= (row["entropy"][1] or math.inf) for row in rows if row["entropy"][0] is not None)
    assert not any(row["class"] == "shifted" for row in rows), "a list of three has no later ones"


async def test_a_text_instead_of_a_reply(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "reply.txt"
    file.write_text("Use the kill command.")
    done = await shell.run("shift", PROMPT, *TWINS, "--json", "--text", str(file))
    assert done.status == 0
    assert "".join(row["token"] for row in positions(done.events)) == "Use the kill command."
    done = await shell.run("shift", PROMPT, *TWINS, "--text", str(file))
    assert "\nin instruct's own lists: " in done.out, "nobody sampled it"


@pytest.mark.parametrize("of", [Flavour.LLAMA_CPP, Flavour.VLLM])
@pytest.mark.parametrize("by", ["ollama", Flavour.LLAMA_CPP, Flavour.VLLM, Flavour.PLAIN])
async def test_a_text_by_every_server_that_tells_its_tokens(shell: Shell, tmp_path: Path, of: Flavour, by: str) -> None:
    file = tmp_path / "reply.txt"
    file.write_text("".join(TWIN.reply("Why?", 12)))
    script = Script(language=BASE)
    base = Ollama(script=script) if by == "ollama" else OpenAIStyle(Flavour(by), "mistral:text", script=script)
    async with base, OpenAIStyle(of, "mistral:instruct", script=Script(language=TWIN)) as twin:
        done = await shell.run(
            "shift", "Why?", "--json", "--text", str(file), "--frame", "bare",
            "--pane", f"base=mistral:text@{base.url},completion", "--pane", f"chat=mistral:instruct@{twin.url},chat",
        )  # fmt: skip
    assert (done.status, done.err) == (0, "")
    *rows, summary = done.events
    assert "".join(row["token"] for row in rows) == file.read_text()
    assert (rows[0]["missing"], summary["counts"]["unknown"]) == ("start", 1), "only what the prompt decides"
    assert all(row["own"]["logprob"] is not None and row["js"][0] is not None for row in rows[1:])


async def test_a_text_needs_a_pane_whose_server_tells_tokens(shell: Shell, tmp_path: Path, ollama: Ollama) -> None:
    file = tmp_path / "reply.txt"
    file.write_text("It is so.")
    done = await shell.run("shift", "Why?", "--host", ollama.url, "--text", str(file))
    assert done.status == 1
    assert re.search(r"alignscope: Ollama [\d.]+ doesn't tell in which tokens a text is read", done.err)


@pytest.mark.parametrize("of", ["instruct", "base"])
async def test_either_way_round(shell: Shell, of: str) -> None:
    by = {"instruct": "base", "base": "instruct"}[of]
    done = await shell.run("shift", PROMPT, *BEGINNING, "--json", "--of", of, "--by", by)
    assert (done.status, done.events[-1]["of"], done.events[-1]["by"]) == (0, of, by)


@pytest.mark.parametrize("flavour", ["ollama", *(Flavour.LLAMA_CPP, Flavour.VLLM)])
async def test_every_server_that_tells_lists(shell: Shell, flavour: str) -> None:
    def server(script: Script) -> Ollama | OpenAIStyle:
        return (
            Ollama(script=script)
            if flavour == "ollama"
            else OpenAIStyle(Flavour(flavour), "mistral:text", "mistral:instruct", script=script)
        )

    async with server(Script(language=BASE)) as base, server(Script(language=TWIN)) as twin:
        done = await shell.run(
            "shift", "Why?", "--json", "--set", "num_predict=60",
            "--pane", f"base=mistral:text@{base.url},completion", "--pane", f"chat=mistral:instruct@{twin.url},chat",
        )  # fmt: skip
    assert (done.status, done.err) == (0, "")
    *rows, summary = done.events
    assert [row["index"] for row in rows] == list(range(60))
    assert summary["counts"]["unknown"] == 0
    assert 0.6 < summary["shares"]["unshifted"] < 0.95
    assert summary["requests"] <= 0.4 * 60
    assert all(row["js"][0] is not None for row in rows)
    text = TWIN_BEFORE
    for row in rows:
        assert row["own"] == {"logprob": pytest.approx(TWIN.logprob(text, row["token"]), abs=1e-3), "rank": 1}
        text += row["token"]


async def test_a_server_that_refuses_to_score_is_told_without_an_empty_summary(shell: Shell, ollama: Ollama) -> None:
    ollama.script("mistral:text", Script(status=500, error="no"))
    for form in ((), ("--json",)):
        done = await shell.run("shift", "Why?", "--host", ollama.url, *form)
        assert (done.status, "alignscope: Ollama" in done.err) == (1, True)
        assert "request" not in done.out and "summary" not in done.out


async def test_a_server_that_is_silent_when_it_is_asked_is_given_up_and_named(shell: Shell) -> None:
    async with Ollama(script=Script(delay=3600.0)) as base, Ollama(script=Script(language=TWIN)) as twin:
        done = await shell.run(
            "shift", "Why?", "--set", "num_predict=6", "--timeout", "2",
            "--pane", f"base=mistral:text@{base.url},completion", "--pane", f"chat=mistral:instruct@{twin.url},chat",
        )  # fmt: skip
    assert done.status == 1 and "base: its server was silent for 2 seconds when it was asked" in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    ("route", "said"),
    [
        ("/apply-template", "chat: its server was silent for 2 seconds when it was asked what it makes of the chat"),
        ("/tokenize", "chat or base: its server was silent for 2 seconds when it was asked in which tokens it reads"),
    ],
)
async def test_the_limit_holds_for_what_is_asked_before_any_token(shell: Shell, route: str, said: str) -> None:
    async def forever(exchange: Exchange) -> None:
        await asyncio.Event().wait()

    async with Ollama(script=Script(language=BASE)) as base, OpenAIStyle(script=Script(language=TWIN)) as twin:
        twin.routes["POST", route] = forever
        done = await shell.run(
            "shift", "Why?", "--set", "num_predict=6", "--timeout", "2",
            "--pane", f"base=mistral:text@{base.url},completion", "--pane", f"chat=stories@{twin.url},chat",
        )  # fmt: skip
    assert done.status == 1 and said in done.err
    assert "the limit of --timeout. Raise it, or look at the server." in done.err


async def test_a_terminal_says_how_far_it_is_and_only_where_nothing_else_shows_it(shell: Shell) -> None:
    with Terminal() as terminal:
        async with shell.started("shift", PROMPT, *TWINS, "--json", stderr=terminal.end) as process:
            await process.communicate()
        shown = terminal.written
    assert re.search(r"instruct writes: [\d,]+ tokens?", shown) and re.search(r"base scores: [\d,]+ of 36 pos", shown)
    assert shown.rpartition("\r\x1b[K")[2] == "", "the line is taken away"
    with Terminal() as terminal:
        async with shell.started("shift", PROMPT, *BEGINNING, stdout=terminal.end, stderr=terminal.end) as process:
            await process.wait()
        shown = terminal.written
    assert "instruct writes" in shown and "scores:" not in shown, "the reply itself grows there"


async def test_what_came_of_a_reply_that_broke_off_is_compared(shell: Shell) -> None:
    async with (
        Ollama(script=Script(language=BASE)) as base,
        Ollama(script=Script(language=TWIN, fault=Fault.CUT, after=9)) as twin,
    ):
        done = await shell.run(
            "shift", "Why?", "--json", "--set", "num_predict=60",
            "--pane", f"base=mistral:text@{base.url},completion", "--pane", f"chat=mistral:instruct@{twin.url},chat",
        )  # fmt: skip
    assert done.status == 0
    assert len(positions(done.events)) == 9
    assert "broke in the middle" in done.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--frame", "nonsense"), "--frame is one of chat, qa, bare; nonsense is not"),
        (("--of", "gone"), "--of: no pane is called gone; there are base, instruct"),
        (("--alternatives", "0"), "--alternatives is a whole number from 1"),
        (("--samples", "3"), "--samples means nothing to `shift`"),
        (("--text", "/no/such/file"), "--text: /no/such/file can't be read: No such file"),
        (
            ("--pane", "a=twin:latest,chat"),
            "--by is needed: without it a completion pane scores the reply of a, and there",
        ),
        (
            ("--pane", "a=twin:text", "--pane", "b=twin:latest", "--of", "a"),
            "scores the reply of a, and there is no other. Name one: b",
        ),
    ],
)
async def test_what_cannot_be_compared_is_said(shell: Shell, arguments: tuple[str, ...], said: str) -> None:
    given = ("--embedded",) if arguments[0] != "--pane" else ()
    done = await shell.run("shift", PROMPT, *given, *arguments)
    assert done.status == 2
    assert said in done.err
    assert json.dumps(done.out) == '""'
