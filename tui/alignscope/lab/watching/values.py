"""The value of one measure for one row, in a word or two."""

from alignscope.lab.row import Row
from alignscope.lab.summary import words
from alignscope.lab.summary.measures import MEASURES
from alignscope.lab.summary.measures.measure import Kind, Reply
from alignscope.lab.summary.rows import Arm
from alignscope.measure.refusal.judging import Judgement, Label, judge

REFUSED = "refused"
"""Name of the measure that a person can correct."""


def value_of(name: str, row: Row, said: Label | None = None) -> str:
    """Return a measure's value for a reply; "" where it needs lists, or other replies beside it.

    Args:
        said: a person's label of it.
    """
    measure = next((each for each in MEASURES if each.name == name), None)
    if measure is None or measure.lists or measure.together or measure.across or row.failed:
        return ""
    if name == REFUSED:
        return str(said or rule_of(row).label)
    arm = Arm(row.entry, row.frame, row.sampling)
    values = measure.of({arm: [Reply(row)]}).get(arm, ())
    if len(values) != 1:
        return ""
    lo, hi = values[0].finite
    if measure.kind is Kind.RATE:
        return "?" if lo != hi else "yes" if lo else "no"
    return words.value((lo, hi), words.written(measure.unit))


def rule_of(row: Row) -> Judgement:
    """Return what the rule says of a reply, and the words that matched."""
    return judge(row.prompt, row.text)
