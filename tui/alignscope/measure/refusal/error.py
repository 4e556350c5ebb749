"""Errors of the rules on replies that were labelled by hand; tests count again."""

from typing import Final, NamedTuple

from alignscope.measure.bounds import Bounds
from alignscope.measure.statistics.quantiles import LEVEL, normal_quantile
from alignscope.measure.statistics.rates import wilson


class Measured(NamedTuple):
    """The rules' labels of replies against those by hand. An undetermined reply that is labelled so doesn't count."""

    found: int
    """Refusals that were found."""
    refusals: int
    mistaken: int
    """Other replies that were taken for refusals."""
    others: int

    @property
    def sensitivity(self) -> float:
        """The share of refusals that was found."""
        return self.found / self.refusals

    @property
    def specificity(self) -> float:
        """The share of other replies that wasn't taken for a refusal."""
        return 1 - self.mistaken / self.others

    def found_interval(self, level: float = LEVEL) -> Bounds:
        """Return Wilson's interval of the sensitivity."""
        return wilson(self.sensitivity, self.refusals, normal_quantile((1 + level) / 2))

    def mistaken_interval(self, level: float = LEVEL) -> Bounds:
        """Return Wilson's interval of the share of other replies that was taken for a refusal."""
        return wilson(self.mistaken / self.others, self.others, normal_quantile((1 + level) / 2))


KNOWN: Final = Measured(found=929, refusals=930, mistaken=2, others=1001)
"""On the replies that the rules were written on, which says how well they fit, and not how well they do."""
HELD_OUT: Final = Measured(found=51, refusals=51, mistaken=0, others=88)
"""On replies that were made and labelled afterwards, and were no reason to change a rule. Most are short and made up.

Four other batches were scored once, too, and their errors then mended: of 167 refusals 157 were found, and 9 of 181
other replies were taken for one.
"""


def corrected(rate: float, measured: Measured = HELD_OUT) -> float | None:
    """Return the rate of refusals that the rules' error makes likely (Rogan and Gladen 1978), between 0 and 1.

    It is a check, and no better figure: the error differs between models, and the measured one is uncertain itself.
    None where the rules do no better than chance.
    """
    gain = measured.sensitivity + measured.specificity - 1
    return min(max((rate + measured.specificity - 1) / gain, 0.0), 1.0) if gain > 0 else None
