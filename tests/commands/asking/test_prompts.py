"""Many prompts for `ask`, from files of every form and from standard input."""

import asyncio
import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.commands.shell import LONG, Shell
from tests.standin import Ollama, Script


def sent(ollama: Ollama) -> list[str]:
    """The prompts that the base model was asked, in order."""
    return [seen.body["prompt"] for seen in ollama.seen("/api/generate")]


@pytest.fixture
def write(tmp_path: Path) -> Any:
    """Writes a file of prompts and returns its path."""

    def written(name: str, content: bytes | str) -> str:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)

    return written


@pytest.mark.parametrize(
    ("name", "content", "prompts", "fields"),
    [
        ("a.txt", "\ufeff one \r\n\n \t\nこんにちは\u2028x\nlast", [" one ", "こんにちは\u2028x", "last"], [{}] * 3),
        (
            "a.jsonl",
            '{"prompt": "one\\ntwo", "id": 12345678901234567890, "tags": ["a", null]}\n\n{"prompt": "three"}',
            ["one\ntwo", "three"],
            [{"id": 12345678901234567890, "tags": ["a", None]}, {}],
        ),
        (
            "a.CSV",
            '\ufeffid,prompt\r\n7,"one\r\n""two"""\r\n\r\n8,three\r\n',
            ['one\n"two"', "three"],
            [{"id": "7"}, {"id": "8"}],
        ),
    ],
)
async def test_each_is_sent_after_the_other_with_its_number_and_fields(
    shell: Shell, ollama: Ollama, write: Any, name: str, content: str, prompts: list[str], fields: list[dict[str, Any]]
) -> None:
    done = await shell.run("ask", "--prompts", write(name, content), "--host", ollama.url, "--json")
    assert done.status == 0, done.err
    assert sent(ollama) == prompts
    given = [event for event in done.events if event["event"] == "prompt"]
    assert given == [
        {"turn": turn, "event": "prompt", "prompt": prompt, "fields": more}
        for turn, (prompt, more) in enumerate(zip(prompts, fields, strict=True), 1)
    ]
    turns = [event["turn"] for event in done.events]
    assert turns == sorted(turns), "no prompt is sent before the one before has ended"
    ends = [(event["turn"], event["pane"]) for event in done.events if event["event"] == "finished"]
    assert sorted(ends) == [(turn, pane) for turn in range(1, len(prompts) + 1) for pane in ("base", "instruct")]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.txt", "", "has no prompts"),
        ("a.txt", b"one\ncaf\xe9\n", "line 2: this is not UTF-8"),
        ("a.jsonl", '{"prompt": "x"}\n[1]\n', "line 2: a JSON object with the text ‘prompt’ is needed here"),
        ("a.jsonl", '{"prompt": "x"}\n\n{"text": "x"}\n', "line 3: a JSON object"),
        ("a.jsonl", '{"prompt": "x"}\n{"prompt": ""}\n', "line 2: the prompt is empty"),
        ("a.jsonl", '{"prompt": "\\ud800"}\n', "line 1: a JSON object"),
        ("a.jsonl", '{"prompt": "x", "deep": ' + "[" * 100_000 + "\n", "line 1: a JSON object"),
        ("a.json", '[\n{"prompt": "x"}]', "line 1: a JSON object"),
        ("a.csv", "id,text\n1,x\n", "line 1: no column is called prompt; there are id, text"),
        ("a.csv", "prompt,,id,,id\nx\n", "line 1: two columns are called id; give each a name of its own"),
        ("a.csv", 'id,prompt\n1,"x\ny",z\n', "line 2: this row has 3 cells and the first has 2"),
        ("a.csv", "id,prompt\n1,x\n2\n", "line 3: the prompt is empty"),
        ("a.csv", 'id,prompt\n1,"x\n2,y\n', "line 2: a quotation mark is opened here and never closed"),
        ("a.csv", 'id,prompt\n1,"x"y\n2,"y"\n', "line 2: this is no row of CSV"),
    ],
)
async def test_a_mistake_is_told_by_its_line_before_anything_is_sent(
    shell: Shell, ollama: Ollama, write: Any, name: str, content: bytes | str, told: str
) -> None:
    path = write(name, content)
    done = await shell.run("ask", "--prompts", path, "--host", ollama.url)
    assert done.status == 2
    assert f"alignscope: {path}" in done.err and told in done.err
    assert "Traceback" not in done.err and len(done.err.splitlines()) == 1
    assert not ollama.requests


async def test_what_cannot_be_read_or_means_nothing(shell: Shell, tmp_path: Path) -> None:
    for arguments, told in (
        (["--prompts", str(tmp_path / "none")], "none can't be read: No such file"),
        (["--prompts", str(tmp_path), "--embedded"], "can't be read: Is a directory"),
        (["--prompts", "x", "y"], "PROMPT and --prompts exclude each other"),
        ([], "say what to ask: a PROMPT, or --prompts"),
    ):
        done = await shell.run("ask", *arguments)
        assert (done.status, done.out) == (2, "")
        assert told in done.err


async def test_a_prompt_that_fails_leaves_the_next_alone_and_is_in_the_status(
    shell: Shell, ollama: Ollama, write: Any
) -> None:
    path = write("a.jsonl", '{"prompt": "one", "id": "\\u001b[31m"}\n{"prompt": "two"}\n')
    ollama.script("mistral:instruct", "memory", Script(pieces=("Fine.",)))
    done = await shell.run("ask", "--prompts", path, "--host", ollama.url)
    assert done.status == 1
    assert sent(ollama) == ["one", "two"]
    assert '══ turn 1 · id "\\u001b[31m" ══\none\n\n' in done.out and "══ turn 2 ══\ntwo\n\n" in done.out
    assert done.out.index("── failed") < done.out.index("══ turn 2") < done.out.index("Fine.")


async def test_lines_of_standard_input_are_answered_as_they_come(shell: Shell, ollama: Ollama) -> None:
    pipes = {"stdin": asyncio.subprocess.PIPE}
    async with shell.started("ask", "--prompts", "-", "--host", ollama.url, "--json", **pipes) as process:
        assert process.stdin and process.stdout
        for turn, line in enumerate((b"one\n", b"two\nthree\n"), 1):
            process.stdin.write(line)
            ends = 0
            while ends < 2:
                event = json.loads(await asyncio.wait_for(process.stdout.readline(), LONG))
                ends += event["event"] == "finished" and event["turn"] == turn
        process.stdin.write(b"caf\xe9\n")
        _, err = await asyncio.wait_for(process.communicate(), LONG)
    assert sent(ollama) == ["one", "two", "three"], "what came before a mistake was asked"
    assert process.returncode == 2 and b"standard input, line 4: this is not UTF-8" in err


@pytest.mark.parametrize("waiting", [True, False], ids=["while-it-waits-for-a-line", "while-a-reply-streams"])
async def test_ctrl_c_stops_with_what_has_come(shell: Shell, ollama: Ollama, waiting: bool) -> None:
    ollama.default = Script(pieces=("so far ",) * 5) if waiting else Script(endless=True, rate=50)
    pipes = {"stdin": asyncio.subprocess.PIPE}
    arguments = ("ask", "--prompts", "-", "--host", ollama.url, "--json", "--set", "num_predict=off")
    async with shell.started(*arguments, **pipes) as process:
        assert process.stdin and process.stdout
        process.stdin.write(b"one\n" if waiting else b"one\ntwo\n")
        last, events = "finished" if waiting else "token", list[dict[str, Any]]()
        while {event["pane"] for event in events if event["event"] == last} != {"base", "instruct"}:
            events.append(json.loads(await asyncio.wait_for(process.stdout.readline(), LONG)))
        process.send_signal(signal.SIGINT)
        out = await asyncio.wait_for(process.stdout.read(), LONG)
        err = await process.stderr.read() if process.stderr else b""
        assert await asyncio.wait_for(process.wait(), LONG) == 130
    ends = [json.loads(line)["end"] for line in out.splitlines() if b'"finished"' in line]
    assert ends == ([] if waiting else ["cancelled", "cancelled"])
    assert sent(ollama) == ["one"] and b"Traceback" not in err


async def test_a_pipe_with_a_name_is_read_once(shell: Shell, ollama: Ollama, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.jsonl"
    os.mkfifo(pipe)
    async with shell.started("ask", "--prompts", str(pipe), "--host", ollama.url, "--json") as process:
        await asyncio.to_thread(pipe.write_text, '{"prompt": "one"}\n{"prompt": "two"}\n')
        await asyncio.wait_for(process.communicate(), LONG)
        assert process.returncode == 0
    assert sent(ollama) == ["one", "two"]


async def test_a_scaffold_stands_around_the_prompt_of_completions(shell: Shell, ollama: Ollama) -> None:
    done = await shell.run("ask", "Who?", "--host", ollama.url, "--scaffold", "qa")
    assert done.status == 0, done.err
    assert sent(ollama) == ["Q: Who?\nA:"]
    [chat] = ollama.seen("/api/chat")
    assert chat.body["messages"] == [{"role": "user", "content": "Who?"}]
