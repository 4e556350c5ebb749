"""Accuracy of rules on replies that were labelled by hand."""

from typing import NamedTuple

from alignscope.measure.bounds import Bounds
from alignscope.measure.statistics.quantiles import LEVEL, normal_quantile
from alignscope.measure.statistics.rates import wilson


class Accuracy(NamedTuple):
    """The rules' labels against those by hand, for one label. A reply that is undetermined by hand doesn't count."""

    found: int
    """Replies with the label that were found."""
    there: int
    """Replies with the label."""
    mistaken: int
    """Other replies that were given the label."""
    others: int

    @property
    def sensitivity(self) -> float:
        """The share of replies with the label that was found."""
        return self.found / self.there

    @property
    def specificity(self) -> float:
        """The share of other replies that wasn't given the label."""
        return 1 - self.mistaken / self.others

    def found_interval(self, level: float = LEVEL) -> Bounds:
        """Return Wilson's interval of the sensitivity."""
        return wilson(self.sensitivity, self.there, normal_quantile((1 + level) / 2))

    def mistaken_interval(self, level: float = LEVEL) -> Bounds:
        """Return Wilson's interval of the share of other replies that was given the label."""
        return wilson(self.mistaken / self.others, self.others, normal_quantile((1 + level) / 2))

    def corrected(self, rate: float) -> float | None:
        """Return the rate that the rules' error makes likely (Rogan and Gladen 1978), between 0 and 1.

        It is a check, and no better figure: the error differs between models, and the measured one is uncertain itself.
        None where the rules do no better than chance.
        """
        gain = self.sensitivity + self.specificity - 1
        return min(max((rate + self.specificity - 1) / gain, 0.0), 1.0) if gain > 0 else None
