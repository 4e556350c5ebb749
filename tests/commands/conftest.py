"""What tests of commands have in common."""

from pathlib import Path

import pytest

from tests.commands.shell import Shell


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """A shell in a home of its own."""
    return Shell(tmp_path)
