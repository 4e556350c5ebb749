"""Completion as the shells do it: each is started, reads its script and is asked."""

import os
import pty
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from alignscope.cli import main
from alignscope.commands.completion import SHELLS
from alignscope.model.session import Session
from alignscope.sessions.library.store import Store
from tests.sessions.recorded import two_turns
from tests.waiting import HANGS

BASH = """
source {script}
COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
_alignscope; printf '%s\\n' "${{COMPREPLY[@]}}"
"""
HOSTILE = ("$(touch ran)", "`touch ran`", "a b", "*", "a:b", "-dash", "${HOME}", "$PWD", "~", "q?", "it's", 'say "x"')


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with every shell's script, and the program by its name."""
    place = tmp_path_factory.mktemp("scripts")
    program = place / "bin" / "alignscope"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m alignscope "$@"\n')
    program.chmod(0o755)
    for shell in SHELLS:
        done = subprocess.run([program, "completion", shell], capture_output=True, text=True, timeout=HANGS, check=True)
        (place / shell).write_text(done.stdout)
    return place


def environment(scripts: Path) -> dict[str, str]:
    """The test's own environment, with the program in it."""
    return {**os.environ, "PATH": f"{scripts / 'bin'}:{os.environ['PATH']}", "LANG": "C.UTF-8"}


def installed(shell: str) -> str:
    """The path of a shell, or skip the test."""
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} isn't installed")
    return program


def ask(shell: str, line: str, place: Path, scripts: Path) -> set[str]:
    """What bash or fish offers for a command line that ends where the cursor is."""
    if shell == "bash":
        *words, last = line.split(" ")
        command = BASH.format(script=scripts / shell, words=" ".join([*words, f"'{last}'"]))
    else:
        command = f"source {scripts / shell}; complete -C '{line}'"
    done = subprocess.run(
        [installed(shell), "-c", command],
        cwd=place,
        env=environment(scripts),
        capture_output=True,
        text=True,
        timeout=HANGS,
        check=True,
    )
    assert not done.stderr
    return {offered.partition("\t")[0].rstrip(" /") for offered in done.stdout.splitlines() if offered}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A directory with a file and a directory, and a session in the library."""
    (tmp_path / "a-file.yaml").touch()
    (tmp_path / "a-folder").mkdir()
    save("a-session")
    return tmp_path


def save(name: str) -> None:
    """Put a session into the library."""
    kept = Path(os.environ["XDG_DATA_HOME"]) / "alignscope" / "sessions"
    Store(kept).save(Session("Mine", datetime(2020, 1, 1, tzinfo=UTC), turns=two_turns()), kept / f"{name}.yaml")


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
        ("alignscope ask --scaffold ", {"bare", "qa", "dialogue"}, {"temperature="}),
        ("alignscope ask --prompts a", {"a-file.yaml"}, {"a-session"}),
        ("alignscope --theme l", {"lamp"}, {"paper"}),
        ("alignscope --prompt ask ", {"sessions"}, {"--json"}),
        ("alignscope sessions ", {"list", "show", "export", "delete"}, {"ask"}),
        ("alignscope sessions show a", {"a-session"}, {"a-file.yaml"}),
        ("alignscope sessions export x -f ", {"markdown", "cast", "preferences"}, {"a-session"}),
        ("alignscope sessions import a", {"a-file.yaml", "a-folder"}, {"a-session"}),
        ("alignscope replay a", {"a-session", "a-file.yaml"}, {"ask"}),
        ("alignscope context --session a", {"a-session", "a-file.yaml"}, {"ask"}),
        ("alignscope --sessions a", {"a-folder"}, {"a-session"}),
        ("alignscope completion ", {"bash", "zsh", "fish"}, {"ask"}),
        ("alignscope config ", {"init", "path", "show", "check", "keys"}, {"ask"}),
    ],
)
def test_what_is_offered(
    shell: str, line: str, offered: set[str], withheld: set[str], place: Path, scripts: Path
) -> None:
    found = ask(shell, line, place, scripts)
    assert offered <= found
    assert not withheld & found


class Zsh:
    """An interactive zsh: its completion can't be asked in any other way."""

    def __init__(self, scripts: Path, place: Path) -> None:
        self._terminal, theirs = pty.openpty()
        own = {"TERM": "dumb", "PS1": "", "COLUMNS": "200"}
        self._shell = subprocess.Popen(
            [installed("zsh"), "-f", "-i"], cwd=place, env={**environment(scripts), **own},
            stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
        )  # fmt: skip
        os.close(theirs)
        self.send(f"autoload -U compinit; compinit -u -D; source {scripts / 'zsh'}; print rea''dy\n")
        self.until("ready")

    def send(self, text: str) -> None:
        """Type."""
        os.write(self._terminal, text.encode())

    def until(self, *texts: str) -> str:
        """Read until all of these were there; the time is only there so that a test can't hang."""
        seen = b""
        end = time.monotonic() + 60
        while time.monotonic() < end and not all(text.encode() in seen for text in texts):
            if select.select([self._terminal], [], [], 0.1)[0]:
                seen += os.read(self._terminal, 65536)
        return seen.decode(errors="replace")

    def close(self) -> None:
        """Leave."""
        self._shell.kill()
        self._shell.wait()
        os.close(self._terminal)


@pytest.fixture
def zsh(scripts: Path, place: Path) -> Iterator[Zsh]:
    """A zsh that has read its script."""
    shell = Zsh(scripts, place)
    yield shell
    shell.close()


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("alignscope ", ("ask", "models", "sessions", "say what answers")),
        ("alignscope sessions ", ("list", "show", "undelete")),
        ("alignscope --preset ", ("greedy", "wild")),
        ("alignscope ask --set temp", ("temperature=",)),
        ("alignscope sessions show a-s", ("a-session",)),
        ("alignscope sessions export x -f ", ("markdown", "preferences")),
        ("alignscope --base x ask --logp", ("--logprobs",)),
    ],
)
def test_what_zsh_offers(line: str, offered: tuple[str, ...], zsh: Zsh) -> None:
    zsh.send(f"{line}\t\t")
    seen = zsh.until(*offered)
    assert all(word in seen for word in offered), seen


@pytest.mark.parametrize("shell", ["bash", "fish"])
def test_nothing_in_the_name_of_a_session_runs_or_falls_apart(shell: str, place: Path, scripts: Path) -> None:
    for name in HOSTILE:
        save(name)
    found = ask(shell, "alignscope sessions show ", place, scripts)
    assert "a" not in found
    assert not any(os.environ["HOME"] == each or str(place) == each for each in found)
    assert ("a\\ b" if shell == "bash" else "a b") in found
    assert "a-file.yaml" not in found, "a star stays a star"
    assert not (place / "ran").exists()


def test_nothing_in_the_name_of_a_session_runs_in_zsh(place: Path, scripts: Path, zsh: Zsh) -> None:
    for name in HOSTILE:
        save(name)
    zsh.send("alignscope sessions show \t\t")
    zsh.until("a-session", "say")
    zsh.send("\x15alignscope sessions path '$(touch r\t")
    zsh.until("ran")
    zsh.send("\x15print do''ne\n")
    assert "done" in zsh.until("done")
    assert not (place / "ran").exists()


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_is_one_that_the_shell_can_read(shell: str, scripts: Path) -> None:
    done = subprocess.run([installed(shell), "-n", scripts / shell], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_another_shell_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", "csh"]) == 2
    assert "there is one for bash, zsh, fish" in capsys.readouterr().err
