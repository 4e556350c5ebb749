"""Waiting for an application that tests drive: until it has nothing left to do, or until something is true."""

import asyncio
import math
from collections.abc import Callable
from typing import Any, Final

HANGS: Final = 180.0
"""Seconds after which something hangs for good: what a test waits for at most. A machine with twenty busy processes
makes one of a second take half a minute."""
_HORIZON: Final = 0.04
"""Seconds: what is due within them belongs to what goes on now. A frame takes 0.033."""
_NAPS: Final = 12
"""Naps of a frame at most, and rounds of the event loop: a reply that streams and a replay that plays never rest."""
_ROUNDS: Final = 500


async def settled(*_: float) -> None:
    """Wait until the event loop rests: nothing is ready, nothing due within a frame, and no thread at work for it.

    Textual's own pilot waits until the process uses little of the processor: 20 ms at least, a second while a reply
    streams, and too short where other processes hold the processor.
    """
    loop: Any = asyncio.get_running_loop()
    quiet = naps = rounds = 0
    while quiet < 3 and naps < _NAPS and rounds < _ROUNDS:
        due = min((handle.when() for handle in loop._scheduled if not handle.cancelled()), default=math.inf)
        wait, nap = due - loop.time(), 0.0
        if loop._ready:
            quiet = 0
        elif wait < _HORIZON:
            quiet, naps, nap = 0, naps + 1, max(wait, 0.001)
        elif _threads_work(loop._default_executor):
            quiet, nap = 0, 0.002
        else:
            quiet += 1
        rounds += 1
        await asyncio.sleep(nap)


def _threads_work(executor: Any) -> bool:
    """Return whether a thread of `asyncio.to_thread` has something to do."""
    return executor is not None and (
        executor._work_queue.qsize() > 0 or executor._idle_semaphore._value < len(executor._threads)
    )


async def until(condition: Callable[[], object]) -> None:
    """Wait until something is true; the time is only there so that a test can't hang. Raises TimeoutError."""
    async with asyncio.timeout(HANGS):
        while not condition():  # noqa: ASYNC110, the condition may be about anything
            await asyncio.sleep(0.02)
