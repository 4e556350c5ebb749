"""A run's folder opened: its rows measured as its spec wants them."""

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from alignscope.files.yaml_file import FileError
from alignscope.lab import manifest
from alignscope.lab.claims import claim as claims
from alignscope.lab.manifest import Manifest
from alignscope.lab.summary import labels
from alignscope.lab.summary.measures import MEASURES
from alignscope.lab.summary.measures.measure import Measure
from alignscope.lab.summary.rows import Rows, RunError
from alignscope.lab.summary.tally import Tally


class _Wanted(msgspec.Struct, frozen=True):
    """The fields of a spec that are about measures."""

    measures: tuple[str, ...] = ()
    primary: tuple[str, ...] = ()
    margins: dict[str, float] = {}
    ladder: tuple[str, ...] = ()
    claim: str = ""


def open_run(
    folder: Path,
    measures: Sequence[Measure] = MEASURES,
    told: Callable[[int, int], None] | None = None,
    rows: Rows | None = None,
) -> Tally:
    """Return a run's rows, measured. Raises RunError if there are none, or the manifest can't be read.

    A folder without a manifest is one of rows from elsewhere: everything is measured, and all of it is exploratory.

    Args:
        measures: those that may be wanted; none to learn only what there is to compare.
        told: is called with how many prompts are measured, and how many there are.
        rows: those in the folder; None to find them.
    """
    try:
        found = manifest.read(folder)
    except FileError as error:
        raise RunError(str(error)) from error
    rows = Rows(folder) if rows is None else rows
    given, unread = labels.read(folder), labels.unread(folder)
    if found is None:
        return Tally(rows, measures=measures, given=given, unread=unread, told=told)
    wanted = _wanted(found)
    return Tally(
        rows,
        measures=[measure for measure in measures if not wanted.measures or measure.name in wanted.measures],
        primary=wanted.primary,
        margins=wanted.margins,
        ladder=wanted.ladder,
        claim=claims.read(wanted.claim) if wanted.claim in claims.names() else None,
        manifest=found,
        unknown=sorted({*wanted.measures, *wanted.primary, *wanted.margins} - {measure.name for measure in MEASURES}),
        given=given,
        unread=unread,
        told=told,
    )


def ladder_of(folder: Path) -> tuple[str, ...]:
    """Return the entries of a run that are stages of one model, in order. Raises RunError as `open_run` does."""
    try:
        found = manifest.read(folder)
    except FileError as error:
        raise RunError(str(error)) from error
    return () if found is None else _wanted(found).ladder


def _wanted(found: Manifest) -> _Wanted:
    try:
        return msgspec.convert(found.spec, _Wanted)
    except msgspec.ValidationError as error:
        raise RunError(f"the manifest's spec can't be used: {error}") from error
