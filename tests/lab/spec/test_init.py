"""The file that `lab init` writes."""

from pathlib import Path

import pytest

from alignscope.cli import main
from alignscope.lab import TEMPLATE


def test_init_writes_the_template_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "mine.yaml"
    assert main(["lab", "init", str(target)]) == 0
    assert target.read_bytes() == TEMPLATE.read_bytes()
    assert f"lab run {target}" in capsys.readouterr().out
    target.write_text("mine")
    assert main(["lab", "init", str(target)]) == 2
    assert target.read_text() == "mine"
    assert "--force" in capsys.readouterr().err
    assert main(["lab", "init", "--force", str(target)]) == 0
    assert target.read_bytes() == TEMPLATE.read_bytes()


def test_init_says_where_it_cant_write(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lab", "init", str(tmp_path / "missing" / "mine.yaml")]) == 2
    assert "can't be written: No such file" in capsys.readouterr().err
