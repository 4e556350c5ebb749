"""`python -m tests.bench.lab [ROWS [TOKENS [ROUNDS]]]`: what a run costs against a bare loop with the same rows.

Both ask the same loopback server in a process of its own, eight requests at once, and each runs in a fresh process.
Goals: processor time of a token at most 1.3 times the bare loop's, and no more memory for ten times the rows.
"""

import asyncio
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import httpx

from alignscope.lab.run.opening import opened, planned
from alignscope.lab.run.work import Lab
from alignscope.lab.spec.file import read_spec
from alignscope.run.servers import Servers
from alignscope.text.wording import counted
from tests.lab.run.running import spec_for

CONCURRENCY: Final = 8
PROMPTS: Final = 10
DEFAULTS: Final = (1000, 60, 3)


def _usage() -> tuple[float, float]:
    """Seconds of the processor so far, and megabytes of memory at the peak."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


async def bare(url: str, model: str, rows: int, out: Path) -> None:
    """The least that asks so many times, and writes a row each."""
    left = iter(range(rows))
    async with httpx.AsyncClient(timeout=60, trust_env=False) as client:
        with out.open("ab", buffering=0) as file:

            async def work(left: Iterator[int]) -> None:
                for number in left:
                    body = {"model": model, "prompt": f"prompt {number % PROMPTS}", "raw": True, "stream": True}
                    row = {"prompt": body["prompt"], "model": model, "server": url, "sample": number // PROMPTS + 1}
                    row |= {"at": datetime.now(UTC).isoformat(), "options": {"num_predict": 512}}
                    async with client.stream("POST", f"{url}/api/generate", json=body) as response:
                        parts = [json.loads(line)["response"] async for line in response.aiter_lines()]
                    row |= {"text": "".join(parts), "tokens": len(parts)}
                    file.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")

            await asyncio.gather(*(work(left) for _ in range(CONCURRENCY)))


async def lab(url: str, model: str, rows: int, out: Path) -> None:
    """The same as a run of the lab."""
    spec = spec_for(out.parent, url, models=(model,), prompts=PROMPTS, more=f"samples: {rows // PROMPTS}")
    async with Servers() as servers:
        plan, counted = await planned(read_spec(spec), servers)
        with opened(out, plan, counted) as folder:
            await Lab(plan, servers, folder.folder, folder.settled.done, concurrency=CONCURRENCY).run()


def measured(what: str, url: str, rows: int, tokens: int) -> tuple[float, float]:
    """Microseconds of the processor a token, and megabytes at the peak, of a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", __spec__.name, "--go", what, url, f"bench:{tokens}-0", str(rows), folder]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        seconds, memory = map(float, done.stdout.split())
    return seconds * 1e6 / (rows * tokens), memory


def go(what: str, url: str, model: str, rows: str, folder: str) -> None:
    """Run one of both, and print what it used."""
    task = bare if what == "bare" else lab
    began, _ = _usage()
    asyncio.run(task(url, model, int(rows), Path(folder) / "out"))
    ended, memory = _usage()
    print(ended - began, memory)


def main() -> None:
    """Measure in turns, and print."""
    if sys.argv[1:2] == ["--go"]:
        go(*sys.argv[2:])
        return
    given = [int(each) for each in sys.argv[1:4]]
    rows, tokens, rounds = [*given, *DEFAULTS[len(given) :]]
    sender = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.sender"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert sender.stdout and sender.stdin
    url = f"http://127.0.0.1:{sender.stdout.readline().strip()}"
    try:
        pairs = [(measured("bare", url, rows, tokens), measured("lab", url, rows, tokens)) for _ in range(rounds)]
        few = measured("lab", url, max(PROMPTS, rows // 10), tokens)
    finally:
        sender.stdin.close()
        sender.wait(10)
    ratios = [ours[0] / theirs[0] for theirs, ours in pairs]
    print(f"{rows:,} rows of {tokens} tokens, {counted(rounds, 'round')}, {os.cpu_count()} processors")
    for name, place in (("bare", 0), ("lab", 1)):
        times = [pair[place][0] for pair in pairs]
        print(f"{name:5} {statistics.median(times):7.1f} us/token [{min(times):.1f}-{max(times):.1f}]")
    ratio = statistics.median(ratios)
    print(
        f"lab / bare {ratio:.2f} [{min(ratios):.2f}-{max(ratios):.2f}]  goal 1.3: {'met' if ratio <= 1.3 else 'MISSED'}"
    )
    print(f"memory at the peak: {pairs[-1][1][1]:.1f} MB, with a tenth of the rows {few[1]:.1f} MB")


if __name__ == "__main__":
    main()
