"""Fixtures for every test, and how many run at a time."""

import gc
import os
import signal
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.waiting import settled

pytest_plugins = ["tests.standin.fixtures"]

# Where the environment keeps no bytecode, as containers do, every worker and every process that a test starts would
# compile anew whatever it imports.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# What a shell starts in the background ignores the interrupt, and with nohup the hangup, too; so would all processes
# that tests start, some of which are sent these signals. A handler that does nothing isn't inherited, so that those
# aren't ignored there; the workers, which are such processes, learn from the environment to ignore them as well.
_ignored = os.environ.setdefault(
    "ALIGNSCOPE_TESTS_IGNORE",
    " ".join(str(int(each)) for each in (signal.SIGINT, signal.SIGHUP) if signal.getsignal(each) is signal.SIG_IGN),
)
for number in map(int, _ignored.split()):
    signal.signal(number, lambda *_: None)

# A busy machine is slow, which is no failure; and no fixture here changes from one example to the next.
settings.register_profile(
    "patient", deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
settings.load_profile("patient")


def pytest_xdist_auto_num_workers() -> int:
    """Give a processor three workers: half of a test's time goes by in which a reply, a frame or a process is due."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return 3 * usable


def pytest_collection_finish() -> None:
    """Leave what was imported and collected out of every later collection of garbage: it stays until the end.

    And look for garbage less often: an application makes many objects while it opens, of which hardly any is garbage.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


def pytest_sessionfinish() -> None:
    """Look through what the tests left once: pytest itself would do so five times, for a second each."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Paths of which each test takes one: pytest would look through all that there are for the next free name."""
    place = tmp_path_factory.mktemp("homes")
    return (place / str(number) for number in count())


@pytest.fixture(autouse=True)
def own_home(homes: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test has directories of its own, and none of the person's settings."""
    home = next(homes)
    home.mkdir()
    for name in ("CONFIG", "DATA", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
    for name in ("OLLAMA_HOST", "ALIGNSCOPE_API_KEY", "NO_COLOR", "TMUX", "SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"):
        monkeypatch.delenv(name, raising=False)
    for name in ("ALIGNSCOPE_CONFIG", "ALIGNSCOPE_THEME", "ALIGNSCOPE_SESSIONS", "COLORFGBG", "LC_ALL", "LC_CTYPE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in (("TERM", "xterm-256color"), ("COLORTERM", "truecolor"), ("LANG", "C.UTF-8")):
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")


@pytest.fixture(autouse=True)
def settled_pilot(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Textual's pilot go on as soon as the application rests, and not before."""
    monkeypatch.setattr("textual.app.wait_for_idle", settled)
    monkeypatch.setattr("textual.pilot.wait_for_idle", settled)
