"""`lab show`, `report`, `compare` and `export`, as processes."""

import asyncio
import csv
import io
import json
from pathlib import Path

import pytest

from alignscope.commands.line.lab_reading import LAB_FORMS
from alignscope.lab.export import FORMS
from alignscope.text.clean import cell_width
from tests.commands.shell import Shell, Terminal
from tests.lab import runs
from tests.waiting import until


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


@pytest.fixture
def lamps(tmp_path: Path) -> Path:
    return runs.folder(tmp_path / "lamps", runs.made_up(12, 3))


async def test_show_prints_the_gap(shell: Shell, lamps: Path) -> None:
    done = await shell.run("lab", "show", str(lamps))
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith("lamps · 12 prompts · 72 rows\n")
    assert "ended by itself" in done.out and "few prompts" not in done.out.splitlines()[0]


@pytest.mark.parametrize("command", ["show", "report"])
async def test_a_terminal_is_told_how_far_measuring_is(shell: Shell, lamps: Path, command: str) -> None:
    with Terminal() as terminal:
        async with shell.started("lab", command, str(lamps), stdin=terminal.end, stderr=terminal.end) as process:
            out, _ = await asyncio.wait_for(process.communicate(), 60)
        assert process.returncode == 0
        await terminal.until("measuring: 0 of 12 prompts")
        await terminal.until("comparing: 0 of ")
        await until(lambda: terminal.written.endswith("\r\x1b[K"))
    assert b"measuring" not in out


async def test_show_gives_every_figure_as_json(shell: Shell, lamps: Path) -> None:
    done = await shell.run("lab", "show", str(lamps), "--json")
    [summary] = done.events
    assert [arm["label"] for arm in summary["arms"]] == ["base", "chat"]
    ended = summary["measures"][0]
    assert ended["name"] == "ended" and ended["figures"]["chat"]["prompts"] == 12
    assert ended["differences"][0]["interval"][0] > 0
    [one] = (await shell.run("lab", "show", str(lamps), "--measure", "length", "--json")).events
    assert one["name"] == "length"


async def test_show_prints_one_measure_with_its_plots(shell: Shell, lamps: Path) -> None:
    done = await shell.run("lab", "show", str(lamps), "--measure", "length")
    assert done.out.startswith("length\n\ncomputed: mean of tokens")
    assert "█" in done.out and "├" in done.out and "◆" in done.out
    done = await shell.run("lab", "show", str(lamps), "--measure", "beauty")
    assert done.status == 2 and "has no beauty; it has ended, length," in done.err


async def test_show_fits_its_terminal(shell: Shell, lamps: Path) -> None:
    with Terminal() as terminal:
        async with shell.started("lab", "show", str(lamps), stdout=terminal.end) as process:
            assert await process.wait() == 0
        await terminal.until("(Holm 1979)")
        assert all(cell_width(line.rstrip("\r")) <= 120 for line in terminal.written.split("\n"))


@pytest.mark.parametrize("command", ["show", "report", "export -f csv"])
async def test_a_folder_that_holds_no_run_is_said(command: str, shell: Shell, tmp_path: Path) -> None:
    name, *more = command.split()
    done = await shell.run("lab", name, str(tmp_path / "nothing"), *more)
    assert done.status == 2
    assert "nothing the folder of a run?" in done.err and "Traceback" not in done.err


async def test_report_writes_the_page_and_what_else_is_derived(shell: Shell, lamps: Path) -> None:
    done = await shell.run("lab", "report", str(lamps))
    assert done.out == f"Wrote {lamps / 'report.html'}. It opens in any browser, and needs no network.\n"
    assert (lamps / "report.html").read_text("utf-8").startswith("<!doctype html>")
    assert json.loads((lamps / "summary.json").read_bytes())["prompts"] == 12
    lines = list(csv.DictReader(io.StringIO((lamps / "metrics.csv").read_text("utf-8-sig"), newline="")))
    [ended] = [line for line in lines if line["measure"] == "ended" and line["what"] == "difference"]
    assert (ended["of"], ended["less"], ended["prompts"]) == ("chat", "base", "12")
    assert float(ended["interval_lo"]) > 0
    again = await shell.run("lab", "report", str(lamps))
    assert again.status == 0, "what is derived is made again at will"


async def test_report_replaces_no_other_file_unasked(shell: Shell, lamps: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine.html"
    mine.write_text("mine")
    done = await shell.run("lab", "report", str(lamps), "-o", str(mine))
    assert done.status == 2 and mine.read_text() == "mine"
    done = await shell.run("lab", "report", str(lamps), "-o", str(mine), "--force", "--rows", "5")
    assert done.status == 0 and "The first 5 of 72 rows" in mine.read_text("utf-8")
    assert not (lamps / "summary.json").exists()


async def test_compare_pairs_prompts_of_the_same_words(shell: Shell, lamps: Path, tmp_path: Path) -> None:
    other = [runs.chat(prompt_id=f"other{n}", prompt=f"Prompt {n}: what is a lamp?", tokens=50 + n) for n in range(14)]
    more = runs.folder(tmp_path / "more", [*other, runs.row(prompt_id="x", prompt="Alone")])
    done = await shell.run("lab", "compare", str(lamps), str(more))
    assert done.out.startswith("more less lamps · 12 prompts that both asked\n")
    assert "more alone has 3 prompts" in done.out
    [compared] = (await shell.run("lab", "compare", str(lamps), str(more), "--json")).events
    [chat] = [arm for arm in compared["arms"] if arm["label"] == "chat"]
    [length] = [each for each in chat["measures"] if each["name"] == "length"]
    assert length["difference"]["prompts"] == 12 and length["difference"]["wins"] == 12
    assert not any(each["name"].startswith("distinct") for each in chat["measures"]), "it depends on the other replies"


async def test_compare_says_that_there_is_nothing(shell: Shell, lamps: Path, tmp_path: Path) -> None:
    other = runs.folder(tmp_path / "other", [runs.row(prompt="Alone")])
    done = await shell.run("lab", "compare", str(lamps), str(other))
    assert done.status == 2 and "nothing to compare" in done.err


async def test_export_writes_each_form(shell: Shell, lamps: Path, tmp_path: Path) -> None:
    assert tuple(FORMS) == LAB_FORMS
    for name, form in FORMS.items():
        path = tmp_path / f"{name}{form.suffix}"
        only = ("--only", "chat") if form.one_model else ()
        done = await shell.run("lab", "export", str(lamps), "-f", name, "-o", str(path), *only)
        assert done.status == 0 and path.exists(), done.err
        again = await shell.run("lab", "export", str(lamps), "-f", name, "-o", str(path), *only)
        assert again.status == 2 and "--force" in again.err


async def test_export_says_what_is_missing(shell: Shell, lamps: Path) -> None:
    assert "say in which form" in (await shell.run("lab", "export", str(lamps))).err
    assert "there is no form pdf" in (await shell.run("lab", "export", str(lamps), "-f", "pdf")).err
    assert (
        "say whose with --only; there are base, chat"
        in (await shell.run("lab", "export", str(lamps), "-f", "lm-eval")).err
    )
    assert "has no nobody" in (await shell.run("lab", "export", str(lamps), "-f", "csv", "--only", "nobody")).err


async def test_export_of_one_model(shell: Shell, lamps: Path) -> None:
    done = await shell.run("lab", "export", str(lamps), "-f", "jsonl", "--only", "chat")
    assert {line["entry"] for line in done.events} == {"chat"} and len(done.events) == 36


SPEC = """\
name: few
prompts: ["What is the capital of France?", "The capital of France is"]
lineup:
  - {name: base, model: "twin:text", mode: completion}
  - {name: chat, model: "twin:latest", mode: chat}
samples: 2
seed: 1
sampling: {preset: pure, num_predict: 64}
logprobs: 5
primary: [ended]
"""


async def test_a_run_of_the_twins_is_read_from_its_folder(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "few.yaml").write_text(SPEC, "utf-8")
    folder = str(tmp_path / "few")
    ran = await shell.run("lab", "run", str(tmp_path / "few.yaml"), "--out", folder)
    assert ran.status == 0, ran.err
    [summary] = (await shell.run("lab", "show", folder, "--json")).events
    measures = {each["name"]: each for each in summary["measures"]}
    assert (summary["rows"], summary["planned"], bool(summary["ended"])) == (8, 8, True)
    assert measures["ended"]["primary"] and measures["ended"]["figures"]["chat"]["value"] == [1.0, 1.0]
    assert measures["ended"]["differences"][0]["caveats"] == ["too few prompts"]
    surprisal = measures["surprisal"]["figures"]["base"]
    assert surprisal["value"][0] == surprisal["value"][1] > 0
    lo, hi = measures["entropy"]["figures"]["base"]["value"]
    assert 0 < lo < hi < 12, "five tokens bound it from below, and what the vocabulary has room for from above"
    done = await shell.run("lab", "report", folder)
    assert done.status == 0 and (tmp_path / "few" / "report.html").exists()
    done = await shell.run("lab", "show", folder, "--measure", "surprisal")
    assert "along replies, by thirds" in done.out
