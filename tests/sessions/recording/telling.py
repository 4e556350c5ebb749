"""A recorder that is told of turns, and a disk that is full."""

import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from alignscope.model.events import Event
from alignscope.model.turn import Turn
from alignscope.sessions.recording.recorder import Recorder
from tests.sessions.making import events_of, turn_of
from tests.waiting import HANGS


def until(condition: Callable[[], object], seconds: float = HANGS) -> None:
    """Wait for the recorder's thread; the time is only there so that a test can't hang."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def begun(recorder: Recorder, number: int = 1, prompt: str = "Once") -> Turn:
    """A turn of which nothing has come yet."""
    turn = turn_of(number, prompt)
    turn.replies.clear()
    recorder.begin(turn)
    recorder.play(turn)
    return turn


def tell(recorder: Recorder, turn: Turn, events: list[Event]) -> None:
    """Tell a turn and its recorder what came."""
    for event in events:
        turn.apply(event)
        recorder.event(turn, event)


def played(recorder: Recorder, number: int = 1, prompt: str = "Once", words: tuple[str, ...] = ("a", "b")) -> Turn:
    """A whole turn."""
    turn = begun(recorder, number, prompt)
    for pane in turn.lineup:
        tell(recorder, turn, events_of(pane.name, words))
    recorder.end(turn)
    return turn


@contextmanager
def disk_full(left: int = 0) -> Iterator[None]:
    """No file may grow beyond so many bytes: to whoever writes, the same as a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (left, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
