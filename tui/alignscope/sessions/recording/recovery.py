"""What a program that was killed has left behind: journals are folded into their sessions."""

import os
from pathlib import Path

from alignscope.model.session import SessionError
from alignscope.model.turn import Turn
from alignscope.sessions.format import file
from alignscope.sessions.names import journal_of, session_of
from alignscope.sessions.recording import journal
from alignscope.sessions.recording.journal import Left
from alignscope.sessions.recording.lock import Lock, LockedError
from alignscope.sessions.recording.writer import Writer, set_aside, sync


def recover(directory: Path) -> list[str]:
    """Fold every journal in that nobody is writing. Gives a sentence for each that a person should read."""
    told = []
    try:
        names = sorted(entry.name for entry in os.scandir(directory))
    except OSError:
        return []
    for path in filter(None, (session_of(directory / name) for name in names)):
        try:
            lock = Lock(path)
        except LockedError:
            continue
        except OSError as error:
            told.append(f"What {path.stem} left behind can't be folded in: {error.strerror or error}.")
            continue
        try:
            if words := _fold(path, lock):
                told.append(words)
        except (OSError, SessionError) as error:
            reason = (error.strerror or error) if isinstance(error, OSError) else error
            told.append(f"What {path.stem} left behind can't be folded in: {reason}.")
        finally:
            lock.release()
    return told


def _fold(path: Path, lock: Lock) -> str:
    """One session. Its lock is held."""
    left_at = journal_of(path)
    empty = path.exists() and not path.stat().st_size
    if not left_at.exists():
        if empty:
            path.unlink()
        return ""
    try:
        left = journal.read(left_at)
    except SessionError:
        # Not even its first line is whole: nothing had come yet.
        left_at.unlink()
        if empty:
            path.unlink()
        return ""
    torn_at_birth = path.exists() and b"\n...\n" not in path.read_bytes()
    if not path.exists() or empty or torn_at_birth:
        if torn_at_birth and not empty:
            set_aside(path, path.read_bytes())
        _write_anew(path, left)
    elif not _add(path, left, lock):
        left_at.unlink()
        return ""
    left_at.unlink()
    sync(path.parent)
    tokens = sum(len(reply.texts) for reply in left.turn.replies.values())
    title = left.session.title or path.stem
    return f"‘{title}’ was interrupted in turn {left.turn.number}: its {tokens} tokens so far were kept."


def _write_anew(path: Path, left: Left) -> None:
    """The session's only turn is the one in the journal."""
    session = left.session
    session.lineup = left.turn.panes
    new = path.with_name(f".{path.name}.new")
    with new.open("wb") as written:
        written.write(file.dump(session))
        written.flush()
        os.fsync(written.fileno())
    new.replace(path)


def _add(path: Path, left: Left, lock: Lock) -> bool:
    """Append the turn, or those of its replies that the file hasn't. Returns whether there was anything."""
    session = file.read(path).session
    turn = left.turn
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
    """Whether the file has a reply at least as far as the journal."""
    if known is None or key not in known.replies:
        return False
    kept, found = known.replies[key], turn.replies[key]
    count = len(found.texts)
    same_times = [round(each * 1000) for each in kept.times[:count]] == [round(each * 1000) for each in found.times]
    return same_times and kept.texts[:count] == found.texts
