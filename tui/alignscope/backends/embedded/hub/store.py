"""Models that were pulled from a hub, as they lie on disk.

Each has a directory of its own, `OWNER/REPO/TAG`, which is its name too: `hf:OWNER/REPO:TAG`. A record beside the files
is written last, so that a directory without one is a pull that isn't complete.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from alignscope.backends.base import Fault, ServerError
from alignscope.backends.embedded.gguf import GGUFError, read_header
from alignscope.backends.embedded.hub.names import HubFile, Reference, nearness, read_reference
from alignscope.files.locations import models_dir

_RECORD: Final = "pulled.json"
PART: Final = ".part"
"""Ending of a file that hasn't come whole."""


class Record(msgspec.Struct, frozen=True):
    """The known facts of a model from its hub."""

    files: tuple[HubFile, ...]
    """In the order of their parts; each lies beside the record under its name without folders."""
    hub: str
    """URL."""
    revision: str
    """Commit of the repository."""
    license: str = ""
    """As the repository names it, such as `apache-2.0`; "" if it doesn't."""


class Pulled(NamedTuple):
    """A model on disk."""

    name: str
    directory: Path
    record: Record

    @property
    def path(self) -> Path:
        """Return the file that the engine opens: the first part."""
        return self.directory / self.record.files[0].base

    @property
    def size(self) -> int:
        """Return the bytes of all parts."""
        return sum(file.size for file in self.record.files)

    @property
    def digest(self) -> str:
        """Return the file's digest, "" for a model of several files."""
        files = self.record.files
        return f"sha256:{files[0].sha256}" if len(files) == 1 and files[0].sha256 else ""


def directory(reference: Reference, tag: str) -> Path:
    """Return the directory of a model, which may not be there."""
    return models_dir() / reference.owner / reference.repository / tag


def pulled() -> list[Pulled]:
    """Return all models that were pulled, sorted by name."""
    found = (_read(record.parent) for record in models_dir().glob(f"*/*/*/{_RECORD}"))
    return sorted(model for model in found if model is not None)


def find(name: str) -> Pulled:
    """Return a model by its name in capitals or not, which may lack the tag. Raises ServerError if it isn't here."""
    wanted = read_reference(name)
    models = [model for model in pulled() if read_reference(model.name).path.casefold() == wanted.path.casefold()]
    asked = wanted.wanted.casefold()
    same = [
        model
        for model in models
        if not asked
        or asked == read_reference(model.name).wanted.casefold()
        or any(asked in (file.name.casefold(), file.base.casefold()) for file in model.record.files)
    ]
    if not same:
        here = f" {', '.join(model.name for model in models)} is here." if models else ""
        raise ServerError(
            f"{name} has not been pulled yet: `alignscope models pull {name}` does that.{here}", Fault.NO_MODEL
        )
    return min(same, key=lambda model: nearness(read_reference(model.name).wanted))


def keep(model: Pulled, parts: Mapping[HubFile, Path]) -> None:
    """Give the files that have come their names, and write the record, in place of those of an older version.

    Raises OSError, and ServerError for a file that llama.cpp couldn't read; the model is deleted then.
    """
    record = model.directory / _RECORD
    record.unlink(missing_ok=True)
    for file, part in parts.items():
        part.replace(model.directory / file.base)
    names = {file.base for file in parts}
    for stale in model.directory.iterdir():
        if stale.name not in names:
            stale.unlink()
    try:
        for name in names:
            read_header(model.directory / name)
    except GGUFError as error:
        shutil.rmtree(model.directory)
        raise ServerError(f"{model.name} can't be used, so it was deleted: {error}", Fault.INVALID) from None
    temporary = record.with_suffix(".new")
    temporary.write_bytes(msgspec.json.encode(model.record))
    temporary.replace(record)


def remove(name: str) -> Pulled:
    """Delete a model, and return what it was. Raises ServerError if it isn't here, OSError if it can't be deleted."""
    model = find(name)
    (model.directory / _RECORD).unlink()
    shutil.rmtree(model.directory)
    return model


def _read(folder: Path) -> Pulled | None:
    """Return the model in a directory; None if its record was tampered with, or a file of it is gone."""
    try:
        record = msgspec.json.decode((folder / _RECORD).read_bytes(), type=Record)
        name = f"hf:{'/'.join(folder.parts[-3:-1])}:{folder.name}"
        read_reference(name)
    except (OSError, msgspec.DecodeError, ServerError):
        return None
    whole = record.files and all((folder / file.base).is_file() for file in record.files)
    return Pulled(name, folder, record) if whole else None
