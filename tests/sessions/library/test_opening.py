"""Opening of session files and of JSON Lines."""

import io
from pathlib import Path

import pytest

from alignscope.model.session import SessionError
from alignscope.sessions.library.opening import open_session, open_to_play, read_lines
from alignscope.sessions.library.store import Store
from tests.sessions.library.keeping import kept
from tests.sessions.recorded import session, two_turns, written


def test_a_file_of_json_lines_is_opened_by_its_ending(store: Store, tmp_path: Path) -> None:
    for name in ("exported.jsonl", "exported.JSONL"):
        (tmp_path / name).write_text(written("jsonl", session(*two_turns())), encoding="utf-8")
        assert [turn.prompt for turn in open_session(store, tmp_path / name).turns] == ["こんにちは", "Go on"]
    assert open_session(store, kept(store, title="One").name).title == "One"


def test_what_is_opened_to_be_played_is_whole(store: Store) -> None:
    path = kept(store).path
    assert path is not None
    assert open_to_play(store, path).turns
    path.write_bytes(path.read_bytes().replace(b'"upon"', b'"under"', 1))
    assert open_session(store, path).turns
    with pytest.raises(SessionError, match=r"document 2, replies\[1\]\.timeline: line 1"):
        open_to_play(store, path)


def test_more_lines_than_a_session_has_are_not_read() -> None:
    class Blank(io.TextIOWrapper):
        pieces = 10

        def readline(self, size: int = -1, /) -> str:  # type: ignore[override] # as in TextIO
            self.pieces -= 1
            return " " * min(size, 32 << 20) if self.pieces else ""

    with pytest.raises(SessionError, match="larger than 256 MB, which no session is"):
        read_lines(Blank(io.BytesIO()), "x")


def test_lines_that_are_no_text_are_named(tmp_path: Path) -> None:
    with pytest.raises(SessionError, match=r"^standard input: not UTF-8$"):
        read_lines(io.TextIOWrapper(io.BytesIO(b"\xff\n"), encoding="utf-8"), "standard input")


def test_a_line_with_a_fault_is_named_by_its_number() -> None:
    lines = written("jsonl", session(*two_turns())).splitlines(keepends=True)
    faulty = io.StringIO("".join([lines[0], "\n", lines[1].replace('"prompt"', '"prompts"'), *lines[2:]]))
    with pytest.raises(SessionError, match=r"^x: line 3: prompt: is missing$"):
        read_lines(faulty, "x")
