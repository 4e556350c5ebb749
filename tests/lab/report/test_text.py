"""A run as text in a terminal."""

from pathlib import Path

import pytest

from alignscope.lab.report import text
from alignscope.lab.summary.rows import Rows
from alignscope.lab.summary.tally import Tally
from alignscope.text.clean import cell_width
from tests.lab import runs
from tests.ui.app.test_signs import SAFE

pytestmark = pytest.mark.xdist_group("tally")  # one worker counts it


@pytest.fixture(scope="module")
def tally(tmp_path_factory: pytest.TempPathFactory) -> Tally:
    return Tally(Rows(runs.folder(tmp_path_factory.mktemp("runs") / "lamps", runs.made_up())))


def test_the_gap_table_fits_80_columns(tally: Tally) -> None:
    lines = text.gap_table(tally.summary(), 80)
    assert lines[0] == "lamps · 40 prompts · 800 rows"
    [head] = [line.split() for line in lines if line.endswith("  n")]
    assert head == ["base", "chat", "difference", "W/T/L", "n"]
    [ended] = [line.split("  ") for line in lines if line.startswith("ended by itself")]
    assert [cell.strip() for cell in ended if cell] == [
        "ended by itself", "32% [25, 39]", "100% [91, 100]", "+68 [+57, +73]", "40/0/0", "40",
    ]  # fmt: skip
    assert "chat: 2 of 400 replies failed or broke off, and are in no figure." in lines


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
def test_nothing_is_wider_than_the_terminal(tally: Tally, width: int) -> None:
    summary = tally.summary()
    for lines in (
        text.gap_table(summary, width),
        *(text.one_measure(tally, summary, m.name, width) for m in summary.measures),
    ):
        assert max(map(cell_width, lines)) <= width
        assert set("".join(lines)) <= SAFE


def test_p_is_shown_where_there_is_room(tally: Tally) -> None:
    assert any("40/0/0  0.002  40" in line for line in text.gap_table(tally.summary(), 120))


def test_narrow_terminals_get_no_intervals_but_of_differences(tally: Tally) -> None:
    lines = text.gap_table(tally.summary(), 60)
    [ended] = [line.split("  ") for line in lines if line.startswith("ended by itself")]
    assert [cell.strip() for cell in ended if cell] == [
        "ended by itself",
        "32%",
        "100%",
        "+68 [+57, +73]",
        "40/0/0",
        "40",
    ]
    assert "Each model's own intervals" in " ".join(lines)


def test_very_narrow_terminals_get_a_block_for_each_measure(tally: Tally) -> None:
    lines = text.gap_table(tally.summary(), 47)
    place = lines.index("ended by itself")
    assert lines[place + 1].split() == ["base", "32%", "[25,", "39]", "n", "40"]
    assert lines[place + 3].split() == ["chat", "less", "base", "+68", "[+57,", "+73]", "40/0/0", "n", "40"]


def test_three_models_get_a_block_for_each_measure(tmp_path: Path) -> None:
    every = runs.made_up(10, 2)
    every += [runs.chat(prompt_id=f"p{n:03}", entry="sft", role="other") for n in range(10)]
    lines = text.gap_table(Tally(Rows(runs.folder(tmp_path, every))).summary(), 120)
    assert [line.split("  ")[1] for line in lines if " less " in line and line.startswith("  ")][:2] == [
        "sft less base", "chat less base",
    ]  # fmt: skip


def test_a_run_of_one_model_has_no_differences(tmp_path: Path) -> None:
    lines = text.gap_table(Tally(Rows(runs.folder(tmp_path, [runs.row()]))).summary(), 80)
    assert not any("W/T/L" in line or "exploratory" in line for line in lines)
    assert any(line.split() == ["ended", "by", "itself", "100%"] for line in lines)


def test_one_measure_says_all_that_is_known(tally: Tally) -> None:
    lines = text.one_measure(tally, tally.summary(), "ended", 80)
    said = " ".join(lines)
    for part in ("computed: replies that the model ended", "source: our own", "not to be taken for: It depends",
                 "smallest effect about 13 pp", "sign-flip p < 0.001", "p000", "├"):  # fmt: skip
        assert part in said
    with pytest.raises(KeyError):
        text.one_measure(tally, tally.summary(), "beauty", 80)


def test_hostile_names_are_drawn_safely(tmp_path: Path) -> None:
    name = "a\x1b[31m\u202eb\nc"
    every = [
        make(prompt_id=f"{name}{n}", entry=f"{make.__name__}{name}") for n in range(3) for make in (runs.row, runs.chat)
    ]
    tally = Tally(Rows(runs.folder(tmp_path, every)))
    summary = tally.summary()
    lines = [*text.gap_table(summary, 100), *text.one_measure(tally, summary, "length", 100)]
    assert not any(char in line for line in lines for char in "\x1b\u202e\n")


def test_categories_stand_below_a_measure(tally: Tally) -> None:
    lines = text.one_measure(tally, tally.summary(), "ended", 80)
    place = lines.index("by category")
    assert lines[place + 1].split() == ["base", "chat", "difference", "n"]
    assert [line.split()[0] for line in lines[place + 2 : place + 5]] == ["facts", "stories", "lists"]


def test_a_question_mark_in_place_of_p_is_explained_where_it_stands(tmp_path: Path) -> None:
    summary = Tally(Rows(runs.folder(tmp_path, runs.made_up(12, 2)))).summary()
    wide, narrow = (" ".join(text.gap_table(summary, width)) for width in (200, 60))
    assert " ? " in wide and "p ?: too few prompts differ" in wide
    assert "p ?" not in narrow, "there is no column of p"
