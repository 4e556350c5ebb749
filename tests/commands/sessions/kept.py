"""Sessions that a person kept, and what a command said of them."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alignscope.model.session import Session
from alignscope.model.turn import PaneRecord
from alignscope.sessions.format.file import read
from alignscope.sessions.library.store import Store
from tests.sessions.recorded import AT, LINEUP, two_turns


@dataclass
class Said:
    """What a command left: its status, and both its outputs."""

    status: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Standard output as JSON lines."""
        return [json.loads(line) for line in self.out.split("\n") if line]


Run = Callable[..., Said]


def keep(directory: Path, session: Session | None = None, name: str = "greeting") -> Session:
    """Put a session there, and give it as it is read."""
    if session is None:
        session = Session("Greeting in Japanese", AT, tuple(PaneRecord(pane) for pane in LINEUP), two_turns())
    path = Store(directory).save(session, directory / f"{name}.yaml")
    return read(path).session


PLAYED = """\
══ turn 1 · 2026-11-20 21:04:15 UTC ══
こんにちは

── base · mistral:text · completion ──
One two three Four
── reached the limit · 4 tokens · first after 100 ms

── instruct · mistral:instruct · chat ──
Hello!
── ended by itself · 3 tokens · first after 200 ms

══ turn 2 · 2026-11-20 21:05:15 UTC ══
Go on

── base · mistral:text · completion ──
on and on
── broken off · 2 tokens · first after 100 ms
the server is gone; start it again

── instruct · mistral:instruct · chat ──
Hello again
── ended by itself · 1 token · first after 200 ms

"""
