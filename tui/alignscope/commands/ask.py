"""`alignscope ask`: send one prompt to every pane, without a screen."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import aclosing, contextmanager

import msgspec

from alignscope.backends.base import ServerError
from alignscope.commands import Status, printing
from alignscope.model.events import Event, Finished, Waiting
from alignscope.model.launch import Launch
from alignscope.model.pane import Lineup
from alignscope.model.reply import Reply
from alignscope.run.ask import Run
from alignscope.run.discovery import find_lineup
from alignscope.run.servers import Servers
from alignscope.text.wording import describe_pane, reply_facts


def run(launch: Launch, *, as_json: bool = False) -> int:
    """Ask, print, and return the exit status: 0, 1 if a pane failed, 130 if interrupted."""
    return asyncio.run(_ask(launch, as_json))


async def _ask(launch: Launch, as_json: bool) -> int:
    async with Servers(launch.host, launch.key_variables) as servers:
        try:
            plan = await find_lineup(servers, launch, strict=True)
        except ServerError as error:
            printing.notes().line(f"alignscope: {error}")
            return Status.FAILED
        if plan.why:
            printing.notes().line(plan.why)
        asked = Run(plan.lineup, launch.prompt, launch.settings, servers, silence=launch.silence)
        show = _JsonPrinter() if as_json else _TextPrinter(plan.lineup, launch.settings.samples)
        failed, interrupts = False, list[int]()

        def interrupt() -> None:
            interrupts.append(1)
            asked.cancel()

        with _on_interrupt(interrupt):
            async with aclosing(asked.events()) as events:
                async for event in events:
                    show.apply(event)
                    failed |= isinstance(event, Finished) and event.end.failed
        if interrupts:
            return Status.INTERRUPTED
        return Status.FAILED if failed else Status.OK


@contextmanager
def _on_interrupt(callback: Callable[[], None]) -> Iterator[None]:
    """Call a function on ctrl+c instead of raising KeyboardInterrupt."""
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, callback)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGINT)


class _JsonPrinter:
    """Prints every event but Waiting as one line of JSON, as it happens."""

    def __init__(self) -> None:
        self._out = printing.out()

    def apply(self, event: Event) -> None:
        if not isinstance(event, Waiting):
            self._out.json(msgspec.json.encode(msgspec.structs.replace(event, ms=round(event.ms, 3))))


class _TextPrinter:
    """Prints every finished reply under its pane's heading."""

    def __init__(self, lineup: Lineup, samples: int) -> None:
        self._out = printing.out()
        self._panes = {pane.name: pane for pane in lineup}
        self._samples = samples
        self._replies: dict[tuple[str, int], Reply] = {}

    def apply(self, event: Event) -> None:
        reply = self._replies.setdefault((event.pane, event.sample), Reply(event.pane, event.sample))
        reply.apply(event)
        if isinstance(event, Finished):
            self._print(reply)
            del self._replies[event.pane, event.sample]

    def _print(self, reply: Reply) -> None:
        self._out.line(f"── {describe_pane(self._panes[reply.pane], reply.sample, self._samples)} ──")
        if text := reply.text:
            self._out.write(text if text.endswith("\n") else f"{text}\n")
        self._out.line(f"── {' · '.join(reply_facts(reply))}")
        if reply.message:
            self._out.line(reply.message)
        self._out.line()
