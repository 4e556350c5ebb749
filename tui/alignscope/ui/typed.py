"""Keys in their order: each waits until the action of the one before it has ended."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final, TypeVar

from textual import events
from textual.app import App, ScreenStackError
from textual.message_pump import MessagePump
from textual.timer import Timer

T = TypeVar("T")
_AT_LEAST: Final = 3
_AT_MOST: Final = 12
"""Rounds through the screen's widgets: an action may post messages, and a worker that it begins may open a screen."""
_PATIENCE: Final = 2.0
"""Seconds after which a key waits no longer for a screen that is busy."""


def unskipped(timer: Timer) -> Timer:
    """Have a timer that was just made call back however late it is, and return it.

    Textual's leave out calls that are too late, also an only one: nobody is called where the process stands still for
    the timer's whole time between two looks at the clock, as happens beside busy processes.
    """
    timer._skip = False
    return timer


class TypingApp(App[T]):
    """An application that passes keys and pasted text on, each once what the one before it did is done.

    Textual passes each on to whatever has the focus when it is read. Several may come in one packet, over a slow
    connection or from a quick hand: a text for the filter of a list that the first of them opens would be keys of the
    screen below, each with its action.
    """

    def __init__(self) -> None:
        super().__init__()
        self._typed: deque[events.Key | events.Paste | Callable[[], Any]] = deque()
        self._passing: asyncio.Task[None] | None = None

    def set_timer(self, *args: Any, **kwargs: Any) -> Timer:
        """Call back once after some time; Textual does so for a terminal that has got another size."""
        return unskipped(super().set_timer(*args, **kwargs))

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            self._typed.append(event)
            self._go_on()
        else:
            await super().on_event(event)

    def on_unmount(self) -> None:
        self._typed.clear()
        if self._passing is not None:
            self._passing.cancel()

    def type_first(self, event: events.Key | events.Paste) -> None:
        """Pass an event on before all that waits: somebody got it for whom it isn't."""
        self._typed.appendleft(event)
        self._go_on()

    def after_typed(self, call: Callable[[], Any]) -> None:
        """Call something once all that has been typed by now has been passed on."""
        # What has arrived, but wasn't looked at yet, stands in the application's own queue.
        self.call_later(self._append, call)

    def _append(self, call: Callable[[], Any]) -> None:
        self._typed.append(call)
        self._go_on()

    def _go_on(self) -> None:
        if self._passing is None or self._passing.done():
            self._passing = asyncio.create_task(self._pass_on())

    async def _pass_on(self) -> None:
        try:
            while self._typed:
                event = self._typed.popleft()
                if not isinstance(event, events.Event):
                    event()
                    continue
                target = self.focused or self.screen
                await super().on_event(event)
                if not (self._typed and _same(event, self._typed[0])):  # one that is held down waits for nothing
                    with suppress(TimeoutError):
                        async with asyncio.timeout(_PATIENCE):
                            await self._done(event, target)
        except ScreenStackError:
            pass  # it ends
        except Exception as error:
            self._handle_exception(error)  # as if that had been in the application's own task

    async def _done(self, event: events.Key | events.Paste, target: MessagePump) -> None:
        """Wait until an event that a widget got has done what it does."""
        await _handled(target)
        if event._stop_propagation and (isinstance(event, events.Paste) or event.is_printable):
            return  # it was text
        before, rounds = None, 0
        while rounds < _AT_LEAST or (rounds < _AT_MOST and before is not (self.focused or self.screen)):
            before = self.focused or self.screen
            for node in before.ancestors_with_self:
                await _handled(node)
            rounds += 1


def _same(event: object, after: object) -> bool:
    return isinstance(event, events.Key) and isinstance(after, events.Key) and event.key == after.key


async def _handled(node: MessagePump) -> None:
    """Wait until a node has handled the messages that it has now."""
    reached = asyncio.Event()
    if node.call_later(reached.set):
        await reached.wait()
