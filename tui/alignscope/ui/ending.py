"""An orderly exit on signals and when the terminal is gone."""

import asyncio
import os
import select
import signal
import threading
from collections.abc import Callable
from typing import Final

_SIGNALS: Final = (signal.SIGTERM, signal.SIGHUP)
_SECONDS: Final = 5.0
"""Seconds that the application has to close its session; the next start recovers it from the journal."""


def exit_with_terminal(leave: Callable[[int], None]) -> None:
    """Call `leave` with the exit status in the running event loop, on a signal or when the terminal hangs up."""
    loop = asyncio.get_running_loop()

    def end(number: int) -> None:
        timer = threading.Timer(_SECONDS, os._exit, (128 + number,))
        timer.daemon = True
        timer.start()
        leave(128 + number)

    for number in _SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup ignores it on purpose
            loop.add_signal_handler(number, end, number)
    terminals = [descriptor for descriptor in range(3) if os.isatty(descriptor)]
    if terminals:
        watch = threading.Thread(target=_until_gone, args=(loop, terminals, end), name="terminal", daemon=True)
        watch.start()


def _until_gone(loop: asyncio.AbstractEventLoop, terminals: list[int], end: Callable[[int], None]) -> None:
    """Wait until the terminal hangs up, then point its descriptors to the null device, and end."""
    poll = select.poll()
    poll.register(terminals[0], 0)  # a hang-up is always reported
    poll.poll()
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in terminals:
        os.dup2(null, descriptor)
    if not loop.is_closed():
        loop.call_soon_threadsafe(end, signal.SIGHUP)
