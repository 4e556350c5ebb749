"""The rows that an export holds."""

from collections.abc import Iterator

from alignscope.lab.row import Row
from alignscope.lab.summary.measures.measure import Measure
from alignscope.lab.summary.rows import Arm
from alignscope.lab.summary.tally import Tally


def arm_of(row: Row) -> Arm:
    """Return what a row is compared as."""
    return Arm(row.entry, row.frame, row.sampling)


def rows(tally: Tally, arm: Arm | None) -> Iterator[Row]:
    """Yield every row, or those of one arm, prompt by prompt."""
    for _, samples in tally.rows.by_prompt():
        yield from (row for row, _ in samples if arm is None or arm_of(row) == arm)


def own_measures(tally: Tally) -> list[Measure]:
    """Return the measures of a run that depend on nothing but the reply."""
    return [measure for measure in tally.measures if not measure.together and not measure.across]


def measured(tally: Tally, arm: Arm | None) -> Iterator[tuple[Row, dict[str, float | None]]]:
    """Yield every row, or those of one arm, with the measures that a reply has for itself.

    One is None where it can't be told, or isn't a single value.
    """
    own = own_measures(tally)
    for _, samples in tally.rows.by_prompt():
        for row, steps in samples:
            if arm is not None and arm_of(row) != arm:
                continue
            values: dict[str, float | None] = dict.fromkeys(measure.name for measure in own)
            if not row.failed:
                reply = {arm_of(row): [tally.reply(row, steps)]}
                for measure in own:
                    found = measure.of(reply)[arm_of(row)]
                    if len(found) == 1 and found[0].met():
                        values[measure.name] = found[0].lo
            yield row, values
