"""The package as people get it: what a wheel holds, what runs from it, and what imports what."""

import os
import pkgutil
import re
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

import alignscope
from tests.waiting import HANGS

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "tui" / "alignscope"
pytestmark = pytest.mark.xdist_group("package")
SCREEN_ROOMS = (
    "alignscope.ui",
    "alignscope.__main__",
)


def python(*arguments: str, cwd: Path = ROOT, **variables: str) -> str:
    """Run Python on its own, and give its standard output."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=HANGS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def build(kind: str, source: Path, target: Path) -> Path:
    python("-m", "hatchling", "build", "-t", kind, "-d", str(target), cwd=source)
    [built] = target.iterdir()
    return built


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("wheel", ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def unpacked(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(where)
    return where


def files(where: Path) -> set[str]:
    return {
        path.relative_to(where).as_posix()
        for path in where.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_a_wheel_holds_the_whole_package_and_nothing_else(unpacked: Path) -> None:
    held = {name for name in files(unpacked) if ".dist-info/" not in name}
    expected = {f"alignscope/{name}" for name in files(PACKAGE)}
    expected |= {f"alignscope/bundled/{kind}/{name}" for kind in ("themes", "sessions") for name in files(ROOT / kind)}
    assert held == expected
    assert {f"alignscope/backends/embedded/models/twin-{stage}.gguf" for stage in ("text", "sft", "latest")} <= held
    assert {"alignscope/py.typed", "alignscope/run/pairs.yaml", "alignscope/files/experiments.yaml"} <= held
    assert any("LICENSE" in name for name in files(unpacked))


def test_a_source_archive_builds_the_same_wheel(unpacked: Path, tmp_path: Path) -> None:
    (tmp_path / "sdist").mkdir()
    with tarfile.open(build("sdist", ROOT, tmp_path / "sdist")) as archive:
        # Not as an argument, which Python 3.11 knows only since its fourth patch.
        if hasattr(tarfile, "data_filter"):
            archive.extraction_filter = tarfile.data_filter
        archive.extractall(tmp_path / "source")
    [source] = (tmp_path / "source").iterdir()
    assert (source / "tests" / "project" / "test_package.py").is_file()
    assert not (source / "tui" / "training").exists()
    (tmp_path / "again").mkdir()
    with zipfile.ZipFile(build("wheel", source, tmp_path / "again")) as archive:
        assert set(archive.namelist()) == files(unpacked)


def test_what_comes_along_is_found_in_a_wheel_and_in_a_checkout(unpacked: Path, tmp_path: Path) -> None:
    ask = (
        "import alignscope; from alignscope.files.locations import bundled; print(alignscope.__file__);"
        "[print(kind, *sorted(each.name for each in bundled(kind).iterdir())) for kind in ('themes', 'sessions')]"
    )
    installed, *in_wheel = python("-c", ask, cwd=tmp_path, PYTHONPATH=str(unpacked)).splitlines()
    assert Path(installed).is_relative_to(unpacked)
    checkout, *in_checkout = python("-c", ask, cwd=tmp_path, PYTHONPATH=str(ROOT / "tui")).splitlines()
    assert Path(checkout).is_relative_to(ROOT)
    assert in_wheel == in_checkout
    assert [line.split()[0] for line in in_wheel] == ["themes", "sessions"]


def test_a_wheel_runs(unpacked: Path, tmp_path: Path) -> None:
    said = python("-m", "alignscope", "--version", cwd=tmp_path, PYTHONPATH=str(unpacked))
    assert said == f"alignscope {alignscope.__version__}\n"


def imported(code: str, names: Sequence[str]) -> set[str]:
    """Which of these top-level packages a program has imported by its end."""
    loaded = "{name.partition('.')[0] for name, module in sys.modules.items() if module}"
    end = f"import sys; print('\\n', *(set({list(names)!r}) & {loaded}))"
    return set(python("-c", f"{code}\n{end}").splitlines()[-1].split())


@pytest.mark.parametrize("flags", [["--help"], ["--version"], ["ask", "--help"], ["models", "pull", "--help"]])
def test_help_and_version_load_next_to_nothing(flags: list[str]) -> None:
    start = "from alignscope.cli import main"
    run = f"{start}\ntry: main({flags!r})\nexcept SystemExit as end: assert end.code == 0"
    heavy = ["textual", "rich", "httpx", "xllamacpp", "yaml", "msgspec", "asyncio", "platformdirs", "pyperclip"]
    assert imported(run, heavy) == set()


def test_asking_a_server_loads_no_command_line_of_the_client() -> None:
    assert imported("import alignscope.backends.probe", ["click", "pygments"]) == set()


def test_the_first_frame_loads_no_other_screen_and_nothing_that_reads_files_or_servers() -> None:
    assert imported("import alignscope.ui.app", ["httpx", "yaml", "xllamacpp", "pyperclip", "sqlite3"]) == set()
    ask = "import sys; print(*(name for name in sys.modules if name.startswith('alignscope.ui.screens.')))"
    loaded = {name.split(".")[3] for name in python("-c", f"import alignscope.ui.app; {ask}").split()}
    assert loaded == {"base", "explorer"}


def test_the_core_and_the_commands_never_import_textual() -> None:
    modules = [
        found.name
        for found in pkgutil.walk_packages([str(PACKAGE)], "alignscope.")
        if not found.name.startswith(SCREEN_ROOMS)
    ]
    assert {"alignscope.run.ask", "alignscope.run.discovery", "alignscope.commands.ask"} <= set(modules)
    assert imported("import " + ", ".join(modules), ["textual", "xllamacpp", "pyperclip"]) == set()


def test_the_rooms_keep_their_floors() -> None:
    said = python("-c", "from importlinter.cli import lint_imports\nraise SystemExit(lint_imports(no_cache=True))")
    assert re.search(r"\b0 broken", said)
