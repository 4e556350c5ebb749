"""A run that the lab's screen is tried on."""

from pathlib import Path

import pytest

from tests.lab import runs


@pytest.fixture
def made_up(tmp_path: Path) -> Path:
    """Twelve prompts, two samples of two models, some of which failed."""
    return runs.folder(tmp_path / "made", runs.made_up(12, 2))
