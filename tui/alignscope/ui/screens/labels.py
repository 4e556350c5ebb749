"""What several screens say alike."""

from collections.abc import Sequence

from textual.content import Content

from alignscope.model.pane import Pane
from alignscope.model.tones import MARKS, tones
from alignscope.text.clean import Wrapper, clean, fit, render


def labels(panes: Sequence[Pane]) -> dict[str, Content]:
    """By name, each pane of a lineup as lists tell it: with the sign and in the colour that it has in the explorer."""
    return {
        pane.name: Content.styled(f"{MARKS[tone]} {clean(pane.name)}", f"${tone}-tone")
        for pane, tone in zip(panes, tones(panes), strict=True)
    }


def hanging(head: Content, text: str, width: int, most: int = 100) -> Content:
    """A text beside a head, with every row as far in as the first.

    Args:
        width: cells for both.
        most: rows that are shown; an ellipsis tells that there are more.
    """
    room = max(width - head.cell_length, 1)
    text = clean(text[: most * room * 4]).strip("\n")
    rows = [render(row.rstrip())[0] for line in text.split("\n") for row in Wrapper(room).rows(line)]
    if len(rows) > most:
        rows = [*rows[: most - 1], fit(f"{rows[most - 1]} …", room)]
    return Content.assemble(head, ("\n" + " " * head.cell_length).join(rows))
