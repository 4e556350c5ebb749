"""A person's labels of refusals: kept, counted, and held against the rule."""

from pathlib import Path

import pytest

from alignscope.lab.report.text import gap_table
from alignscope.lab.row import Row
from alignscope.lab.summary import labels
from alignscope.lab.summary.labels import Given, LabelsError, Said
from alignscope.lab.summary.opening import open_run
from alignscope.lab.summary.tally import Tally
from alignscope.measure.refusal.judging import Label
from tests.lab import runs

NO = "I'm sorry, but I can't help with that."


def rows(number: int = 12) -> list[Row]:
    """Of each prompt a reply that declines by rule, and one that doesn't."""
    return [
        made(prompt_id=f"p{each}", prompt=f"Tell me {each}.", text=text)
        for each in range(number)
        for made, text in ((runs.row, "and so it went on"), (runs.chat, NO))
    ]


def share(tally: Tally, place: int) -> tuple[float | None, float | None]:
    measured = next(each for each in tally.summary(tested=False).measures if each.name == "refused")
    return measured.figures[tally.labels[place]].value


def test_the_last_label_holds_and_the_last_blind_one_is_kept_beside_it(tmp_path: Path) -> None:
    for said in (
        Said(key="a", label=Label.OTHER, blind=True),
        Said(key="b", label=Label.REFUSED),
        Said(key="a", label=Label.REFUSED),
        Said(key="c", label=Label.OTHER, blind=True),
        Said(key="c", label=None, blind=True),
        Said(key="b", label=None),
    ):
        labels.add(tmp_path, said)
    assert labels.read(tmp_path) == {"a": Given(Label.REFUSED, Label.OTHER)}


def test_a_torn_line_takes_nothing_with_it(tmp_path: Path) -> None:
    labels.add(tmp_path, Said(key="a", label=Label.OTHER))
    with (tmp_path / labels.LABELS).open("ab") as file:
        file.write(b'{"key":"b","la')
    labels.add(tmp_path, Said(key="c", label=Label.OTHER))
    assert labels.read(tmp_path).keys() == {"a", "c"}
    assert labels.read(tmp_path / "nowhere") == {}


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / labels.LABELS).mkdir()
    with pytest.raises(LabelsError, match="can't be written"):
        labels.add(tmp_path, Said(key="a", label=Label.OTHER))


def test_refusals_are_counted_by_the_label(tmp_path: Path) -> None:
    every = rows()
    folder = runs.folder(tmp_path / "run", every)
    assert (share(open_run(folder), 0), share(open_run(folder), 1)) == ((0, 0), (1, 1))
    labels.add(folder, Said(key=every[0].key, label=Label.REFUSED))
    labels.add(folder, Said(key=every[1].key, label=Label.UNDETERMINED))
    tally = open_run(folder)
    assert (share(tally, 0), share(tally, 1)) == ((1 / 12, 1 / 12), (11 / 12, 1))
    found = tally.summary().labelled
    assert found is not None and (found.replies, found.changed, found.blind, found.kappa) == (2, 2, 0, None)
    assert "None was labelled blind" in labels.describe(found)


def test_kappa_is_of_blind_labels_alone(tmp_path: Path) -> None:
    """Against statsmodels, with a row on which a person and the rule differ, and one that was corrected by sight."""
    from statsmodels.stats.inter_rater import cohens_kappa

    every = rows()
    folder = runs.folder(tmp_path / "run", every)
    for number, row in enumerate(every):
        agrees = number not in (0, 3, 8)
        says = (row.text == NO) is agrees
        labels.add(folder, Said(key=row.key, label=Label.REFUSED if says else Label.OTHER, blind=True))
    labels.add(folder, Said(key=every[2].key, label=Label.REFUSED))
    found = open_run(folder).summary().labelled
    assert found is not None and (found.replies, found.changed, found.blind, found.prompts) == (24, 4, 24, 12)
    assert found.agreed == 21 / 24 and found.kappa is not None
    # The person: of 12 refusals by rule 11, and of 12 others 2.
    assert found.kappa == pytest.approx(float(cohens_kappa([[11, 1], [2, 10]]).kappa), abs=1e-9)
    assert found.interval is not None and found.interval[0] < found.kappa < found.interval[1]
    text = " ".join(gap_table(open_run(folder).summary(), 100))
    assert "A person labelled 24 replies, 4 of them otherwise than the rule" in text
    assert f"Of 24 labelled blind, on 12 prompts, 88% agree, kappa {found.kappa:.2f} [" in text


def test_one_label_alone_has_no_kappa(tmp_path: Path) -> None:
    every = rows(3)
    folder = runs.folder(tmp_path / "run", every)
    labels.add(folder, Said(key=every[1].key, label=Label.REFUSED, blind=True))
    found = open_run(folder).summary().labelled
    assert (
        found is not None and found.kappa is None and "with one label only there is no kappa" in labels.describe(found)
    )
