"""`alignscope ask`: send prompts to every pane, one after the other, without a screen."""

import asyncio
import signal
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterable
from contextlib import aclosing
from typing import Any, Protocol, Self, TypeVar

import msgspec

from alignscope.backends.base import ServerError
from alignscope.commands import Status, UsageError, printing
from alignscope.files.prompts import Prompt, check, read
from alignscope.files.yaml_file import FileError
from alignscope.model.events import Event, Finished, Waiting
from alignscope.model.launch import Launch
from alignscope.model.lineup.pane import Lineup
from alignscope.model.reply import Reply
from alignscope.run import samples
from alignscope.run.ask import Run
from alignscope.run.discovery import find_lineup
from alignscope.run.logprobs import Lacks
from alignscope.run.servers import Servers
from alignscope.text.wording import describe_pane, reply_facts

T = TypeVar("T")


def run(launch: Launch, prompts: str | None = None, *, as_json: bool = False, stats: bool = False) -> int:
    """Ask, print, and return the exit status: 0, 1 if a pane failed, 130 if interrupted.

    Args:
        prompts: a file with prompts, or `-`, instead of the launch's one.
        stats: whether each pane's replies are summed up after each prompt.

    Raises:
        UsageError: a mistake in that file.
    """
    try:
        return asyncio.run(_ask(launch, prompts, as_json, stats))
    except FileError as error:
        raise UsageError(str(error)) from error


async def _ask(launch: Launch, file: str | None, as_json: bool, stats: bool) -> int:
    if file is not None:
        await check(file)
    async with Servers(launch.host, launch.key_variables) as servers:
        try:
            plan = await find_lineup(servers, launch, strict=True)
        except ServerError as error:
            printing.notes().line(f"alignscope: {error}")
            return Status.FAILED
        if plan.why:
            printing.notes().line(plan.why)
        show: _Printer = _JsonPrinter() if as_json else _TextPrinter(plan.lineup, launch.settings.samples)
        turn, failed, lacks = 0, False, Lacks()
        with _Interrupt() as interrupt:
            async with aclosing(_one(launch.prompt) if file is None else read(file)) as prompts:
                while (prompt := await interrupt.unless(anext(prompts, None))) is not None:
                    turn += 1
                    if file is not None:
                        show.begin(turn, prompt)
                    replies: dict[tuple[str, int], Reply] = {}
                    asked = Run(plan.lineup, prompt.text, launch.settings, servers, silence=launch.silence, lacks=lacks)
                    interrupt.stop = asked.cancel
                    async with aclosing(asked.events()) as events:
                        async for event in events:
                            show.apply(turn, event)
                            failed |= isinstance(event, Finished) and event.end.failed
                            if stats:
                                replies.setdefault((event.pane, event.sample), _reply(event)).apply(event)
                    if stats:
                        show.sum_up(turn, replies.values())
        if interrupt.came:
            return Status.INTERRUPTED
        return Status.FAILED if failed else Status.OK


async def _one(prompt: str) -> AsyncGenerator[Prompt, None]:
    yield Prompt(prompt)


def _reply(event: Event) -> Reply:
    return Reply(event.pane, event.sample)


def _by_pane(replies: Iterable[Reply]) -> dict[str, list[Reply]]:
    panes: dict[str, list[Reply]] = {}
    for reply in replies:
        panes.setdefault(reply.pane, []).append(reply)
    return panes


class _Interrupt:
    """Stops what is going on at ctrl+c, instead of raising KeyboardInterrupt."""

    def __init__(self) -> None:
        self.came = False
        """Whether ctrl+c was pressed."""
        self.stop: Callable[[], object] = lambda: None
        """Stops what is going on."""

    def __enter__(self) -> Self:
        asyncio.get_running_loop().add_signal_handler(signal.SIGINT, self._interrupt)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.get_running_loop().remove_signal_handler(signal.SIGINT)

    def _interrupt(self) -> None:
        self.came = True
        self.stop()

    async def unless(self, work: Coroutine[Any, Any, T]) -> T | None:
        """Return what comes of some work, or None if it is interrupted or already was."""
        task = asyncio.ensure_future(work)
        self.stop = task.cancel
        if self.came:
            task.cancel()
        try:
            return await task
        except asyncio.CancelledError:
            if not self.came:
                raise
            return None


class _Printer(Protocol):
    def begin(self, turn: int, prompt: Prompt) -> None:
        """Print one of many prompts."""

    def apply(self, turn: int, event: Event) -> None:
        """Print an event of a turn, or what has come of it."""

    def sum_up(self, turn: int, replies: Iterable[Reply]) -> None:
        """Print what a turn's replies come to, pane by pane."""


class _JsonPrinter:
    """Printer of each of many prompts, and of every event but Waiting, as one line of JSON, as it happens."""

    def __init__(self) -> None:
        self._out = printing.out()

    def begin(self, turn: int, prompt: Prompt) -> None:
        self._out.json(
            msgspec.json.encode({"turn": turn, "event": "prompt", "prompt": prompt.text, "fields": prompt.fields})
        )

    def apply(self, turn: int, event: Event) -> None:
        if not isinstance(event, Waiting):
            encoded = msgspec.json.encode(msgspec.structs.replace(event, ms=round(event.ms, 3)))
            self._out.json(b'{"turn":%d,' % turn + encoded[1:])

    def sum_up(self, turn: int, replies: Iterable[Reply]) -> None:
        for pane, found in samples.stats(_by_pane(replies)).items():
            head = {"turn": turn, "event": "summary", "pane": pane}
            self._out.json(msgspec.json.encode(head | msgspec.structs.asdict(found)))


class _TextPrinter:
    """Printer of each of many prompts, and of every finished reply under its pane's heading."""

    def __init__(self, lineup: Lineup, samples: int) -> None:
        self._out = printing.out()
        self._panes = {pane.name: pane for pane in lineup}
        self._samples = samples
        self._replies: dict[tuple[str, int], Reply] = {}

    def begin(self, turn: int, prompt: Prompt) -> None:
        fields = (f"{name} {msgspec.json.encode(value).decode()}" for name, value in prompt.fields.items())
        self._out.line(f"══ {' · '.join([f'turn {turn}', *fields])} ══")
        self._out.write(f"{prompt.text}\n\n")

    def apply(self, turn: int, event: Event) -> None:
        reply = self._replies.setdefault((event.pane, event.sample), Reply(event.pane, event.sample))
        reply.apply(event)
        if isinstance(event, Finished):
            self._print(reply)
            del self._replies[event.pane, event.sample]

    def sum_up(self, turn: int, replies: Iterable[Reply]) -> None:
        for pane, found in samples.stats(_by_pane(replies)).items():
            self._out.line(f"── {pane}: {found.describe()}")
        self._out.line()

    def _print(self, reply: Reply) -> None:
        self._out.line(f"── {describe_pane(self._panes[reply.pane], reply.sample, self._samples)} ──")
        if text := reply.text:
            self._out.write(text if text.endswith("\n") else f"{text}\n")
        self._out.line(f"── {' · '.join(reply_facts(reply))}")
        if reply.message:
            self._out.line(reply.message)
        self._out.line()
