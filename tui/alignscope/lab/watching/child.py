"""Process that measures a run's folder for a screen: `python -m alignscope.lab.watching.child DIR`.

A process of its own, since measuring keeps a processor busy, and a thread would hold up the screen. It asks for little
of the processor, which the run needs more. Messages go as `messages` says; it ends with its standard input.
"""

import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from alignscope.lab.summary.rows import RunError
from alignscope.lab.watching.measuring import Measuring
from alignscope.lab.watching.messages import (
    LENGTH,
    Answer,
    Asked,
    Failed,
    Page,
    Replies,
    Table,
    Told,
    asked,
    packed,
)

_NICE: Final = 5
_PERIOD: Final = 0.5
"""Seconds between two tables at least."""
_SHARE: Final = 4
"""Times as long as a table takes to make until the next one."""
_NAP: Final = 0.2
"""Seconds until it looks again for rows, where there were none."""
_REST: Final = 1.0
"""Seconds without a new row after which p values are computed."""


def main(folder: Path) -> None:
    """Measure, and answer what is asked, until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # ctrl+c is for the screen
    os.nice(_NICE)
    out = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # whatever prints mustn't come between messages
    wanted: queue.SimpleQueue[Asked] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(sys.stdin.buffer, wanted), daemon=True).start()
    try:
        _Child(folder, wanted, out).run()
    except BrokenPipeError:
        os._exit(0)


def _listen(stream: BinaryIO, wanted: "queue.SimpleQueue[Asked]") -> None:
    while len(length := stream.read(LENGTH)) == LENGTH:
        wanted.put(asked(stream.read(int.from_bytes(length, "big"))))
    os._exit(0)


class _Child:
    def __init__(self, folder: Path, wanted: "queue.SimpleQueue[Asked]", out: BinaryIO) -> None:
        self._measuring = Measuring(folder)
        self._wanted = wanted
        self._out = out
        self._page: Page | None = None
        """The page that is in view, which follows the rows."""
        self._making: Iterator[Table | None] | None = None
        """A table that is made, a measure at a time, so that nobody waits long for an answer."""
        self._took = 0.0
        """Seconds that it has taken so far."""
        self._next_at = 0.0
        self._changed_at = 0.0
        self._untold = False
        """Whether something has changed since the last table."""
        self._problem = ""
        self._told: Told | None = None

    def run(self) -> None:
        """Go on for ever."""
        while True:
            self._answer(self._work())

    def _work(self) -> float:
        """Do a little; return how many seconds there is nothing more to do."""
        if self._making is not None:
            self._make(self._making)
            return 0.0
        try:
            changed = self._measuring.step()
        except RunError as error:
            self._fail(str(error))
            return _REST
        self._fail("")
        if (told := self._measuring.told) != self._told:
            self._told = told
            self._send(told)
        now = time.monotonic()
        if changed:
            self._untold, self._changed_at = True, now
            if self._measuring.labelled:  # who labels a reply waits to see what comes of it
                self._next_at = 0.0
        if self._untold and now >= self._next_at:
            self._begin_table()
        if changed or not self._measuring.rests or self._making is not None:
            return 0.0
        if now - self._changed_at < _REST or not self._changed_at:
            return min(_NAP, max(0.0, self._next_at - now)) if self._untold else _NAP
        if not self._measuring.test():
            self._changed_at = 0.0
            self._begin_table()
        return 0.0

    def _begin_table(self) -> None:
        self._making, self._took, self._untold = self._measuring.making(), 0.0, False

    def _make(self, making: "Iterator[Table | None]") -> None:
        began = time.monotonic()
        done = False
        try:
            table = next(making)
        except StopIteration:
            done = True
        else:
            if table is not None:
                self._send(table)
                done = True
        if done:
            self._making = None
            if self._page is not None:
                self._send(self._measuring.page(self._page))
        now = time.monotonic()
        self._took += now - began
        if done:
            self._next_at = now + max(_PERIOD, _SHARE * self._took)

    def _answer(self, seconds: float) -> None:
        """Answer what was asked, and wait so long for more."""
        try:
            wanted = self._wanted.get(timeout=seconds) if seconds else self._wanted.get_nowait()
        except queue.Empty:
            return
        match wanted:
            case Page():
                self._page = wanted
                self._send(self._measuring.page(wanted))
            case Replies():
                self._send(self._measuring.replies(wanted))

    def _fail(self, problem: str) -> None:
        if problem != self._problem:
            self._problem = problem
            self._send(Failed(problem))

    def _send(self, message: Answer) -> None:
        self._out.write(packed(message))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
