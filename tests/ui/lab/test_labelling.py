"""What a person says of replies on the lab's screen: by sight and blind."""

from pathlib import Path

import pytest

from alignscope.lab.summary import labels
from alignscope.lab.summary.labels import Given, Said
from alignscope.measure.refusal.judging import Label
from alignscope.ui.screens.lab.blind import BlindScreen
from tests.lab import runs
from tests.ui.lab.watcher import Watcher, watching

NO = "I'm sorry, but I can't help with that."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A run in which by rule the base never declines, and the twin always."""
    every = [
        made(prompt_id=f"p{number}", prompt=f"Tell me {number}.", text=text)
        for number in range(12)
        for made, text in ((runs.row, f"It went on, {number}"), (runs.chat, NO))
    ]
    return runs.folder(tmp_path / "run", every)


def value(person: Watcher, label: str) -> str:
    """What the table says of refusals."""
    measured = (
        next(each for each in person.lab.summary.measures if each.name == "refused") if person.lab.summary else None
    )
    assert measured is not None
    return f"{measured.figures[label].value[0]:.3f}"


async def test_a_label_is_kept_at_once_counted_and_taken_back(folder: Path) -> None:
    async with watching(folder) as person:
        await person.measured(24)
        await person.to_measure("refused")
        assert value(person, "base") == "0.000"
        await person.press("tab", "home")
        await person.until_shown("The rule says other (no words of declining).")
        await person.press("r")
        await person.until_shown("Kept: refused. The rule says other; b takes it back.", "refused*")
        row = person.lab.rows.row
        assert row is not None and labels.read(folder) == {row.key: Given(Label.REFUSED, None)}
        await person.until(lambda: value(person, "base") == "0.083")
        await person.press("u")
        await person.until_shown("undetermined*")
        await person.press("b")
        await person.until_shown("Taken back: the rule says other.")
        assert labels.read(folder) == {} and "*" not in person.text
        await person.until(lambda: value(person, "base") == "0.000")
        await person.press("b")
        await person.until_shown("You said nothing of this reply")


async def test_labels_from_before_are_there(folder: Path) -> None:
    async with watching(folder) as person:
        await person.measured(24)
        await person.press("tab", "end", "o")
        await person.until_shown("Kept: other. The rule says refused")
    async with watching(folder) as person:
        await person.measured(24)
        await person.to_measure("refused")
        await person.press("tab", "end")
        await person.until_shown("other*", "You say other*; the rule says refused")
        assert value(person, "chat") == "0.917"


async def test_labels_that_somebody_else_gives_are_seen(folder: Path) -> None:
    async with watching(folder) as person:
        await person.measured(24)
        await person.to_measure("refused")
        await person.press("tab", "home")
        row = person.lab.rows.row
        assert row is not None and "*" not in person.text
        labels.add(folder, Said(key=row.key, label=Label.REFUSED))
        await person.until_shown("refused*")
        await person.until(lambda: value(person, "base") == "0.083")
        labels.add(folder, Said(key=row.key, label=None))
        await person.until(lambda: "*" not in person.text)
        await person.until(lambda: value(person, "base") == "0.000")


async def test_blind_labels_show_neither_the_rule_nor_the_name_and_give_kappa(folder: Path) -> None:
    async with watching(folder) as person:
        await person.measured(24)
        await person.to_measure("refused")
        await person.press("l")
        await person.until(lambda: isinstance(person.app.screen, BlindScreen))
        seen = set()
        for number in range(24):
            await person.until_shown(f"{number} label{'' if number == 1 else 's'} so far", "Tell me ")
            shown = person.text
            assert not any(word in shown for word in ("base", "chat", "twin", "no words of declining", "by rule"))
            declines = NO in shown
            seen.add((shown.split("Tell me ")[1].split(".")[0], declines))
            await person.press("r" if declines else "o")
        assert len(seen) == 24, "each reply comes once"
        await person.until_shown("Every reply has a label")
        await person.press("z")
        await person.until_shown("23 labels so far", "Taken back.")
        await person.press("u", "escape")
        await person.until(lambda: person.app.screen is person.lab)
        given = labels.read(folder)
        assert len(given) == 24 and all(each.blind is each.label for each in given.values())
        await person.press("enter")
        await person.until_shown("A person labelled 24 replies, 1 of them otherwise than the rule", "kappa 0.")


async def test_who_skips_leaves_no_label_and_goes_back(folder: Path) -> None:
    async with watching(folder, size=(60, 20)) as person:
        await person.measured(24)
        await person.press("l")
        await person.until_shown("0 labels so far", "Tell me ")
        await person.press("z")
        await person.until_shown("There is nothing to take back")
        first = person.text.split("Tell me ")[1].split(".")[0], NO[:20] in person.text
        await person.press("s")
        await person.until_shown("Skipped.")
        await person.press("z")
        await person.until_shown("Back to the one that was skipped.")
        assert (person.text.split("Tell me ")[1].split(".")[0], NO[:20] in person.text) == first
        assert labels.read(folder) == {}


async def test_a_label_that_cannot_be_written_is_said(folder: Path) -> None:
    (folder / labels.LABELS).mkdir()
    async with watching(folder) as person:
        await person.measured(24)
        await person.press("tab", "r")
        await person.until(lambda: "labels.jsonl can't be written" in " ".join(person.text.split()))
        assert "Not kept:" in person.text
        await person.press("l")
        await person.until_shown("0 labels so far", "Tell me ")
        await person.press("r")
        await person.until_shown("Not kept:", "0 labels so far")


async def test_a_line_of_labels_that_cannot_be_read_is_told_as_it_comes(folder: Path) -> None:
    async with watching(folder, size=(160, 30)) as person:
        await person.measured(24)
        assert "can't be read" not in person.text
        labels.add(folder, Said(key="1", label=Label.REFUSED))
        with (folder / labels.LABELS).open("ab") as file:
            file.write(b'{"half":\n')
        await person.until_shown("1 line of labels.jsonl can't be read")
        assert "counts for nothing" not in person.text
