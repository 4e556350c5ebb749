"""A claim as its file has it: the sentence, the comparisons, and the spec of the run that answers it."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final, Literal, NamedTuple

import msgspec

from alignscope.files.yaml_file import FileError, convert, load
from alignscope.measure.statistics.margins import Direction

FOLDER: Final = Path(__file__).parent
Names = tuple[str, ...]
ANY: Final = "*"
"""End of a name that stands for several entries."""


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """A cell of a comparison: an entry of the lineup, its frame, and the prompts."""

    who: str
    """An entry's name in the lineup, else the role of one; `base-*` is every entry whose name begins so."""
    frame: str = ""
    """What stands around the prompts; "" for the entry's first."""
    category: str | Names = ()
    """Of the prompts; () for all."""
    set: str | Names = ()
    sampling: str = ""
    """The row of parameters; "" for the first, as for one that the run doesn't have."""

    @property
    def categories(self) -> Names:
        """The categories as a tuple."""
        return (self.category,) if isinstance(self.category, str) else self.category

    @property
    def sets(self) -> Names:
        """The sets' names as a tuple."""
        return (self.set,) if isinstance(self.set, str) else self.set


class Seat(NamedTuple):
    """The fields of a lineup's entry that cells are matched by."""

    name: str
    role: str
    frames: Names


class Than(msgspec.Struct, frozen=True, kw_only=True):
    """The difference that another is greater or less than."""

    of: Cell
    less: Cell


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A comparison: of a cell less another, or that less the same of two others."""

    says: str
    measure: str
    of: Cell
    less: Cell
    than: Than | None = None
    floor: float = 0.0
    """Where a difference is compared with another: below it in both, nothing is left that could be lost."""
    direction: Direction
    margin: Annotated[float, msgspec.Meta(ge=0)]
    """In the measure's own unit."""

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The cells that are compared: two, or four for a difference of differences."""
        return (self.of, self.less, *((self.than.of, self.than.less) if self.than else ()))


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """A claim."""

    name: str
    says: str
    heard: str
    decide: Literal["all", "any"] = "all"
    """Whether all parts have to hold, or one is enough."""
    parts: tuple[Part, ...]
    beside: tuple[Part, ...] = ()
    """Comparisons that are shown and decide nothing."""
    shows_not: Names
    spec: str
    """The run's SPEC with comments, with `$base`, `$aligned` and `$stages` for who is asked."""


class _File(msgspec.Struct, frozen=True, kw_only=True):
    """A claim as it is written."""

    says: str
    heard: str
    decide: Literal["all", "any"] = "all"
    parts: tuple[dict[str, Any], ...]
    beside: tuple[dict[str, Any], ...] = ()
    shows_not: Names
    spec: str


@cache
def names() -> Names:
    """Return the names of all claims."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


@cache
def read(name: str) -> Claim:
    """Return a claim. Raises FileError if there is none of the name."""
    if name not in names():
        raise FileError(f"no claim is called {name:.40}; there are {', '.join(names())}")
    written = convert(load(FOLDER / f"{name}.yaml"), _File)
    return Claim(
        name=name, says=written.says, heard=written.heard, decide=written.decide,
        parts=msgspec.convert(written.parts, tuple[Part, ...]),
        beside=msgspec.convert(written.beside, tuple[Part, ...]),
        shows_not=written.shows_not, spec=written.spec,
    )  # fmt: skip


def missing(claim: Claim, lineup: Sequence[Seat]) -> list[str]:
    """Return the entries that a claim's comparisons need and a lineup lacks, as `NAME` or `NAME asked as FRAME`."""
    lacking: dict[str, None] = {}
    for cell in (cell for part in claim.parts for cell in part.cells):
        named = [seat for seat in lineup if _is_named(seat.name, cell.who)]
        found = named or [seat for seat in lineup if seat.role == cell.who]
        if not any(not cell.frame or cell.frame in seat.frames for seat in found):
            lacking[f"{cell.who} asked as {cell.frame}" if found and cell.frame else cell.who] = None
    return [*lacking]


def _is_named(name: str, who: str) -> bool:
    if not who.endswith(ANY):
        return name == who
    return name.startswith(who.removesuffix(ANY)) and name != who.removesuffix(ANY)
