"""How commands and the explorer end when something outside ends them."""

import asyncio
import os
import signal
import sys

import pytest

from tests.commands.shell import LONG, Shell, Terminal
from tests.standin import Ollama, Script

IGNORING = "import os, signal, sys; signal.signal(signal.SIGHUP, signal.SIG_IGN); os.execv(sys.argv[1], sys.argv[1:])"


@pytest.fixture
def streaming(ollama: Ollama) -> tuple[str, ...]:
    """Arguments with which the explorer shows replies that never end. Those of the twins may, before they are drawn."""
    ollama.default = Script(endless=True, rate=40)
    return ("--host", ollama.url, "--prompt", "Once upon a time", "--set", "num_predict=-1")


def kept(shell: Shell) -> str:
    """Everything in the session files of a home."""
    return "".join(path.read_text() for path in shell.home.rglob("sessions/*.yaml"))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
async def test_a_signal_keeps_the_text_and_puts_the_terminal_back(
    shell: Shell, streaming: tuple[str, ...], number: signal.Signals
) -> None:
    with Terminal() as terminal:
        async with shell.started(*streaming, **dict.fromkeys(("stdin", "stdout", "stderr"), terminal.end)) as process:
            await terminal.until("writing")
            process.send_signal(number)
            assert await asyncio.wait_for(process.wait(), LONG) == 128 + number
    for undone in ("1049l", "1000l", "1003l", "1006l", "2004l"):
        assert terminal.written.rfind(f"\x1b[?{undone}") > terminal.written.rfind(f"\x1b[?{undone[:-1]}h")
    assert terminal.written.rfind("\x1b[?25h") > terminal.written.rfind("\x1b[?25l"), "the cursor is seen again"
    assert "Traceback" not in terminal.written
    assert "end: cancelled" in kept(shell)


async def test_a_terminal_that_goes_away_ends_the_program_though_sighup_is_ignored(
    shell: Shell, streaming: tuple[str, ...]
) -> None:
    terminal = Terminal()
    with terminal:
        command = ("-c", IGNORING, sys.executable, "-m", "alignscope", *streaming)
        process = await asyncio.create_subprocess_exec(
            sys.executable, *command, env=shell.environment, start_new_session=True,
            stdin=terminal.end, stdout=terminal.end, stderr=terminal.end,
        )  # fmt: skip
        await terminal.until("writing")
        terminal.hang_up()
        assert await asyncio.wait_for(process.wait(), LONG) == 128 + signal.SIGHUP
    assert "end: cancelled" in kept(shell)


@pytest.mark.parametrize("arguments", [("sessions", "list"), ("replay", "story", "--plain", "--instant"), ("doctor",)])
@pytest.mark.parametrize(("where", "says"), [(None, "is closed"), ("/dev/full", "No space left on device")])
async def test_standard_output_that_takes_nothing(
    shell: Shell, arguments: tuple[str, ...], where: str | None, says: str
) -> None:
    redirect = ">&-" if where is None else f">{where}"
    command = f'exec {sys.executable} -m alignscope "$@" {redirect}'
    process = await asyncio.create_subprocess_exec(
        "sh", "-c", command, "sh", *arguments, env={**shell.environment, "OLLAMA_HOST": "127.0.0.1:9"},
        stdin=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, errors = await asyncio.wait_for(process.communicate(), LONG)
    *_, last = errors.decode().splitlines()
    assert last.startswith("alignscope: standard output ")
    assert says in last
    assert process.returncode == 1
    assert os.linesep not in last
