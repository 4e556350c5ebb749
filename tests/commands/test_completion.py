"""Completion as the shells do it: each is started, reads its script and is asked."""

import os
import pty
import select
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from alignscope.commands.completion import SHELLS, read, script
from alignscope.commands.main import _parser, main
from alignscope.model.sampling import PARAMETERS
from alignscope.model.session import Session
from alignscope.sessions.library.store import Store
from tests.sessions.recorded import two_turns

BIN = Path(sys.executable).parent

BASH = """
source {script}
COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
_alignscope; printf '%s\\n' "${{COMPREPLY[@]}}"
"""


def ask(shell: str, line: str, place: Path) -> set[str]:
    """What a shell offers for a command line that ends where the cursor is."""
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} isn't installed")
    path = place / f"completion.{shell}"
    path.write_text(script(_parser(), shell))
    if shell == "bash":
        *words, last = line.split(" ")
        command = BASH.format(script=path, words=" ".join([*words, f"'{last}'"]))
    else:
        command = f"source {path}; complete -C '{line}'"
    done = subprocess.run(
        [program, "-c", command],
        cwd=place,
        env={**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert not done.stderr
    return {offered.partition("\t")[0] for offered in done.stdout.splitlines() if offered}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A directory with a file and a directory, and a session in the library."""
    (tmp_path / "a-file.yaml").touch()
    (tmp_path / "a-folder").mkdir()
    kept = Path(os.environ["XDG_DATA_HOME"]) / "alignscope" / "sessions"
    Store(kept).save(Session("Mine", datetime(2020, 1, 1, tzinfo=UTC), turns=two_turns()), kept / "a-session.yaml")
    return tmp_path


@pytest.mark.parametrize("shell", ["bash", "fish"])
@pytest.mark.parametrize(
    ("line", "offered", "withheld"),
    [
        ("alignscope ", {"ask", "models", "sessions", "replay", "config", "doctor", "completion"}, {"list"}),
        ("alignscope se", {"sessions"}, {"ask"}),
        ("alignscope --", {"--base", "--instruct", "--set", "--theme", "--prompt"}, {"--json", "ask"}),
        ("alignscope --base x ask --", {"--json", "--logprobs", "--set"}, {"--prompt"}),
        ("alignscope --preset ", {"even", "greedy", "wild"}, {"ask"}),
        ("alignscope ask --set temp", {"temperature="}, {"top_k="}),
        ("alignscope --theme l", {"lamp"}, {"paper"}),
        ("alignscope --prompt ask ", {"sessions"}, {"--json"}),
        ("alignscope sessions ", {"list", "show", "export", "delete"}, {"ask"}),
        ("alignscope sessions show a", {"a-session"}, {"a-file.yaml"}),
        ("alignscope sessions export x -f ", {"markdown", "cast", "preferences"}, {"a-session"}),
        ("alignscope sessions import a", {"a-file.yaml", "a-folder"}, {"a-session"}),
        ("alignscope replay a", {"a-session", "a-file.yaml"}, {"ask"}),
        ("alignscope --sessions a", {"a-folder"}, {"a-file.yaml"}),
        ("alignscope completion ", {"bash", "zsh", "fish"}, {"names"}),
        ("alignscope config ", {"init", "path", "show", "check", "keys"}, {"ask"}),
    ],
)
def test_what_is_offered(shell: str, line: str, offered: set[str], withheld: set[str], place: Path) -> None:
    found = {each.rstrip("/") for each in ask(shell, line, place)}
    assert offered <= found
    assert not withheld & found


class Zsh:
    """An interactive zsh: its completion can't be asked in any other way."""

    def __init__(self, script: Path, place: Path) -> None:
        self._terminal, theirs = pty.openpty()
        own = {"PATH": f"{BIN}:{os.environ['PATH']}", "TERM": "dumb", "PS1": "", "COLUMNS": "200"}
        self._shell = subprocess.Popen(
            ["zsh", "-f", "-i"], cwd=place, env={**os.environ, **own}, stdin=theirs, stdout=theirs, stderr=theirs,
            start_new_session=True,
        )  # fmt: skip
        os.close(theirs)
        self.send(f"autoload -U compinit; compinit -u -D; source {script}; print rea''dy\n")
        self.until("ready")

    def send(self, text: str) -> None:
        """Type."""
        os.write(self._terminal, text.encode())

    def until(self, *texts: str) -> str:
        """Read until all of these were there; the time is only there so that a test can't hang."""
        seen = b""
        end = time.monotonic() + 20
        while time.monotonic() < end and not all(text.encode() in seen for text in texts):
            if select.select([self._terminal], [], [], 0.1)[0]:
                seen += os.read(self._terminal, 65536)
        return seen.decode(errors="replace")

    def close(self) -> None:
        """Leave."""
        self._shell.kill()
        self._shell.wait()
        os.close(self._terminal)


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("alignscope ", ("ask", "models", "sessions", "say what answers")),
        ("alignscope sessions ", ("list", "show", "undelete")),
        ("alignscope --pre", ("--preset", "greedy", "wild")),
        ("alignscope ask --set temp", ("temperature=",)),
        ("alignscope sessions show a-s", ("a-session",)),
        ("alignscope sessions export x -f ", ("markdown", "preferences")),
        ("alignscope --base x ask --logp", ("--logprobs",)),
    ],
)
def test_what_zsh_offers(line: str, offered: tuple[str, ...], place: Path) -> None:
    if shutil.which("zsh") is None:
        pytest.skip("zsh isn't installed")
    path = place / "completion.zsh"
    path.write_text(script(_parser(), "zsh"))
    zsh = Zsh(path, place)
    try:
        zsh.send(f"{line}\t\t")
        seen = zsh.until(*offered)
    finally:
        zsh.close()
    assert all(word in seen for word in offered), seen


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_is_good_and_knows_every_option(shell: str, tmp_path: Path) -> None:
    text = script(_parser(), shell)
    for command in read(_parser()).all():
        for option in command.options:
            for flag in option.flags:
                assert (flag.lstrip("-") if shell == "fish" else flag) in text
    assert all(f"{name}=" in text for name in PARAMETERS)
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} isn't installed")
    path = tmp_path / "script"
    path.write_text(text)
    done = subprocess.run([program, "-n", str(path)], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_command(capsys: pytest.CaptureFixture[str], place: Path) -> None:
    assert main(["completion", "zsh"]) == 0
    assert capsys.readouterr().out == script(_parser(), "zsh")
    assert main(["completion", "names"]) == 0
    assert "a-session" in capsys.readouterr().out.splitlines()
    assert main(["completion", "csh"]) == 2
    assert "there is one for bash, zsh, fish" in capsys.readouterr().err
