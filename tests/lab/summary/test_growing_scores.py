"""A folder measured while its replies are scored comes to the same as one that is read as a whole."""

import random
from pathlib import Path

import msgspec
import pytest

from alignscope.lab.row import Scored, encode
from alignscope.lab.run.scores import SCORES
from alignscope.lab.summary import labels
from alignscope.lab.summary.labels import Said
from alignscope.lab.summary.opening import open_run
from alignscope.lab.watching.measuring import Measuring
from alignscope.lab.watching.messages import Table
from alignscope.measure.refusal.judging import Label
from tests.lab import runs
from tests.lab.summary.test_growing import as_data, unordered
from tests.lab.summary.test_scores import approx, bits, exact, likely, of, prompts, shifted


def scores() -> list[Scored]:
    """Of every kind; those of choices say nothing until late, where they change what is made of those before."""
    every = prompts(8)
    sums = [exact(-2, -2, -2)] * 5 + [exact(-1, -2, -3)] * 3
    chats = [row for row in every if row.entry == "chat"]
    return [
        bits("base", "raw", 2.5, 2.5),
        *(likely(row, each) for row, each in zip(chats, sums, strict=True)),
        *(shifted(row, 6, number, number % 3) for number, row in enumerate(chats)),
    ]


def measured(measuring: Measuring) -> Table:
    """The table of all that is there."""
    while measuring.step():
        pass
    table = measuring.table()
    assert table is not None
    return table


@pytest.mark.parametrize("seed", range(4))
def test_scores_come_wherever_they_are_cut(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    every, scored = prompts(8), scores()
    whole = open_run(runs.folder(tmp_path / "whole", every, scores=scored)).summary(tested=False)
    growing = runs.folder(tmp_path / "growing", every[: 8 * (seed % 3)] or every)
    measuring = Measuring(growing)
    measuring.step()
    content = b"".join(map(encode, scored))
    while content:
        piece = chance.choice((1, 200, 700, 5_000))
        with (growing / SCORES).open("ab") as file:
            file.write(content[:piece])
        content = content[piece:]
        for _ in range(chance.randrange(3)):
            measuring.step()
    with (growing / "samples.jsonl").open("ab") as file:  # rows that are found later than their scores
        file.writelines(map(encode, every[8 * (seed % 3) or len(every) :]))
    table = measured(measuring)
    assert table.scores == len(scored)
    found = msgspec.structs.replace(table.summary, run=whole.run)
    assert msgspec.json.decode(msgspec.json.encode(unordered(found))) == as_data(unordered(whole))


def test_the_table_fills_score_by_score(tmp_path: Path) -> None:
    every = prompts(12)
    folder = runs.folder(tmp_path / "run", every)
    measuring = Measuring(folder)
    assert "shifted" not in {each.name for each in measured(measuring).summary.measures}
    for number, row in enumerate(row for row in every if row.entry == "chat"):
        with (folder / SCORES).open("ab") as file:
            file.write(encode(shifted(row, 6, 3, 3)))
        summary = measured(measuring).summary
        assert of(summary, "shifted").figures["chat"].prompts == number + 1
        assert summary.changes["chat"].replies == number + 1
    with (folder / SCORES).open("ab") as file:
        file.write(encode(bits("base", "raw", 2.5, 2.5)))
    assert len(measured(measuring).summary.passages) == 1


def test_scores_that_were_written_anew_are_read_anew(tmp_path: Path) -> None:
    """As by a run that is gone on with and wants others."""
    every = prompts(12)
    chats = [row for row in every if row.entry == "chat"]
    folder = runs.folder(tmp_path / "run", every, scores=[shifted(row, 6, 3) for row in chats])
    measuring = Measuring(folder)
    assert of(measured(measuring).summary, "shifted").figures["chat"].prompts == 12
    aside = folder / "aside"
    aside.write_bytes(b"".join(encode(shifted(row, 6, 0)) for row in chats[:5]))
    aside.replace(folder / SCORES)
    figure = of(measured(measuring).summary, "shifted").figures["chat"]
    assert (figure.prompts, figure.value) == (5, (0, 0))


def test_labels_that_somebody_else_gives_are_counted(tmp_path: Path) -> None:
    every = prompts(12)
    folder = runs.folder(tmp_path / "run", every)
    measuring = Measuring(folder)
    assert of(measured(measuring).summary, "refused").figures["chat"].value == (0, 0)
    labels.add(folder, Said(key=every[1].key, label=Label.REFUSED, blind=True))
    table = measured(measuring)
    assert of(table.summary, "refused").figures["chat"].value == approx(1 / 12, 1 / 12)
    assert table.summary.labelled and table.summary.labelled.blind == 1
    labels.add(folder, Said(key=every[1].key, label=None))
    assert of(measured(measuring).summary, "refused").figures["chat"].value == (0, 0)
