"""`alignscope lab judge DIR --by MODEL` as a person types it, and its figures in `lab show` and `lab report`."""

import json
from pathlib import Path

import pytest

from alignscope.lab.votes.ballots import BallotBox
from alignscope.lab.votes.index import Index
from alignscope.model.vote import Vote
from tests.commands.shell import Shell
from tests.lab.votes import judge
from tests.standin import OpenAIStyle


@pytest.fixture
def index(tmp_path: Path) -> Index:
    return judge.run(tmp_path / "run")


async def test_it_says_what_came_of_it_and_show_and_report_say_so_too(
    index: Index, llama_cpp: OpenAIStyle, tmp_path: Path
) -> None:
    llama_cpp.script("stories", judge.script(judge.longer))
    shell, folder = Shell(tmp_path), str(index.folder)
    by = ("--by", f"stories@{llama_cpp.url},chat", "--principles", "helpful")
    done = await shell.run("lab", "judge", folder, *by, "--pairs", "12")
    assert done.status == 0
    assert "stories judges 12 pairs as a chat by helpful, both ways round: 24 answers." in done.err
    assert "Judge stories by helpful\n  12 pairs asked both ways round, 24 answers.\n" in done.out
    assert "no person's" in done.out
    done = await shell.run("lab", "judge", folder, *by)
    assert done.status == 0 and "40 answers, 24 of them there." in done.err
    with BallotBox(index.folder) as box:
        for pair in index.pairs(*index.arms):
            box.add(pair, Vote.SECOND)
    shown = await shell.run("lab", "show", folder)
    plain = " ".join(shown.out.split())
    assert "Votes A person 20 of 20 pairs voted on: base better 0, chat better 20, tie 0, both bad 0." in plain
    assert "Judge stories by helpful 20 pairs asked both ways round, 40 answers." in plain
    assert (
        "20 pairs on 20 prompts that both voted on: kappa" in plain
        and ": kappa 0.00" in plain
        and "Kappa is what two agree" in plain
    )
    done = await shell.run("lab", "report", folder)
    assert done.status == 0
    page = (index.folder / "report.html").read_text()
    section = page[page.index("<h2>Votes</h2>") :]
    assert "<h3>Judge stories by helpful</h3>" in section and "kappa 0.00" in section
    said = json.loads((index.folder / "summary.json").read_text())["votes"]
    assert [standing["by"] for standing in said["standings"]] == ["", "stories by helpful"]
    shown = await shell.run("lab", "show", folder, "--json")
    assert json.loads(shown.out)["votes"] == said
    done = await shell.run("lab", "export", folder, "-f", "preferences")
    assert {tuple(json.loads(line)["by"]) for line in done.out.splitlines()} == {
        ("person",), ("person", "stories by helpful"),
    }  # fmt: skip


async def test_a_judge_that_talks_nonsense_fails_and_says_so(index: Index, tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    done = await shell.run(
        "lab", "judge", str(index.folder), "--by", "twin:text", "--principles", "honest", "--pairs", "2"
    )
    assert done.status == 1
    assert "4 of 4 answers (100%) say neither A nor B nor tie" in done.out
    assert "no answer says A, B or tie, so there is no verdict. Ask a larger model" in done.err


async def test_what_is_wrong_is_said_before_anything_is_asked(index: Index, tmp_path: Path, nobody: str) -> None:
    shell, folder = Shell(tmp_path), str(index.folder)
    for arguments, status, said in (
        ([folder], 2, "is a folder: say which model judges with --by MODEL"),
        ([folder, "--by", "twin:latest"], 2, "with --principles: harmless, helpful, honest, or a file"),
        ([folder, "--by", "twin:latest", "--principles", "kind"], 2, "no list of principles is called kind"),
        ([folder, "--by", "twin:latest,loud", "--principles", "honest"], 2, "--by: "),
        ([folder, "--by", "twin:latest", "--principles", "honest", "--pairs", "0"], 2, "--pairs is a whole number"),
        ([folder, "--by", "twin:none", "--principles", "honest"], 1, "There is no twin:none"),
        ([folder, "--by", f"m@{nobody}", "--principles", "honest"], 1, f"Nothing answers at {nobody}."),
        ([f"{folder}/samples.jsonl", "--by", "twin:latest"], 2, "--by means nothing to `lab judge FILE`"),
        ([str(tmp_path), "--by", "twin:latest", "--principles", "honest"], 2, "the folder of a run?"),
    ):
        done = await shell.run("lab", "judge", *arguments)
        assert done.status == status and said in done.err, done.err
    assert not (index.folder / "judged.jsonl").exists()
