"""`alignscope ask` as a process: what it prints, to whom it sends a key, how it is broken off."""

import asyncio
import json
import signal
from itertools import pairwise
from typing import Any

import pytest

from alignscope.backends.embedded.engine import engine_problem
from tests.commands.shell import LONG, Shell, Terminal
from tests.standin import Flavour, Ollama, OpenAIStyle, Script


def of(events: list[dict[str, Any]], kind: str, pane: str = "") -> list[dict[str, Any]]:
    return [event for event in events if event["event"] == kind and pane in ("", event["pane"])]


async def test_every_event_is_a_line_of_json(shell: Shell, ollama: Ollama) -> None:
    done = await shell.run(
        "ask", "Once", "--host", ollama.url, "--json", "--preset=model", "--set=seed=7", "--set=top_k=3"
    )
    assert done.status == 0, done.err
    assert {event["event"] for event in done.events} == {"started", "token", "finished"}
    assert all(event["sample"] == 1 and event["ms"] >= 0 for event in done.events)
    times = [event["ms"] for event in done.events]
    assert times == sorted(times)
    for pane, path in (("base", "/api/generate"), ("instruct", "/api/chat")):
        [started], [finished], tokens = (of(done.events, kind, pane) for kind in ("started", "finished", "token"))
        [seen] = ollama.seen(path)
        assert started["url"] == ollama.url + path
        assert started["request"] == seen.body
        assert seen.body["options"] == {"seed": 7, "top_k": 3}
        assert finished["end"] == "stop"
        assert finished["stats"]["tokens"] == len(tokens) + 1, "the last is the end itself"
        assert "message" not in finished or finished["message"] == ""


async def test_both_streams_are_open_at_once(shell: Shell, ollama: Ollama) -> None:
    ollama.default = Script(rate=100)
    done = await shell.run("ask", "Once", "--host", ollama.url, "--json", "--set", "num_predict=20")
    assert done.status == 0, done.err
    [base], [instruct] = ollama.seen("/api/generate"), ollama.seen("/api/chat")
    assert base.overlaps(instruct)
    panes = [event["pane"] for event in of(done.events, "token")]
    turns = sum(one != two for one, two in pairwise(panes))
    assert turns > 4, "tokens of the two panes come mixed, as they happen"


async def test_replies_are_printed_under_their_panes(shell: Shell, ollama: Ollama) -> None:
    ollama.script("mistral:text", Script(pieces=("One ", "two\x1b[31m\n\n", "three  ")))
    ollama.script("mistral:instruct", Script(pieces=("Hello", "!\n")))
    done = await shell.run("ask", "Once", "--host", ollama.url, "--samples", "2")
    assert done.status == 0, done.err
    assert done.out.count("One two\x1b[31m\n\nthree  \n──") == 2, "as it came, since this is no terminal"
    assert done.out.count("Hello!\n── ended by itself · ") == 2
    for pane in ("base · mistral:text · completion", "instruct · mistral:instruct · chat"):
        assert f"── {pane} · sample 1 of 2 ──\n" in done.out
        assert f"── {pane} · sample 2 of 2 ──\n" in done.out
    assert "mistral:text" in done.err, "why these two"


async def test_text_from_a_model_can_do_nothing_to_a_terminal(shell: Shell, ollama: Ollama) -> None:
    ollama.script("mistral:text", "controls")
    ollama.script("mistral:instruct", "controls")
    with Terminal() as terminal:
        async with shell.started("ask", "x", "--host", ollama.url, stdout=terminal.end) as process:
            assert await asyncio.wait_for(process.wait(), LONG) == 0
    assert terminal.written.count("␛[2J␛]0;title␇") == 2
    assert not {char for char in terminal.written if char < " " or char == "\u202e"} - set("\r\n")
    assert "[bold]not bold[/]" in terminal.written


async def test_the_key_goes_to_the_server_that_was_named(shell: Shell, ollama: Ollama) -> None:
    shell.environment["ALIGNSCOPE_API_KEY"] = "secret"
    async with Ollama() as other:
        panes = ("--pane", "a=mistral:text,completion", "--pane", f"b=mistral:text@{other.url},completion")
        done = await shell.run("ask", "x", "--host", ollama.url, *panes)
    assert done.status == 0, done.err
    assert {seen.headers.get("authorization") for seen in ollama.requests} == {"Bearer secret"}
    assert {seen.headers.get("authorization") for seen in other.requests} == {None}


async def test_a_password_on_the_command_line_is_used_and_never_printed(shell: Shell, ollama: Ollama) -> None:
    secret, gone = (url.replace("http://", "http://me:secret@") for url in (ollama.url, "http://127.0.0.1:1"))
    panes = ("--pane", f"a=mistral:text@{secret},completion", "--pane", f"b=mistral:text@{gone},completion")
    config = shell.home / "config.yaml"
    config.write_text(f"host: {secret}\nservers: {{gpu: '{secret}'}}\nlineup: ['a=m@{secret}']\n")
    shell.environment["ALIGNSCOPE_CONFIG"] = str(config)
    shell.environment["ALIGNSCOPE_API_KEY"] = "key"
    for arguments in (
        ("ask", "x", *panes),
        ("ask", "x", *panes, "--json"),
        ("ask", "x", "--host", secret),
        ("ask", "x", "--host", gone),
        ("ask", "x", "--pane", f"a=m@{secret.removeprefix('http://')}"),
        ("ask", "x", "--pane", "a=m@http://me:secret@"),
        ("models", "--host", secret),
        ("doctor", "--host", gone),
        ("doctor", "--json"),
        ("config", "show"),
    ):
        done = await shell.run(*arguments)
        assert "secret" not in done.out + done.err, arguments
        assert "127.0.0.1" in done.out + done.err or done.status == 2
    assert {seen.headers["authorization"][:6] for seen in ollama.requests} == {"Basic "}


async def test_log_probabilities_when_asked_for(shell: Shell, ollama: Ollama) -> None:
    done = await shell.run("ask", "Once", "--host", ollama.url, "--json", "--logprobs", "2")
    tokens = of(done.events, "token")
    assert tokens
    for token in tokens:
        assert token["logprob"] <= 0
        assert [type(part) for part in token["alternatives"][0]] == [str, float]
        assert len(token["alternatives"]) == 2
    plain = await shell.run("ask", "Once", "--host", ollama.url, "--json")
    assert not any("logprob" in token for token in of(plain.events, "token"))


async def test_a_server_without_log_probabilities_is_named_once(shell: Shell) -> None:
    told = "LM Studio tells no log-probabilities, neither in completions nor in chats."
    prompts = shell.home / "prompts.txt"
    prompts.write_text("one\ntwo\n")
    async with OpenAIStyle(Flavour.LM_STUDIO, "m") as server:
        panes = ("--pane", f"base=m@{server.url},completion", "--pane", f"instruct=m@{server.url},chat")
        done = await shell.run("ask", "--prompts", str(prompts), *panes, "--json", "--logprobs", "token")
        assert [(each["turn"], each["message"]) for each in of(done.events, "finished")] == [
            (1, told),
            (1, told),
            (2, ""),
            (2, ""),
        ]
        assert done.status == 0
        assert told in (await shell.run("doctor", "--host", server.url)).out


async def test_a_failing_pane_leaves_the_other_alone(shell: Shell, ollama: Ollama) -> None:
    ollama.script("mistral:text", "memory")
    done = await shell.run("ask", "Once", "--host", ollama.url, "--json")
    assert done.status == 1
    [base], [instruct] = of(done.events, "finished", "base"), of(done.events, "finished", "instruct")
    assert base["end"] == "error"
    assert "memory" in base["message"]
    assert instruct["end"] == "stop"
    said = await shell.run("ask", "Once", "--host", ollama.url)
    assert said.status == 1
    assert "── failed" in said.out
    assert base["message"] in said.out


async def test_a_model_that_is_not_there_is_named_with_the_remedy(shell: Shell, ollama: Ollama) -> None:
    done = await shell.run("ask", "Once", "--host", ollama.url, "--base", "gone:text", "--instruct", "mistral:instruct")
    assert done.status == 1
    assert "gone:text" in done.out + done.err
    assert "pull" in done.out + done.err


async def test_no_server_is_said_with_its_address(shell: Shell, nobody: str) -> None:
    done = await shell.run("ask", "Once", "--pane", f"a=m@{nobody}", "--pane", f"b=n@{nobody}")
    assert done.status == 1
    assert nobody.removeprefix("http://") in done.out + done.err
    assert "Traceback" not in done.err


@pytest.mark.skipif(bool(engine_problem()), reason="the engine has no build for this platform")
async def test_the_twins_are_offered_only_where_they_can_run(shell: Shell, nobody: str) -> None:
    offered = await shell.run("ask", "Once", "--host", nobody)
    assert (offered.status, offered.out) == (1, "")
    assert "with --embedded" in offered.err
    shell.without("xllamacpp")
    for arguments in (("ask", "Once", "--host", nobody), ("ask", "Once", "--embedded")):
        done = await shell.run(*arguments)
        assert (done.status, done.out) == (1, "")
        assert "--embedded" not in done.err and "Traceback" not in done.err
    assert "The embedded engine is not installed" in done.err


async def test_standard_input_less_one_line_break(shell: Shell, ollama: Ollama) -> None:
    done = await shell.run("ask", "-", "--host", ollama.url, stdin="日本 \xe9\n\n".encode() + b"\xff\n")
    assert done.status == 0, done.err
    assert ollama.seen("/api/generate")[0].body["prompt"] == "日本 \xe9\n\n\ufffd"
    assert (await shell.run("ask", "-", stdin=b"\n")).status == 2


async def test_ctrl_c_ends_every_reply_as_cancelled(shell: Shell, ollama: Ollama) -> None:
    ollama.default = Script(endless=True, rate=50)
    async with shell.started("ask", "Once", "--host", ollama.url, "--json", "--set", "num_predict=off") as process:
        assert process.stdout
        events: list[dict[str, Any]] = []
        while {event["pane"] for event in of(events, "token")} != {"base", "instruct"}:
            events.append(json.loads(await asyncio.wait_for(process.stdout.readline(), LONG)))
        process.send_signal(signal.SIGINT)
        out, err = await asyncio.wait_for(process.communicate(), LONG)
    events += [json.loads(line) for line in out.split(b"\n") if line]
    assert process.returncode == 130, err
    assert sorted((event["pane"], event["end"]) for event in of(events, "finished")) == [
        ("base", "cancelled"), ("instruct", "cancelled"),
    ]  # fmt: skip
    assert b"Traceback" not in err
    await ollama.until(lambda: not ollama.open_now())
    assert all(seen.client_closed for seen in (*ollama.seen("/api/generate"), *ollama.seen("/api/chat")))


async def test_ctrl_c_while_nothing_has_come(shell: Shell, ollama: Ollama) -> None:
    ollama.default = Script(delay=600)
    async with shell.started("ask", "Once", "--host", ollama.url) as process:
        await ollama.until(
            lambda: len(ollama.open_now("/api/generate")) == len(ollama.open_now("/api/chat")) == 1, LONG
        )
        process.send_signal(signal.SIGINT)
        _, err = await asyncio.wait_for(process.communicate(), LONG)
    assert process.returncode == 130
    assert b"Traceback" not in err


async def test_a_reader_that_stops_reading_is_no_error(shell: Shell, ollama: Ollama) -> None:
    ollama.default = Script(endless=True, rate=200)
    async with shell.started("ask", "Once", "--host", ollama.url, "--json", "--set", "num_predict=off") as process:
        assert process.stdout and process.stderr
        await asyncio.wait_for(process.stdout.readline(), LONG)
        process.stdout._transport.close()  # type: ignore[attr-defined]  # asyncio offers no other way to close a pipe's end
        err = await asyncio.wait_for(process.stderr.read(), LONG)
        assert await asyncio.wait_for(process.wait(), LONG) == 141
    assert b"Traceback" not in err
    assert b"Broken" not in err
    await ollama.until(lambda: not ollama.open_now())


async def test_the_embedded_engine_needs_nothing_else(shell: Shell) -> None:
    done = await shell.run("ask", "Q: Hello?\nA:", "--embedded", "--json", "--set=num_predict=6", "--set=seed=1")
    assert done.status == 0, done.err
    for pane in ("base", "instruct"):
        [finished] = of(done.events, "finished", pane)
        assert finished["end"] in ("length", "stop")
        assert "".join(token["text"] for token in of(done.events, "token", pane))
    again = await shell.run("ask", "Q: Hello?\nA:", "--embedded", "--json", "--set=num_predict=6", "--set=seed=1")
    texts = [[token["text"] for token in of(each.events, "token", "base")] for each in (done, again)]
    assert texts[0] == texts[1]


async def test_ask_sums_up_the_replies_of_each_pane(shell: Shell) -> None:
    arguments = (
        "ask",
        "What is the capital of France?",
        "--embedded",
        "--samples",
        "3",
        "--set",
        "num_predict=30",
        "--stats",
    )
    text = await shell.run(*arguments)
    last = [line for line in text.out.splitlines() if line.startswith(("── base: ", "── instruct: "))]
    assert len(last) == 2 and "3 of 3 ended by themselves" in last[1]
    summaries = [event for event in (await shell.run(*arguments, "--json")).events if event["event"] == "summary"]
    assert [(event["pane"], event["replies"]) for event in summaries] == [("base", 3), ("instruct", 3)]
    assert summaries[0]["words"] == summaries[1]["words"], "cut to the same length"
