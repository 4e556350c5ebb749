"""Rows beneath the lab's table: found, opened, and shown as they come."""

from pathlib import Path

import msgspec

from alignscope.lab.folder import rows
from alignscope.lab.row import Tokens, encode
from alignscope.ui.screens.lab.replies import RepliesScreen
from alignscope.ui.screens.tokens.screen import TokensScreen
from tests.lab import runs
from tests.ui.lab.watcher import Watcher, watching


async def test_rows_of_one_model_after_the_other(made_up: Path) -> None:
    async with watching(made_up) as person:
        await person.measured(48)
        await person.press("m")
        await person.until_shown("Rows of base: 24.")
        assert person.lab.rows.count() == 24 and "◆ chat    " not in "\n".join(person.text.splitlines()[20:])
        await person.press("m")
        await person.until_shown("Rows of chat: 24.")
        await person.press("m")
        await person.until_shown("Rows of all models: 48.")


async def test_rows_are_searched_for_words_as_they_come(tmp_path: Path) -> None:
    every = [
        made(prompt_id=f"p{number}", text=f"{'A Lamp burns' if number % 4 else 'It rains'}, {number}")
        for number in range(12)
        for made in (runs.row, runs.chat)
    ]
    folder = runs.folder(tmp_path / "run", every)
    async with watching(folder) as person:
        await person.measured(24)
        await person.press("slash", *"rains")
        await person.until_shown("6 of 24 rows", "It rains, 8")
        assert "Lamp" not in person.text and "difference" in person.text
        with (folder / "samples.jsonl").open("ab") as file:
            file.write(encode(runs.row(sample=2, text="heavy RAINS")) + encode(runs.row(sample=3)))
        await person.until_shown("7 of 26 rows", "heavy RAINS")
        await person.press("backspace", "space", *"8")
        await person.until_shown("2 of 26 rows")
        await person.press("enter", "m")
        await person.until_shown("Rows of base.", "1 of 26 rows")
        await person.press("m", "m", "tab", "escape")
        await person.until_shown("A Lamp burns, 1")
        assert "26 rows" in person.heading and "of 26 rows" not in person.text
        await person.press("slash", *"nowhere")
        await person.until_shown("0 of 26 rows")
        await person.press("enter", "x", "r", "escape")
        await person.until_shown("A Lamp burns")
        await person.press("escape")
        await person.until(lambda: not person.app.is_running)


async def test_what_was_sent_is_told_as_far_as_the_rows_have_it(tmp_path: Path) -> None:
    said = '[{"role":"system","content":"Be brief."},{"role":"user","content":"What is a lamp?"}]'
    folder = runs.folder(tmp_path / "run", [runs.row(seed=7), runs.chat(sent=said, seed=7)])
    async with watching(folder, size=(160, 60)) as person:
        await person.measured(2)
        await person.press("tab", "enter")
        await person.until(lambda: isinstance(person.app.screen, RepliesScreen))
        await person.press("M")
        await person.until_shown("Be brief.", '"temperature": 0.8', '"seed": 7', "put together from the run's row")
        assert "wasn't kept" in person.text and "unknown: no server was asked how it was rendered" in person.text


async def test_a_row_opens_its_replies_in_panes_and_token_by_token(tmp_path: Path) -> None:
    every = [
        made(sample=sample, text=f"{name} reply number{sample}")
        for sample in (1, 2)
        for made, name in ((runs.row, "the base"), (runs.chat, "the twin"))
    ]
    tokens = [
        Tokens(key=row.key, tokens=[runs.step(word, -0.7, [(word, -0.7), ("moon", -1.5)]) for word in row.text.split()])
        for row in every
    ]
    async with watching(runs.folder(tmp_path / "run", every, tokens)) as person:
        await person.measured(4)
        await person.press("tab", "enter")
        await person.until(lambda: isinstance(person.app.screen, RepliesScreen))
        await person.until_shown("thebasereplynumber1", "thetwinreplynumber1", "Sample 1 of", "ended by itself")
        await person.press("n")
        await person.until_shown("thebasereplynumber2", "thetwinreplynumber2")
        await person.press("x")
        await person.until(lambda: isinstance(person.app.screen, TokensScreen))
        await person.until_shown("moon", "token 1 of 4")
        await person.press("escape", "escape")
        await person.until(lambda: person.app.screen is person.lab)
        await person.press("down", "x")
        await person.until(lambda: isinstance(person.app.screen, TokensScreen))
        await person.until_shown("token 1 of 4")


async def test_a_further_sample_that_is_not_there_is_said(tmp_path: Path) -> None:
    async with watching(runs.folder(tmp_path / "run", [runs.row(), runs.chat()])) as person:
        await person.measured(2)
        await person.press("tab", "enter")
        await person.until(lambda: isinstance(person.app.screen, RepliesScreen))
        await person.press("n")
        await person.until_shown("There is no sample 2 of this prompt.")


async def test_a_row_that_is_gone_is_said(tmp_path: Path) -> None:
    folder = runs.folder(tmp_path / "run", [runs.row(), runs.chat()])
    async with watching(folder) as person:
        await person.measured(2)
        (folder / "samples.jsonl").unlink()
        await person.until_shown("0 rows")
        await person.press("tab", "enter", "r", "l", "x", "m", "end")
        await person.until_shown("Rows of all models: 0.")


async def test_rows_come_and_the_last_one_stays_in_view(tmp_path: Path) -> None:
    """Thousands of them, of which few are in memory."""
    first = [runs.row(sample=number) for number in range(1, 3001)]
    folder = runs.folder(tmp_path / "run", first)
    async with watching(folder) as person:
        await person.until(lambda: person.lab.rows.count() == 3000)
        await person.press("tab", "end")
        assert shown_samples(person)[-1] == 3000
        with (folder / "samples.jsonl").open("ab") as file:
            file.writelines(encode(runs.row(sample=number)) for number in range(3001, 6001))
        await person.until(lambda: person.lab.rows.count() == 6000)
        await person.until(lambda: shown_samples(person)[-1] == 6000)
        await person.press("home")
        assert shown_samples(person)[0] == 1
        with (folder / "samples.jsonl").open("ab") as file:
            file.write(encode(runs.row(sample=6001)))
        await person.until(lambda: person.lab.rows.count() == 6001)
        assert shown_samples(person)[0] == 1
        assert person.lab.index.kept <= 256


def shown_samples(person: Watcher) -> list[int]:
    """Numbers of the samples in view."""
    lines = person.text.splitlines()
    head = next(number for number, line in enumerate(lines) if line.startswith("  prompt"))
    return [int(part) for line in lines[head + 1 :] for part in line.split()[3:4] if part.isdecimal()]


async def test_rows_that_failed_stand_out_and_have_no_replies_to_label(tmp_path: Path) -> None:
    failed = msgspec.structs.replace(runs.row(), end="error", text="", error="the server is busy")
    async with watching(runs.folder(tmp_path / "run", [failed, runs.chat()])) as person:
        await person.measured(2)
        await person.until_shown("1 failed", "the server is busy")
        await person.press("tab", "r")
        await person.until_shown("There is no reply here that could be labelled.")
        assert not (tmp_path / "run" / "labels.jsonl").exists()
        assert next(rows(tmp_path / "run")).error == "the server is busy"
