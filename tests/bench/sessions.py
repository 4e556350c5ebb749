"""`python -m tests.bench.sessions`: what keeping, opening and finding sessions costs, by floors of the same run."""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from itertools import islice
from pathlib import Path

import alignscope.files.locations
from alignscope.model.events import Token
from alignscope.model.turn import Turn
from alignscope.sessions.format import file
from alignscope.sessions.library.store import Store
from alignscope.sessions.recording.writer import Writer
from tests.sessions.making import AT, session_of, turn_of

WORDS = (
    "the",
    " lantern",
    " kept",
    " a",
    " quiet",
    " watch",
    ",",
    " and",
    " nobody",
    " came",
    ".",
    "\n",
    "こん",
    "にちは",
)


def long_turn(number: int, tokens: int, seed: int = 0) -> Turn:
    """A turn whose replies have so many tokens each."""
    turn = turn_of(number, f"prompt {number} of {seed}", [])
    for (pane, sample), reply in turn.replies.items():
        for place in range(tokens):
            turn.apply(Token(pane, sample, round(200 + place * 16.667, 3), WORDS[(place * 5 + seed) % len(WORDS)]))
        reply.ended_ms = 200 + tokens * 16.667
    return turn


def took(task: Callable[[], object]) -> float:
    """Milliseconds."""
    begun = time.perf_counter()
    task()
    return (time.perf_counter() - begun) * 1000


def report(what: str, times: list[float], floor: float | None = None, of: str = "") -> None:
    """Print the median, the slowest, and how that compares."""
    middle = statistics.median(times)
    against = f", {middle / floor:.2f} times {of} ({floor:.1f} ms)" if floor else ""
    print(f"{what}: {middle:.1f} ms (slowest of {len(times)}: {max(times):.1f}){against}", flush=True)


@contextmanager
def directory() -> Iterator[Path]:
    """A directory that goes away, also for the index."""
    with tempfile.TemporaryDirectory(prefix="bench") as made:
        os.environ["XDG_STATE_HOME"] = f"{made}/state"
        yield Path(made) / "own"


def append() -> None:
    """A turn of 2 × 256 tokens to a session of one turn and to one of a thousand, taking turns."""
    with directory() as own:
        new = long_turn(2000, 256)
        size = len(file.encoded({})) + len(file.dump(session_of(new)))
        short = Writer.create(own, session_of(long_turn(1, 256)))
        long = Writer.create(own, session_of(*(long_turn(number, 256) for number in range(1, 1001))))
        times: dict[str, list[float]] = {"floor": [], "short": [], "long": []}
        with short, long, (own / "floor").open("ab") as plain:
            for _ in range(40):

                def write() -> None:
                    plain.write(b"x" * size)
                    plain.flush()
                    os.fsync(plain.fileno())

                times["floor"].append(took(write))
                times["short"].append(took(lambda: short.append_turn(new)))
                times["long"].append(took(lambda: long.append_turn(new)))
        floor = statistics.median(times["floor"])
        report("append to 1 turn", times["short"], floor, "writing so many bytes to the disk")
        report("append to 1,000 turns", times["long"], statistics.median(times["short"]), "the same to 1 turn")
        read = [took(lambda: file.read(long.path)) for _ in range(3)]
        report(f"open 1,000 turns, {long.path.stat().st_size >> 20} MB", read)


def opening() -> None:
    """A session of 2 × 50,000 tokens: to its texts, and to its tokens."""
    with directory() as own:
        with Writer.create(own, session_of(long_turn(1, 50_000))) as writer:
            path = writer.path
        floor = statistics.median([took(lambda: path.read_bytes().decode()) for _ in range(5)])
        store = Store(own)
        report(
            f"open 2 × 50,000 tokens, {path.stat().st_size / 1e6:.1f} MB",
            [took(lambda: [reply.text for reply in store.open(path).turns[0].replies.values()]) for _ in range(7)],
            floor,
            "reading the file",
        )
        report("  and decode every token", [took(lambda: file.check(store.open(path))) for _ in range(7)])
        code = f"from alignscope.sessions.format import file; from pathlib import Path; file.read(Path({str(path)!r}))"
        start = [took(lambda: os.spawnv(os.P_WAIT, sys.executable, [sys.executable, "-c", code])) for _ in range(5)]
        empty = [took(lambda: os.spawnv(os.P_WAIT, sys.executable, [sys.executable, "-c", ""])) for _ in range(5)]
        report("  in a new process, with all imports", start, statistics.median(empty), "an empty one")


def library(count: int = 10_000) -> None:
    """So many sessions of 20 KB: listed and searched, without the index and with it."""
    with directory() as own:
        own.mkdir(parents=True)
        for number in range(count):
            session = session_of(*(long_turn(turn, 190, number) for turn in (1, 2)), title=f"session {number}")
            session.created = AT + timedelta(minutes=number)
            (own / f"{session.created:%Y%m%d-%H%M%S}-{number}.yaml").write_bytes(file.dump(session))
        size = sum(entry.stat().st_size for entry in os.scandir(own))
        print(f"{count:,} sessions of {size / count / 1000:.1f} KB")
        floor = statistics.median([took(lambda: [entry.stat() for entry in os.scandir(own)]) for _ in range(5)])
        store = Store(own)

        def first() -> None:
            rows = store.list()
            assert len(list(islice(rows, 40))) == 40
            rows.close()  # type: ignore[attr-defined] # a generator

        report("first 40 rows, no index yet", [took(first)], floor, "looking at the files' sizes")
        report("all rows, making the index", [took(lambda: list(store.list()))])
        report("first 40 rows", [took(first) for _ in range(7)], floor, "looking at the files' sizes")
        report("all rows", [took(lambda: list(store.list())) for _ in range(5)], floor, "the same")
        for words in ("nobody came", "session 4711", "nowhere to be found", "e"):
            search = partial(store.search, words)
            times = [took(lambda: list(search())) for _ in range(5)]  # noqa: B023, called at once
            report(f"search ‘{words}’, {len(list(search())):,} found", times)
        index = next(alignscope.files.locations.state_dir().glob("*.sqlite"))
        print(f"index: {index.stat().st_size / 1e6:.0f} MB")


if __name__ == "__main__":
    for part in (append, opening, library):
        if part.__name__ in sys.argv[1:] or len(sys.argv) == 1:
            part()
