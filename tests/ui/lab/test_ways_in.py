"""The ways to the lab's screen: the command line, and the explorer's palette."""

from pathlib import Path

import pytest

from alignscope.files import settings
from alignscope.files.yaml_file import FileError
from alignscope.lab.watching.place import Place, place_of, runs, specs
from alignscope.model.launch import Launch
from alignscope.ui.screens.lab.screen import LabScreen
from tests.commands.shell import Shell, Terminal
from tests.lab import runs as made
from tests.lab.run.running import whole
from tests.standin import Ollama
from tests.ui.app.test_palette import search
from tests.ui.explorer.desk import explore

SPEC = 'prompts: [one, two]\nlineup:\n- {name: base, model: "twin:text"}\n'
MANIFEST = "format: 1\nname: kept\nlineup: []\nrows: 4\n"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with a run, a spec, and other files."""
    monkeypatch.chdir(tmp_path)
    made.folder(tmp_path / "runs" / "kept", [made.row(), made.chat()], manifest=MANIFEST + "file: ../../lab.yaml\n")
    (tmp_path / "runs" / "nothing").mkdir()
    (tmp_path / "lab.yaml").write_text(SPEC)
    (tmp_path / "other.yaml").write_text("theme: paper\n")
    return tmp_path


def test_a_spec_is_run_and_a_folder_looked_at(place: Path) -> None:
    chosen = settings.load()
    assert place_of(Path("lab.yaml"), chosen) == Place(Path("runs/lab"), ("lab.yaml", "--out", "runs/lab"), begin=True)
    assert place_of(Path("lab.yaml"), chosen, Path("there"), ("--host", "x")).arguments == (
        "lab.yaml", "--out", "there", "--host", "x",
    )  # fmt: skip
    assert place_of(Path("runs/kept"), chosen) == Place(
        Path("runs/kept"), ("lab.yaml", "--out", "runs/kept"), begin=False
    )
    with pytest.raises(FileError, match="holds no run"):
        place_of(Path("runs/nothing"), chosen)
    with pytest.raises(FileError, match="a folder already"):
        place_of(Path("runs/kept"), chosen, Path("there"))
    assert [path.name for path in runs()] == ["kept"] and [path.name for path in specs()] == ["lab.yaml"]


async def test_mistakes_are_said_before_anything_is_drawn(place: Path) -> None:
    shell = Shell(place)
    for arguments, words in (
        (("nowhere.yaml",), "nowhere.yaml can't be read"),
        (("runs/nothing",), "holds no run"),
        (("lab.yaml", "--concurrency", "0"), "--concurrency is a whole number from 1 to 256"),
        (("lab.yaml",), "needs a terminal"),
    ):
        done = await shell.run("lab", "watch", *arguments)
        assert done.status == 2 and words in done.err and len(done.err.splitlines()) == 1, done.err


async def test_the_command_runs_a_spec_in_a_terminal(place: Path) -> None:
    (place / "lab.yaml").write_text(SPEC + "sampling: {num_predict: 4}\n")
    with Terminal() as terminal:
        shell = Shell(place)
        streams = {"stdin": terminal.end, "stdout": terminal.end, "stderr": terminal.end}
        async with shell.started("lab", "watch", "lab.yaml", "--out", str(place / "out"), **streams) as process:
            await terminal.until("ended  ·  2 of 2 rows")
            terminal.press(b"q")
            await terminal.until("All 2 rows are in ")
            await process.wait()
    assert process.returncode == 0
    assert len(whole(place / "out")) == 2


async def test_the_palette_opens_a_run_and_says_what_is_wrong_with_one(place: Path, ollama: Ollama) -> None:
    broken = made.folder(place / "runs" / "broken", [], manifest="format: 99\nname: broken\nlineup: []\n")
    async with explore(Launch(host=ollama.url)) as desk:
        await search(desk, "lab kept", "Lab: kept")
        await desk.press("enter")
        await desk.until(lambda: isinstance(desk.app.screen, LabScreen))
        await desk.until_shown("kept  ·  stopped  ·  2 of 4 rows", "c Go on", "difference")
        await desk.press("escape")
        await desk.until(lambda: desk.app.screen is desk.explorer)
        await search(desk, "lab broken", f"Lab: {broken.name}")
        await desk.press("enter")
        await desk.until_shown("a newer one wrote it")
        await search(desk, "lab run", "Lab: run lab.yaml")
