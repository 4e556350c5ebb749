"""`manifest.yaml`: the models that a run asks, its spec, and how many rows it has."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec

from alignscope import __version__
from alignscope.files.whole import read_regular, write_whole
from alignscope.files.yaml_file import Document, FileError, FormError, convert
from alignscope.lab.row import Role
from alignscope.lab.run.plan import Seat
from alignscope.lab.spec.file import Spec

NAME: Final = "manifest.yaml"
_FORMAT: Final = 1
_MAX_BYTES: Final = 2**23


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An entry of the lineup, as the server reported it."""

    name: str
    role: Role
    model: str
    server: str
    mode: str
    frames: tuple[str, ...] = ()
    label: str = ""
    """The server's own name and version."""
    digest: str = ""
    template: str = ""
    """Hash of the chat template."""
    vocabulary: Annotated[int, msgspec.Meta(ge=1)] | None = None
    """Number of the model's tokens; None if the server didn't tell."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A model that was another one when the run was gone on with."""

    at: str
    entry: str
    digest: str
    """The one before."""
    template: str = ""
    """The one before."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The models that a run asks, its spec, and how many rows it has."""

    format: int = 0
    name: str
    about: str = ""
    alignscope: str = ""
    """The version that wrote this."""
    started: str = ""
    """ISO 8601, UTC."""
    ended: str = ""
    """"" as long as rows are missing."""
    prompts: int = 0
    """How many there are."""
    rows: int = 0
    """How many there will be."""
    samples: int = 1
    """Of each prompt, entry, frame and row of sampling parameters."""
    lineup: tuple[Entry, ...]
    sampling: dict[str, dict[str, Any]] = {}
    """The parameters of each row, by its name."""
    logprobs: int | None = None
    changed: tuple[Change, ...] = ()
    spec: dict[str, Any] = {}
    """The spec as it stood in its file."""
    file: str = ""
    """Where that file was, seen from the folder; "" if unknown."""


class ChangedModelsError(Exception):
    """Models that aren't those the run began with; the message is for the person."""

    def __init__(self, names: Sequence[str]) -> None:
        who = f"{' and '.join(names)} {'are' if len(names) > 1 else 'is'}"
        super().__init__(
            f"{who} not what the run began with: the server tells another hash of the model or its template. Use "
            "another folder (--out), or take what is there now with --changed-models, which puts earlier rows aside."
        )


def begin(spec: Spec, seats: Sequence[Seat], prompts: int, rows: int) -> Manifest:
    """Return the manifest of a run that begins now."""
    return Manifest(
        format=_FORMAT,
        name=spec.name,
        about=spec.about,
        alignscope=__version__,
        started=now(),
        prompts=prompts,
        rows=rows,
        samples=spec.samples,
        lineup=tuple(_entry(seat) for seat in seats),
        sampling={
            draws.name: {**draws.sampling, **({} if draws.seed is None else {"seed": draws.seed})}
            for draws in spec.draws
        },
        logprobs=spec.logprobs,
        spec=dict(spec.data),
    )


def go_on(before: Manifest, new: Manifest, *, accept: bool = False) -> Manifest:
    """Return the manifest of a run that is gone on with, from that of its beginning.

    Raises ChangedModelsError for models of the same name with another digest or template, unless they are accepted.
    """
    earlier = {(entry.name, entry.model, entry.mode): entry for entry in before.lineup}
    changes = [
        Change(at=new.started, entry=entry.name, digest=known.digest, template=known.template)
        for entry in new.lineup
        if (known := earlier.get((entry.name, entry.model, entry.mode)))
        and (known.digest, known.template) != (entry.digest, entry.template)
    ]
    if changes and not accept:
        raise ChangedModelsError([change.entry for change in changes])
    return msgspec.structs.replace(new, started=before.started, ended=before.ended, changed=(*before.changed, *changes))


def read(folder: Path) -> Manifest | None:
    """Return a folder's manifest, None if it has none. Raises FileError if it can't be read or isn't one."""
    path = folder / NAME
    if not path.exists():
        return None
    from alignscope.files import yaml_reader

    try:
        lines: dict[str, int] = {}
        data = yaml_reader.read(read_regular(path, _MAX_BYTES).decode(), lines=lines)
    except (OSError, UnicodeDecodeError, FormError) as error:
        raise FileError(f"{path} can't be read: {error}") from error
    manifest = convert(Document(str(path), data, lines), Manifest)
    if manifest.format != _FORMAT:
        raise FileError(
            f"{path} is of format {manifest.format}, which this alignscope doesn't know; a newer one wrote it"
        )
    return manifest


def write(folder: Path, manifest: Manifest) -> None:
    """Write a folder's manifest. Raises OSError."""
    import yaml

    plain: Mapping[str, Any] = msgspec.to_builtins(manifest)
    text = yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, width=120)
    write_whole(folder / NAME, [text.encode("utf-8", "replace")])


def now() -> str:
    """Return the time as it stands in rows and manifests."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _entry(seat: Seat) -> Entry:
    entry = seat.entry
    return Entry(
        name=entry.name,
        role=entry.role,
        model=entry.model,
        server=seat.server,
        mode=str(entry.mode),
        frames=entry.frames,
        label=seat.label,
        digest=seat.digest,
        template=seat.template,
        vocabulary=seat.vocabulary,
    )
