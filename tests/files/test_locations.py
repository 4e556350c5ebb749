"""Where things live."""

import stat
from pathlib import Path

import pytest

from alignscope.files import locations


@pytest.mark.skipif("sys.platform != 'linux'", reason="XDG variables are how Linux says it")
def test_directories_follow_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(variable, str(tmp_path / variable))
    made = [locations.config_dir(), locations.data_dir(), locations.state_dir()]
    assert made == [tmp_path / f"XDG_{kind}_HOME" / "alignscope" for kind in ("CONFIG", "DATA", "STATE")]
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o700 for path in made)


@pytest.mark.skipif("sys.platform != 'linux'", reason="XDG variables are how Linux says it")
def test_a_directory_that_cannot_be_made_is_no_failure_yet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    assert locations.state_dir() == tmp_path / "file" / "alignscope"
    assert not locations.state_dir().exists()


def test_bundled_directories_are_found() -> None:
    assert locations.bundled("themes").name == "themes"
    assert locations.bundled("sessions").name == "sessions"
