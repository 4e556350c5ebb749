"""Sessions put into a directory."""

from alignscope.model.session import Session
from alignscope.model.turn import Turn
from alignscope.sessions.library.store import Store
from alignscope.sessions.recording.writer import Writer
from tests.sessions.making import session_of, turn_of


def kept(store: Store, *turns: Turn, title: str = "Greeting") -> Session:
    """A session of the store, closed."""
    session = session_of(*(turns or (turn_of(1),)), title=title)
    Writer.create(store.directory, session).close()
    return session
