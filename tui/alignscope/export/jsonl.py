"""A session as JSON Lines: a line for each document of the session file, without loss."""

from collections.abc import Iterator

from alignscope.export import Options
from alignscope.model.session import Session
from alignscope.sessions.format import jsonl


def write(session: Session, options: Options) -> Iterator[str]:
    """Yield the header, then a line for each turn. There are no options."""
    return jsonl.write(session)
