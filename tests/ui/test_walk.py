"""Short walks at random; `python -m tests.ui.walk` takes longer ones."""

from pathlib import Path

import pytest

from tests.ui.walk import walk


@pytest.mark.parametrize("seed", range(3))
async def test_a_walk_at_random_finds_nothing(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # exports go into the directory one is in
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SSH_CONNECTION", "127.0.0.1 1 127.0.0.1 22")  # nothing is copied to a real clipboard
    await walk(seed, 25)
