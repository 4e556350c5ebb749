"""The journal of a running turn, beside the session file until the turn is appended there."""

import contextlib
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import msgspec

from alignscope.files.whole import read_regular, sync
from alignscope.files.yaml_file import FormError
from alignscope.model.events import End, Event, Finished, Started, Token, Waiting
from alignscope.model.score import Scored
from alignscope.model.session import Session, SessionError
from alignscope.model.turn import MAX_STORED_SAMPLES, Turn
from alignscope.sessions.format import documents, reading
from alignscope.sessions.format import yaml as yaml_form
from alignscope.sessions.format.documents import limit_in
from alignscope.sessions.format.timeline import LATEST
from alignscope.sessions.format.yaml import HIDES, each_text, hide, reveal
from alignscope.sessions.names import journal_of

MAX_BYTES: Final = 512 * 1024 * 1024
_encoder: Final = msgspec.json.Encoder()
_BEGINNING: Final = b'{"journal":1,'


class TornError(SessionError):
    """A journal without a complete first line."""


class Again(msgspec.Struct, frozen=True, tag_field="event", tag="again"):
    """A pane is asked again: its replies so far are dropped."""

    pane: str


class _Head(msgspec.Struct, frozen=True):
    """The first line, from which session and turn can be made anew."""

    journal: int
    session: str
    """The header document."""
    turn: str
    """The turn's document, without replies."""


Line = Event | Again | Scored
"""What a journal is told."""
_Line = Started | Token | Finished | Again | Scored


class Journal:
    """An open journal. Every method raises OSError if the disk fails."""

    def __init__(self, session: Session, turn: Turn, earlier: bytes = b"") -> None:
        """Begin a journal for a session that has a path.

        An older journal in its place is replaced: the holder of the session's lock has recovered it before.

        Args:
            earlier: lines of this turn from another journal, as `lines` returns them.
        """
        assert session.path is not None
        self.path = journal_of(session.path)
        head = _Head(
            1,
            yaml_form.write(documents.header(session)),
            yaml_form.write(documents.turn(turn, session.lineup, replies={})),
        )
        self.path.unlink(missing_ok=True)
        self._descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        try:
            append(self._descriptor, msgspec.json.encode(head) + b"\n" + earlier)
        except OSError:
            self.close(remove=True)
            raise

    def write(self, events: Iterable[Line]) -> None:
        """Write events to the disk."""
        if recorded := [event for event in events if not isinstance(event, Waiting)]:
            append(self._descriptor, _encoded(recorded))

    def lines(self) -> bytes:
        """Return the lines of the turn that are on the disk."""
        return self.path.read_bytes().partition(b"\n")[2]

    def close(self, *, remove: bool) -> None:
        """Close the file, and remove it if its turn is in the session file; else the next start recovers it."""
        os.close(self._descriptor)
        if remove:
            self.path.unlink(missing_ok=True)


def append(descriptor: int, data: bytes) -> None:
    """Write at a file's end and flush it to the disk, completely or not at all. Raises OSError."""
    before = os.fstat(descriptor).st_size
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(descriptor, view) :]
        sync(descriptor)
    except OSError:
        with contextlib.suppress(OSError):
            os.ftruncate(descriptor, before)
        raise


def read(path: Path) -> Session:
    """Read a session with only the turn of a journal, as far as that was written; open replies end as `cut`.

    Raises:
        TornError: its first line is incomplete.
        SessionError: it is no journal, or its first line is damaged.
        OSError: it can't be read.
    """
    first, *lines = read_regular(path, MAX_BYTES).split(b"\n")
    if not lines and (_BEGINNING.startswith(first) or first.startswith(_BEGINNING)):
        raise TornError(f"{path.name}: is torn")
    try:
        head = msgspec.json.decode(first, type=_Head)
        session = reading.read_header(yaml_form.read(head.session))
        reading.add(session, yaml_form.read(head.turn), path.name)
    except (msgspec.MsgspecError, UnicodeError, FormError) as error:
        raise SessionError(f"{path.name}, line 1: {error}") from None
    if not session.turns:
        raise SessionError(f"{path.name}, line 1: names no turn")
    turn = session.turns[0]
    names = {pane.name for pane in turn.lineup}
    for line in lines:
        try:
            event = _decoded(line)
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            # The torn end; what might stand behind it wasn't written in order.
            break
        if isinstance(event, Again):
            turn.forget(event.pane)
        elif isinstance(event, Scored):
            if event.pane in names and event.by in names:
                turn.add_scored(event)
        elif not 1 <= event.sample <= MAX_STORED_SAMPLES or not 0 <= event.ms < LATEST:
            break
        elif event.pane in names:
            turn.apply(event)
    turn.stop(End.CUT, message="alignscope ended in the middle of this reply.")
    return session


def _encoded(events: Sequence[_Line]) -> bytes:
    """Return events' lines. Texts that UTF-8 can't hold are hidden as in a session's file."""
    try:
        lines = _encoder.encode_lines(events)
    except UnicodeEncodeError:
        lines = HIDES
    if HIDES in lines:
        lines = _encoder.encode_lines([each_text(msgspec.to_builtins(event), hide) for event in events])
    return lines


def _decoded(line: bytes) -> _Line:
    """Return the event of a line. Raises what msgspec raises."""
    event: _Line = msgspec.convert(each_text(msgspec.json.decode(line), reveal), _Line)
    if isinstance(event, Started) and event.limit is None:
        return msgspec.structs.replace(event, limit=limit_in(event.request))
    return event
