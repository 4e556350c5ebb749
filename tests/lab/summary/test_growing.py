"""A folder measured while it grows comes to the same as one that is read as a whole."""

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from alignscope.lab.folder import Folder
from alignscope.lab.row import Row, Tokens, encode, short
from alignscope.lab.summary.figures import Summary
from alignscope.lab.summary.opening import open_run
from alignscope.lab.summary.rows import GrowingRows, RunError
from alignscope.lab.watching.measuring import Measuring
from alignscope.lab.watching.messages import Page, Replies
from tests.lab import runs


def as_data(value: Any) -> Any:
    """A value as other programs read it, in which numbers that were added up in another order are alike."""
    data = msgspec.json.decode(msgspec.json.encode(value))

    def near(each: Any) -> Any:
        if isinstance(each, float):
            return pytest.approx(each, rel=1e-9, abs=1e-12)
        if isinstance(each, dict):
            return {key: near(inner) for key, inner in each.items()}
        return [near(inner) for inner in each] if isinstance(each, list) else each

    return near(data)


def unordered(summary: Summary) -> Summary:
    """Figures without which row came first, and which of several openings that are as common."""
    arms = [
        msgspec.structs.replace(arm, sent="", openings=tuple(("", number) for _, number in arm.openings))
        for arm in summary.arms
    ]
    return msgspec.structs.replace(summary, arms=tuple(arms))


def lists_of(every: Sequence[Row]) -> list[Tokens]:
    return [
        Tokens(key=row.key, tokens=[runs.step(word, -0.5, [(word, -0.5), ("x", -2.0)]) for word in row.text.split()])
        for row in every
        if not row.failed
    ]


@pytest.mark.parametrize("seed", range(4))
def test_it_comes_to_the_same_wherever_it_was_looked_at(tmp_path: Path, seed: int) -> None:
    """Cut anywhere, also within a line, with lists and without, and with replies that failed."""
    chance = random.Random(seed)
    every = runs.made_up(12, 4, seed)
    chance.shuffle(every)
    with_lists = lists_of(every) if seed % 2 else []
    whole = runs.folder(tmp_path / "whole", every, with_lists)
    content = b"".join(map(encode, every))
    growing = runs.folder(tmp_path / "growing", [], with_lists)
    measuring = Measuring(growing)
    at = 0
    while at < len(content):
        piece = chance.choice((1, 300, 5_000, 50_000))
        with (growing / "samples.jsonl").open("ab") as file:
            file.write(content[at : at + piece])
        at += piece
        for _ in range(chance.randrange(3)):
            measuring.step()
    while measuring.step():
        pass
    table = measuring.table()
    assert table is not None and (table.measured, table.found, table.tested) == (len(every), len(every), False)
    expected = open_run(whole).summary(tested=False)
    found = msgspec.structs.replace(table.summary, run=expected.run)
    assert msgspec.json.decode(msgspec.json.encode(unordered(found))) == as_data(unordered(expected))


def test_tests_come_at_the_end_and_are_those_of_the_whole(tmp_path: Path) -> None:
    folder = runs.folder(tmp_path / "run", runs.made_up(12, 2))
    measuring = Measuring(folder)
    while measuring.step():
        pass
    while measuring.test():
        pass
    table = measuring.table()
    assert table is not None and table.tested
    assert msgspec.json.decode(msgspec.json.encode(table.summary)) == as_data(open_run(folder).summary())
    assert any(found.p_holm is not None for each in table.summary.measures for found in each.differences)


def test_a_file_that_was_written_anew_is_read_anew(tmp_path: Path) -> None:
    """As a run does that is gone on with: failed rows are dropped, and come again."""
    keys = [str(number) * 24 for number in range(1, 5)]
    rows = [runs.row(key=key, prompt_id=f"p{key[-1]}") for key in keys]
    failed = msgspec.structs.replace(rows[1], end="error", error="busy", text="")
    folder = runs.folder(tmp_path / "run", [rows[0], failed, rows[2]])
    measuring = Measuring(folder)
    while measuring.step():
        pass
    before = measuring.table()
    assert before is not None and before.summary.arms[0].errors == 1
    with Folder(folder) as open_folder:
        open_folder.settle({short(key) for key in keys})
        open_folder.add(rows[1])
        open_folder.add(rows[3])
    while measuring.step():
        pass
    after = measuring.table()
    assert after is not None and (after.found, after.summary.arms[0].errors) == (4, 0)


def test_rows_come_with_their_lists(tmp_path: Path) -> None:
    every = [runs.row(), runs.chat(), runs.row(sample=2)]
    folder = runs.folder(tmp_path / "run", every, lists_of(every[:2]))
    measuring = Measuring(folder)
    measuring.step()
    found = measuring.replies(Replies(every[0].set, every[0].prompt_id, 1))
    assert [row.entry for row in found.rows] == ["base", "chat"] and found.lists.keys() == {
        row.key for row in every[:2]
    }
    assert measuring.replies(Replies(every[0].set, "nobody", 1)).rows == ()


def test_a_page_has_plots_and_words(tmp_path: Path) -> None:
    measuring = Measuring(runs.folder(tmp_path / "run", runs.made_up(12, 2)))
    assert measuring.page(Page("ended", 60)).lines == ()
    while measuring.step():
        pass
    lines = measuring.page(Page("ended", 60)).lines
    assert lines[0] == "ended by itself, with intervals of 95 %" and any("●" in line for line in lines)
    assert any(line.startswith("computed: replies that the model ended") for line in lines)
    assert not any("sign-flip" in line for line in lines), "p values are adjusted for all, which takes the whole"
    while measuring.test():
        pass
    assert any("sign-flip" in line for line in measuring.page(Page("ended", 60)).lines)
    assert measuring.page(Page("nothing", 60)).lines == ()


def test_lines_that_are_no_rows_are_counted(tmp_path: Path) -> None:
    folder = runs.folder(tmp_path / "run", [runs.row()])
    with (folder / "samples.jsonl").open("ab") as file:
        file.write(b"nonsense\n\xff\xff\n" + encode(runs.chat()) + b'{"torn')
    rows = GrowingRows(folder)
    rows.look(2**20)
    assert (len(rows), rows.damaged) == (2, 2)


def test_a_manifest_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    folder = runs.folder(tmp_path / "run", [runs.row()], manifest="lineup: 3")
    with pytest.raises(RunError, match="manifest"):
        Measuring(folder).step()
