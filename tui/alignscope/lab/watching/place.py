"""The run that a person names to look at: the file of a spec, or a folder."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from alignscope.files.settings.model import Settings
from alignscope.files.whole import open_regular
from alignscope.files.yaml_file import FileError
from alignscope.lab import manifest
from alignscope.lab.folder import SAMPLES
from alignscope.lab.run.opening import RUNS, held, spec_of
from alignscope.lab.spec.file import read_spec

_HEAD: Final = 2**16
"""Bytes of a file that are looked at to see whether it is a spec."""


class Place(NamedTuple):
    """A run to look at."""

    folder: Path
    arguments: tuple[str, ...]
    """Those of `lab run` that go on with it; () where its spec isn't known."""
    begin: bool
    """Whether to run at once."""


def place_of(path: Path, chosen: Settings, out: Path | None = None, more: Sequence[str] = ()) -> Place:
    """Return what to look at for a spec's file, which is run, or for the folder of a run.

    Args:
        out: the folder of a spec's run; None for the usual one.
        more: further arguments of `lab run`.

    Raises FileError for a mistake in the spec, and for a folder that holds no run.
    """
    if not path.is_dir():
        spec = read_spec(path, chosen.servers, chosen.all_presets)
        folder = out or RUNS / spec.name
        return Place(folder, (str(path), "--out", str(folder), *more), True)
    if out is not None:
        raise FileError(f"{path} is a folder already, and --out is for a spec's")
    found = manifest.read(path) if (path / SAMPLES).is_file() else held(path)
    file = spec_of(path, found) if found is not None else None
    return Place(path, () if file is None else (str(file), "--out", str(path), *more), False)


def runs() -> list[Path]:
    """Return the folders of runs where they usually are, the newest first."""
    try:
        found = [path for path in RUNS.iterdir() if (path / manifest.NAME).is_file()]
        return sorted(found, key=lambda path: -(path / manifest.NAME).stat().st_mtime)
    except OSError:
        return []


def specs() -> Iterator[Path]:
    """Yield files in the working directory that look like specs."""
    for path in sorted(Path().glob("*.y*ml")):
        try:
            with open_regular(path) as file:
                head = b"\n" + file.read(_HEAD)
        except OSError:
            continue
        if b"\nprompts:" in head and b"\nlineup:" in head:
            yield path
