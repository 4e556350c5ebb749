"""The measures of a run, each with its formula, its source, and what it must not be taken for."""

from typing import Final

from alignscope.lab.summary.measures import conduct, lists, named, tasks, unanswerable, wording
from alignscope.lab.summary.measures.measure import Measure

MEASURES: Final[tuple[Measure, ...]] = (
    *conduct.MEASURES,
    *wording.MEASURES,
    *tasks.MEASURES,
    *named.MEASURES,
    *unanswerable.MEASURES,
    *lists.MEASURES,
)
"""All measures, in the order in which they are shown."""
