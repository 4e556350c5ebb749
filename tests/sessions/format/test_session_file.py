"""A session's file as it is read and written: torn, by hand, with fields that nobody knows."""

from pathlib import Path

import msgspec
import pytest

from alignscope.model.session import SessionError
from alignscope.model.turn import CARRY, FRESH, TurnSettings
from alignscope.sessions.format import documents, file
from alignscope.sessions.library.store import Store
from alignscope.sessions.recording.writer import Writer
from tests.sessions.making import session_of, shape, turn_of


def test_torn_at_any_byte_everything_before_it_opens(store: Store) -> None:
    whole = file.dump(session_of(turn_of(1), turn_of(2, "zwei\u2028"), turn_of(3)))
    ends = [place + 5 for place in range(len(whole)) if whole.startswith(b"\n...\n", place)]
    for cut in range(ends[0], len(whole), 7):
        read = file.parse(whole[:cut], "x").session
        assert len(read.turns) == sum(end <= cut + 1 for end in ends) - 1
        file.check(read)


def test_turns_that_run_backwards_are_refused() -> None:
    written = file.dump(session_of(turn_of(2), turn_of(1)))
    with pytest.raises(SessionError, match=r"^x, document 3, turn: turn 1 comes after turn 2$"):
        file.parse(written, "x")


def test_names_and_passwords_in_urls_are_not_written(store: Store) -> None:
    session = session_of(turn_of(1))
    secret = "http://me:secret@host:11434"
    session.lineup = tuple(
        msgspec.structs.replace(record, pane=msgspec.structs.replace(record.pane, server=secret))
        for record in session.lineup
    )
    for reply in session.turns[0].replies.values():
        reply.url = f"{secret}/api/chat"
    written = file.dump(session)
    assert b"secret" not in written
    assert b"http://host:11434/api/chat" in written


def test_unknown_fields_and_documents_are_kept_and_written_back() -> None:
    written = file.dump(session_of(turn_of(1))).decode()
    written = written.replace("title: Greeting\n", 'title: Greeting\nmood: {good: [1, 2.5, null, "2026-11-20"]}\n')
    written = written.replace(
        "sampling: {temperature: 0.8, seed: 7}", "sampling: {temperature: 0.8, seed: 7, dry: 0.5}"
    )
    written = written.replace("  sample: 1\n", "  sample: 1\n  colour: blue\n", 1)
    written = written.replace("tokens: 3}", "tokens: 3, joules: 12}", 1)
    written += "---\nbookmark: {turn: 1, ms: 200}\n...\n"
    session = file.parse(written.encode(), "x").session
    again = file.parse(file.dump(session), "x").session
    assert shape(again) == shape(session)
    for part in (
        b"mood: {good: [1, 2.5, null,",
        b"dry: 0.5",
        b"colour: blue",
        b"joules: 12",
        b"bookmark: {turn: 1, ms: 200}",
    ):
        assert part in file.dump(session)


def test_written_by_hand_a_session_needs_little(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "hand.yaml"
    path.write_text(
        "# a remark\n"
        "format: alignscope-session/1\n"
        "title: By hand\n"
        "created: 2026-11-20 21:03:11+09:00\n"
        "lineup:\n"
        "  - name: base\n"
        "    model: m\n"
        "    url: embedded\n"
        "    mode: completion\n"
        "---\n"
        "turn: 1\n"
        "at: 2026-11-20\n"
        "prompt: |\n"
        "  Hello\n"
        "replies:\n"
        "  - {pane: base, end: stop, text: Hi there}"
    )
    session = store.open(path)
    [turn] = session.turns
    assert turn.prompt == "Hello\n"
    assert turn.replies["base", 1].texts == ["Hi there"]
    with Writer.open(session) as writer:
        writer.append(documents.title("Still by hand"))
    assert store.open(path).title == "Still by hand"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("title: Greeting", "title: 5", "1, title: should be text, not 5; text that looks like that goes in quotes"),
        ("title: Greeting", "title: ", "1, title: should be text, not empty"),
        ("title: Greeting", "title: {a: 1}", "1, title: should be text, not a mapping"),
        ("created: ", "created: on ", "1, created: ‘on 2026-11-20T21:03:11Z’ is no time such as 2026-11-20T21:03:11Z"),
        ("{name: instruct", "{name: base", "1, lineup[2].name: two panes are called ‘base’"),
        ("mode: chat", "mode: talk", "1, lineup[2].mode: ‘talk’ is unknown"),
        ("turn: 1\n", "turn: true\n", "2, turn: should be a whole number, not true"),
        ("turn: 1\n", "turn: 0\n", "2, turn: should be from 1 to 1,000,000, not 0"),
        ("context: fresh", "context: fresh\nthink: 1", "2, think: should be true or false, not 1"),
        ("context: fresh", "context: fresh\nvotes: 1", "2, votes: should be a list, not 1"),
        ("context: fresh", "context: fresh\nvotes: [1]", "2, votes[1]: should be a mapping, not 1"),
        ("context: fresh", "context: fresh\nverdict: []", "2, verdict: should be a mapping, not a list"),
        ("  sent: 0.5", "  sent: soon", "2, replies[1].sent: should be a number, not ‘soon’"),
        ("  sent: 0.5", "  sent: -1", "2, replies[1].sent: should be 0 or more, and no more than 1e15; -1 is not"),
        (
            "  sent: 0.5",
            "  sent: 0.5\n  limit: -1",
            "2, replies[1].limit: should be from 0 to 1,000,000,000,000, not -1",
        ),
        ("- pane: base", "- pane: other", "2, replies[1].pane: no pane of the lineup is called ‘other’"),
        ("sample: 1\n", "sample: 65\n", "2, replies[1].sample: should be from 1 to 64, not 65"),
        ("  end: stop\n", "", "2, replies[1].end: is missing"),
    ],
)
def test_what_is_wrong_in_a_file_is_named_with_its_place(old: str, new: str, said: str) -> None:
    written = file.dump(session_of(turn_of(1))).decode()
    assert old in written
    with pytest.raises(SessionError) as caught:
        file.parse(written.replace(old, new, 1).encode(), "x")
    assert str(caught.value) == f"x, document {said}"


def test_what_a_carried_context_repeats_of_earlier_turns_is_not_written() -> None:
    for context, kept in ((FRESH, {"model", "prompt", "messages"}), (CARRY, {"model"})):
        turn = turn_of(1)
        turn.settings = TurnSettings(context=context)
        turn.replies["base", 1].request = {"model": "m", "prompt": "a", "messages": []}
        read = file.parse(file.dump(session_of(turn)), "x").session.turns[0]
        assert set(read.replies["base", 1].request) == kept


def test_a_byte_that_is_no_text_is_named_by_its_line() -> None:
    written = file.dump(session_of(turn_of(1, "Où"), turn_of(2)))
    line = written[: written.index("Où".encode())].count(b"\n") + 1
    with pytest.raises(SessionError, match=rf"^x, document 2, line {line}: not UTF-8$"):
        file.parse(written.replace("ù".encode(), b"\xff"), "x")


@pytest.mark.parametrize(("column", "length"), [("texts", 3), ("times", 3), ("thoughts", 0), ("logprobs", 0)])
def test_tokens_are_decoded_whatever_of_them_is_asked_for_first(column: str, length: int) -> None:
    [turn] = file.parse(file.dump(session_of(turn_of(1))), "x").session.turns
    assert len(getattr(turn.replies["base", 1], column)) == length
    with pytest.raises(AttributeError):
        _ = turn.replies["base", 1].other  # type: ignore[attr-defined]
