"""alignscope as a process beside `ask`: the application in a terminal, models, the doctor."""

import asyncio
import re
import signal

import pytest

from alignscope.text.clean import cell_width
from tests.commands.shell import LONG, Shell, Terminal, running
from tests.standin import MANY, Flavour, Ollama, OpenAIStyle


async def test_the_explorer_opens_streams_and_leaves_nothing_behind(shell: Shell) -> None:
    arguments = ("--embedded", "--prompt", "Q: How many legs has a spider?", "--set", "num_predict=4")
    with Terminal() as terminal:
        async with shell.started(*arguments, **dict.fromkeys(("stdin", "stdout", "stderr"), terminal.end)) as process:
            await terminal.until("reached num_predict")
            terminal.press(b"\x11")  # ctrl+q
            assert await asyncio.wait_for(process.wait(), LONG) == 0
    for part in ("spider", "base", "instruct", "twin:text", "twin:latest"):
        assert part in terminal.written
    assert "Traceback" not in terminal.written
    assert str(shell.home) not in running()


async def test_what_is_typed_into_the_first_frame_is_not_lost(shell: Shell) -> None:
    with Terminal() as terminal:
        arguments = ("--embedded", "--set", "num_predict=4")
        async with shell.started(*arguments, **dict.fromkeys(("stdin", "stdout", "stderr"), terminal.end)) as process:
            await terminal.until("instruct")
            terminal.press(b"typed early\r")
            await terminal.until("reached num_predict")
            terminal.press(b"\x11")  # ctrl+q
            assert await asyncio.wait_for(process.wait(), LONG) == 0
    assert "typed early" in terminal.written


async def test_a_list_of_sessions_takes_a_row_each(shell: Shell) -> None:
    shell.environment["COLUMNS"] = "60"
    with Terminal() as terminal:
        async with shell.started("sessions", "list", stdout=terminal.end) as process:
            assert await asyncio.wait_for(process.wait(), LONG) == 0
    rows = terminal.written.splitlines()
    assert len(rows) > 2
    assert max(map(cell_width, rows)) == 60
    assert rows[0].startswith("name ")


async def test_the_models_of_a_server(shell: Shell) -> None:
    async with Ollama(MANY) as server:
        said = await shell.run("models", "--host", server.url)
        listed = await shell.run("models", "--host", server.url, "--json")
    assert said.status == listed.status == 0, said.err
    rows = {row["name"]: row for row in listed.events}
    assert rows["mistral:text"]["nature"] == "base"
    assert rows["mistral:text"]["twin"] == "mistral:instruct"
    assert rows["mistral:instruct"]["twin"] == "mistral:text"
    assert rows["qwen2.5:0.5b-base"]["twin"] == "qwen2.5:0.5b"
    assert rows["qwen2.5:0.5b"]["family"] == "qwen2"
    assert rows["nomic-embed-text:latest"]["nature"] == "unknown"
    assert rows["mistral:text"]["quantization"] == "Q4_0"
    assert all(row["why"] for row in rows.values())
    assert all(name in said.out for name in rows)
    assert rows["mistral:text"]["why"] in said.out


async def test_models_where_no_server_is(shell: Shell, nobody: str) -> None:
    done = await shell.run("models", "--host", nobody)
    assert done.status == 1
    assert nobody.removeprefix("http://") in done.err
    embedded = await shell.run("models", "--embedded", "--json")
    assert embedded.status == 0
    assert {"twin:text", "twin:sft", "twin:latest"} <= {row["name"] for row in embedded.events}


async def test_the_twins_are_listed_well_where_nobody_named_a_server(shell: Shell) -> None:
    shell.environment.pop("OLLAMA_HOST", None)
    done = await shell.run("models", "--json")
    assert done.status == 0, "an Ollama that isn't there is no fault unless somebody chose it"
    assert "twin:text" in {row["name"] for row in done.events}


async def test_pulling_a_model(shell: Shell, ollama: Ollama) -> None:
    done = await shell.run("models", "pull", "llama3.2:1b", "--host", ollama.url)
    assert done.status == 0, done.err
    assert done.out == ""
    assert "llama3.2:1b is there" in done.err
    ollama.pull_error = "pull model manifest: file does not exist"
    failed = await shell.run("models", "pull", "nothing", "--host", ollama.url)
    assert failed.status == 1
    assert "no model called nothing" in failed.err


async def test_a_pull_can_be_cancelled(shell: Shell, ollama: Ollama) -> None:
    ollama.pull_rate = 0.5
    async with shell.started("models", "pull", "llama3.2:1b", "--host", ollama.url) as process:
        await ollama.until(lambda: bool(ollama.open_now("/api/pull")), LONG)
        process.send_signal(signal.SIGINT)
        _, err = await asyncio.wait_for(process.communicate(), LONG)
    assert process.returncode == 130
    assert b"Traceback" not in err
    await ollama.until(lambda: not ollama.open_now())


async def test_the_doctor_says_what_would_be_used(shell: Shell, ollama: Ollama) -> None:
    done = await shell.run("doctor", "--host", ollama.url)
    assert done.status == 0, done.err
    for part in ("Ollama 0.32.15", ollama.url, "mistral:text", "mistral:instruct", str(shell.home), "config.yaml"):
        assert part in done.out, part


@pytest.mark.parametrize(
    ("flavour", "can", "cannot", "unknown"),
    [
        (
            Flavour.LLAMA_CPP,
            {"log-probabilities", "tokens of a text", "chats as templates render them"},
            {"log-probabilities of a given text"},
            set(),
        ),
        (Flavour.VLLM, {"log-probabilities of a given text", "tokens of a text"}, set(), set()),
        (Flavour.LM_STUDIO, set(), {"log-probabilities", "chats as templates render them"}, set()),
        (Flavour.PLAIN, set(), {"tokens of a text"}, {"log-probabilities", "lists of alternatives"}),
    ],
)
async def test_the_doctor_says_what_a_server_can(
    shell: Shell, flavour: Flavour, can: set[str], cannot: set[str], unknown: set[str]
) -> None:
    async with OpenAIStyle(flavour, "m") as server:
        [report] = (await shell.run("doctor", "--host", server.url, "--json")).events
        shown = (await shell.run("doctor", "--host", server.url)).out
    found: dict[bool | None, set[str]] = {True: set(), False: set(), None: set()}
    for each in report["servers"][0]["abilities"]:
        found[each["can"]].add(each["name"])
    assert (can <= found[True], cannot <= found[False], unknown <= found[None]) == (True, True, True), found
    for word, names in (("can:", can), ("can't:", cannot), ("unknown:", unknown)):
        [line] = [line for line in shown.splitlines() if line.startswith(f"    {word} ")][:1] or [""]
        assert all(name in line for name in names), shown


async def test_the_doctor_asks_where_that_loads_nothing(shell: Shell, ollama: Ollama) -> None:
    async with OpenAIStyle(Flavour.LLAMA_CPP, "m") as server:
        del server.routes["POST", "/apply-template"]
        shown = (await shell.run("doctor", "--host", server.url)).out
    assert re.search(r"can't: .*chats as templates render them \(.+\)", shown)
    assert re.search(r"can: .*tokens of a text \(asked just now\)", shown)
    await shell.run("doctor", "--host", ollama.url)
    assert not ollama.seen("/api/chat") and not ollama.seen("/api/generate"), "that would load a model"


async def test_the_doctor_where_nothing_answers(shell: Shell, nobody: str) -> None:
    shell.environment["OLLAMA_HOST"] = nobody
    done = await shell.run("doctor")
    assert done.status == 0, done.err
    assert nobody in done.out
    assert "twin:text" in done.out
    [told] = (await shell.run("doctor", "--json")).events
    assert told["lineup"][0]["model"] == "twin:text"
    assert told["advice"][-1].startswith(
        "For a real pair without Ollama (SmolLM2 135M, 290 MB): `alignscope models pull"
    )


async def test_the_doctor_says_which_server_gets_a_key(shell: Shell, ollama: Ollama) -> None:
    shell.environment |= {"ALIGNSCOPE_API_KEY": "secret", "ALIGNSCOPE_API_KEY_GPU": "secret"}
    near = await shell.run("doctor", "--host", ollama.url)
    assert re.search(rf"{ollama.url} +gets the key in ALIGNSCOPE_API_KEY\n", near.out)
    assert "No server gets the key in ALIGNSCOPE_API_KEY_GPU: " in near.out
    assert "secret" not in near.out
    far = await shell.run("doctor", "--host", "gpu.invalid")
    assert re.search(r"gpu.invalid:11434 +gets the key in ALIGNSCOPE_API_KEY, in the clear over plain http\n", far.out)


async def test_the_doctor_reads_a_wrong_settings_file(shell: Shell, ollama: Ollama) -> None:
    """A doctor that refuses to look at what is ill helps nobody."""
    config = shell.home / ".config" / "alignscope" / "config.yaml"
    config.parent.mkdir(parents=True)
    config.write_text("preset: hot\n")
    shell.environment["XDG_CONFIG_HOME"] = str(shell.home / ".config")
    done = await shell.run("doctor", "--host", ollama.url)
    assert done.status == 0, done.err
    assert "line 1: preset: no preset is called hot" in done.out
