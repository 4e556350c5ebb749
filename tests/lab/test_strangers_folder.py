"""A run's folder that somebody else has filled: nothing in it is waited for, and no link in it is written through."""

import os
from pathlib import Path

import pytest

from alignscope.files.lock import holder
from alignscope.lab.folder import ASIDE, SAMPLES, TOKENS, Folder, FolderError
from alignscope.lab.report.derived import METRICS, REPORT, SUMMARY
from alignscope.lab.run.scores import SCORES, ScoresFile
from alignscope.lab.summary import labels
from alignscope.lab.summary.labels import LABELS, LabelsError, Said
from alignscope.lab.votes.ballots import VOTES, Ballot, BallotBox, ballots
from alignscope.lab.votes.judging.answers import JUDGED, answers
from alignscope.lab.watching.place import specs
from alignscope.measure.refusal.judging import Label
from alignscope.model.vote import Vote, VotesError
from tests.commands.shell import Shell
from tests.lab import runs

PRECIOUS = b"a line of mine\nand one without its end"
LOCKS = (".lab.lock", ".votes.lock", ".judged.lock")
WRITTEN = (SAMPLES, TOKENS, ASIDE, SCORES, LABELS, VOTES, REPORT, SUMMARY, METRICS)


@pytest.fixture
def piped(tmp_path: Path) -> Path:
    """A run's folder in which every file but that of the rows is a pipe that nobody writes to."""
    folder = runs.folder(tmp_path / "piped", runs.made_up(12, 3))
    for name in {TOKENS, ASIDE, SCORES, LABELS, VOTES, JUDGED, *LOCKS}:
        os.mkfifo(folder / name)
    return folder


@pytest.fixture
def linked(tmp_path: Path) -> tuple[Path, Path]:
    """A run's folder in which whatever is written is a link to a file of the person's, and that file."""
    folder = runs.folder(tmp_path / "linked", runs.made_up(12, 3))
    mine = tmp_path / "mine.txt"
    mine.write_bytes(PRECIOUS)
    for name in set(WRITTEN) - {SAMPLES}:
        (folder / name).symlink_to(mine)
    return folder, mine


def test_no_pipe_is_waited_for(piped: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert labels.read(piped) == {}
    assert ballots(piped) == {}
    assert list(answers(piped)) == []
    assert [holder(piped / name) for name in LOCKS] == [None] * 3
    with pytest.raises(LabelsError, match="not a regular file"):
        labels.add(piped, Said(key="1", label=Label.REFUSED))
    os.mkfifo(piped / "spec.yaml")
    monkeypatch.chdir(piped)
    assert list(specs()) == []


@pytest.mark.parametrize("command", ["show", "report", "export", "compare"])
async def test_commands_that_read_a_run_come_to_their_end(tmp_path: Path, piped: Path, command: str) -> None:
    more = {"export": ["-f", "csv"], "compare": [str(piped)]}.get(command, [])
    done = await Shell(tmp_path).run("lab", command, str(piped), *more)
    assert done.status == 0, done.err
    if command == "show":
        for name in (LABELS, VOTES, JUDGED, SCORES):
            assert f"{name} can't be read (it is not a regular file), and counts for nothing." in done.out


async def test_lines_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    """What counts for nothing is said wherever it would have counted."""
    folder = runs.folder(tmp_path / "damaged", runs.made_up(12, 3))
    labels.add(folder, Said(key="1", label=Label.REFUSED))
    for name, number in ((LABELS, 1), (VOTES, 2), (JUDGED, 3), (SCORES, 4)):
        with (folder / name).open("ab") as file:
            file.write(b'{"half":\n' * number + b'{"being wri')
    shell = Shell(tmp_path)
    said = {
        LABELS: "1 line of labels.jsonl can't be read, and counts for nothing.",
        VOTES: "2 lines of votes.jsonl can't be read, and count for nothing.",
        JUDGED: "3 lines of judged.jsonl can't be read, and count for nothing.",
        SCORES: "4 lines of scores.jsonl can't be read, and count for nothing.",
    }
    shown = await shell.run("lab", "show", str(folder))
    assert [name for name, sentence in said.items() if sentence not in shown.out] == []
    assert (await shell.run("lab", "report", str(folder))).status == 0
    page = (folder / REPORT).read_text()
    assert [name for name, sentence in said.items() if sentence.replace("'", "&#x27;") not in page] == []
    summed = await shell.run("lab", "vote", str(folder), "--summary")
    assert said[VOTES] in summed.out and said[JUDGED] not in summed.out, "a person's votes are summed up"
    exported = await shell.run("lab", "export", str(folder), "-f", "preferences")
    assert [name for name, sentence in said.items() if sentence not in exported.err] == []
    for command in (["show", "--measure", "refused"], ["compare", str(folder)], ["export", "-f", "csv"]):
        done = await shell.run("lab", command[0], str(folder), *command[1:])
        assert done.status == 0 and said[LABELS] in done.err and said[SCORES] in done.err


async def test_a_report_replaces_links_and_leaves_what_they_lead_to(tmp_path: Path, linked: tuple[Path, Path]) -> None:
    folder, mine = linked
    for name in (TOKENS, SCORES):
        (folder / name).unlink()
    assert (await Shell(tmp_path).run("lab", "report", str(folder))).status == 0
    assert mine.read_bytes() == PRECIOUS
    assert not any((folder / name).is_symlink() for name in (REPORT, SUMMARY, METRICS))
    assert (folder / REPORT).read_bytes().startswith(b"<!doctype html>")


def test_labels_and_votes_add_nothing_to_what_a_link_leads_to(linked: tuple[Path, Path]) -> None:
    folder, mine = linked
    with pytest.raises(LabelsError, match="it is a link"):
        labels.add(folder, Said(key="1", label=Label.REFUSED))
    with BallotBox(folder) as box, pytest.raises(VotesError, match="it is a link"):
        box.add_all([Ballot(first="1", second="2", vote=Vote.FIRST)])
    assert mine.read_bytes() == PRECIOUS


def test_a_run_that_goes_on_cuts_nothing_off_what_a_link_leads_to(linked: tuple[Path, Path]) -> None:
    folder, mine = linked
    with Folder(folder) as opened:
        with pytest.raises(FolderError, match="is a link, or no file"):
            opened.settle([])
        with pytest.raises(FolderError, match="it is a link"):
            ScoresFile(folder).settle([])
    assert mine.read_bytes() == PRECIOUS


@pytest.mark.parametrize("since", ["9" * 25, "-1", "soon", ""])
def test_a_lock_that_was_written_by_anybody_is_read(tmp_path: Path, since: str) -> None:
    path = tmp_path / ".lab.lock"
    path.write_text(f"{os.getpid()} {since}")
    assert holder(path) is None
