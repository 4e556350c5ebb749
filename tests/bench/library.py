"""`python -m tests.bench.library [COUNT]`: the library screen with so many sessions, driven by keys.

Two times are told of each step: until the screen shows what it leads to, and the longest for which the event loop was
busy meanwhile, in its own processor time, so that other programs don't count. Half a second of that is felt.
"""

import asyncio
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from alignscope.sessions.format import file
from alignscope.sessions.library.store import Store
from alignscope.ui.screens.library.library import LibraryScreen
from tests.bench.sessions import directory, long_turn
from tests.sessions.making import AT, session_of
from tests.ui.screens.host import Host, screen_text


class Busy:
    """The longest that the event loop has been busy without a pause."""

    def __init__(self) -> None:
        self.longest = 0.0
        self._task = asyncio.create_task(self._watch())

    async def _watch(self) -> None:
        while True:
            before = time.thread_time()
            await asyncio.sleep(0.002)
            self.longest = max(self.longest, (time.thread_time() - before) * 1000)

    @contextmanager
    def during(self, what: str) -> Iterator[None]:
        """Print what a step took."""
        self.longest = 0.0
        begun = time.perf_counter()
        yield
        print(f"{what}: {(time.perf_counter() - begun) * 1000:,.0f} ms, busy for {self.longest:.0f} ms", flush=True)

    def stop(self) -> None:
        """Watch no longer."""
        self._task.cancel()


def made(own: Path, count: int) -> Store:
    """A store of so many small sessions."""
    own.mkdir(parents=True)
    for number in range(count):
        session = session_of(long_turn(1, 12, number), title=f"session {number}")
        session.created = AT + timedelta(minutes=number)
        (own / f"{session.created:%Y%m%d-%H%M%S}-{number}.yaml").write_bytes(file.dump(session))
    return Store(own)


async def run(store: Store, count: int) -> None:
    """Open, search, scroll."""
    app = Host(screen=lambda: LibraryScreen(store))
    sought = f"{count // 2}"
    async with app.run_test(size=(120, 40)) as pilot:
        busy = Busy()

        async def until(shown: Callable[[], bool]) -> None:
            async with asyncio.timeout(300):
                while not shown():
                    await pilot.pause(0.01)

        def says(*texts: str) -> bool:
            return all(text in screen_text(app) for text in texts)

        with busy.during("first rows"):
            await until(lambda: says(f"session {count - 1}"))
        with busy.during("a key while the rest is read"):
            await pilot.press("down")
            await until(lambda: says(f"session {count - 1}"))
        with busy.during("all rows"):
            await until(lambda: says(f"{count:,} sessions"))
        with busy.during("typing a search"):
            await pilot.press(*sought)
            await until(lambda: says("1 session,"))
        with busy.during("taking it back"):
            await pilot.press(*["backspace"] * len(sought))
            await until(lambda: says(f"{count:,} sessions"))
        with busy.during("a search that finds nothing"):
            await pilot.press(*"zzz")
            await until(lambda: says("No session has all of these words."))
        with busy.during("taking that back"):
            await pilot.press(*["backspace"] * 3)
            await until(lambda: says(f"{count:,} sessions"))
        with busy.during("100 rows down"):
            await pilot.press(*["down"] * 100)
        with busy.during("40 pages down"):
            await pilot.press(*["pagedown"] * 40)
        with busy.during("40 pages up"):
            await pilot.press(*["pageup"] * 40)
        with busy.during("to the last"):
            await pilot.press("ctrl+j")
            while not says("session 0 "):
                await pilot.press("G")
        with busy.during("a page up from there"):
            await pilot.press("pageup")
        busy.stop()


def main() -> None:
    """Make them, and look at them twice: without an index, and with the one that the first time made."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with directory() as own:
        store = made(own, count)
        for what in ("without an index", "with it"):
            print(f"{count:,} sessions, {what}")
            asyncio.run(run(store, count))


if __name__ == "__main__":
    main()
