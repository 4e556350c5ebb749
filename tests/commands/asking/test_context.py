"""`alignscope context`: real processes, on the twins, on stand-ins and on sessions."""

import json
from pathlib import Path

import pytest

from alignscope.sessions.library.store import Store
from tests.commands.shell import Shell, Terminal
from tests.sessions.making import session_of, turn_of
from tests.standin import PAIR, Held, Ollama


async def test_for_a_person(shell: Shell) -> None:
    done = await shell.run("context", "Why?", "--embedded", "--system", "Be brief.", "--set", "seed=7")
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith("── base · twin:text · completion ──\nThe request as it would go out; ")
    assert "\n<|system|>Be brief.<|end|><|user|>Why?<|end|><|assistant|>\n" in done.out
    assert "  all panes    seed 7\n" in done.out
    assert "alike, compared with base: both files have the same 4,0" in done.out
    assert "warning" not in done.out


async def test_an_object_a_pane(shell: Shell) -> None:
    held = Held("mistral:instruct", system="You are a pirate.", quantization="Q8_0")
    async with Ollama([PAIR[0], held]) as server:
        done = await shell.run("context", "Why?", "--host", server.url, "--json", "--preset", "model")
        written = [seen for seen in server.requests if seen.path == "/api/generate"]
    assert (done.status, written) == (0, []), "nobody is asked for a reply"
    base, instruct = done.events
    assert (base["pane"], base["mode"], base["request"]["prompt"], base["rendered"]) == (
        "base", "completion", "Why?", "Why?",
    )  # fmt: skip
    assert instruct["brought_in"] == "You are a pirate."
    assert instruct["rendered"] == "<|system|>You are a pirate.<|end|><|user|>Why?<|end|><|assistant|>"
    assert instruct["tokenizer"]["match"] == "unknown"
    assert {option["by"] for option in base["options"]} == {"server", "unknown"}
    assert any("a text that nobody typed" in text for text in instruct["warnings"])
    assert [text for text in base["warnings"] if "quantisations differ" in text]
    assert not any("nobody typed" in text for text in base["warnings"]), "each has the warnings that concern it"


async def test_warnings_come_first(shell: Shell) -> None:
    async with Ollama([PAIR[0], Held("mistral:instruct", system="You are a pirate.")]) as server:
        done = await shell.run("context", "Why?", "--host", server.url)
    assert done.out.startswith("1 warning\n  ! instruct reads a text that nobody typed")


async def test_a_server_that_is_gone(shell: Shell, nobody: str) -> None:
    done = await shell.run("context", "Why?", "--host", nobody, "--base", "a", "--instruct", "b")
    assert done.status == 1
    assert f"Nothing answers at {nobody}" in done.out and "can't be made" in done.out


async def test_a_turn_of_a_session(shell: Shell, tmp_path: Path) -> None:
    session = session_of(turn_of(1, "Once"), turn_of(2, "Then <|end|>"))
    Store(tmp_path / "kept").save(session, tmp_path / "kept" / "greeting.yaml")
    where = ("--session", "Greeting", "--sessions", str(tmp_path / "kept"))
    last = await shell.run("context", *where)
    assert last.status == 0 and "no server was asked" in last.out
    first = await shell.run("context", *where, "--turn", "1", "--json")
    assert [pane["request"] for pane in first.events] == [{"prompt": "x", "raw": True}] * 2
    assert not any(pane["asked"] for pane in first.events)
    gone = await shell.run("context", *where, "--turn", "3")
    assert (gone.status, gone.err) == (1, "alignscope: ‘Greeting’ has no turn 3; its last is turn 2.\n")


async def test_a_hostile_prompt_obeys_nothing_on_a_terminal(shell: Shell) -> None:
    with Terminal() as terminal:
        async with shell.started("context", "red \x1b[31m and \u202e", "--embedded", stdout=terminal.end) as process:
            await terminal.until("going on with a begun reply")
            await process.wait()
        assert "\x1b[31m" not in terminal.written and "\u202e" not in terminal.written
        assert "red \N{SYMBOL FOR ESCAPE}[31m" in terminal.written


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "say what to look at: a PROMPT, or --session with a session's name"),
        (("x", "--session", "y"), "PROMPT and --session exclude each other"),
        (("x", "--turn", "1"), "--turn means nothing without --session"),
        (("--session", "y", "--turn", "0"), "--turn is a whole number from 1"),
        (("--session", "y", "--base", "m"), "--base means nothing to `context --session`; leave it out"),
        (("--session", "y", "--host", "h"), "--host means nothing to `context --session`"),
        (("x", "--sessions", "d"), "--sessions means nothing to `context`"),
    ],
)
async def test_what_makes_no_sense_is_said(shell: Shell, arguments: tuple[str, ...], said: str) -> None:
    done = await shell.run("context", *arguments)
    assert (done.status, json.dumps(done.out)) == (2, '""')
    assert said in done.err
