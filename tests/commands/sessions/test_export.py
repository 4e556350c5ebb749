"""`alignscope sessions export` and `import`."""

import json
from pathlib import Path

import pytest

from alignscope.commands.line.session_commands import EXPORT_FORMS
from alignscope.export import FORMATS, format_of
from alignscope.model.session import Session
from alignscope.model.turn import PaneRecord, Verdict
from alignscope.sessions.format import jsonl
from tests.commands.sessions.kept import Run, keep
from tests.sessions.recorded import AT, LINEUP, events, turn, two_turns


@pytest.mark.parametrize("name", FORMATS)
def test_export(run: Run, directory: Path, tmp_path: Path, name: str) -> None:
    turns = two_turns()
    turns[0].verdict = Verdict((("instruct", 1), ("base", 1)))
    keep(directory, Session("Greeting", AT, tuple(PaneRecord(pane) for pane in LINEUP), turns))
    where = ("--sessions", str(directory))
    printed = run("sessions", "export", "greeting", "--format", name, *where)
    assert printed.status == 0, printed.err
    assert "こんにちは" in printed.out
    file = tmp_path / f"out{FORMATS[name].suffix}"
    form = [] if format_of(file.name) is FORMATS[name] else ["--format", name]
    assert run("sessions", "export", "greeting", "-o", str(file), *form, *where).status == 0
    with file.open(encoding=FORMATS[name].encoding, newline="") as written:
        assert written.read() == printed.out
    refused = run("sessions", "export", "greeting", "-o", str(file), *form, *where)
    assert refused.status == 1
    assert "--force" in refused.err
    assert run("sessions", "export", "greeting", "-o", str(file), *form, "--force", *where).status == 0
    link = tmp_path / "link"
    file.write_text("old")
    link.symlink_to(file)
    assert run("sessions", "export", "greeting", "-o", str(link), "--format", name, "--force", *where).status == 0
    assert link.is_symlink()
    assert file.read_bytes() != b"old"
    assert list(tmp_path.glob(".*.new")) == []


def test_an_export_without_pairs_says_so(run: Run, directory: Path) -> None:
    turns = [turn(1, "Same?", *(events(pane.name, [(1, "same")]) for pane in LINEUP))]
    turns[0].verdict = Verdict((("instruct", 1), ("base", 1)))
    keep(directory, Session("Greeting", AT, tuple(PaneRecord(pane) for pane in LINEUP), turns))
    told = run("sessions", "export", "greeting", "--format", "preferences", "--sessions", str(directory))
    assert (told.status, told.out) == (0, "")
    assert "0 pairs written, 1 left out because both replies are the same" in told.err


def test_export_options(run: Run, directory: Path) -> None:
    keep(directory)
    export = ("sessions", "export", "greeting", "--sessions", str(directory), "--format")
    head = json.loads(run(*export, "cast", "--columns", "60", "--rows", "12", "-i", "1.5").out.split("\n")[0])
    assert (head["width"], head["height"], head["idle_time_limit"]) == (60, 12, 1.5)
    assert head["theme"]["bg"] == "#14171c"
    slow = json.loads(run(*export, "cast", "--pace", "2").out.split("\n")[0])
    assert (head["duration"], slow["duration"]) == (7.1, 7.7), "four tokens, half a second apart"
    assert "--bg: #14171c" in run(*export, "html", "--theme", "lamp").out
    assert "\n```text\nHello!\n\n```\n" in run(*export, "markdown", "--one-after-other").out
    assert "no pairs" in run(*export, "preferences").err


def test_import_is_the_way_back(run: Run, directory: Path, tmp_path: Path) -> None:
    keep(directory)
    where = ("--sessions", str(directory))
    exported = run("sessions", "export", "greeting", "-f", "jsonl", *where).out
    file = tmp_path / "x.jsonl"
    file.write_text(exported)
    said = run("sessions", "import", str(file), *where)
    assert said.status == 0, said.err
    name = said.out.strip()
    assert name == "20261120-210315-greeting-in-japanese"
    assert run("sessions", "export", name, "-f", "jsonl", *where).out == exported
    assert run("sessions", "export", str(file), "-f", "jsonl", *where).out == exported, "also without keeping it"
    assert jsonl.read(exported.split("\n"), "x").title == "Greeting in Japanese"
    file.write_bytes(b"\xff\n")
    broken = run("sessions", "import", str(file), *where)
    assert broken.status == 1
    assert f"{file}: not UTF-8" in broken.err


def test_the_forms_that_help_names_are_those_there_are() -> None:
    assert tuple(FORMATS) == EXPORT_FORMS
