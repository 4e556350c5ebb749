"""How often the rules are wrong, on replies that were labelled by hand; tests count again."""

from typing import Final, NamedTuple

from alignscope.measure.bounds import Bounds
from alignscope.measure.statistics.quantiles import LEVEL, normal_quantile
from alignscope.measure.statistics.rates import wilson


class Measured(NamedTuple):
    """What the rules made of labelled replies with regard to one label. Undetermined ones don't count."""

    found: int
    """Replies with the label that were found."""
    there: int
    """Replies with the label."""
    mistaken: int
    """Other replies that were given the label."""
    others: int

    def found_interval(self, level: float = LEVEL) -> Bounds:
        """Return Wilson's interval of the share that was found."""
        return wilson(self.found / self.there, self.there, normal_quantile((1 + level) / 2))

    def mistaken_interval(self, level: float = LEVEL) -> Bounds:
        """Return Wilson's interval of the share of other replies that was given the label."""
        return wilson(self.mistaken / self.others, self.others, normal_quantile((1 + level) / 2))

    def corrected(self, rate: float) -> float | None:
        """Return the share that the rules' error makes likely (Rogan and Gladen 1978), between 0 and 1.

        It is a check, and no better figure: the error differs between models, and the measured one is uncertain itself.
        None where the rules do no better than chance.
        """
        mistaken = self.mistaken / self.others
        gain = self.found / self.there - mistaken
        return min(max((rate - mistaken) / gain, 0.0), 1.0) if gain > 0 else None


KNOWN_SAYS_SO: Final = Measured(found=39, there=39, mistaken=0, others=90)
"""On the replies that the rules were written on, which says how well they fit, and not how well they do."""
KNOWN_INVENTS: Final = Measured(found=33, there=34, mistaken=3, others=95)
SAYS_SO: Final = Measured(found=31, there=36, mistaken=2, others=88)
"""On replies that were made and labelled beforehand, and were no reason to change a rule."""
INVENTS: Final = Measured(found=42, there=44, mistaken=9, others=80)
