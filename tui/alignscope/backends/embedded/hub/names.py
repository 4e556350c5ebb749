"""Names of models on a hub, and the choice of a repository's files for one."""

import re
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath
from typing import Annotated, Final, NamedTuple

import msgspec

from alignscope.backends.base import Fault, ServerError
from alignscope.model.lineup.pane import QUANTISATION
from alignscope.text.clean import clean

FORM: Final = "hf:OWNER/REPO:Q4_K_M"
"""How a name is written, for messages."""
_PART: Final = r"[A-Za-z0-9](?:[\w-]|\.(?!\.)){0,95}"
_NAME: Final = re.compile(rf"hf:(?P<owner>{_PART})/(?P<repository>{_PART})(?::(?P<wanted>.+))?", re.ASCII)
_SPLIT: Final = re.compile(r"(?P<stem>.+)-(?P<number>\d{5})-of-(?P<count>\d{5})")
_NO_MODEL: Final = re.compile(r"(?i)(^|[-_.])(mmproj|imatrix)([-_.]|$)")
"""In names of GGUF files that hold no language model: a projector of images, an importance matrix."""
_SUFFIXES: Final = ("_K_M", "_K_L", "_K_S", "_0", "_1")
"""Variants of one width, best first."""
_WIDTH: Final = 4
"""Bits a weight that are chosen if nothing else is asked for, as Ollama does."""
_LONGEST: Final = 200
"""Bytes of a file's name: a file system takes 255, and a suffix is added while the file comes."""
_NAMED: Final = 8
"""Tags that a message names."""


class Reference(NamedTuple):
    """A model's name in its parts."""

    owner: str
    repository: str
    wanted: str = ""
    """A quantisation or the name of a file; "" for the best of what there is."""

    @property
    def path(self) -> str:
        """Return the repository with its owner."""
        return f"{self.owner}/{self.repository}"

    def named(self, tag: str) -> str:
        """Return the full name of one of the repository's models."""
        return f"hf:{self.path}:{tag}"


class HubFile(msgspec.Struct, frozen=True):
    """One file of a repository."""

    name: str
    """Path in the repository."""
    size: int
    """Bytes."""
    sha256: Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{64})?$")] = ""
    """In hexadecimal digits; "" if the hub doesn't say."""

    @property
    def base(self) -> str:
        """Return the name without folders."""
        return PurePosixPath(self.name).name


class Choice(NamedTuple):
    """The files of one model, and its tag."""

    tag: str
    """A quantisation, or the file's name less `.gguf` where quantisations don't tell the files apart."""
    files: tuple[HubFile, ...]
    """In the order of their parts."""


class _Model(NamedTuple):
    """One model of a repository: a file, or the parts of one."""

    stem: str
    quantisation: str
    files: list[HubFile]
    parts: int


def read_reference(text: str) -> Reference:
    """Parse `hf:OWNER/REPO[:FILE or quantisation]`. Raises ServerError."""
    match = _NAME.fullmatch(text)
    if match is None or (match["wanted"] and not _safe(PurePosixPath(match["wanted"]).name)):
        raise ServerError(f"A model of a hub is written {FORM}; {text:.80} is not.", Fault.INVALID)
    return Reference(match["owner"], match["repository"], match["wanted"] or "")


def nearness(tag: str) -> tuple[bool, int, bool, int]:
    """Return how far a quantisation is from Q4_K_M, for sorting: nearest first, the wider of two that are as far."""
    bits = re.search(r"\d+", tag) if QUANTISATION.fullmatch(tag) else None
    width = int(bits[0]) if bits else 0
    suffix = next((place for place, end in enumerate(_SUFFIXES) if tag.upper().endswith(end)), len(_SUFFIXES))
    return bits is None, abs(width - _WIDTH), width < _WIDTH, suffix + (tag.upper().startswith("IQ") * len(_SUFFIXES))


def choose(reference: Reference, files: Iterable[HubFile]) -> Choice:
    """Return the files that a name stands for: what it asks for, else the nearest to Q4_K_M. Raises ServerError.

    Names that could lead out of a directory are left out, whatever the hub says.
    """
    models = _models(files)
    if not models:
        raise ServerError(
            f"{reference.path} holds no GGUF file that could be kept, and the embedded engine runs no other. Many "
            "models have a second repository whose name ends in -GGUF.",
            Fault.NO_MODEL,
        )
    tags = _tags(models)
    wanted = reference.wanted.casefold()
    found = [
        model
        for model in models
        if not wanted
        or wanted in (tags[model.stem].casefold(), model.quantisation.casefold())
        or any(wanted in (file.name.casefold(), file.base.casefold()) for file in model.files)
    ]
    there = _listed(sorted(tags.values(), key=nearness))
    if not found:
        raise ServerError(f"{reference.path} has no {reference.wanted}. It has {there}.", Fault.NO_MODEL)
    found.sort(key=lambda model: nearness(model.quantisation))
    if len(found) > 1 and found[0].quantisation == found[1].quantisation:
        raise ServerError(
            f"{reference.path} has several models of {found[0].quantisation or 'unknown quantisation'}. Name one, as "
            f"in {reference.named(tags[found[0].stem])}; it has {there}.",
            Fault.NO_MODEL,
        )
    model = found[0]
    if len(model.files) != model.parts:
        raise ServerError(
            f"{reference.path} has {len(model.files)} of the {model.parts} parts of {tags[model.stem]}, and a model "
            f"needs all. Take another: it has {there}.",
            Fault.NO_MODEL,
        )
    return Choice(tags[model.stem], tuple(model.files))


def _models(files: Iterable[HubFile]) -> list[_Model]:
    """Return the models among files, those of several parts put together."""
    models: dict[tuple[str, int], _Model] = {}
    for file in sorted(files, key=lambda file: file.name):
        stem, dot, kind = file.base.rpartition(".")
        safe = all(_safe(part) for part in file.name.split("/"))
        usable = dot and kind.lower() == "gguf" and safe and file.size > 0
        if not usable or _NO_MODEL.search(stem):
            continue
        split = _SPLIT.fullmatch(stem)
        stem, parts = (split["stem"], int(split["count"])) if split else (stem, 1)
        # The same file may lie in several folders: the first one is taken.
        model = models.setdefault((stem, parts), _Model(stem, _quantisation(file.name, stem), [], parts))
        if file.base not in (other.base for other in model.files):
            model.files.append(file)
    return list(models.values())


def _quantisation(path: str, stem: str) -> str:
    """Return the quantisation in a file's name, else in its folder's; "" if neither names one."""
    for text in (stem, PurePosixPath(path).parent.name):
        if found := [match[0] for match in QUANTISATION.finditer(text)]:
            return found[-1].upper()
    return ""


def _tags(models: Sequence[_Model]) -> dict[str, str]:
    """Return a tag for each model, by its stem: short where that is clear."""
    known = [model.quantisation for model in models]
    return {
        model.stem: model.quantisation if model.quantisation and known.count(model.quantisation) == 1 else model.stem
        for model in models
    }


def _listed(tags: Sequence[str]) -> str:
    more = f" and {len(tags) - _NAMED} more" if len(tags) > _NAMED else ""
    return ", ".join(tags[:_NAMED]) + more


def _safe(name: str) -> bool:
    """Return whether a file may have that name in any directory, and a terminal show it."""
    return (
        0 < len(name.encode("utf-8", "replace")) <= _LONGEST
        and name.isprintable()
        and name == clean(name)
        and not name.startswith((".", "-", "~", " "))
        and not set(name) & set('/\\:*?"<>|')
    )
