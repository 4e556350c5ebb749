"""`python -m tests.sessions.recording.kill [N]`: streams killed by SIGKILL at random moments, and what is left of them.

Each run is a process of its own that keeps a session while two panes stream from a stand-in, and says on its standard
output what it has got. After the kill, the next start's recovery is run, and what it finds is held against that.
"""

import asyncio
import json
import os
import random
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from alignscope.model.events import Token
from alignscope.model.lineup.pane import Mode, Pane
from alignscope.model.session import Session, SessionError
from alignscope.run.exploration import Exploration
from alignscope.run.servers import Servers
from alignscope.sessions.format import file
from alignscope.sessions.library.store import Store
from tests.standin import Ollama, Script

RATE: Final = 100
"""Tokens a second and pane."""
TOKENS: Final = 60
A_TURN: Final = 1 + 2 * TOKENS
"""Lines that a turn with two panes writes."""
Said = dict[int, dict[str, list[tuple[float, str]]]]
"""By turn and pane: when each token came, in seconds of the system's clock, and its text."""


@dataclass
class Outcome:
    """What a kill has cost."""

    after: int
    """Lines that the process had written when it was killed."""
    lost_seconds: float = 0.0
    """How long before the kill the oldest lost token had come."""
    lost_tokens: int = 0
    turns: int = 0
    """Turns that had begun."""
    faults: list[str] = field(default_factory=list)
    """What must never happen."""


async def keep(url: str, directory: Path) -> None:
    """What is killed: turn after turn, kept in a session, until somebody ends it."""
    async with Servers(url) as servers:
        exploration = Exploration(servers)
        exploration.lineup = (
            Pane("base", "mistral:text", url, Mode.COMPLETION),
            Pane("instruct", "mistral:instruct", url, Mode.CHAT),
        )
        exploration.record(directory, lambda words: _say(["trouble", words]))
        for prompt in ("one", "two", "three", "four", "five", "six", "seven", "eight"):
            turn = await exploration.begin(prompt)
            _say(["turn", turn.number, time.monotonic()])
            async for event, _ in exploration.play(turn):
                if isinstance(event, Token):
                    _say(["token", turn.number, event.pane, time.monotonic(), event.text])
        await asyncio.sleep(60)


async def run(directory: Path, after: int) -> Outcome:
    """Start, kill after so many lines of output, recover, and compare."""
    before = _files(directory)
    async with Ollama() as server:
        server.default = Script(rate=RATE, pieces=tuple(f" tok{number}" for number in range(TOKENS)))
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", __spec__.name, "--keep", server.url, str(directory), stdout=asyncio.subprocess.PIPE
        )
        assert child.stdout
        lines = [await child.stdout.readline() for _ in range(after)]
        child.kill()
        killed = time.monotonic()
        lines += (await child.stdout.read()).splitlines()
        await child.wait()
    outcome = Outcome(after)
    said: Said = {}
    for line in lines:
        try:
            match json.loads(line):
                case ["turn", int(turn), _]:
                    said[turn] = {"base": [], "instruct": []}
                case ["token", int(turn), str(pane), float(at), str(text)]:
                    said[turn][pane].append((at, text))
                case other:
                    outcome.faults.append(str(other))
        except ValueError:
            pass
    outcome.turns = len(said)
    if after > A_TURN and not all(said[1].values()):
        outcome.faults.append("a pane has said nothing at all")
    _compare(directory, before, said, killed, outcome)
    return outcome


def _compare(directory: Path, before: dict[Path, bytes], said: Said, killed: float, outcome: Outcome) -> None:
    store = Store(directory)
    told = store.recover()
    if left := [path.name for path in directory.iterdir() if path.suffix in (".journal", ".lock")]:
        outcome.faults.append(f"left behind: {left}, {told}")
    outcome.faults += [f"{path.name} differs" for path, data in before.items() if path.read_bytes() != data]
    sessions: list[Session] = []
    for path in set(directory.glob("*.yaml")) - set(before):
        try:
            session = store.open(path)
            file.check(session)
            sessions.append(session)
        except SessionError as error:
            outcome.faults.append(str(error))
    if len(sessions) > 1:
        outcome.faults.append("more sessions than one")
    turns = {turn.number: turn for session in sessions for turn in session.turns}
    last = max(said, default=0)
    for number, panes in said.items():
        for pane, tokens in panes.items():
            kept = turns[number].replies.get((pane, 1)) if number in turns else None
            texts = kept.texts if kept else []
            if [text for _, text in tokens[: len(texts)]] != texts[: len(tokens)]:
                outcome.faults.append(f"turn {number}, {pane}: other tokens than came")
            missing = tokens[len(texts) :]
            if missing and number != last:
                outcome.faults.append(f"turn {number}, {pane}: {len(missing)} tokens of an earlier turn are gone")
            if missing:
                outcome.lost_tokens += len(missing)
                outcome.lost_seconds = max(outcome.lost_seconds, killed - missing[0][0])


def _files(directory: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in directory.glob("*.yaml")}


def _say(what: list[object]) -> None:
    os.write(1, json.dumps(what).encode() + b"\n")


async def many(count: int, seed: int = 7) -> list[Outcome]:
    """So many runs in one directory, each killed at another moment of its first four turns."""
    moments = random.Random(seed)
    with tempfile.TemporaryDirectory() as directory:
        return [await run(Path(directory), moments.randint(1, 4 * A_TURN)) for _ in range(count)]


def main() -> None:
    """Kept apart by the first argument: what is killed, or what kills."""
    if sys.argv[1:2] == ["--keep"]:
        asyncio.run(keep(sys.argv[2], Path(sys.argv[3])))
        return
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    outcomes = asyncio.run(many(count))
    lost = sorted(outcome.lost_seconds for outcome in outcomes)
    for outcome in outcomes:
        for fault in outcome.faults:
            print(f"killed after {outcome.after} lines: {fault}")
    turns = [outcome.turns for outcome in outcomes]
    print(
        f"{count} runs, {RATE} tokens a second in each of two panes, killed in turn {min(turns)} to {max(turns)}: "
        f"{sum(bool(outcome.faults) for outcome in outcomes)} with a session or an earlier turn gone or different; "
        f"lost of the last turn: median {lost[len(lost) // 2]:.3f} s, most {lost[-1]:.3f} s, "
        f"{max(outcome.lost_tokens for outcome in outcomes)} tokens of both panes together at most"
    )


if __name__ == "__main__":
    main()
