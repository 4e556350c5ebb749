"""A run's folder with its manifest."""

import math
from pathlib import Path

import msgspec
import pytest

from alignscope.lab.manifest import Entry, Manifest, write
from alignscope.lab.row import Tokens
from alignscope.lab.summary import words
from alignscope.lab.summary.opening import open_run
from alignscope.lab.summary.rows import RunError
from tests.lab import runs

LINEUP = (
    Entry(name="base", role="base", model="twin:text", server="embedded", mode="completion"),
    Entry(name="chat", role="aligned", model="twin:latest", server="embedded", mode="chat", label="llama.cpp",
          template="abc"),
)  # fmt: skip


def test_the_spec_says_what_is_measured_and_what_of_it_is_primary(tmp_path: Path) -> None:
    runs.folder(tmp_path, runs.made_up(12, 2))
    spec = {"measures": ["length", "ended"], "primary": ["ended"], "margins": {"ended": 0.1}, "prompts": "behaviours"}
    about = Manifest(
        format=1,
        name="lamps",
        about="Whether lamps shine.",
        started="2026-11-26T10:00:00",
        rows=60,
        lineup=LINEUP,
        spec=spec,
    )
    write(tmp_path, about)
    summary = open_run(tmp_path).summary()
    assert [(each.name, each.primary) for each in summary.measures] == [("ended", True), ("length", False)]
    [ended, length] = [each.differences[0] for each in summary.measures]
    assert (ended.margin, ended.same, ended.p_holm, length.p_holm) == (0.1, "no", ended.p, None)
    assert (summary.about, summary.planned) == ("Whether lamps shine.", 60)
    assert (summary.arm("chat").server_label, summary.arm("chat").template) == ("llama.cpp", "abc")
    assert "The run hasn't ended: 48 of 60 rows are there." in words.notes(summary)


def test_entropies_have_an_upper_bound_where_the_vocabularys_size_is_known(tmp_path: Path) -> None:
    half = math.log(0.5)
    every = [runs.row(), runs.row(sample=2, digest="sha256:another")]
    lists = [Tokens(key=row.key, tokens=[("A", half, [("A", half)])]) for row in every]
    runs.folder(tmp_path, every, lists)
    his: dict[int | None, list[float]] = {}
    for size in (None, 3):
        entry = msgspec.structs.replace(LINEUP[0], digest="sha256:1", vocabulary=size)
        write(tmp_path, Manifest(format=1, name="lamps", ended="now", lineup=(entry,)))
        tally = open_run(tmp_path)
        [(_, samples)] = tally.rows.by_prompt()
        his[size] = [tally.reply(*sample).entropies[0].hi for sample in samples]
    # One half for A, and at most a quarter for each of the two others: 1.5 bits.
    assert his[3][0] / math.log(2) == pytest.approx(1.5, abs=1e-4)
    assert [*his[None], his[3][1]] == [math.inf] * 3, "the last is of another model than the manifest's"


def test_names_that_no_measure_has_are_said(tmp_path: Path) -> None:
    runs.folder(tmp_path, runs.made_up(2, 2))
    write(tmp_path, Manifest(format=1, name="lamps", ended="now", lineup=LINEUP, spec={"primary": ["beauty"]}))
    assert words.notes(open_run(tmp_path).summary())[0] == "The spec names beauty, which no measure is called."


def test_rows_without_a_manifest_are_measured(tmp_path: Path) -> None:
    assert open_run(runs.folder(tmp_path, runs.made_up(2, 2))).summary().planned == 0


@pytest.mark.parametrize(
    "text", ["- a list", "format: 99\nname: x\nlineup: []", "format: 1\nname: x\nlineup: []\nspec: {primary: 3}"]
)
def test_a_manifest_that_cant_be_used_is_said(text: str, tmp_path: Path) -> None:
    runs.folder(tmp_path, runs.made_up(2, 2), manifest=text)
    with pytest.raises(RunError, match="manifest"):
        open_run(tmp_path)
