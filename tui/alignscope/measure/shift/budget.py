"""The few positions of a reply at which two models differ most."""

import math
from collections.abc import Sequence

from alignscope.measure.bounds import Bounds


def largest(divergences: Sequence[Bounds | None], percent: int) -> list[int]:
    """Return the positions that have the largest divergence, in their own order.

    They are ranked by the least that the divergence can be, since only that is known for certain; of equals the earlier
    one counts. There are as many as the share of the known positions says, and at least one; those at which the models
    may be the same are none of them. After Jensen–Shannon ranking in "Sparse but Critical" (arXiv 2603.22446).

    Args:
        divergences: by position; None where it isn't known.
        percent: the share, from 1 to 100.
    """
    known = [place for place, bounds in enumerate(divergences) if bounds is not None]
    most = math.ceil(len(known) * percent / 100)
    ranked = sorted(
        (-bounds.lo, place) for place, bounds in enumerate(divergences) if bounds is not None and bounds.lo > 0
    )
    return sorted(place for _, place in ranked[:most])
