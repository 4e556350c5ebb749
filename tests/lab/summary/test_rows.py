"""Rows of a run, in whatever order and state its files are."""

import os
from pathlib import Path

import pytest

from alignscope.lab import row as rows
from alignscope.lab.row import Tokens
from alignscope.lab.summary.rows import Rows, RunError
from alignscope.model.events import End
from tests.lab import runs


def test_rows_come_by_prompt(tmp_path: Path) -> None:
    written = [runs.row(prompt_id=f"p{n % 3}", sample=n // 3 + 1) for n in range(9)]
    found = Rows(runs.folder(tmp_path, written))
    assert (len(found), found.prompts, found.damaged) == (9, 3, 0)
    read = [(key, [sample.row for sample in samples]) for key, samples in found.by_prompt()]
    assert [key for key, _ in read] == [("tests", "p0"), ("tests", "p1"), ("tests", "p2")]
    assert [row.sample for row in read[1][1]] == [1, 2, 3]
    assert sorted(written, key=lambda row: row.prompt_id) == [row for _, those in read for row in those]


def test_the_last_row_of_a_key_holds(tmp_path: Path) -> None:
    failed = runs.row(key="a", text="", end=End.ERROR, error="busy")
    found = Rows(runs.folder(tmp_path, [failed, runs.row(key="b", sample=2), runs.row(key="a", text="At last.")]))
    [(_, samples)] = found.by_prompt()
    assert [sample.row.text for sample in samples] == ["At last.", "A lamp is a light."]


def test_a_line_that_is_being_written_is_left_out(tmp_path: Path) -> None:
    folder = runs.folder(tmp_path, [runs.row()])
    with (folder / "samples.jsonl").open("ab") as file:
        file.write(rows.encode(runs.row(sample=2))[:-20])
    found = Rows(folder)
    assert (len(found), found.damaged) == (1, 0)


@pytest.mark.parametrize("line", [b"not json\n", b'{"key": "x"}\n', b"\xff\xfe\n", b"[]\n", b"\n"])
def test_lines_that_are_no_rows_are_counted(line: bytes, tmp_path: Path) -> None:
    folder = runs.folder(tmp_path, [runs.row()])
    with (folder / "samples.jsonl").open("ab") as file:
        file.write(line + rows.encode(runs.row(sample=2)))
    found = Rows(folder)
    assert (len(found), found.damaged) == (2, 1)


def test_a_row_whose_fields_are_damaged_is_counted_when_it_is_read(tmp_path: Path) -> None:
    folder = runs.folder(tmp_path, [runs.row()])
    with (folder / "samples.jsonl").open("ab") as file:
        file.write(rows.encode(runs.row(sample=2)).replace(b'"tokens":6', b'"tokens":"six"'))
    found = Rows(folder)
    [(_, samples)] = found.by_prompt()
    assert (len(samples), found.damaged) == (1, 1)


def test_lists_find_their_rows(tmp_path: Path) -> None:
    step = runs.step("A", -0.5, [("A", -0.5), ("The", -1.0)])
    lists = [Tokens(key="two", tokens=[step]), Tokens(key="gone", tokens=[])]
    found = Rows(runs.folder(tmp_path, [runs.row(key="one"), runs.row(key="two", sample=2)], lists))
    assert found.has_lists
    [(_, samples)] = found.by_prompt()
    assert [list(sample.steps) for sample in samples] == [[], [step]]


def test_a_folder_without_rows_says_so(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"is .* the folder of a run"):
        Rows(tmp_path)
    with pytest.raises(RunError, match="holds no replies yet"):
        Rows(runs.folder(tmp_path, []))


def test_a_pipe_in_place_of_rows_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "samples.jsonl")
    with pytest.raises(RunError, match="not a regular file"):
        Rows(tmp_path)


def test_rows_behind_a_line_that_is_too_long_are_found(tmp_path: Path) -> None:
    folder = runs.folder(tmp_path, [runs.row()])
    with (folder / "samples.jsonl").open("ab") as file:
        file.truncate(file.tell() + rows.MAX_LINE)
        file.seek(0, os.SEEK_END)
        file.write(b"\n" + rows.encode(runs.row(sample=2)))
    found = Rows(folder)
    assert (len(found), found.damaged) == (2, 1)
