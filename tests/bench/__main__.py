"""`python -m tests.bench WHAT…`: the goals of the explorer, each against a floor measured in the same run."""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from tests.bench.apps import panes
from tests.bench.sender import MARKER_EVERY
from tests.bench.terminal import Terminal

Figures = dict[str, list[float]]
_PAINTED = b"\x1b[?1049h"
_LETTER = "ß".encode()
"""Neither application shows it by itself."""
_ENDED = b"ended by itself"
"""In a pane's footer; a pane that holds the beginning never draws the text's end."""
_APPLICATION = {"app": "follow", "held": "hold"}
"""What panes of the application keep in view."""


class Bench:
    """The sender and a home directory, and the ways to run something against them."""

    def __init__(self) -> None:
        self._home = tempfile.TemporaryDirectory(prefix="bench")
        self._sender = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.sender"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._sender.stdout
        self.url = f"http://127.0.0.1:{self._sender.stdout.readline().strip()}"

    def close(self) -> None:
        """End the sender."""
        assert self._sender.stdin
        self._sender.stdin.close()
        self._sender.wait(10)
        self._home.cleanup()

    def start(self, name: str, tokens: int = 10, rate: int = 0, other: int | None = None) -> Terminal:
        """One of `tests.bench.apps`, in a terminal of its own."""
        model = f"bench:{tokens}-{rate}" + (f"-{other}" if other is not None else "")
        return Terminal([sys.executable, "-m", "tests.bench.apps", name, self.url, model], str(self._home_of(name)))

    def _home_of(self, name: str) -> Path:
        home = Path(self._home.name) / name
        settings = home / ".config" / "alignscope" / "config.yaml"
        settings.parent.mkdir(parents=True, exist_ok=True)
        settings.write_text(f"scroll: {_APPLICATION.get(name, 'follow')}\n")
        return home

    def ready(self, terminal: Terminal) -> None:
        """Wait for the first frame and for quiet."""
        terminal.wait_for(_PAINTED, seconds=60)
        terminal.settle()

    def go(self, terminal: Terminal, name: str) -> None:
        """Start both streams."""
        terminal.write(b"go\r" if name in _APPLICATION else b"\r")

    def burst(self, name: str, tokens: int) -> tuple[float, float]:
        """Both streams at full speed: microseconds of processor time a token, and megabytes more than before."""
        with self.start(name, tokens) as terminal:
            self.ready(terminal)
            cpu, memory = terminal.cpu(), terminal.memory()
            self.go(terminal, name)
            if name == "held":
                while terminal.output.count(_ENDED) < 2:
                    terminal.read(0.5)
            else:
                terminal.wait_for(b"ENDg", b"ENDc")
            terminal.settle()
            return (terminal.cpu() - cpu) * 1e6 / (2 * tokens), terminal.memory() - memory

    def paced(self, name: str, tokens: int, rate: int) -> tuple[float, float, float]:
        """Both streams at a rate: processor time in hundredths of a core, and latencies' median and 99th of 100, ms."""
        with self.start(name, tokens, rate) as terminal:
            self.ready(terminal)
            cpu = terminal.cpu()
            self.go(terminal, name)
            sent: dict[str, float] = {}
            terminal.wait_for(b"ENDg", b"ENDc")
            terminal.settle()
            used = terminal.cpu() - cpu
            assert self._sender.stdout
            while len(sent) < 2 * -(-tokens // MARKER_EVERY):
                marker, moment = self._sender.stdout.readline().split()
                sent[marker] = float(moment)
            delays = sorted(
                (drawn - moment) * 1000
                for marker, moment in sent.items()
                if (drawn := terminal.drawn_at(marker.encode())) is not None
            )
            assert len(delays) > 0.95 * len(sent), f"{len(sent) - len(delays)} of {len(sent)} markers were never seen"
            return used * rate / tokens * 100, statistics.median(delays), delays[int(len(delays) * 0.99)]

    def startup(self, name: str) -> tuple[float, float, float]:
        """Processor and wall time until a letter typed at the start is drawn, and processor time until quiet, in s."""
        command = {"least": ["tests.bench.least"], "app": ["alignscope", *panes(self.url, "bench:10-0")]}[name]
        with Terminal([sys.executable, "-m", *command], str(self._home_of(name))) as terminal:
            terminal.wait_for(_PAINTED)
            terminal.write(_LETTER)
            drawn = terminal.wait_for(_LETTER) - terminal.started
            cpu = terminal.cpu()
            terminal.settle()
            return cpu, drawn, terminal.cpu()

    def resize(self, name: str, tokens: int) -> tuple[float, float, float]:
        """A new size for a long pane: CPU, wall time to a frame with the end of its text, and to quiet, all in ms."""
        with self.start(name, tokens, other=10) as terminal:
            self.ready(terminal)
            self.go(terminal, name)
            terminal.wait_for(b"ENDg", b"ENDc")
            terminal.settle()
            begun, cpu, before = time.monotonic(), terminal.cpu(), len(terminal.output)
            terminal.resize(120, 40)
            while len(terminal.output) < before + 120 * 40 or terminal.output.find(b"ENDg", before) < 0:
                terminal.read(5)
            drawn = time.monotonic()
            last = terminal.settle(0.4)
            return (terminal.cpu() - cpu) * 1000, (drawn - begun) * 1000, (last - begun) * 1000


def rounds(count: int, tasks: Iterable[tuple[str, Callable[[], tuple[float, ...]]]], names: tuple[str, ...]) -> Figures:
    """Every task once a round, one after the other, so that what slows the machine slows them alike."""
    figures: Figures = defaultdict(list)
    tasks = list(tasks)
    for _ in range(count):
        for title, task in tasks:
            for name, value in zip(names, task(), strict=True):
                figures[f"{title}: {name}"].append(value)
            print(".", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return figures


def ratio(figures: Figures, above: str, below: str) -> tuple[float, float, float]:
    """Median, least and most of the ratios within a round."""
    pairs = [a / b for a, b in zip(figures[above], figures[below], strict=True)]
    return statistics.median(pairs), min(pairs), max(pairs)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    known = ("burst", "hold", "scale", "memory", "paced", "startup", "resize")
    parser.add_argument("what", nargs="*", default=["all"], help=f"{', '.join(known)}, or all")
    parser.add_argument("--of", default="app", choices=["app", "panes"], help="the application, or its panes alone")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="print figures as JSON")
    args = parser.parse_args()
    what = set(known) if "all" in args.what else set(args.what)
    bench, of = Bench(), args.of
    figures: Figures = {}
    goals: list[tuple[str, tuple[float, float, float], float]] = []

    def measure(names: tuple[str, ...], *tasks: tuple[str, Callable[[], tuple[float, ...]]]) -> None:
        figures.update(rounds(args.rounds, tasks, names))

    def alone(name: str) -> tuple[float, float, float]:
        return statistics.median(figures[name]), min(figures[name]), max(figures[name])

    try:
        # Every module is compiled once, as by an installation.
        if "startup" in what:
            for name in ("least", "app"):
                bench.startup(name)
            limits = {"CPU s": 1.6, "wall s": 1.6, "settled CPU s": 2.0}
            measure(tuple(limits), *((f"startup {name}", partial(bench.startup, name)) for name in ("least", "app")))
            for name, goal in limits.items():
                compared = ratio(figures, f"startup app: {name}", f"startup least: {name}")
                goals.append((f"first letter, {name} / least app", compared, goal))
        for name in ("bare", "step", of) if what != {"startup"} else ():
            with bench.start(name) as terminal:
                bench.ready(terminal)
        if "burst" in what:
            names = ("us/token", "MB more")
            measure(
                names, ("burst bare", lambda: bench.burst("bare", 20_000)), ("burst", lambda: bench.burst(of, 20_000))
            )
            goals.append(("burst CPU a token / bare", ratio(figures, "burst: us/token", "burst bare: us/token"), 1.0))
        if "hold" in what:
            names = ("us/token", "MB more")
            measure(names, *((f"long burst {name}", partial(bench.burst, name, 50_000)) for name in _APPLICATION))
            held = ratio(figures, "long burst held: us/token", "long burst app: us/token")
            goals.append(("long burst CPU a token, held / followed", held, 1.1))
        if "scale" in what:
            names = ("us/token", "MB more")
            measure(names, ("5k", lambda: bench.burst(of, 5000)), ("50k", lambda: bench.burst(of, 50_000)))
            goals.append(("50,000 tokens / 5,000, CPU a token", ratio(figures, "50k: us/token", "5k: us/token"), 1.1))
        if "memory" in what:
            names = ("us/token", "MB more")
            measure(names, ("100", lambda: bench.burst(of, 100)), ("20k", lambda: bench.burst(of, 20_000)))
            # What the first stream brings in, such as the HTTP client, is in both.
            figures["memory"] = [a - b for a, b in zip(figures["20k: MB more"], figures["100: MB more"], strict=True)]
            goals.append(("MB more for 2 x 20,000 tokens", alone("memory"), 10.0))
        if "paced" in what:
            latencies = ("CPU %", "median ms", "p99 ms")
            measure(latencies, *((f"paced {n}", partial(bench.paced, n, 500, 100)) for n in ("step", of)))
            goals.append(("100/s CPU / step", ratio(figures, f"paced {of}: CPU %", "paced step: CPU %"), 1.1))
            goals.append(("100/s p99 / step", ratio(figures, f"paced {of}: p99 ms", "paced step: p99 ms"), 1.0))
        if "resize" in what:
            moments = ("CPU ms", "frame ms", "last ms")
            measure(moments, *((f"resize {n}", partial(bench.resize, of, n)) for n in (10, 50_000)))
            goals.append(("a pane of 50,000 tokens resized, ms", alone("resize 50000: frame ms"), 100.0))
    finally:
        bench.close()
    if args.json:
        print(json.dumps({"of": of, "figures": figures, "goals": goals}))
        return
    for name, values in figures.items():
        print(f"{name:32} {statistics.median(values):9.2f} [{min(values):.2f}-{max(values):.2f}]")
    for name, (median, least, most), goal in goals:
        print(
            f"{name:44} {median:8.2f} [{least:.2f}-{most:.2f}]  goal {goal:g}: {'met' if median <= goal else 'MISSED'}"
        )


if __name__ == "__main__":
    main()
