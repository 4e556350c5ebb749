"""What tests of sessions have in common."""

from pathlib import Path

import pytest

from alignscope.sessions.format import file
from alignscope.sessions.library.store import Store
from tests.sessions.making import session_of, turn_of


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A directory of sessions, with one that comes with alignscope."""
    bundled = tmp_path / "bundled"
    bundled.mkdir()
    (bundled / "greeting.yaml").write_bytes(file.dump(session_of(turn_of(1, "Hello there"), title="A greeting")))
    return Store(tmp_path / "own", bundled)
