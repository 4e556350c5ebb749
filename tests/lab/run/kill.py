"""`python -m tests.lab.run.kill [N [SEED]]`: one run killed by SIGKILL N times, at random moments, and gone on with.

Each time a process of its own is started by the same command, a fork of one that has imported alignscope. After each
kill, every row that was whole before has to be there still; at the end, every row of the plan has to be there once,
with its lists, and a row that was there may never have been asked for again.
"""

import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from alignscope.lab.folder import SAMPLES, lists, rows
from tests.commands.shell import Shell
from tests.commands.warm import warm
from tests.lab.run.running import spec_for
from tests.standin import Ollama, Script
from tests.standin.replies.language import Language

CONCURRENCY: Final = 4
SAMPLES_EACH: Final = 10
_TOKENS: Final = 12


@dataclass
class Outcome:
    """What the kills have cost."""

    rows: int
    kills: int = 0
    requests: int = 0
    torn: int = 0
    """Kills that left a line which wasn't whole."""
    faults: list[str] = field(default_factory=list)
    """What must never happen."""


async def many(kills: int, folder: Path, seed: int = 7) -> Outcome:
    """Run, and kill so many times: between a few rows after the start and a part of what is left."""
    moments = random.Random(seed)
    shell, out = Shell(folder), folder / "run"
    prompts = max(4, kills)
    outcome = Outcome(2 * prompts * SAMPLES_EACH)
    script = Script(language=Language("a"), rate=1600)
    async with Ollama(script=script, num_parallel=CONCURRENCY) as server:
        more = f"samples: {SAMPLES_EACH}\nlogprobs: 5\nsampling: {{num_predict: {_TOKENS}}}"
        spec = spec_for(folder, server.url, prompts=prompts, more=more)
        command = ("lab", "run", str(spec), "--out", str(out), "--concurrency", str(CONCURRENCY))
        before: set[str] = set()
        while outcome.kills < kills:
            at = len(before) + moments.randrange(
                max(1, 2 * (outcome.rows - len(before)) // (kills - outcome.kills + 1))
            )
            async with warm().started(command, shell.environment) as process:
                while _count(out) < at and not process.ended:  # noqa: ASYNC110, no event comes from a file
                    await asyncio.sleep(0.002)
                await asyncio.sleep(moments.random() * 0.02)
                if process.ended:
                    break
                process.kill()
                await process.wait()
            outcome.kills += 1
            outcome.torn += _torn(out)
            now = _keys(out, outcome)
            if lost := before - now:
                outcome.faults.append(f"kill {outcome.kills}: {len(lost)} rows are gone")
            before = now
        done = await shell.run(*command)
        outcome.requests = len(server.seen("/api/generate")) + len(server.seen("/api/chat"))
    if done.status:
        outcome.faults.append(done.err)
    if len(_keys(out, outcome)) != outcome.rows:
        outcome.faults.append(f"{len(_keys(out, outcome))} of {outcome.rows} rows at the end")
    if Counter(each.key for each in lists(out)) != Counter(row.key for row in rows(out)):
        outcome.faults.append("lists that aren't those of the rows")
    if outcome.requests > outcome.rows + outcome.kills * CONCURRENCY:
        outcome.faults.append(f"{outcome.requests} requests for {outcome.rows} rows: some were asked for twice")
    return outcome


def _count(out: Path) -> int:
    try:
        return (out / SAMPLES).read_bytes().count(b"\n")
    except FileNotFoundError:
        return 0


def _torn(out: Path) -> bool:
    return any(path.read_bytes()[-1:] not in (b"", b"\n") for path in out.glob("*.jsonl"))


def _keys(out: Path, outcome: Outcome) -> set[str]:
    """The keys of all rows; notes those that are there twice, or failed."""
    counted = Counter(row.key for row in rows(out))
    outcome.faults += [f"{key} is there {times} times" for key, times in counted.items() if times > 1]
    outcome.faults += [f"{row.key}: {row.error}" for row in rows(out) if row.failed]
    return set(counted)


def main() -> None:
    """Kill as often as the argument says, and print what that cost."""
    given = [int(each) for each in sys.argv[1:3]]
    count, seed = [*given, *(100, 7)[len(given) :]]
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        outcome = asyncio.run(many(count, Path(folder), seed))
    for fault in outcome.faults:
        print(fault)
    print(
        f"{outcome.kills} kills of one run of {outcome.rows} rows in {time.monotonic() - began:.0f} s: "
        f"{len(outcome.faults)} faults; {outcome.torn} left a torn line; {outcome.requests} requests"
    )


if __name__ == "__main__":
    main()
