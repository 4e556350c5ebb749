"""The child process: it serves, it breaks alone, and it never outlives its parent."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from alignscope.backends.base import Fault, ServerError
from alignscope.backends.embedded.child import MAX_LOG
from alignscope.backends.embedded.engine import Engine, engine_problem
from tests.backends.embedded.files import TEXT, crashing, with_number
from tests.waiting import HANGS

pytestmark = pytest.mark.skipif(bool(engine_problem()), reason="the engine has no build for this platform")

CHILD = Path(sys.modules["alignscope.backends.embedded.child"].__file__ or "")
PARENT = """
import asyncio
from alignscope.backends.embedded.engine import Engine

async def main():
    engine = Engine()
    await engine.url_for("twin:text")
    print(engine.pid, flush=True)
    {then}

asyncio.run(main())
"""


@pytest_asyncio.fixture
async def engine() -> AsyncIterator[Engine]:
    engine = Engine()
    yield engine
    await engine.close()
    assert engine.pid is None


def runs(pid: int) -> bool:
    """Whether a process is there and does something; one that only waits to be reaped does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def ends(pid: int) -> bool:
    """Whether the process ends."""
    end = time.monotonic() + HANGS
    while time.monotonic() < end:
        if not runs(pid):
            return True
        time.sleep(0.01)
    return False


async def get(engine: Engine, url: str, *, key: str | None = None) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False, timeout=HANGS) as client:
        return await client.get(url, headers={"Authorization": f"Bearer {key or engine.key}"})


async def test_two_models_load_at_once(engine: Engine) -> None:
    assert engine.pid is None
    one, two = await asyncio.gather(engine.url_for("twin:text"), engine.url_for("twin:latest"))
    assert one.url != two.url
    assert engine.loaded("twin:text")
    assert not engine.loading("twin:text")
    assert await engine.url_for("twin:text") == one
    for address in (one, two):
        assert address.url.startswith("http://127.0.0.1:")
        models = (await get(engine, f"{address.url}/v1/models")).json()
        assert models["data"][0]["id"] == address.model


async def test_only_who_has_the_key_is_served(engine: Engine) -> None:
    address = await engine.url_for("twin:text")
    assert (await get(engine, f"{address.url}/props", key="guess")).status_code == 401


async def test_a_file_by_its_path(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "mine.gguf").write_bytes(TEXT.read_bytes())
    address = await engine.url_for("~/mine.gguf")
    assert (await get(engine, f"{address.url}/props")).json()["model_path"] == str(tmp_path / "mine.gguf")


async def test_a_file_that_has_changed_is_loaded_anew(engine: Engine, tmp_path: Path) -> None:
    file = tmp_path / "mine.gguf"
    file.write_bytes(TEXT.read_bytes())
    first = await engine.url_for(str(file))
    file.write_bytes(TEXT.read_bytes() + b"\0" * 32)
    second = await engine.url_for(str(file))
    assert first.url != second.url


async def test_files_asked_for_long_ago_are_dropped(engine: Engine, tmp_path: Path) -> None:
    files = [tmp_path / f"{number}.gguf" for number in range(6)]
    await engine.url_for("twin:text")
    served = []
    for file in files:
        file.symlink_to(TEXT)
        served.append(await engine.url_for(str(file)))
    assert [engine.loaded(str(file)) for file in files] == [False, False, True, True, True, True]
    assert engine.loaded("twin:text")
    async with asyncio.timeout(HANGS):
        with pytest.raises(httpx.ConnectError):
            while await get(engine, served[0].url):
                pass
    assert (await get(engine, f"{served[-1].url}/health")).status_code == 200
    await engine.url_for(str(files[0]))
    assert engine.loaded(str(files[0]))


@pytest.mark.parametrize(
    ("content", "fault", "says"),
    [
        (None, Fault.NO_MODEL, "There is no file"),
        (b"no model at all, just a line of text", Fault.INVALID, "is not a GGUF file"),
        (TEXT.read_bytes()[:-1_000_000], Fault.INVALID, "is damaged"),
        (TEXT.read_bytes()[:-2_000], Fault.INVALID, "can't load mine.gguf: tensor .* not within the file bounds"),
        (with_number("llama.rope.dimension_count", 7777), Fault.INVALID, "can't load mine.gguf: .*invalid n_rot"),
        (crashing(), Fault.FAILED, "broke down while it loaded mine.gguf"),
    ],
    ids=["missing", "text", "cut", "cut at the very end", "impossible", "crashing"],
)
async def test_a_file_that_can_not_be_served(
    engine: Engine, tmp_path: Path, content: bytes | None, fault: Fault, says: str
) -> None:
    file = tmp_path / "mine.gguf"
    if content is not None:
        file.write_bytes(content)
    for _ in range(2):
        with pytest.raises(ServerError, match=says) as refused:
            await engine.url_for(str(file))
        assert refused.value.fault is fault
        assert "\n" not in str(refused.value)
    file.write_bytes(TEXT.read_bytes())
    await engine.url_for(str(file))


async def test_there_are_only_three_twins(engine: Engine) -> None:
    with pytest.raises(ServerError, match="twin:text, twin:sft, twin:latest"):
        await engine.url_for("twin:dpo")


async def test_one_that_crashes_fails_alone(engine: Engine, tmp_path: Path) -> None:
    file = tmp_path / "crash.gguf"
    file.write_bytes(crashing())
    bad, good = await asyncio.gather(engine.url_for(str(file)), engine.url_for("twin:latest"), return_exceptions=True)
    assert isinstance(bad, ServerError)
    assert "crash.gguf" in str(bad)
    assert not isinstance(good, BaseException)
    again = await engine.url_for("twin:latest")
    assert (await get(engine, f"{again.url}/health")).status_code == 200


@pytest.mark.parametrize(
    ("by", "says"),
    [(signal.SIGILL, "processor lacks"), (signal.SIGKILL, "want of memory"), (signal.SIGABRT, "damaged")],
)
async def test_what_ended_the_child_in_a_load_is_said(engine: Engine, by: signal.Signals, says: str) -> None:
    load = asyncio.create_task(engine.url_for("twin:text"))
    while (pid := engine.pid) is None:  # noqa: ASYNC110 - only the system knows
        await asyncio.sleep(0)
    os.kill(pid, by)
    with pytest.raises(ServerError, match=f"broke down while it loaded twin-text.gguf.*{says}"):
        await load


async def test_a_killed_child_is_replaced(engine: Engine) -> None:
    await engine.url_for("twin:text")
    first = engine.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    while engine.pid is not None:  # noqa: ASYNC110 - the system tells of its end a moment later
        await asyncio.sleep(0.01)
    address = await engine.url_for("twin:text")
    assert (await get(engine, f"{address.url}/health")).status_code == 200
    assert engine.pid not in (None, first)


async def test_a_caller_that_leaves_does_not_stop_a_load(engine: Engine) -> None:
    caller = asyncio.create_task(engine.url_for("twin:text"))
    while not engine.loading("twin:text"):  # noqa: ASYNC110 - there is nothing to be told by
        await asyncio.sleep(0)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    await engine.url_for("twin:text")
    assert engine.loaded("twin:text")


async def test_closing_while_loading(tmp_path: Path) -> None:
    engine = Engine()
    caller = asyncio.create_task(engine.url_for("twin:text"))
    while not engine.loading("twin:text"):  # noqa: ASYNC110 - there is nothing to be told by
        await asyncio.sleep(0)
    await asyncio.sleep(0.01)
    await engine.close()
    assert engine.pid is None
    with pytest.raises(asyncio.CancelledError):
        await caller


async def test_the_log_starts_anew_when_it_is_large(engine: Engine, state: Path, tmp_path: Path) -> None:
    await asyncio.to_thread(state.mkdir, parents=True)
    (state / "engine.log").write_bytes(b"x" * (MAX_LOG + 1))
    file = tmp_path / "mine.gguf"
    file.write_bytes(TEXT.read_bytes()[:-2_000])
    with pytest.raises(ServerError, match="not within the file bounds"):
        await engine.url_for(str(file))
    log = (state / "engine.log").read_text()
    assert "not within the file bounds" in log
    assert "x" not in log[:10]


async def test_without_a_state_directory_it_still_runs(engine: Engine, tmp_path: Path, state: Path) -> None:
    state.parent.write_text("a file where the directory should be")
    await engine.url_for("twin:text")


@pytest.mark.parametrize("then", ["await asyncio.sleep(600)", "return", "import os; os._exit(3)"])
def test_no_child_outlives_its_parent(then: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT.format(then=then)], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        if "sleep" in then:
            assert runs(child)
            parent.kill()
        parent.wait()
        assert ends(child)


def test_the_child_ends_with_its_standard_input() -> None:
    arguments = [sys.executable, "-P", str(CHILD), os.devnull, str(os.getpid())]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdin is not None
        time.sleep(0.1)
        assert child.poll() is None
        child.stdin.close()
        assert child.wait(10) == 0


def test_a_child_whose_parent_is_gone_already_ends_at_once() -> None:
    arguments = [sys.executable, "-P", str(CHILD), os.devnull, "1"]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.wait(10) == 0


def test_the_child_imports_nothing_of_ours() -> None:
    code = f"import runpy, sys; runpy.run_path({str(CHILD)!r}); print(*sorted(sys.modules))"
    modules = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True).stdout
    assert not {name.partition(".")[0] for name in modules.split()} & {"alignscope", "asyncio", "httpx", "textual"}
