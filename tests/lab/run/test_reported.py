"""What `alignscope lab run --json` says while it goes on, and what becomes of it when nobody listens any more."""

import asyncio
import signal
from pathlib import Path

import msgspec
import pytest

from alignscope.lab import manifest
from alignscope.lab.folder import rows
from alignscope.lab.run.opening import spec_of
from alignscope.lab.run.reported import DECODER, Note, State
from tests.commands.shell import Shell
from tests.lab.run.running import spec_for, whole
from tests.standin import Ollama, Script


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """A shell in a home of its own."""
    return Shell(tmp_path)


async def test_every_line_is_of_a_known_kind(shell: Shell, tmp_path: Path, ollama: Ollama) -> None:
    ollama.default = Script(pieces=("a", "b"))
    out = tmp_path / "out"
    done = await shell.run("lab", "run", "--json", str(spec_for(tmp_path, ollama.url)), "--out", str(out))
    assert (done.status, done.err) == (0, "")
    said = [DECODER.decode(line) for line in done.out.splitlines()]
    notes = [each.text for each in said if isinstance(each, Note)]
    states = [each for each in said if isinstance(each, State)]
    assert notes[0] == f"lab: 4 prompts, 8 rows, into {out}" and notes[-1].startswith(f"All 8 rows are in {out}")
    assert states and all(state.planned == 8 and 0 <= state.rows <= 8 for state in states)


async def test_ctrl_c_is_said_too(shell: Shell, tmp_path: Path, ollama: Ollama) -> None:
    ollama.default = Script(pieces=("a", "b"), rate=1)
    ollama.script("mistral:text", Script(pieces=("a", "b")), Script(pieces=("a", "b"), rate=1))
    out = tmp_path / "out"
    async with shell.started("lab", "run", "--json", str(spec_for(tmp_path, ollama.url)), "--out", str(out)) as process:
        await ollama.until(lambda: len([*rows(out)]) == 1 and bool(ollama.open_now("/api/generate")))
        process.send_signal(signal.SIGINT)
        told, _ = await process.communicate()
    assert process.returncode == 130
    assert msgspec.json.decode(told.splitlines()[-1])["text"].startswith("Stopped. 1 of 8 rows are in ")


async def test_it_ends_when_nobody_listens_and_loses_nothing(shell: Shell, tmp_path: Path, ollama: Ollama) -> None:
    ollama.default = Script(pieces=("a", "b"), rate=0.01)
    ollama.script("mistral:text", Script(pieces=("a", "b")), Script(pieces=("a", "b"), rate=0.01))
    out = tmp_path / "out"
    command = ("lab", "run", "--json", str(spec_for(tmp_path, ollama.url)), "--out", str(out))
    async with shell.started(*command, stdout=asyncio.subprocess.PIPE) as process:
        assert process.stdout is not None
        await ollama.until(lambda: len([*rows(out)]) == 1 and bool(ollama.open_now("/api/generate")))
        process._transport.get_pipe_transport(1).close()  # type: ignore[attr-defined]
        await process.wait()
        assert process.stderr is not None and b"Traceback" not in await process.stderr.read()
    assert process.returncode == 141
    assert len(whole(out)) == 1


async def test_the_folder_tells_where_its_spec_is(shell: Shell, tmp_path: Path, ollama: Ollama) -> None:
    ollama.default = Script(pieces=("a",))
    spec, out = spec_for(tmp_path, ollama.url, prompts=1), tmp_path / "deep" / "out"
    assert (await shell.run("lab", "run", str(spec), "--out", str(out))).status == 0
    found = manifest.read(out)
    assert found is not None and found.file == "../../lab.yaml", "no path that tells about the machine"
    assert spec_of(out, found) == spec
    spec.rename(tmp_path / "other.yaml")
    assert spec_of(out, found) is None
