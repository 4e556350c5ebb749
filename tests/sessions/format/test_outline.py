"""Outlines: what is read line by line is what the parser reads, or is left to it."""

import re
from typing import Any

import pytest
from hypothesis import given, settings

from alignscope.files.yaml_file import FormError
from alignscope.model.session import Session
from alignscope.sessions.format import file, outline, yaml
from alignscope.sessions.format.timeline import StoredReply
from tests.sessions.making import session_of, sessions, turn_of

DOCUMENT = """\
turn: 3
at: 2026-11-20T21:03:11Z
prompt: |2+
   a

note: "a \\"b\\"\\n"
verdict: {turn: -1, text: "b, c", ms: 0.5}
lineup:
- {name: base, mode: chat}
replies:
- pane: base
  think: True
  text: |-
    c

     d
"""
SIGNS = [
    *"a-%@`~ß",
    *" \n\t\r\"'\\{}[],",
    ": ",
    " #",
    "  ",
    "    ",
    "\n\n",
    "\x85",
    "\xa0",
    "\u2028",
    "\ufeff",
    "\uffff",
]
VALUES = [
    "null",
    "--- ",
    "|",
    "|-",
    "&a ",
    "*a",
    "!!str ",
    "<<: ",
    "? ",
    "0x1",
    "1e5",
    "-.5",
    ".nan",
    "yes",
    "1:30",
    "turn: 1, ",
]
LINES = ["title: a", "- b", "- c: d", "  e: f", "  g: |", "turn: {turn: 1}", "sampling: {a: 1}", "  stats: {b: 2}"]
LINES += ["  url: c", "  text: |-\n    d", "x:", "- {a: b}", "- h:"]
PIECES = [*SIGNS, *VALUES, "\0", "{}", *(f"{line}\n" for line in LINES)]
PLACES = [found.end() for found in re.finditer(r"^(?=.)|$|[:,] |[{}]|  |^  .", DOCUMENT, re.MULTILINE)]


def reference(document: bytes) -> Any:
    """What the parser makes of a document without the details, or why it refuses."""
    try:
        return yaml.read(outline._DETAILS.sub(lambda found: found[1] or b"", document).decode())
    except FormError as error:
        return str(error)


def outlined(document: bytes) -> Any:
    """The same of the outline."""
    try:
        return outline.read(document)
    except FormError as error:
        return str(error)


@settings(max_examples=50)  # on top of every change below
@given(sessions())
def test_any_session_is_outlined_as_the_parser_reads_it(session: Session) -> None:
    for document in file.dump(session).split(b"---\n"):
        assert outlined(document) == reference(document)


@pytest.mark.parametrize("piece", PIECES, ids=repr)
def test_whatever_is_changed_in_a_document_its_outline_is_what_the_parser_reads(piece: str) -> None:
    for place in PLACES:
        for end in {place, place + 1, DOCUMENT.find("\n", place)}:
            changed = (DOCUMENT[:place] + piece + DOCUMENT[max(place, end) :]).encode()
            assert repr(outlined(changed)) == repr(reference(changed)), changed


def test_what_is_written_here_needs_no_parser() -> None:
    session = session_of(turn_of(1, "Why?\nWhy not?"), turn_of(2, "  in"), title="こんにちは, 1")
    for reply in session.turns[1].replies.values():
        assert not isinstance(reply, StoredReply)
        reply.message = 'it said "no"'
    for document in (DOCUMENT.encode(), *file.dump(session).removesuffix(b"...\n").split(b"...\n---\n")):
        assert outline._read_own(document.decode()) == reference(document)


@pytest.mark.parametrize("bound", ["a: {%s}\n", "a:\n%s"])
def test_an_outline_has_the_bounds_of_the_parser(bound: str) -> None:
    many = 26_000
    fields = ", ".join(f"{_letters(n)}: 1" for n in range(many)) if "{" in bound else "- b: |-\n    c\n" * many
    with pytest.raises(FormError, match="more than 50,000 values"):
        outline.read((bound % fields).encode())


def _letters(number: int) -> str:
    return "".join("abcdefghij"[int(digit)] for digit in str(number))


def test_a_value_that_is_repeated_is_each_documents_own() -> None:
    for _ in range(2):
        document = outline.read(b"mood: {calm: 1}\n")
        assert document == {"mood": {"calm": 1}}
        document["mood"]["calm"] = 2
