"""`python -m tests.bench.watching [ROWS [SECONDS]]`: the lab's screen while so many rows a second arrive.

Rows are written as a run writes them, and the screen is in a terminal of its own. The floor is the same screen when
none arrive. Goals: a key takes at most 50 ms more than that until it is drawn, the screen takes a quarter of a core,
and no more memory than for the rows' places.
"""

import itertools
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from alignscope.lab.row import Row, encode
from tests.bench.terminal import Terminal
from tests.lab import runs

FIRST = 2_000
"""Rows that are there at the beginning."""
GOAL_MS = 50
"""A key's time beyond the floor's."""
GOAL_CPU = 25
"""Hundredths of a core."""
_TICK = 0.02


def rows() -> Iterator[Row]:
    """Replies of about 60 words, without an end."""
    made = runs.made_up(200, 10)
    chance = random.Random(1)
    for number in itertools.count():
        row = made[number % len(made)]
        text = " ".join([row.text, *chance.choices(runs.BASE_WORDS, k=30)])
        prompt = f"{row.prompt_id}-{number // len(made)}"
        yield msgspec.structs.replace(row, key=f"{number:024x}"[::-1], prompt_id=prompt, text=text)


def watched(terminal: Terminal, marks: Iterator[bytes], seconds: float, arrive: Callable[[float], None]) -> list[float]:
    """Milliseconds from a key to what it draws, twice a second, while rows arrive."""
    delays, began = list[float](), time.monotonic()
    while (now := time.monotonic()) - began < seconds:
        before, mark = len(terminal.output), next(marks)
        terminal.write(b"\t")
        pressed = time.monotonic()
        while terminal.output.find(mark, before) < 0 and time.monotonic() - pressed < 10:
            arrive(time.monotonic() - began)
            terminal.read(0.002)
        delays.append((time.monotonic() - pressed) * 1000)
        while time.monotonic() - now < 0.5:
            arrive(time.monotonic() - began)
            terminal.read(_TICK)
    return sorted(delays)


def report(name: str, delays: list[float], cpu: float, memory: float, floor: float | None) -> float:
    """Print one line; return the median delay."""
    median = statistics.median(delays)
    met = "" if floor is None else "  goals " + ("met" if median - floor <= GOAL_MS and cpu <= GOAL_CPU else "MISSED")
    print(
        f"{name:22} key {median:6.1f} ms [{delays[0]:.1f}-{delays[-1]:.1f}]"
        f"   {cpu:4.0f} % of a core   {memory:6.1f} MB{met}"
    )
    return median


def main() -> None:
    """Measure and print."""
    rate, seconds = (int(each) for each in [*sys.argv[1:3], *("1000", "20")[len(sys.argv) - 1 :]])
    source = rows()
    with tempfile.TemporaryDirectory() as place:
        home, folder = Path(place) / "home", Path(place) / "run"
        home.mkdir()
        runs.folder(folder, itertools.islice(source, FIRST))
        command = [sys.executable, "-m", "alignscope", "lab", "watch", str(folder)]
        with Terminal(command, str(home)) as terminal, (folder / "samples.jsonl").open("ab", buffering=0) as file:
            terminal.wait_for(b"difference", b"Plots")
            terminal.settle()
            written = 0

            def arrive(elapsed: float) -> None:
                nonlocal written
                due = int(elapsed * rate) - written
                if due > 0:
                    file.write(b"".join(encode(row) for row in itertools.islice(source, due)))
                    written += due

            marks, floor = itertools.cycle((b"Replies", b"Plots")), None
            for name, arrives in (("no rows arrive", lambda _: None), (f"{rate:,} rows a second", arrive)):
                cpu, began = terminal.cpu(), time.monotonic()
                delays = watched(terminal, marks, seconds, arrives)
                used = 100 * (terminal.cpu() - cpu) / (time.monotonic() - began)
                floor = report(name, delays, used, terminal.memory(), floor)
            terminal.wait_for(f"{FIRST + written:,} rows".encode())
            print(f"{written:,} rows came, and all of the {FIRST + written:,} are shown")


if __name__ == "__main__":
    main()
