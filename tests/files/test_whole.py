"""Files read and written whole."""

import os
import stat
from pathlib import Path

import pytest

from alignscope.files.whole import read_regular, sync, write_whole


def test_only_regular_files_within_a_limit_are_read(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"12345")
    assert read_regular(path, 5) == b"12345"
    with pytest.raises(OSError, match="larger"):
        read_regular(path, 4)
    os.mkfifo(tmp_path / "pipe")
    for odd in (tmp_path / "pipe", tmp_path, Path("/dev/zero")):
        with pytest.raises(OSError, match=r"regular|directory"):
            read_regular(odd, 5)


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_whole(path, [b"new"], 0o600)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o640)
    write_whole(path, [b"new", b"er"])
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"newer", 0o640)

    def breaking() -> "list[bytes]":
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        write_whole(path, (part for _ in "x" for part in breaking()))
    assert path.read_bytes() == b"newer"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "precious").write_bytes(b"precious")
    (tmp_path / "link").symlink_to("precious")
    write_whole(tmp_path / "link", [b"new"])
    assert (tmp_path / "precious").read_bytes() == b"precious"
    assert not (tmp_path / "link").is_symlink()


def test_a_file_system_that_cannot_tell_when_a_file_is_on_disk_is_no_failure() -> None:
    reading, writing = os.pipe()
    try:
        with pytest.raises(OSError):
            os.fsync(writing)
        sync(writing)
    finally:
        os.close(reading)
        os.close(writing)
    with pytest.raises(OSError):
        sync(writing)
