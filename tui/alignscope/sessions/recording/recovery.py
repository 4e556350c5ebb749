"""Recovery of sessions that were interrupted: their journals are folded into their files."""

import os
from pathlib import Path

from alignscope.files.whole import read_regular, write_whole
from alignscope.model.session import Session, SessionError
from alignscope.model.turn import Turn
from alignscope.sessions.format import file
from alignscope.sessions.names import journal_of, session_of
from alignscope.sessions.recording import journal
from alignscope.sessions.recording.journal import TornError
from alignscope.sessions.recording.lock import Lock, LockedError
from alignscope.sessions.recording.writer import Writer, set_aside, sync_directory
from alignscope.text.wording import counted


def recover(directory: Path) -> list[str]:
    """Fold in every journal that isn't being written. Returns messages for the person."""
    messages = []
    try:
        names = sorted(entry.name for entry in os.scandir(directory))
    except OSError:
        return []
    for path in filter(None, (session_of(directory / name) for name in names)):
        try:
            with Lock(path) as lock:
                if message := _fold(path, lock):
                    messages.append(message)
        except LockedError:
            continue
        except (OSError, SessionError, ValueError, RecursionError) as error:
            reason = (error.strerror or error) if isinstance(error, OSError) else error
            messages.append(f"What {path.stem} left behind can't be folded in: {reason}.")
    return messages


def _fold(path: Path, lock: Lock) -> str:
    """Fold in the journal of a session whose lock is held. Returns a message, or ""."""
    left_at = journal_of(path)
    found = read_regular(path, file.MAX_BYTES) if path.exists() else b""
    left: Session | None = None
    if left_at.exists():
        try:
            left = journal.read(left_at)
        except TornError:
            left_at.unlink()
    if left is None:
        if not found:
            path.unlink(missing_ok=True)
        return ""
    [turn] = left.turns
    left.lineup = turn.panes
    # A journal may contain anything; the session file must open afterwards.
    whole = file.dump(left)
    file.check(file.parse(whole, left_at.name).session)
    if b"\n...\n" not in found:  # not even its header was written to its end
        if found:
            set_aside(path, found)
        write_whole(path, [whole], 0o600)
    elif not _add(path, turn, lock):
        left_at.unlink()
        return ""
    left_at.unlink()
    sync_directory(path.parent)
    tokens = counted(sum(len(reply.texts) for reply in turn.replies.values()), "token")
    title = left.title or path.stem
    return f"‘{title}’ was interrupted in turn {turn.number}, and kept as far as it had come: {tokens}."


def _add(path: Path, turn: Turn, lock: Lock) -> bool:
    """Append the turn, or its replies that the file lacks. Returns whether there were any."""
    session = file.read(path).session
    known = session.turn(turn.number)
    if known is not None and known.at != turn.at:
        turn.number = session.turns[-1].number + 1
        known = None
    missing = {key: reply for key, reply in turn.replies.items() if not _has(known, turn, key)}
    if known is not None and not missing:
        return False
    # The lock stays ours: closing this writer gives it back, and giving it back twice does no harm.
    with Writer.open(session, lock) as writer:
        writer.append_turn(turn, None if known is None else missing)
    return True


def _has(known: Turn | None, turn: Turn, key: tuple[str, int]) -> bool:
    """Return whether the file has a reply at least as far as the journal."""
    if known is None or key not in known.replies:
        return False
    filed, found = known.replies[key], turn.replies[key]
    count = len(found.texts)
    same_times = [round(each * 1000) for each in filed.times[:count]] == [round(each * 1000) for each in found.times]
    return same_times and filed.texts[:count] == found.texts
