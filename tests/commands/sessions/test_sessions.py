"""`alignscope sessions`: the list, one of them, searching, renaming, deleting."""

import asyncio
import re
from pathlib import Path

import pytest

from alignscope.model.session import Session
from alignscope.model.turn import PaneRecord, Verdict
from alignscope.sessions.format.file import read
from alignscope.text.clean import cell_width
from tests.commands.sessions.kept import Run, keep
from tests.commands.shell import LONG, Shell, Terminal
from tests.sessions.recorded import AT, LINEUP, turn, two_turns


def test_the_list(run: Run, directory: Path) -> None:
    where = ("--sessions", str(directory))
    assert run("sessions", "list", *where).status == 0
    keep(directory)
    keep(directory, Session("Later", AT.replace(year=2027), turns=[turn(1, "two\nlines")]), "later")
    run("sessions", "list", *where)  # whose index knows when the sessions were made, not only their files
    said = run("sessions", "list", *where)
    headings, *listed = said.out.splitlines()
    later, greeting = (line for line in listed if "  bundled  " not in line)
    assert headings.split() == ["name", "title", "when", "panes", "turns", "first", "prompt"]
    assert later.startswith("later ")
    assert "two lines" in later
    assert re.fullmatch(r"greeting +Greeting in Japanese +2026-11-21 06:03 +base, instruct +2 +こんにちは", greeting)
    rows = {row["name"]: row for row in run("sessions", "list", "--json", *where).rows if not row["bundled"]}
    row = rows["greeting"]
    assert (row["title"], row["turns"], row["bundled"]) == ("Greeting in Japanese", 2, False)
    assert row["created"] == "2026-11-20T21:03:15Z"
    assert [pane["name"] for pane in row["panes"]] == ["base", "instruct"]
    assert row["path"] == str(directory / "greeting.yaml")
    assert run(*where, "sessions", "list").out == said.out, "the directory may stand before the command too"


def test_the_directory_of_the_settings_file(run: Run, directory: Path, tmp_path: Path) -> None:
    config = tmp_path / ".config" / "alignscope" / "config.yaml"
    config.parent.mkdir(parents=True)
    config.write_text("sessions: ~/kept\n")
    keep(directory)
    assert run("sessions", "path").out == f"{directory}\n"
    assert run("sessions", "path", "greeting").out == f"{directory / 'greeting.yaml'}\n"
    assert run("sessions", "path", "--sessions", "/elsewhere").out == "/elsewhere\n"
    config.unlink()
    assert run("sessions", "path").out.endswith("/alignscope/sessions\n")


def test_show(run: Run, directory: Path) -> None:
    turns = two_turns()
    turns[0].note, turns[0].verdict = "so it greets", Verdict((("instruct", 1), ("base", 1)))
    session = keep(directory, Session("Greeting", AT, tuple(PaneRecord(pane) for pane in LINEUP), turns))
    where = ("--sessions", str(directory))
    said = run("sessions", "show", "greeting", *where)
    assert said.status == 0, said.err
    for part in ("Greeting\n", "こんにちは\n", "One two three Four\n── reached the limit", "note: so it greets\n"):
        assert part in said.out
    assert "better first: instruct > base\n" in said.out
    [shown] = run("sessions", "show", "greeting", "--json", *where).rows
    assert (shown["name"], shown["title"], shown["path"]) == ("greeting", "Greeting", str(session.path))
    assert [each["prompt"] for each in shown["turns"]] == ["こんにちは", "Go on"]
    replies = [(each["pane"], each["sample"], each["end"], each["text"]) for each in shown["turns"][0]["replies"]]
    assert replies == [("base", 1, "length", "One two three Four"), ("instruct", 1, "stop", "Hello!\n")]


def test_names(run: Run, directory: Path) -> None:
    where = ("--sessions", str(directory))
    session = keep(directory, name="meeting")
    for name in ("meeting", "meet", "greeting in japanese", str(session.path)):
        assert run("sessions", "path", name, *where).out == f"{session.path}\n", name
    keep(directory, name="meetings")
    several = run("sessions", "show", "meet", *where)
    assert (several.status, several.out) == (1, "")
    assert "meeting" in several.err
    for name in ("nobody", "/nowhere/x.yaml", "x.jsonl", str(directory)):
        for command in (("sessions", "show"), ("replay", "--plain")):
            missing = run(*command, name, *where)
            assert (missing.status, missing.out) == (1, ""), name
            assert missing.err.startswith("alignscope: ")
            assert missing.err.count("\n") == 1


def test_search(run: Run, directory: Path) -> None:
    keep(directory)
    keep(directory, Session("Other", AT, turns=[turn(1, "x")]), "other")
    where = ("--sessions", str(directory))
    assert [row["name"] for row in run("sessions", "search", "HELLO", "こん", "--json", *where).rows] == ["greeting"]
    nothing = run("sessions", "search", "hello", "nowhere", *where)
    assert (nothing.status, nothing.out) == (1, "")
    assert nothing.err == "No session has hello nowhere in it.\n"


def test_search_says_where(run: Run, directory: Path) -> None:
    first, second = two_turns()
    second.note = "the hello is\nMARKED: " + "寿司 " * 100 + "hello"
    session = Session("Greeting", AT, tuple(PaneRecord(pane) for pane in LINEUP), [first, second])
    keep(directory, session)
    where = ("--sessions", str(directory))
    [row] = run("sessions", "search", "HELLO", "marked", "greet", "--json", *where).rows
    found = [(place["turn"], place["in"], place["pane"], place["text"][:12]) for place in row["found"]]
    assert found == [
        (1, "reply", "instruct", "Hello!"),
        (2, "note", "", "MARKED: 寿司 寿"),
        (0, "title", "", "Greeting"),
    ]
    for place, word in zip(row["found"], ("Hello", "MARKED", "Greet"), strict=True):
        [(start, end)] = place["words"]
        assert place["text"][start:end] == word
    said = run("sessions", "search", "hello", "marked", *where)
    head, *lines = said.out.splitlines()
    assert head == "greeting  Greeting  2026-11-21 06:03  2 turns"
    assert lines[:3] == ["  turn 1, instruct:", "    Hello!", "  turn 2, note:"]
    assert lines[3].startswith("    MARKED: 寿司 寿司") and lines[3].endswith("…") and cell_width(lines[3]) <= 120


@pytest.mark.parametrize("width", [40, 57, 80, 120, 300])
async def test_what_a_terminal_shows_fits_it(shell: Shell, directory: Path, width: int) -> None:
    wide = turn(1, "と寿司 " * 200 + "mooon " + "と" * 200)
    keep(directory, Session("寿司 \x1b[2J" * 30, AT, turns=[wide]), "20261120-210315-a")
    keep(directory, Session("Short", AT, turns=[turn(1, "mooon")]), "b")
    shell.environment |= {"COLUMNS": str(width)}
    for command in (("list",), ("search", "MOOON")):
        with Terminal() as terminal:
            arguments = ("sessions", *command, "--sessions", str(directory))
            async with shell.started(*arguments, stdout=terminal.end) as process:
                assert await asyncio.wait_for(process.wait(), LONG) == 0
        bold = re.findall(r"\x1b\[1m(.*?)\x1b\[22m", terminal.written)
        assert bold == ([] if command == ("list",) else ["mooon", "mooon"])
        lines = re.sub(r"\x1b\[\d+m", "", terminal.written).splitlines()
        assert "\x1b" not in "".join(lines)
        assert all(cell_width(line) <= width for line in lines), lines
        text = "\n".join(lines)
        assert "20261120-210315-a" in text and "Short" in text and ("2026-11-21 06:03" in text or width < 57)


def test_rename_delete_and_back(run: Run, directory: Path) -> None:
    session = keep(directory)
    assert session.path
    where = ("--sessions", str(directory))
    assert run("sessions", "rename", "greeting", "Another", *where).status == 0
    assert read(session.path).session.title == "Another"
    said = run("sessions", "delete", "greeting", *where)
    assert said.status == 0, said.err
    assert not session.path.exists()
    token = re.search(r"undelete (\S+)`", said.err)
    assert token
    assert run("sessions", "undelete", token[1], *where).out == "greeting\n"
    assert read(session.path).session.title == "Another"
    assert run("sessions", "delete", "nobody", *where).status == 1


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["sessions"], "the following arguments are required: COMMAND"),
        (["sessions", "burn"], "invalid choice: 'burn'"),
        (["sessions", "show"], "the following arguments are required: NAME"),
        (["sessions", "list", "--sessions", ""], "--sessions is empty"),
        (["--base", "m", "sessions", "list"], "--base means nothing to `sessions list`"),
        (["--host", "h", "replay", "x"], "--host means nothing to `replay`"),
        (["sessions", "export", "x"], "say in which format with --format; there are markdown, html"),
        (["sessions", "export", "x", "-f", "pdf"], "there is no format pdf; there are markdown, html"),
        (["sessions", "export", "x", "-o", "x.pdf"], "the file's name doesn't tell which format is meant"),
        (["sessions", "export", "x", "-f", "html", "--theme", "pink"], "there is no theme pink; there are "),
        (["sessions", "export", "x", "-f", "cast", "--rows", "2"], "--rows is a whole number from 6 to 200; 2 is not"),
        (["sessions", "export", "x", "-f", "cast", "-i", "0"], "--idle-limit is a number from 0.001"),
        (["sessions", "export", "x", "-f", "cast", "--pace", "0"], "--pace is a whole number from 1 to 1000; 0 is not"),
        (["replay", "x", "-s", "17"], "--speed is a number from 0.25 to 16; 17 is not"),
        (["replay", "x", "-s", "nan"], "--speed is a number from 0.25 to 16; nan is not"),
        (["replay", "x", "--speed", "2", "--instant"], "--instant and --speed exclude each other"),
        (["replay", "x", "--speed", "2", "--pace", "20"], "--speed and --pace exclude each other"),
        (["replay", "x", "--instant", "--pace", "20"], "--instant and --pace exclude each other"),
        (["replay", "x", "--pace", "0"], "--pace is a whole number from 1 to 1000; 0 is not"),
        (["replay", "x", "--start-at", "-1"], "--start-at is a number from 0"),
        (["replay", "x"], "the replay needs a terminal; --plain does without one"),
        (["--sessions", "d", "ask", "x"], "--sessions means nothing to `ask`"),
    ],
)
def test_wrong_usage(run: Run, arguments: list[str], problem: str) -> None:
    said = run(*arguments)
    assert (said.status, said.out) == (2, "")
    assert said.err.startswith("alignscope: ")
    assert problem in said.err
    assert said.err.count("\n") == 1
