"""`alignscope sessions` and `alignscope replay --plain`, as people and scripts use them."""

import asyncio
import json
import os
import pty
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from alignscope.cli import main
from alignscope.commands.line.session_commands import EXPORT_FORMS
from alignscope.export import FORMATS, format_of
from alignscope.model.session import Session
from alignscope.model.turn import PaneRecord, Verdict
from alignscope.sessions.format import jsonl
from alignscope.sessions.format.file import read
from alignscope.sessions.library.store import Store
from alignscope.text.clean import cell_width
from tests.commands.shell import LONG, Shell, Terminal
from tests.sessions.recorded import AT, LINEUP, events, turn, two_turns


@dataclass
class Said:
    status: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Standard output as JSON lines."""
        return [json.loads(line) for line in self.out.split("\n") if line]


Run = Callable[..., Said]


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "kept"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Run:
    """Runs alignscope in this process, in a home of its own."""
    for name in ("OLLAMA_HOST", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))

    def run(*arguments: str) -> Said:
        capfdbinary.readouterr()
        try:
            status = main(arguments)
        except SystemExit as end:
            status = int(end.code or 0)
        out, err = capfdbinary.readouterr()
        return Said(status, out.decode(), err.decode())

    return run


def keep(directory: Path, session: Session | None = None, name: str = "greeting") -> Session:
    """Put a session there, and give it as it is read."""
    if session is None:
        session = Session("Greeting in Japanese", AT, tuple(PaneRecord(pane) for pane in LINEUP), two_turns())
    path = Store(directory).save(session, directory / f"{name}.yaml")
    return read(path).session


def test_the_list(run: Run, directory: Path) -> None:
    where = ("--sessions", str(directory))
    assert run("sessions", "list", *where).status == 0
    keep(directory)
    keep(directory, Session("Later", AT.replace(year=2027), turns=[turn(1, "two\nlines")]), "later")
    run("sessions", "list", *where)  # whose index knows when the sessions were made, not only their files
    said = run("sessions", "list", *where)
    headings, *listed = said.out.splitlines()
    later, greeting = (line for line in listed if "(bundled)" not in line)
    assert headings.split() == ["name", "title", "when", "panes", "turns", "first", "prompt"]
    assert later.startswith("later ")
    assert "two lines" in later
    assert re.fullmatch(r"greeting +Greeting in Japanese +2026-11-20 21:03 +base, instruct +2 +こんにちは", greeting)
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
    assert head == "greeting  Greeting  2026-11-20 21:03  2 turns"
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
        assert "20261120-210315-a" in text and "Short" in text and ("2026-11-20 21:03" in text or width < 57)


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


def test_the_forms_that_help_names_are_those_there_are() -> None:
    assert tuple(FORMATS) == EXPORT_FORMS


# Replay

PLAYED = """\
══ turn 1 · 2026-11-20 21:04:15 UTC ══
こんにちは

── base · mistral:text · completion ──
One two three Four
── reached the limit · 4 tokens · first after 100 ms

── instruct · mistral:instruct · chat ──
Hello!
── ended by itself · 3 tokens · first after 200 ms

══ turn 2 · 2026-11-20 21:05:15 UTC ══
Go on

── base · mistral:text · completion ──
on and on
── broken off · 2 tokens · first after 100 ms
the server is gone; start it again

── instruct · mistral:instruct · chat ──
Hello again
── ended by itself · 1 token · first after 200 ms

"""


@pytest.mark.parametrize(
    "options",
    [["--instant"], ["-s", "16", "-i", "0.05"], ["--start-at", "7.05"], ["--start-at", "1e5"], ["-i", "0.001"]],
)
def test_replay_prints_the_same_however_fast(run: Run, directory: Path, options: list[str]) -> None:
    keep(directory)
    said = run("replay", "greeting", "--plain", *options, "--sessions", str(directory))
    assert said.status == 0, said.err
    assert said.out == PLAYED


def test_replay_of_a_file(run: Run, directory: Path, tmp_path: Path) -> None:
    session = keep(directory)
    assert run("replay", "--plain", "--instant", str(session.path)).out == PLAYED
    exported = tmp_path / "x.jsonl"
    exported.write_text(run("sessions", "export", str(session.path), "-f", "jsonl").out)
    assert run("replay", "--plain", "--instant", str(exported)).out == PLAYED


def test_replay_of_several_replies_that_end_in_any_order(run: Run, directory: Path) -> None:
    told = turn(
        1, "x",
        events("base", [(10, "first "), (90, "slow")], sample=1, ended_ms=100),
        events("base", [(20, "second")], sample=2, ended_ms=50),
        events("base", [(30, "third ")], sample=3, ended_ms=40),
        events("base", [(35, "fourth "), (120, "is last")], sample=4, ended_ms=130),
        events("base", [], sample=5, ended_ms=140),
        samples=5,
    )  # fmt: skip
    keep(directory, Session("x", AT, tuple(PaneRecord(pane) for pane in LINEUP), [told]))
    said = run("replay", "greeting", "--plain", "--instant", "--sessions", str(directory))
    samples = re.findall(r"sample (\d) of 5 ──\n(.*)\n", said.out)
    assert [(number, text) for number, text in samples if not text.startswith("──")] == [
        ("1", "first slow"), ("3", "third "), ("2", "second"), ("4", "fourth is last"),
    ]  # fmt: skip
    assert samples[-1][0] == "5"


def test_a_damaged_timeline_is_told(run: Run, directory: Path) -> None:
    session = keep(directory)
    assert session.path
    session.path.write_text(session.path.read_text().replace('[100,"One"]', '[100,"Two"]'))
    for command in (["replay", "--plain", "--instant"], ["sessions", "export", "-f", "cast"]):
        said = run(*command, "greeting", "--sessions", str(directory))
        assert said.status == 1
        assert "greeting.yaml" in said.err
        assert "timeline" in said.err
    # The replies' texts need no timeline.
    assert run("sessions", "show", "greeting", "--sessions", str(directory)).status == 0


def test_without_a_name_there_is_an_offer(run: Run) -> None:
    for options in ([], ["--plain"]):
        said = run("replay", *options)
        assert (said.status, said.out) == (2, "")
        assert "Say which session to play" in said.err


async def test_a_reader_that_stops_reading_is_no_error(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    told = turn(1, "x", events("base", [(float(ms), "word ") for ms in range(20_000)]))
    keep(tmp_path, Session("x", AT, tuple(PaneRecord(pane) for pane in LINEUP), [told]))
    async with shell.started("replay", "--plain", str(tmp_path / "greeting.yaml")) as process:
        assert process.stdout and process.stderr
        await asyncio.wait_for(process.stdout.read(300), LONG)
        process.stdout._transport.close()  # type: ignore[attr-defined]  # asyncio offers no other way to close a pipe's end
        err = await asyncio.wait_for(process.stderr.read(), LONG)
        assert await asyncio.wait_for(process.wait(), LONG) == 141
    assert err == b""


async def test_ctrl_c_ends_it(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    keep(tmp_path, Session("x", AT, (), [turn(1, "x", events("base", [(1, "a"), (1e7, "b")]))]))
    async with shell.started("replay", "--plain", str(tmp_path / "greeting.yaml")) as process:
        assert process.stdout
        written = b""
        while not written.endswith(b"\na"):
            written += await asyncio.wait_for(process.stdout.read(300), LONG)
        process.send_signal(2)
        _, err = await asyncio.wait_for(process.communicate(), LONG)
    assert process.returncode == 130
    assert err == b""


async def test_a_recording_can_do_nothing_to_a_terminal(tmp_path: Path) -> None:
    nasty = "\x1b[2J\x1b]0;title\x07\u202e\x9b31m"
    made = turn(1, nasty, events("base", [(1, nasty)], None))
    made.note = nasty
    keep(tmp_path, Session(nasty, AT, tuple(PaneRecord(pane) for pane in LINEUP), [made]))
    shell = Shell(tmp_path)
    for command in (
        ["replay", "--plain"],
        ["sessions", "show"],
        ["sessions", "export", "-f", "markdown"],
        ["sessions", "show", "--json"],
    ):
        leader, follower = pty.openpty()
        try:
            async with shell.started(*command, str(tmp_path / "greeting.yaml"), stdout=follower) as process:
                assert await asyncio.wait_for(process.wait(), LONG) == 0
            written = os.read(leader, 65536)
        finally:
            os.close(leader)
            os.close(follower)
        if "--json" in command:
            assert json.loads(written)["title"] == nasty, "the value is the same, written with escapes"
        else:
            assert "␛[2J".encode() in written
        assert not set(written) & (set(range(32)) - set(b"\r\n"))
        assert not {"\u202e", "\x9b"} & set(written.decode())
