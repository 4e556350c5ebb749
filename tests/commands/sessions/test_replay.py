"""`alignscope replay --plain`, as people and scripts use it."""

import asyncio
import json
import os
import pty
import re
from pathlib import Path

import pytest

from alignscope.model.session import Session
from alignscope.model.turn import PaneRecord
from tests.commands.sessions.kept import PLAYED, Run, keep
from tests.commands.shell import LONG, Shell
from tests.sessions.recorded import AT, LINEUP, events, turn


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
