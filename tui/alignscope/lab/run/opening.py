"""Open a run: look for the models, make the plan, and find the rows that its folder has."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from alignscope.files.yaml_file import FileError
from alignscope.lab import manifest
from alignscope.lab.folder import Folder, FolderError, Settled
from alignscope.lab.manifest import Manifest
from alignscope.lab.run.plan import Count, Plan, count, look
from alignscope.lab.spec.file import Spec
from alignscope.run.servers import Servers

RUNS: Final = Path("runs")
"""Where runs lie unless a person says otherwise."""


@dataclass
class Opened:
    """A folder that is open, and what it lacks."""

    folder: Folder
    settled: Settled
    manifest: Manifest

    def finish(self) -> None:
        """Note that no row is missing, unless that was so before. Raises FolderError."""
        if not self.manifest.ended:
            self.manifest = msgspec.structs.replace(self.manifest, ended=manifest.now())
            _write(self.folder, self.manifest)


async def planned(spec: Spec, servers: Servers) -> tuple[Plan, Count]:
    """Return the plan of a spec, and how much it asks for.

    Raises ServerError where a server or a model isn't there, and FileError for a mistake in a file of prompts.
    """
    plan = Plan(spec, await look(spec, servers))
    return plan, await count(plan)


@contextmanager
def opened(
    path: Path, plan: Plan, counted: Count, *, accept_changed: bool = False, file: Path | None = None
) -> Iterator[Opened]:
    """Open a folder for a plan's rows.

    Args:
        file: the spec's, so that whoever finds the folder can go on with it.

    Raises:
        FolderError: it can't be used, or holds the rows of another spec.
        FileError: its manifest can't be read.
        ChangedModelsError: models are others than when the run began.
    """
    new = manifest.begin(plan.spec, plan.seats, counted.prompts, counted.rows)
    if file is not None:
        # Not the whole path: a folder may be handed on, and the path tells about a machine.
        new = msgspec.structs.replace(new, file=os.path.relpath(file, path))
    with Folder(path) as folder:
        before = manifest.read(path)
        if before is not None:
            if before.name != new.name:
                raise FolderError(
                    f"{path} holds the run {before.name:.40}, and this is {new.name:.40}. Name another folder with "
                    "--out."
                )
            new = manifest.go_on(before, new, accept=accept_changed)
        settled = folder.settle(counted.keys)
        if len(settled.done) < counted.rows:
            new = msgspec.structs.replace(new, ended="")
        _write(folder, new)
        yield Opened(folder, settled, new)


def held(path: Path) -> Manifest:
    """Return the manifest of a folder that is only read. Raises FileError if there is none."""
    found = manifest.read(path)
    if found is None:
        raise FileError(f"{path} holds no run: it has no {manifest.NAME}. `alignscope lab run SPEC` makes one")
    return found


def spec_of(folder: Path, found: Manifest) -> Path | None:
    """Return the file of a folder's spec; None if it isn't known or not there any more."""
    path = Path(os.path.normpath(folder / found.file)) if found.file else None
    return path if path is not None and path.is_file() else None


def _write(folder: Folder, content: Manifest) -> None:
    try:
        manifest.write(folder.path, content)
    except OSError as error:
        raise FolderError(f"{folder.path} can't be written to: {error.strerror or error}. Make room there.") from error
