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
_MAX_NAME: Final = 60


def name_for(session: Session) -> str:
    """Return a name for a session: when it was made, and a few words of its title."""
    words = re.findall(r"\w+", unicodedata.normalize("NFC", session.title.casefold()))
    title = "-".join(words)[: _MAX_NAME - 16].strip("-_")
    moment = session.created.strftime("%Y%m%d-%H%M%S")
    return f"{moment}-{title}" if title else moment


def paths_for(directory: Path, name: str) -> Iterator[Path]:
    """Give files for a session of that name: NAME.yaml, and NAME-2.yaml and so on should that be taken."""
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
