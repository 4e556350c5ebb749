"""`python -m tests.bench.replay`: seeking and playing a turn of 2 x 50,000 tokens."""

import gc
import random
import resource
import statistics
import sys
import time
from collections.abc import Callable

from alignscope.sessions.playback.player import Player
from tests.sessions.recorded import Piece, events, turn

TOKENS = 50_000
_SCALE = 1 if sys.platform == "darwin" else 1024


def recorded() -> Player:
    """Two replies that arrive mixed, by a fixed seed."""
    chance = random.Random(7)
    words = [f" {''.join(chance.choices('etaoinshrdlu', k=chance.randint(1, 8)))}" for _ in range(3000)]

    def pieces() -> list[Piece]:
        ms, told = 0.0, []
        for _ in range(TOKENS):
            ms += chance.expovariate(0.05)
            told.append((ms, chance.choice(words)))
        return told

    return Player([turn(1, "A long one", events("base", pieces()), events("instruct", pieces()))])


def timed(count: int, task: Callable[[], object]) -> list[float]:
    """Milliseconds of each run."""
    taken = []
    for _ in range(count):
        begun = time.perf_counter()
        task()
        taken.append((time.perf_counter() - begun) * 1000)
    return taken


def report(name: str, taken: list[float], goal: float | None = None) -> None:
    """One line: median, least and most, and whether the worst meets the goal."""
    met = "" if goal is None else f"  goal {goal:g}: {'met' if max(taken) <= goal else 'MISSED'}"
    print(f"{name:44} {statistics.median(taken):8.2f} [{min(taken):.2f}-{max(taken):.2f}] ms{met}")


def peak() -> float:
    """The most memory this process has had so far, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _SCALE / 1e6


def main() -> None:
    """Measure and print."""
    chance = random.Random(1)
    player = recorded()
    turns = player.recording.turns
    gc.collect()

    def seek() -> int:
        player.seek(player.length_ms * chance.random())
        return sum(len(reply.text) for shown in player.frame() for reply in shown.replies.values())

    def token() -> int:
        player.seek_token(chance.choice((1, -1)))
        return sum(len(reply.text) for shown in player.frame() for reply in shown.replies.values())

    def find() -> object:
        player.seek(0)
        return player.find("text that is nowhere")

    def limit() -> None:
        player.limit_idle(chance.choice((None, 20.0, 50.0)))

    print(f"one turn of 2 x {TOKENS:,} tokens, {player.length_ms / 1000:,.0f} s long")
    report("put all events in order", timed(10, lambda: Player(turns)), 300)
    report("seek anywhere, both texts made", timed(200, seek), 100)
    report("a token back or on, both texts made", timed(200, token), 100)
    report("find a text that is nowhere", timed(20, find), 100)
    report("another idle limit", timed(20, limit), 100)
    player.limit_idle(None)
    player.seek(0)
    player.playing = True
    before, frames = peak(), []
    while not player.ended:
        begun, since = time.perf_counter(), player.count
        player.advance(1000 / 60 * 16)
        for _ in player.steps(since):
            pass
        frames.append((time.perf_counter() - begun) * 1000)
    report("a frame at 16 times, 60 frames a second", frames, 10)
    print(f"{'memory more after playing it all':44} {peak() - before:8.2f} MB")


if __name__ == "__main__":
    main()
