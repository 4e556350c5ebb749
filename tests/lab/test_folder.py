"""The folder of a run: what a kill, a change of plan and a second alignscope leave of it."""

import os
import random
import resource
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from alignscope.lab.folder import ASIDE, SAMPLES, TOKENS, Folder, FolderError, Settled, lists, rows, writer
from alignscope.lab.row import Row, Tokens, encode, short
from alignscope.model.events import End
from tests.lab.test_row import ROW


def row(number: int, **changes: object) -> Row:
    """A row with a key of its own."""
    return msgspec.structs.replace(ROW, key=f"{number:024x}", text=f"reply {number}", **changes)


def tokens(number: int) -> Tokens:
    """Its lists."""
    return Tokens(key=f"{number:024x}", tokens=[("a", -0.1, [("a", -0.1)])])


def hashes(*numbers: int) -> set[int]:
    """The short hashes of some rows' keys."""
    return {short(row(number).key) for number in numbers}


# The number is in the digits that the short hash leaves out, unless it is large.
ONE, TWO, THREE, FOUR = (number << 64 for number in (1, 2, 3, 4))


def keep(folder: Path, plan: set[int], *added: Row, listed: bool = False) -> Settled:
    """Open a folder for a plan, and add some rows."""
    with Folder(folder) as opened:
        settled = opened.settle(plan)
        for each in added:
            opened.add(each, Tokens(key=each.key, tokens=[]) if listed else None)
    return settled


def texts(folder: Path) -> list[str]:
    """The replies that a folder holds."""
    return [each.text for each in rows(folder)]


ALL = hashes(ONE, TWO, THREE)


def test_rows_are_there_when_the_folder_is_opened_again(tmp_path: Path) -> None:
    folder = tmp_path / "runs" / "x"
    assert keep(folder, ALL, row(ONE), row(TWO)) == Settled(set())
    assert keep(folder, ALL, row(THREE)) == Settled(hashes(ONE, TWO))
    assert keep(folder, ALL) == Settled(ALL)
    assert [*rows(folder)] == [row(ONE), row(TWO), row(THREE)]
    assert sorted(path.name for path in folder.iterdir()) == [SAMPLES]


def test_a_torn_line_is_dropped_wherever_it_was_torn(tmp_path: Path) -> None:
    whole, line = encode(row(ONE)), encode(row(TWO))
    for length in range(1, len(line)):
        (tmp_path / SAMPLES).write_bytes(whole + line[:length])
        assert texts(tmp_path) == [row(ONE).text]
        assert keep(tmp_path, ALL, row(TWO)) == Settled(hashes(ONE), torn=1)
        assert (tmp_path / SAMPLES).read_bytes() == whole + line


def test_a_file_that_is_torn_in_its_first_line_is_empty(tmp_path: Path) -> None:
    (tmp_path / SAMPLES).write_bytes(encode(row(ONE))[:40])
    assert keep(tmp_path, ALL) == Settled(set(), torn=1)
    assert (tmp_path / SAMPLES).read_bytes() == b""


def test_failed_rows_are_asked_for_again(tmp_path: Path) -> None:
    failed = [row(TWO, end=end, error="gone") for end in (End.ERROR, End.CUT, End.CANCELLED)]
    for each in failed:
        (tmp_path / SAMPLES).unlink(missing_ok=True)
        keep(tmp_path, ALL, row(ONE), each, row(THREE))
        assert keep(tmp_path, ALL, row(TWO)) == Settled(hashes(ONE, THREE), failed=1)
        assert texts(tmp_path) == [row(ONE).text, row(THREE).text, row(TWO).text]


def test_a_row_is_never_there_twice(tmp_path: Path) -> None:
    (tmp_path / SAMPLES).write_bytes(encode(row(ONE)) * 2 + encode(row(TWO)))
    assert keep(tmp_path, ALL).done == hashes(ONE, TWO)
    assert texts(tmp_path) == [row(ONE).text, row(TWO).text]


def test_a_damaged_line_costs_no_other(tmp_path: Path) -> None:
    (tmp_path / SAMPLES).write_bytes(encode(row(ONE)) + b'{"key":"zz","end":"stop"}\n\xff\n' + encode(row(TWO)))
    assert texts(tmp_path) == [row(ONE).text, row(TWO).text]
    assert keep(tmp_path, ALL) == Settled(hashes(ONE, TWO), torn=2)
    assert texts(tmp_path) == [row(ONE).text, row(TWO).text]


def test_rows_outside_the_plan_are_put_aside_and_come_back(tmp_path: Path) -> None:
    keep(tmp_path, ALL, row(ONE), row(TWO), row(THREE))
    assert keep(tmp_path, hashes(ONE, FOUR)) == Settled(hashes(ONE), aside=2)
    assert texts(tmp_path) == [row(ONE).text]
    assert keep(tmp_path, hashes(TWO, FOUR), row(FOUR)) == Settled(hashes(TWO), aside=1, back=1)
    assert texts(tmp_path) == [row(TWO).text, row(FOUR).text]
    assert keep(tmp_path, ALL | hashes(FOUR)) == Settled(ALL | hashes(FOUR), back=2)
    assert sorted(texts(tmp_path)) == sorted(row(number).text for number in (ONE, TWO, THREE, FOUR))
    assert len((tmp_path / ASIDE).read_bytes().splitlines()) == 3


def test_a_kill_between_lists_and_row_leaves_no_lists(tmp_path: Path) -> None:
    keep(tmp_path, ALL, row(ONE), row(TWO), listed=True)
    whole = (tmp_path / TOKENS).read_bytes()
    (tmp_path / TOKENS).write_bytes(whole + encode(tokens(THREE)))
    keep(tmp_path, ALL)
    assert (tmp_path / TOKENS).read_bytes() == whole
    (tmp_path / TOKENS).write_bytes(whole + encode(tokens(THREE))[:30])
    assert keep(tmp_path, ALL).torn == 1
    assert [each.key for each in lists(tmp_path)] == [row(ONE).key, row(TWO).key]


def test_lists_of_rows_that_were_put_aside_stay(tmp_path: Path) -> None:
    keep(tmp_path, ALL, row(ONE), row(TWO), listed=True)
    whole = (tmp_path / TOKENS).read_bytes()
    for _ in range(2):
        keep(tmp_path, hashes(ONE))
        assert (tmp_path / TOKENS).read_bytes() == whole


@pytest.mark.parametrize("seed", range(20))
def test_whatever_a_file_is_cut_to_a_run_ends_with_every_row_once(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    plan = [number << 64 for number in range(1, 30)]
    folder = tmp_path / "run"
    for _ in range(4):
        with Folder(folder) as opened:
            done = opened.settle(hashes(*plan)).done
            for number in plan:
                if not hashes(number) <= done and chance.random() < 0.6:
                    end = chance.choice([End.STOP, End.LENGTH, End.ERROR, End.CUT])
                    opened.add(row(number, end=end), tokens(number) if not end.failed else None)
        size = (folder / SAMPLES).stat().st_size
        os.truncate(folder / SAMPLES, max(0, size - chance.randrange(200)))
    with Folder(folder) as opened:
        done = opened.settle(hashes(*plan)).done
        for number in plan:
            if not hashes(number) <= done:
                opened.add(row(number))
    assert sorted(each.key for each in rows(folder)) == [row(number).key for number in plan]
    assert all(not each.failed for each in rows(folder))


def test_two_at_once_are_refused(tmp_path: Path) -> None:
    with Folder(tmp_path), pytest.raises(FolderError, match=rf"another alignscope \(process {os.getpid()}, since"):
        Folder(tmp_path)
    program = (
        "import sys; from pathlib import Path; from alignscope.lab.folder import Folder; "
        "Folder(Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", program, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with other:
        assert other.stdout and other.stdin
        assert other.stdout.readline() == "held\n"
        with pytest.raises(FolderError, match=rf"process {other.pid},"):
            Folder(tmp_path)
        other.kill()
    Folder(tmp_path).close()
    assert not [*tmp_path.iterdir()]


def test_a_folder_that_cant_be_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FolderError, match="can't be written to or read: Not a directory"):
        Folder(tmp_path / "file" / "run")
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / SAMPLES).symlink_to("/dev/full")
    with pytest.raises(FolderError, match=r"can't be written to or read: samples\.jsonl is a link, or no file"):
        keep(tmp_path / "odd", ALL)


def test_a_disk_that_is_full_costs_no_row_that_was_there(tmp_path: Path) -> None:
    line = encode(row(ONE))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    with Folder(tmp_path) as folder:
        folder.settle(ALL)
        folder.add(row(ONE))
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(line) + 50, before[1]))
        try:
            with pytest.raises(FolderError, match=r"File too large.*the same command goes on"):
                folder.add(row(TWO))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        folder.add(row(THREE))
    assert texts(tmp_path) == [row(ONE).text, row(THREE).text]


def test_who_writes_to_a_folder_is_told_and_what_a_kill_left_is_nobody(tmp_path: Path) -> None:
    assert writer(tmp_path) is None
    with Folder(tmp_path):
        held = writer(tmp_path)
        assert held is not None and held.ours and f"process {os.getpid()}" in held.who
        with pytest.raises(FolderError, match="another alignscope"):
            Folder(tmp_path)
    assert writer(tmp_path) is None
    kill = (
        "import os; from pathlib import Path; from alignscope.lab.folder import Folder; "
        f"Folder(Path({str(tmp_path)!r})); os.kill(os.getpid(), 9)"
    )
    assert subprocess.run([sys.executable, "-c", kill], check=False).returncode == -9
    [left] = tmp_path.glob(".lab.lock")
    assert writer(tmp_path) is None
    left.write_text(str(os.getpid()))  # the number of a process that is there again, which holds nothing
    assert writer(tmp_path) is None
    Folder(tmp_path).close()
