"""The lab's screen on real runs: keys in, screen out."""

import os
import re
from functools import partial
from pathlib import Path

import msgspec
import pytest

from alignscope.lab.folder import Folder
from alignscope.lab.manifest import Manifest, write
from alignscope.lab.row import encode, short
from alignscope.lab.summary.opening import open_run
from alignscope.ui.screens.lab.replies import RepliesScreen
from tests.lab import runs
from tests.lab.run.running import whole
from tests.lab.run.test_scoring import BASE, spec_of
from tests.lab.summary.test_scores import prompts, shifted
from tests.standin import Flavour, OpenAIStyle, Script
from tests.ui.lab.watcher import Watcher, watching
from tests.waiting import until

TWINS = """
prompts: [What is the capital of France?, "one, two,", こんにちは]
lineup:
- {name: base, model: "twin:text"}
- {name: instruct, model: "twin:latest"}
sampling: {preset: pure, num_predict: 12}
seed: 1
samples: SAMPLES
logprobs: 3
"""
HOSTILE = "red \x1b[31m \u202e [b]bold[/b] [/]"


def spec(folder: Path, samples: int) -> str:
    path = folder / "twins.yaml"
    path.write_text(TWINS.replace("SAMPLES", str(samples)), "utf-8")
    return str(path)


async def test_the_table_fills_while_a_run_goes_on(tmp_path: Path) -> None:
    out = tmp_path / "out"
    async with watching(out, (spec(tmp_path, 2), "--out", str(out)), begin=True) as person:
        await person.until_shown("out  ·  running")
        await person.until_shown("out  ·  ended  ·  12 of 12 rows")
        await person.measured(12)
        await person.until_shown("≈ base", "◆ instruct", "difference", "W/T/L", "ended by itself")
        assert "measured" not in person.heading
    assert len(whole(out)) == 12


async def test_how_far_scoring_is_stands_in_the_heading(tmp_path: Path) -> None:
    out = tmp_path / "out"
    fast = Script(language=BASE)
    async with (
        OpenAIStyle(Flavour.LLAMA_CPP, script=fast) as base,
        OpenAIStyle(Flavour.LLAMA_CPP, script=fast) as twin,
    ):
        base.script("stories", *[fast] * 6, fast.but(delay=1000))  # the rows come, and scores never do
        path = spec_of(tmp_path, base.url, twin.url, "scores: {of: twin, by: base}")
        async with watching(out, (str(path), "--out", str(out)), begin=True) as person:
            await person.until_shown("out  ·  running  ·  12 of 12 rows  ·  0 of 6 scores")
            await person.press("s")
            await person.until_shown("out  ·  stopped  ·  12 of 12 rows", "c Go on")


def counts(person: Watcher, number: int) -> bool:
    """Whether the table has the share of shifted tokens, of so many prompts."""
    return bool(re.search(rf"shifted tokens.* {number}(?: +\S+)?\s*$", person.text, re.MULTILINE))


async def test_the_table_fills_with_scores(tmp_path: Path) -> None:
    every = prompts(12)
    chats = [row for row in every if row.entry == "chat"]
    folder = runs.folder(tmp_path / "run", every)
    async with watching(folder, size=(120, 60)) as person:
        await person.measured(24)
        assert "shifted tokens" not in person.text
        for number, row in enumerate(chats, 1):
            with (folder / "scores.jsonl").open("ab") as file:
                file.write(encode(shifted(row, 6, number)))
            if number % 4 == 0:
                await person.until_shown(f"24 rows  ·  {number} scores", "shifted tokens")
                # Of how many prompts, also where there is nothing to compare; a busy machine measures a few first.
                await until(partial(counts, person, number))
        await person.to_measure("divergence")
        await person.press("enter")
        await person.until_shown("first third", "last third")


async def test_a_run_that_has_ended_is_not_gone_on_with(tmp_path: Path) -> None:
    """One that hasn't is, also while nothing is measured yet."""
    manifest = "format: 1\nname: made\nlineup: []\nrows: 48\n"
    for ended, offered in (("", True), ("ended: '2026-11-26T10:00:00+00:00'\n", False)):
        folder = runs.folder(tmp_path / f"made{ended[:5]}", runs.made_up(12, 2), manifest=manifest + ended)
        async with watching(folder, ("lab.yaml",)) as person:
            await person.until_shown("stopped  ·  48 of 48 rows" if offered else "ended  ·  48 of 48 rows")
            assert ("c Go on" in person.text) is offered
            await person.measured(48)
            assert ("c Go on" in person.text) is offered


async def test_a_run_is_stopped_by_key_and_gone_on_with(tmp_path: Path) -> None:
    out = tmp_path / "out"
    async with watching(out, (spec(tmp_path, 9_000), "--out", str(out)), begin=True) as person:
        await person.until(lambda: len(person.lab.index) > 3)
        await person.press("s")
        await person.until_shown("out  ·  stopped")
        await person.until_shown("Stopped. ", "c Go on")
        there = len(whole(out))
        assert 3 < there < 54_000
        await person.until(lambda: len(person.lab.index) == there)
        await person.press("c")
        await person.until_shown("out  ·  running")
        await person.until(lambda: len(person.lab.index) > there)
        await person.press("s")
        await person.until_shown("out  ·  stopped")
        assert len(whole(out)) > there
        await person.press("q")
        await person.until(lambda: not person.app.is_running)


@pytest.mark.parametrize("key", ["q", "ctrl+q"])
async def test_leaving_stops_what_was_begun_and_ends_every_process(tmp_path: Path, key: str) -> None:
    out = tmp_path / "out"
    async with watching(out, (spec(tmp_path, 9_000), "--out", str(out)), begin=True) as person:
        await person.until(lambda: len(person.lab.index) > 3)
        processes = person.lab.processes
        assert len(processes) == 2 and all(map(alive, processes))
        await person.pilot.press(key)
        await person.until(lambda: not person.app.is_running)
    await until(lambda: not any(map(alive, processes)))
    there = whole(out)
    assert 3 < len(there) < 2400


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


async def test_a_mistake_of_the_run_is_said(tmp_path: Path) -> None:
    out = tmp_path / "out"
    path = tmp_path / "twins.yaml"
    path.write_text(TWINS.replace("SAMPLES", "1").replace("twin:latest", "twin:nobody"), "utf-8")
    async with watching(out, (str(path), "--out", str(out)), begin=True) as person:
        await person.until_shown("twin:nobody")
        await person.until_shown("0 rows")
        assert "running" not in person.heading


async def test_a_run_that_another_process_writes_is_watched(tmp_path: Path) -> None:
    out = tmp_path / "out"
    every = [runs.row(key=f"{number}" * 24, sample=number) for number in range(1, 7)]
    with Folder(out) as folder:
        folder.settle({short(row.key) for row in every})
        folder.add(every[0])
        async with watching(out, ("lab.yaml",)) as person:
            await person.until_shown("out  ·  another alignscope runs it  ·  1 row")
            await person.press("s")
            await person.until_shown("it is stopped there")
            await person.press("c")
            await person.until_shown("what it writes is shown as it comes")
            for row in every[1:]:
                folder.add(row)
            await person.until_shown("another alignscope runs it  ·  6 rows")
            await person.measured(6)
            folder.close()
            await person.until(lambda: "another alignscope" not in person.heading)
            await person.until_shown("c Go on")


async def test_plots_come_by_key_one_measure_at_a_time(made_up: Path) -> None:
    async with watching(made_up) as person:
        await person.measured(48)
        await person.to_measure("length")
        await person.press("enter")
        await person.until_shown("length, with intervals of 95 %", "├", "●", "12 prompts")
        await person.press("right_square_bracket")
        name = person.lab.table.measured
        assert name is not None and name.name == "refused"
        await person.until_shown("refused, with intervals of 95 %")
        await person.press("end")
        await person.until_shown("computed: replies that decline what was asked")
        await person.press("escape")
        await person.until(lambda: "with intervals of 95 %" not in person.text)
        assert "difference" in person.text


async def test_the_figures_of_the_measure_are_said_with_their_n(made_up: Path) -> None:
    async with watching(made_up) as person:
        await person.measured(48)
        await person.to_measure("ended")
        await person.until_shown("ended by itself: +", "12 prompts ·")
        await person.press("down")
        await person.until_shown("length: ", " tokens [")


async def test_a_claim_is_answered_once_no_rows_come_any_more(tmp_path: Path) -> None:
    manifest = "format: 1\nname: made\nlineup: []\nspec: {claim: narrows}\n"
    folder = runs.folder(tmp_path / "made", runs.made_up(12, 2), manifest=manifest)
    claim = open_run(folder).summary().claim
    assert claim is not None
    async with watching(folder, size=(200, 40)) as person:
        await person.measured(48)
        await person.until_shown(f"{claim.says}: {claim.verdict}")


async def test_what_models_wrote_is_drawn_and_not_obeyed(tmp_path: Path) -> None:
    every = [runs.row(prompt_id=HOSTILE, prompt=HOSTILE, text=HOSTILE, entry=HOSTILE), runs.chat(text=HOSTILE)]
    async with watching(runs.folder(tmp_path / "run", every), size=(160, 40)) as person:
        await person.measured(2)
        await person.press("tab")
        assert "red ␛[31m � [b]bold[/b] [/]" in person.text
        await person.press("enter")
        await person.until(lambda: isinstance(person.app.screen, RepliesScreen))
        await person.until_shown("red ␛[31m � [b]bold[/b] [/]")


async def test_a_file_that_was_written_anew_is_shown_anew(tmp_path: Path) -> None:
    """As by a run that is gone on with, which drops rows that failed."""
    folder = runs.folder(tmp_path / "run", [runs.row(text="the old one", sample=number) for number in range(9)])
    aside = tmp_path / "aside"
    aside.write_bytes(b"".join(encode(runs.row(text="the new one", sample=number)) for number in range(90)))
    async with watching(folder) as person:
        await person.until_shown("9 rows", "the old one")
        aside.replace(folder / "samples.jsonl")
        await person.until_shown("90 rows", "the new one")
        await person.until(lambda: "the old one" not in person.text)


async def test_damage_is_said(tmp_path: Path) -> None:
    folder = runs.folder(tmp_path / "run", [runs.row(), runs.chat()])
    with (folder / "samples.jsonl").open("ab") as file:
        file.write(b"nonsense\n\xff\n" + encode(runs.row(sample=2)))
    async with watching(folder) as person:
        await person.until_shown("3 rows", "2 lines can't be read")
        (folder / "manifest.yaml").write_text("lineup: 3")
        await person.until_shown("manifest.yaml")


async def test_measures_that_there_are_not_are_said(tmp_path: Path) -> None:
    runs.folder(tmp_path, runs.made_up(2, 2))
    write(tmp_path, Manifest(format=1, name="lamps", ended="now", lineup=(), spec={"measures": ["beauty"]}))
    async with watching(tmp_path) as person:
        await person.until_shown("no measure is called beauty")


async def test_a_long_name_of_a_model_leaves_room_for_the_figures(tmp_path: Path) -> None:
    name = "the-longest-name-of-a-model-that-anybody-ever-gave"
    every = (msgspec.structs.replace(each, entry=f"{each.entry}-{name}") for each in runs.made_up(12, 2))
    async with watching(runs.folder(tmp_path, every), size=(80, 24)) as person:
        await person.until_shown("≈ base-the-", "◆ chat-the-", "difference", " 12 ")


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)], ids=str)
async def test_table_and_rows_share_the_screen(made_up: Path, size: tuple[int, int]) -> None:
    async with watching(made_up, size=size) as person:
        await person.measured(48)
        lines = person.text.splitlines()
        heads = [number for number, line in enumerate(lines) if line.startswith(("  measure  ", "  prompt  "))]
        assert len(heads) == 2 and heads[1] - heads[0] > size[1] // 3 and size[1] - heads[1] > size[1] // 3
        assert "W/T/L" in lines[heads[0]] and "difference" in lines[heads[0]]
        assert lines[-1].lstrip().startswith("tab Rows") and "f1 Help" in lines[-1]
        assert all(len(line) <= size[0] for line in lines)
        await person.press("z")
        await person.until(lambda: "  prompt  " not in person.text)
        await person.press("tab")
        await person.until(lambda: "  measure" not in person.text and "  prompt" in person.text)
        await person.press("z")
        await person.until_shown("  measure", "  prompt")
