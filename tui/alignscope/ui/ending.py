"""An orderly end when the system asks for one, or when the terminal is gone: text is kept, the terminal put back."""

import asyncio
import os
import select
import signal
import threading
from collections.abc import Callable
from typing import Final

_SIGNALS: Final = (signal.SIGTERM, signal.SIGHUP)
_SECONDS: Final = 5.0
"""How long the application may take to close its session; if it takes longer, the next start finds the journal."""


def exit_with_terminal(leave: Callable[[int], None]) -> None:
    """Call `leave` with the exit status when a signal asks the process to end, or the terminal hangs up.

    To be called in the event loop, which then calls back.
    """
    loop = asyncio.get_running_loop()

    def end(number: int) -> None:
        timer = threading.Timer(_SECONDS, os._exit, (128 + number,))
        timer.daemon = True
        timer.start()
        leave(128 + number)

    for number in _SIGNALS:
        # nohup and the like have it ignored, and mean it.
        if signal.getsignal(number) is not signal.SIG_IGN:
            loop.add_signal_handler(number, end, number)
    terminals = [descriptor for descriptor in range(3) if os.isatty(descriptor)]
    if terminals:
        watch = threading.Thread(target=_until_gone, args=(loop, terminals, end), name="terminal", daemon=True)
        watch.start()


def _until_gone(loop: asyncio.AbstractEventLoop, terminals: list[int], end: Callable[[int], None]) -> None:
    """Sleep until the terminal hangs up; then let nothing wait for it any more, and end."""
    poll = select.poll()
    poll.register(terminals[0], 0)  # a hang-up is told without being asked for
    poll.poll()
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in terminals:
        os.dup2(null, descriptor)
    if not loop.is_closed():
        loop.call_soon_threadsafe(end, signal.SIGHUP)
