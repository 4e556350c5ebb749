"""Names of a session's files."""

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from alignscope.model.session import Session

ENDING: Final = ".yaml"
"""Of a session's file. Its name without that is the session's."""
JOURNAL: Final = ".journal"
_LOCK: Final = ".lock"
_MAX_TITLE: Final = 44
_MAX_BYTES: Final = 100
"""Of a name. The shortest limit of a file system is 143 (eCryptfs), and numbers and endings come behind the name."""


def name_for(session: Session) -> str:
    """Return a name for a session: its time, and a few words of its title."""
    words = re.findall(r"\w+", unicodedata.normalize("NFC", session.title.casefold()))
    name = f"{session.created:%Y%m%d-%H%M%S}-{'-'.join(words)[:_MAX_TITLE]}"
    return name.encode()[:_MAX_BYTES].decode(errors="ignore").strip("-_")


def paths_for(directory: Path, name: str) -> Iterator[Path]:
    """Yield files for a session of that name: NAME.yaml, then NAME-2.yaml and so on."""
    for number in range(1, 10_000):
        yield directory / f"{name if number == 1 else f'{name}-{number}'}{ENDING}"


def journal_of(session: Path) -> Path:
    """Return where the journal of a session's file is."""
    return session.with_name(session.stem + JOURNAL)


def lock_of(session: Path) -> Path:
    """Return where the lock of a session's file is."""
    return session.with_name(f".{session.stem}{_LOCK}")


def session_of(file: Path) -> Path | None:
    """Return the session's file that a journal or a lock belongs to; None for any other file."""
    if file.suffix == JOURNAL:
        return file.with_suffix(ENDING)
    if file.suffix == _LOCK and file.name.startswith("."):
        return file.with_name(file.stem[1:] + ENDING)
    return None
