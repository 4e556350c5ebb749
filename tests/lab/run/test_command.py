"""`alignscope lab run` as a person types it, on the twins and against a stand-in."""

import asyncio
import re
import signal
from pathlib import Path

import pytest

from alignscope.lab import manifest
from alignscope.lab.folder import lists, rows
from alignscope.lab.spec.ladders import ladder
from tests.commands.shell import Shell, Terminal
from tests.lab.run.running import spec_for, whole
from tests.standin import Ollama, Script
from tests.waiting import HANGS

TWINS = """
prompts: [What is the capital of France?, "one, two,", こんにちは]
lineup:
- {name: base, model: "twin:text"}
- {name: instruct, model: "twin:latest"}
sampling: {preset: pure, num_predict: 12}
seed: 1
logprobs: 2
"""


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """A shell in a home of its own."""
    return Shell(tmp_path)


def written(folder: Path, text: str = TWINS) -> str:
    """The path of a small spec for the twins."""
    path = folder / "twins.yaml"
    path.write_text(text)
    return str(path)


@pytest.fixture
def twins(tmp_path: Path) -> str:
    """The path of the spec above."""
    return written(tmp_path)


async def test_a_run_on_the_twins_ends_and_is_there(shell: Shell, twins: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = await shell.run("lab", "run", twins, "--out", str(out))
    assert (done.status, done.out) == (0, ""), done.err
    lines = done.err.splitlines()
    assert lines[0] == f"twins: 3 prompts, 6 rows, into {out}"
    assert lines[-2].startswith(f"All 6 rows are in {out}, after ")
    assert lines[-1].startswith(f"What they come to: `alignscope lab show {out}`")
    found = whole(out)
    assert {(row.entry, row.prompt) for row in found} == {
        (entry, prompt)
        for entry in ("base", "instruct")
        for prompt in ("What is the capital of France?", "one, two,", "こんにちは")
    }
    assert all(1 <= row.tokens <= 12 and row.digest.startswith("sha256:") for row in found)
    assert {each.key for each in lists(out)} == {row.key for row in found}
    kept = manifest.read(out)
    assert kept and kept.ended
    assert all(entry.label.startswith("embedded llama.cpp") and entry.vocabulary for entry in kept.lineup)
    again = await shell.run("lab", "run", twins, "--out", str(out), "--concurrency", "1")
    assert again.status == 0
    assert "6 rows there already" in again.err
    assert [*rows(out)] == found
    assert manifest.read(out) == kept


async def test_a_ladder_takes_the_lineups_place_as_a_run_of_its_own(shell: Shell, tmp_path: Path) -> None:
    more = "logprobs: 5\nscores: [{of: aligned, by: base, frame: chat}]\n"
    spec = written(tmp_path, TWINS.replace("logprobs: 2\n", more))
    spec_alone = await shell.run("lab", "run", spec, "--dry-run")
    assert "scores[1].of: no entry of the lineup is called aligned" in spec_alone.err
    out = tmp_path / "out"
    done = await shell.run("lab", "run", spec, "--ladder", "twins", "--out", str(out))
    assert done.status == 0, done.err
    assert done.err.splitlines()[0] == f"twins-twins: 3 prompts, 9 rows, into {out}"
    assert {(row.entry, row.role, row.mode, row.model) for row in whole(out)} == {
        ("base", "base", "completion", "twin:text"),
        ("sft", "other", "chat", "twin:sft"),
        ("aligned", "aligned", "chat", "twin:latest"),
    }
    kept = manifest.read(out)
    assert kept and kept.spec["ladder"] == ["base", "sft", "aligned"] and not kept.file
    other = await shell.run("lab", "run", written(tmp_path), "--out", str(out))
    assert other.status == 1
    assert "holds the run twins-twins, and this is twins" in other.err
    unknown = await shell.run("lab", "run", spec, "--ladder", "stairs")
    assert unknown.status == 2
    assert "--ladder: no ladder is called stairs; there are olmo-3" in unknown.err
    told = (await shell.run("lab", "run", "--help")).out
    assert all(name in told for name in ladder.names())


async def test_a_dry_run_says_what_it_would_be_and_keeps_nothing(shell: Shell, twins: str, tmp_path: Path) -> None:
    done = await shell.run("lab", "run", twins, "--dry-run", "--out", str(tmp_path / "out"))
    assert done.status == 0, done.err
    assert done.out.startswith("3 prompts, 6 requests, at most 72 tokens\n")
    assert re.search(r"^base +3 +36 +\d+ ms +[\d,]+$", done.out, re.MULTILINE)
    assert re.search(r"At most \d+ seconds? if 4 requests at once go as fast as one, \d+ seconds? if", done.out)
    assert not (tmp_path / "out").exists()


async def test_what_is_scored_is_counted_before_and_kept(shell: Shell, tmp_path: Path) -> None:
    text = TWINS.replace("logprobs: 2", "logprobs: 3\nlikelihood: true\nscores: {}\npassages: [One. Two.]")
    spec = written(tmp_path, text.replace("prompts: [", "prompts: [{prompt: 'One, two,', choices: [three, four]}, "))
    done = await shell.run("lab", "run", spec, "--dry-run")
    assert done.status == 0, done.err
    assert "Scored beside them: 3 passages, 4 choices of 2 items, 4 replies. That is a request for each" in done.out
    out = tmp_path / "out"
    done = await shell.run("lab", "run", spec, "--out", str(out))
    assert done.status == 0, done.err
    assert done.err.splitlines()[-2].startswith(f"All 8 rows and 9 scores are in {out}, after ")
    kept = (out / "scores.jsonl").read_bytes()
    again = await shell.run("lab", "run", spec, "--out", str(out))
    assert again.status == 0 and (out / "scores.jsonl").read_bytes() == kept
    shown = await shell.run("lab", "show", str(out), "--measure", "shifted")
    assert "instruct, scored by base in frame chat: 4 replies" in shown.out


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("seed: 1", "seed: one"), "twins.yaml, line 7: seed: must be a whole number or nothing, not text"),
        (("one, two,", ""), "prompts[2]: needs a `prompt` of at least one character"),
        (("twin:text", "m"), "lineup[1].mode: is missing"),
    ],
)
async def test_a_mistake_in_the_spec_is_wrong_usage(
    shell: Shell, tmp_path: Path, change: tuple[str, str], problem: str
) -> None:
    done = await shell.run("lab", "run", written(tmp_path, TWINS.replace(*change)))
    assert done.status == 2
    assert done.err.startswith("alignscope: ")
    assert problem in done.err
    assert len(done.err.splitlines()) == 1


async def test_a_missing_spec_and_a_wrong_number_are_wrong_usage(shell: Shell, twins: str) -> None:
    done = await shell.run("lab", "run", "gone.yaml")
    assert (done.status, done.err) == (2, "alignscope: gone.yaml can't be read: No such file or directory\n")
    done = await shell.run("lab", "run", twins, "--concurrency", "0")
    assert done.status == 2
    assert "--concurrency is a whole number from 1 to 256" in done.err


async def test_a_server_that_isnt_there_is_said_at_once(shell: Shell, tmp_path: Path, nobody: str) -> None:
    done = await shell.run("lab", "run", str(spec_for(tmp_path, nobody)), "--out", str(tmp_path / "out"))
    assert done.status == 1
    assert f"alignscope: e0: Nothing answers at {nobody}" in done.err
    assert not (tmp_path / "out").exists()


async def test_entries_that_name_no_server_are_at_the_host(shell: Shell, tmp_path: Path, ollama: Ollama) -> None:
    spec = spec_for(tmp_path, "", prompts=1)
    done = await shell.run("lab", "run", str(spec), "--out", str(tmp_path / "out"), "--host", ollama.url)
    assert done.status == 0, done.err
    assert {row.server for row in whole(tmp_path / "out")} == {ollama.url}
    refused = await shell.run("--host", ollama.url, "lab", "init")
    assert (refused.status, refused.err.count("--host means nothing to `lab init`")) == (2, 1)


async def test_ctrl_c_stops_and_the_same_command_goes_on(shell: Shell, tmp_path: Path, ollama: Ollama) -> None:
    ollama.script("mistral:text", *[Script(pieces=("a", "b"))] * 3, Script(pieces=("a", "b"), rate=0.001))
    spec = spec_for(tmp_path, ollama.url, models=("mistral:text",), prompts=8)
    command = ("lab", "run", str(spec), "--out", str(tmp_path / "out"))
    async with shell.started(*command) as process:
        await ollama.until(lambda: len([*rows(tmp_path / "out")]) == 3 and bool(ollama.open_now("/api/generate")))
        process.send_signal(signal.SIGINT)
        _, err = await process.communicate()
    assert process.returncode == 130
    assert f"Stopped. 3 of 8 rows are in {tmp_path / 'out'}; the same command goes on." in err.decode()
    assert "Traceback" not in err.decode()
    assert len(whole(tmp_path / "out")) == 3
    ollama.default = Script(pieces=("a", "b"))
    ollama.script("mistral:text")
    done = await shell.run(*command)
    assert done.status == 0
    assert "3 rows there already" in done.err
    assert len(whole(tmp_path / "out")) == 8


async def test_a_second_run_in_the_same_folder_is_refused(shell: Shell, tmp_path: Path, ollama: Ollama) -> None:
    ollama.default = Script(pieces=("a", "b"), rate=0.001)
    command = ("lab", "run", str(spec_for(tmp_path, ollama.url)), "--out", str(tmp_path / "out"))
    async with shell.started(*command) as first:
        await ollama.until(lambda: len(ollama.open_now("/api/generate")) > 0)
        second = await shell.run(*command)
        assert second.status == 1
        assert f"is being written to by another alignscope (process {first.pid}," in second.err
        assert first.returncode is None


async def test_rows_that_are_missing_are_counted_and_the_status_says_so(
    shell: Shell, tmp_path: Path, ollama: Ollama
) -> None:
    ollama.script("mistral:text", "no-model")
    done = await shell.run("lab", "run", str(spec_for(tmp_path, ollama.url)), "--out", str(tmp_path / "out"))
    assert done.status == 1
    assert "e0 is asked no more, since every request fails" in done.err
    assert re.search(r"4 of 8 rows are in .*; 4 are missing, \d of which failed\. The same command asks", done.err)
    kept = manifest.read(tmp_path / "out")
    assert kept and not kept.ended


async def test_a_terminal_has_one_line_that_counts(shell: Shell, tmp_path: Path, ollama: Ollama) -> None:
    ollama.default = Script(pieces=("a", "\x1b]0;title\x07b"), rate=20)
    spec = spec_for(tmp_path, ollama.url, prompts=20)
    with Terminal() as terminal:
        async with shell.started(
            "lab", "run", str(spec), "--out", str(tmp_path / "out"),
            stdin=terminal.end, stdout=terminal.end, stderr=terminal.end,
        ) as process:  # fmt: skip
            await terminal.until(" of 40 rows · ")
            async with asyncio.timeout(HANGS):
                assert await process.wait() == 0
        await terminal.until("All 40 rows are in")
    counts = [int(count) for count in re.findall(r"\r\x1b\[K(\d+) of 40 rows", terminal.written)]
    assert counts == sorted(counts) and counts
