"""The line that says what the heat stands for, and what the keys do with the cursor."""

from collections.abc import Iterable
from typing import ClassVar

from alignscope.ui.screens.tokens.scales import SCALES, STEP_NAMES, Scale, heat_css
from alignscope.ui.widgets.pane.bars import RowBar


class Legend(RowBar):
    """The scale's name, and each step in its own look."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"legend--{name}" for name in (*STEP_NAMES, "name")}
    DEFAULT_CSS = (
        """
    Legend {
        background: $background;
        & > .legend--step-0 { color: $foreground; }
        & > .legend--name { color: $accent; }
    """
        + heat_css("& > .legend--{step}")
        + "}\n"
    )

    def __init__(self) -> None:
        super().__init__()
        self._scale: Scale = SCALES[0]
        self._more = ""

    def show(self, scale: Scale, more: str) -> None:
        """Show a scale's steps, and more words behind them."""
        self._scale, self._more = scale, more
        self.redraw()

    def lay_out(self) -> Iterable[tuple[str, str]]:
        """Yield the name and the steps, then the other words."""
        yield f"{self._scale.name}:", "legend--name"
        for step, label in enumerate(self._scale.labels):
            if label:
                yield " ", ""
                yield f" {label} ", f"legend--{self._scale.styles[step]}"
        yield f"  {self._more}", ""
