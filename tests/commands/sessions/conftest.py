"""What tests of the commands about sessions have in common."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from alignscope.cli import main
from tests.commands.sessions.kept import Run, Said


@pytest.fixture(autouse=True)
def in_tokyo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Lists show local times, nine hours ahead of those in the files."""
    monkeypatch.setenv("TZ", "JST-9")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """Where sessions are kept."""
    return tmp_path / "kept"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Run:
    """Run alignscope in this process, in a home of its own."""
    for name in ("OLLAMA_HOST", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))

    def run(*arguments: str) -> Said:
        capfdbinary.readouterr()
        try:
            status = main(arguments)
        except SystemExit as end:
            status = int(end.code or 0)
        out, err = capfdbinary.readouterr()
        return Said(status, out.decode(), err.decode())

    return run
